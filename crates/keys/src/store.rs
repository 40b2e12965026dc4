//! The key store: content keys and signing secrets, made when they are first asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cmaf::cenc::Key;
use db::{Db, KeyPurpose, KeyUse, Sealed, SealedKey, UseKind};
use media::protection::{KeyId, Scheme};
use title::TitleId;

use crate::{Error, Kms, Plain, Result, random};

/// Bytes of a signing secret: those of HMAC-SHA256.
const SECRET_BYTES: usize = 32;

/// How often a seal is tried: the master key may be rotated while it is made, and rarely twice.
const SEAL_TRIES_MAX: usize = 3;

/// Keys and secrets in the database, sealed by a [`Kms`]. Clones share both.
#[derive(Debug, Clone)]
pub struct KeyStore {
    pub(crate) db: Db,
    pub(crate) kms: Arc<dyn Kms>,
}

/// A use of keys, as it is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use<'a> {
    /// What for.
    pub kind: UseKind,
    /// By whom: a session, a certificate, or what runs.
    pub used_by: &'a str,
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
}

/// A content key of a title, in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleKey {
    /// What it is for.
    pub purpose: KeyPurpose,
    /// Its identifier.
    pub id: KeyId,
    /// The key.
    pub key: Key,
}

impl KeyStore {
    /// Keys in `db`, sealed by `kms`.
    pub fn new(db: Db, kms: Arc<dyn Kms>) -> KeyStore {
        KeyStore { db, kms }
    }

    /// The content key for `purpose`: made when it is asked for first, the same ever after.
    ///
    /// # Errors
    /// Where it can be neither found nor made and kept.
    pub async fn content_key(&self, purpose: &KeyPurpose, by: Use<'_>) -> Result<(KeyId, Key)> {
        if let Some(kept) = self.db.content_key_for(purpose).await? {
            return self.open(&kept, by).await;
        }
        let (id, key) = (KeyId(random()?), Key::new(random()?));
        let kept = self.keep(purpose, id, &key, by.at_ms).await?;
        // Somebody else may have been first.
        if kept.id == id {
            self.note([id], Use { kind: UseKind::Made, ..by }).await?;
        }
        self.open(&kept, by).await
    }

    /// The content keys called `ids`, in that order. The use is noted before any key is opened.
    ///
    /// # Errors
    /// [`Error::NotFound`] where one is not here.
    pub async fn content_keys(&self, ids: &[KeyId], by: Use<'_>) -> Result<Vec<(KeyId, Key)>> {
        let mut kept = Vec::with_capacity(ids.len());
        for id in ids {
            kept.push(self.db.content_key(*id).await?.ok_or(Error::NotFound(*id))?);
        }
        self.note(ids.iter().copied(), by).await?;
        let mut keys = Vec::with_capacity(ids.len());
        for sealed in &kept {
            keys.push((sealed.id, self.open_unnoted(sealed).await?));
        }
        Ok(keys)
    }

    /// What the content keys of `title` are for, without the keys.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn purposes(&self, title: &TitleId) -> Result<Vec<(KeyId, KeyPurpose)>> {
        let kept = self.db.content_keys_of(title).await?;
        Ok(kept.into_iter().map(|key| (key.id, key.purpose)).collect())
    }

    /// All content keys of `title`. The use is noted before any key is opened.
    ///
    /// # Errors
    /// [`Error::TooMany`] where there are more than one call returns.
    pub async fn content_keys_of(&self, title: &TitleId, by: Use<'_>) -> Result<Vec<TitleKey>> {
        let kept = self.db.content_keys_of(title).await?;
        if kept.len() as i64 >= db::CONTENT_KEYS_MAX {
            return Err(Error::TooMany(title.clone()));
        }
        self.note(kept.iter().map(|key| key.id).collect::<BTreeSet<_>>(), by).await?;
        let mut keys = Vec::with_capacity(kept.len());
        for sealed in kept {
            let key = self.open_unnoted(&sealed).await?;
            keys.push(TitleKey { purpose: sealed.purpose, id: sealed.id, key });
        }
        Ok(keys)
    }

    /// Keeps keys that were made elsewhere, all or none; importing them again changes nothing.
    ///
    /// # Errors
    /// [`Error::Taken`] where a purpose or an identifier has another key, [`Error::Reused`] where a key is for two periods
    /// of `cenc`.
    pub async fn import(&self, keys: &[TitleKey], by: Use<'_>) -> Result<()> {
        check_reuse(keys)?;
        for key in keys {
            self.check_free(key).await?;
        }
        let ids: BTreeSet<KeyId> = keys.iter().map(|key| key.id).collect();
        let uses = key_uses(ids, by);
        let mut tries = 1;
        loop {
            let mut sealed = Vec::with_capacity(keys.len());
            for TitleKey { purpose, id, key } in keys {
                sealed.push(self.seal(purpose, *id, key).await?);
            }
            match self.db.import_content_keys(&sealed, &uses, by.at_ms).await {
                Err(db::Error::MasterKeyRetired(_)) if tries < SEAL_TRIES_MAX => tries += 1,
                Ok(None) => return Ok(()),
                // Somebody else was first since.
                Ok(Some(purpose)) => return Err(taken(&purpose)),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Fails where what is kept contradicts `key`.
    async fn check_free(&self, key: &TitleKey) -> Result<()> {
        let TitleKey { purpose, id, key } = key;
        if let Some(holder) = self.db.content_key(*id).await? {
            let has = &holder.purpose;
            let same_tracks = has.title == purpose.title && has.scheme == purpose.scheme;
            let period_apart = purpose.scheme == Scheme::Cenc && has.period != purpose.period;
            if !same_tracks || period_apart || self.open_unnoted(&holder).await? != *key {
                return Err(Error::Taken { what: format!("key ID {id}") });
            }
        }
        match self.db.content_key_for(purpose).await? {
            Some(kept) if kept.id != *id => Err(taken(purpose)),
            _ => Ok(()),
        }
    }

    /// The signing secret called `name`: made when it is asked for first, the same ever after.
    ///
    /// # Errors
    /// Where it can be neither found nor made and kept.
    pub async fn secret(&self, name: &str, now_ms: i64) -> Result<[u8; SECRET_BYTES]> {
        let what = secret_context(name);
        let kept = match self.db.secret(name).await? {
            Some(kept) => kept,
            None => self.make_secret(name, &what, now_ms).await?,
        };
        let plain = self.kms.open(&what, &kept).await?;
        plain.expose().try_into().map_err(|_| Error::Broken { what })
    }

    async fn make_secret(&self, name: &str, what: &str, now_ms: i64) -> Result<Sealed> {
        let plain = Plain::new(random::<SECRET_BYTES>()?.to_vec());
        let mut tries = 1;
        loop {
            let sealed = self.kms.seal(what, &plain).await?;
            match self.db.keep_secret(name, &sealed, now_ms).await {
                Err(db::Error::MasterKeyRetired(_)) if tries < SEAL_TRIES_MAX => tries += 1,
                kept => return Ok(kept?),
            }
        }
    }

    async fn keep(&self, purpose: &KeyPurpose, id: KeyId, key: &Key, now_ms: i64) -> Result<SealedKey> {
        let mut tries = 1;
        loop {
            let sealed = self.seal(purpose, id, key).await?;
            match self.db.keep_content_key(&sealed, now_ms).await {
                Err(db::Error::MasterKeyRetired(_)) if tries < SEAL_TRIES_MAX => tries += 1,
                kept => return Ok(kept?),
            }
        }
    }

    async fn seal(&self, purpose: &KeyPurpose, id: KeyId, key: &Key) -> Result<SealedKey> {
        let sealed = self.kms.seal(&key_context(id), &Plain::new(key.expose().to_vec())).await?;
        Ok(SealedKey { id, purpose: purpose.clone(), sealed })
    }

    async fn open(&self, kept: &SealedKey, by: Use<'_>) -> Result<(KeyId, Key)> {
        self.note([kept.id], by).await?;
        Ok((kept.id, self.open_unnoted(kept).await?))
    }

    pub(crate) async fn open_unnoted(&self, kept: &SealedKey) -> Result<Key> {
        let what = key_context(kept.id);
        let plain = self.kms.open(&what, &kept.sealed).await?;
        plain.expose().try_into().map(Key::new).map_err(|_| Error::Broken { what })
    }

    /// Notes that `keys` were used by somebody who has them from elsewhere, such as a licence service.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn note(&self, keys: impl IntoIterator<Item = KeyId>, by: Use<'_>) -> Result<()> {
        Ok(self.db.note_key_uses(&key_uses(keys, by)).await?)
    }
}

fn key_uses(keys: impl IntoIterator<Item = KeyId>, by: Use<'_>) -> Vec<KeyUse> {
    let Use { kind, used_by, at_ms } = by;
    keys.into_iter().map(|key| KeyUse { key, kind, used_by: used_by.to_owned(), at_ms }).collect()
}

fn taken(purpose: &KeyPurpose) -> Error {
    let KeyPurpose { title, class, scheme, period } = purpose;
    Error::Taken { what: format!("{title}, {} in {scheme}, period {period}", class.name()) }
}

/// Fails where one identifier has two keys, or a key is for two periods in `cenc`: the first vector of a track follows from
/// the key's ID, so that both periods would get the same keystream.
fn check_reuse(keys: &[TitleKey]) -> Result<()> {
    let mut seen = BTreeMap::new();
    for next in keys {
        let first = *seen.entry(next.id).or_insert(next);
        if first.key != next.key {
            return Err(Error::Taken { what: format!("key ID {}", next.id) });
        }
        if next.purpose.scheme == Scheme::Cenc && first.purpose.period != next.purpose.period {
            return Err(Error::Reused(next.id));
        }
    }
    Ok(())
}

/// What a sealed content key is sealed as.
pub(crate) fn key_context(id: KeyId) -> String {
    format!("content key {id}")
}

/// What a sealed secret is sealed as.
pub(crate) fn secret_context(name: &str) -> String {
    format!("secret {name}")
}

#[cfg(test)]
mod tests;
