//! Content keys, as preparation asks for them.
//!
//! Owns the question and the shape of the answer. Where keys come from, how they are kept and who else may have them is
//! the business of who implements [`Keys`].

use async_trait::async_trait;
use cmaf::cenc::Key;
use media::protection::{KeyId, Scheme, TrackClass};
use std::fmt;
use title::TitleId;

/// Which key is asked for: one for all tracks of a title that the same devices may play, in one scheme and one period.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// The title.
    pub title: TitleId,
    /// Who may have the key.
    pub class: TrackClass,
    /// The scheme. Each has keys of its own: under one key, two schemes would tell of each other's content.
    pub scheme: Scheme,
    /// Number of the key period, from 0.
    pub period: u32,
}

/// A content key with the identifier by which players ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentKey {
    /// The identifier, which is no secret.
    pub id: KeyId,
    /// The key.
    pub key: Key,
}

impl ContentKey {
    /// The key of these bytes.
    pub fn new(id: KeyId, key: [u8; 16]) -> ContentKey {
        ContentKey { id, key: Key::new(key) }
    }
}

/// Gives content keys.
#[async_trait]
pub trait Keys: fmt::Debug + Send + Sync {
    /// The content key for what is wanted: made when it is asked for first, the same ever after.
    ///
    /// # Errors
    /// Where the key can be neither found nor made and kept.
    async fn content_key(&self, wanted: &Wanted) -> anyhow::Result<ContentKey>;
}
