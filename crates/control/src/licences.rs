//! What licences need beside the catalogue: keys, a signer, a policy, the time.

use std::sync::Arc;

use keys::KeyStore;
use playback::{Policy, Signer};
use stdx::clock::Clock;
use tokio::sync::OnceCell;

/// Name of the secret that signs play tokens.
const SIGNING_SECRET: &str = "play token";

/// What licences are made of; clones share it.
#[derive(Debug, Clone)]
pub struct Licences {
    pub(crate) keys: KeyStore,
    pub(crate) policy: Policy,
    pub(crate) clock: Arc<dyn Clock>,
    /// Made at the first protected title: an installation without any needs no master key.
    signer: Arc<OnceCell<Signer>>,
}

impl Licences {
    /// Licences for keys of `keys`, given as `policy` says.
    pub fn new(keys: KeyStore, policy: Policy, clock: Arc<dyn Clock>) -> Licences {
        Licences { keys, policy, clock, signer: Arc::default() }
    }

    /// Who signs play tokens.
    pub(crate) async fn signer(&self) -> keys::Result<&Signer> {
        let make = async || Ok(Signer::new(self.keys.secret(SIGNING_SECRET, self.clock.now_ms()).await?));
        self.signer.get_or_try_init(make).await
    }
}
