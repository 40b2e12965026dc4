//! Rotation: all that is sealed gets sealed anew with a new master key, and the old one is forgotten.
//!
//! It may be stopped at any moment and started again: until the last step the master key's file holds old and new. The
//! old one is retired in the database before anything is sealed anew, so that no other process seals with it later.

use db::UseKind;

use crate::store::{key_context, secret_context};
use crate::{Error, KeyStore, Plain, Result, Use};

/// Most rounds of at most [`db::CONTENT_KEYS_MAX`] keys: a million keys, far beyond a catalogue.
const ROUNDS_MAX: usize = 1000;

/// Who did it, in the record of uses.
const USED_BY: &str = "keys rotate";

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Name of the master key that seals now.
    pub master_key: String,
    /// Content keys that were sealed anew.
    pub content_keys: usize,
    /// Secrets that were sealed anew.
    pub secrets: usize,
}

impl KeyStore {
    /// Seals everything anew with a new master key.
    ///
    /// # Errors
    /// Where something does not open, the old master key stays, and nothing is lost.
    pub async fn rotate(&self, now_ms: i64) -> Result<Rotation> {
        let before = self.kms.current().await?;
        self.kms.start_rotation().await?;
        let master_key = self.kms.current().await?;
        // The one before too where nothing is sealed with it yet: somebody may be about to.
        for old in self.db.master_keys_in_use().await?.into_iter().chain([before]) {
            if old != master_key {
                self.db.retire_master_key(&old, now_ms).await?;
            }
        }
        let content_keys = self.reseal_content_keys(&master_key, now_ms).await?;
        let secrets = self.reseal_secrets(&master_key).await?;
        self.kms.finish_rotation().await?;
        Ok(Rotation { master_key, content_keys, secrets })
    }

    async fn reseal_content_keys(&self, master_key: &str, now_ms: i64) -> Result<usize> {
        let mut resealed = 0;
        for _ in 0..ROUNDS_MAX {
            let keys = self.db.content_keys_not_under(master_key).await?;
            if keys.is_empty() {
                return Ok(resealed);
            }
            for kept in &keys {
                let key = Plain::new(self.open_unnoted(kept).await?.expose().to_vec());
                let sealed = self.kms.seal(&key_context(kept.id), &key).await?;
                self.db.reseal_content_key(kept.id, &sealed).await?;
            }
            resealed += keys.len();
            let by = Use { kind: UseKind::Seal, used_by: USED_BY, at_ms: now_ms };
            self.note(keys.iter().map(|key| key.id), by).await?;
        }
        Err(Error::RotationEndless)
    }

    async fn reseal_secrets(&self, master_key: &str) -> Result<usize> {
        let names = self.db.secrets_not_under(master_key).await?;
        for name in &names {
            let what = secret_context(name);
            let Some(kept) = self.db.secret(name).await? else { continue };
            let plain = self.kms.open(&what, &kept).await?;
            let sealed = self.kms.seal(&what, &plain).await?;
            self.db.reseal_secret(name, &sealed).await?;
        }
        Ok(names.len())
    }
}
