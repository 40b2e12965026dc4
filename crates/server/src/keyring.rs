//! Content keys for preparation: the key store behind the interface that the pipeline asks.

use async_trait::async_trait;
use keys::{KeyPurpose, KeyStore, Use, UseKind};
use pipeline::{ContentKey, Keys, Wanted};
use std::sync::Arc;
use stdx::clock::Clock;

/// Who uses the keys, in the record of uses.
const USED_BY: &str = "prepare";

/// The key store, as the pipeline asks it.
#[derive(Debug)]
pub(crate) struct Keyring {
    pub store: KeyStore,
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Keys for Keyring {
    async fn content_key(&self, wanted: &Wanted) -> anyhow::Result<ContentKey> {
        let Wanted { title, class, scheme, period } = wanted.clone();
        let purpose = KeyPurpose { title, class, scheme, period };
        let by = Use { kind: UseKind::Package, used_by: USED_BY, at_ms: self.clock.now_ms() };
        let (id, key) = self.store.content_key(&purpose, by).await?;
        Ok(ContentKey { id, key })
    }
}
