//! What can go wrong in a store.

use std::io;

use media::ByteRange;

use crate::{Key, NotAKey};

/// A store's answer.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no object at the key.
    #[error("there is no object {0}")]
    NotFound(Key),
    /// Other bytes are at the key already; what is published never changes.
    #[error("object {0} exists already with other bytes; objects are never overwritten")]
    Conflict(Key),
    /// The object is too long to be returned in one piece.
    #[error("object {key} has {bytes} bytes, more than the {max} that are read in one piece: stream it")]
    TooLong {
        /// The object.
        key: Key,
        /// Its length.
        bytes: u64,
        /// The limit.
        max: u64,
    },
    /// The range does not lie within the object.
    #[error("object {key} has {bytes} bytes, none at {}+{}", range.offset, range.length)]
    OutOfRange {
        /// The object.
        key: Key,
        /// Its length.
        bytes: u64,
        /// What was asked for.
        range: ByteRange,
    },
    /// The folder holds more keys than a listing returns.
    #[error("folder {folder} holds more than {max} objects")]
    TooMany {
        /// The folder.
        folder: Key,
        /// The limit.
        max: usize,
    },
    /// A text is not a key.
    #[error(transparent)]
    NotAKey(#[from] NotAKey),
    /// The medium failed.
    #[error("{doing}")]
    Io {
        /// What was being done, such as `cannot write object a/b`.
        doing: String,
        /// How it failed.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: the medium failed while `doing`.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
        let doing = doing.into();
        move |source| Error::Io { doing, source }
    }
}
