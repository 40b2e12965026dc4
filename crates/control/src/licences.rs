//! What licences need beside the catalogue: keys, a signer, a policy, the time.

use std::sync::Arc;

use keys::KeyStore;
use playback::{Policy, Signer};
use stdx::clock::Clock;
use tokio::sync::OnceCell;

use crate::LicenceServices;

/// Name of the secret that signs play tokens.
const SIGNING_SECRET: &str = "play token";

/// What licences are made of; clones share it.
#[derive(Debug, Clone)]
pub struct Licences {
    pub(crate) keys: KeyStore,
    pub(crate) policy: Policy,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) services: Option<LicenceServices>,
    pub(crate) clear_key: bool,
    /// Made at the first protected title: an installation without any needs no master key.
    signer: Arc<OnceCell<Signer>>,
}

impl Licences {
    /// Licences for keys of `keys`, given as `policy` says, by Clear Key.
    pub fn new(keys: KeyStore, policy: Policy, clock: Arc<dyn Clock>) -> Licences {
        Licences { keys, policy, clock, services: None, clear_key: true, signer: Arc::default() }
    }

    /// With licences of others' key systems, from `services`.
    pub fn with_services(self, services: LicenceServices) -> Licences {
        Licences { services: Some(services), ..self }
    }

    /// Without Clear Key: keys never leave in the clear.
    pub fn without_clear_key(self) -> Licences {
        Licences { clear_key: false, ..self }
    }

    /// Who signs play tokens.
    pub(crate) async fn signer(&self) -> keys::Result<&Signer> {
        let make = async || Ok(Signer::new(self.keys.secret(SIGNING_SECRET, self.clock.now_ms()).await?));
        self.signer.get_or_try_init(make).await
    }
}
