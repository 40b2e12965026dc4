//! What a store can do: the trait, and the limits that hold for every implementation.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::Stream;
use media::ByteRange;

use crate::{Error, Key, Result};

/// Longest object that [`Store::get`] returns in one piece. Step outputs of this kind (JSON, playlists, pictures) are
/// far smaller; media files are streamed, so that memory does not grow with the film.
pub const GET_BYTES_MAX: u64 = 64 << 20;

/// Longest piece of a [`ByteStream`]: long enough that the hop to a blocking thread costs little, short enough that a
/// thousand viewers cost 256 MiB.
pub const CHUNK_BYTES: u64 = 256 << 10;

/// Most keys that [`Store::list`] returns. A package holds tens of files; a listing near this limit is a caller's
/// mistake that must not fill the memory.
pub const LIST_KEYS_MAX: usize = 1_000_000;

/// The bytes of an object in order, in pieces of at most [`CHUNK_BYTES`]; ends after the first error.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// What is known of an object without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta {
    /// Its length.
    pub bytes: u64,
}

/// A place for objects. See the crate's page for the contract.
#[async_trait]
pub trait Store: Send + Sync + Debug {
    /// Writes `bytes` at `key`. The same bytes again change nothing; other bytes are [`Conflict`](crate::Error::Conflict).
    async fn put(&self, key: &Key, bytes: Bytes) -> Result<()>;

    /// Writes the content of `file` at `key` and removes `file`; where the store can, it moves it without copying, so
    /// nobody may hold `file` open for writing. After an error `file` is still there. Conflicts as in [`Store::put`].
    async fn put_file(&self, key: &Key, file: &Path) -> Result<()>;

    /// Writes a copy of `file` at `key` and leaves `file` alone: later changes to it do not reach the store.
    /// Conflicts as in [`Store::put`].
    async fn put_copy(&self, key: &Key, file: &Path) -> Result<()>;

    /// Writes the bytes of `from` at `to` as well, without moving them where the store can. Conflicts as in
    /// [`Store::put`].
    async fn copy(&self, from: &Key, to: &Key) -> Result<()>;

    /// What is known of the object at `key`, or `None` where there is none.
    async fn head(&self, key: &Key) -> Result<Option<Meta>>;

    /// The whole object, which must be at most [`GET_BYTES_MAX`] long.
    async fn get(&self, key: &Key) -> Result<Bytes>;

    /// The object, or the `range` of it, which must lie within it.
    async fn read(&self, key: &Key, range: Option<ByteRange>) -> Result<ByteStream>;

    /// The keys below the folder `folder`, sorted; empty where there are none. At most [`LIST_KEYS_MAX`].
    async fn list(&self, folder: &Key) -> Result<Vec<Key>>;

    /// Removes the object; fine where there is none. Readers that have begun may go on.
    async fn delete(&self, key: &Key) -> Result<()>;

    /// Where a child process on this machine can read the object at `key`, if this store keeps files; whether there
    /// is such an object is not checked. The file must not be written to.
    fn local_path(&self, key: &Key) -> Option<PathBuf>;
}

/// Refuses an object of `bytes` that is too long for [`Store::get`].
pub(crate) fn check_length(key: &Key, bytes: u64) -> Result<()> {
    if bytes > GET_BYTES_MAX {
        return Err(Error::TooLong { key: key.clone(), bytes, max: GET_BYTES_MAX });
    }
    Ok(())
}

/// `range` of an object of `bytes`, or the whole of it; refuses one that does not lie within it.
pub(crate) fn check_range(key: &Key, bytes: u64, range: Option<ByteRange>) -> Result<ByteRange> {
    let range = range.unwrap_or(ByteRange { offset: 0, length: bytes });
    match range.offset.checked_add(range.length) {
        Some(end) if end <= bytes => Ok(range),
        _ => Err(Error::OutOfRange { key: key.clone(), bytes, range }),
    }
}

/// Refuses a listing that is too long.
pub(crate) fn check_count(folder: &Key, keys: Vec<Key>) -> Result<Vec<Key>> {
    if keys.len() > LIST_KEYS_MAX {
        return Err(Error::TooMany { folder: folder.clone(), max: LIST_KEYS_MAX });
    }
    Ok(keys)
}
