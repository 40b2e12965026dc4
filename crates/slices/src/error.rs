//! What can go wrong with slices on disk.

use std::io;
use std::path::PathBuf;

/// What [`crate::Slices`] answers.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something was not done. Nothing here ends serving: slices that are kept are found as before.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system has no room, or the quota is used up.
    #[error("{doing}: the disk is full; remove slices, or give the cache a smaller size than the disk has")]
    Full {
        /// What was being done.
        doing: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file system takes no writes.
    #[error("{doing}: the disk is read-only; mount it for writing, or replace it")]
    ReadOnly {
        /// What was being done.
        doing: String,
    },
    /// [`crate::Slices::close`] was called.
    #[error("{doing}: the slices are closed; open them again")]
    Closed {
        /// What was being done.
        doing: String,
    },
    /// Another process, or another part of this one, has the folder.
    #[error("{0} is in use by another process; give each its own folder")]
    InUse(PathBuf),
    /// The file system cannot give back room within a file.
    #[error("the file system of {folder} cannot punch holes into files; use ext4, XFS, Btrfs or tmpfs")]
    CannotPunch {
        /// Where.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder holds what is not a cache's.
    #[error("{folder} holds {name}, which is no part of a cache; give the cache a folder of its own")]
    Foreign {
        /// Where.
        folder: PathBuf,
        /// The first such name that was found.
        name: String,
    },
    /// The folder was written by a program that lays slices out otherwise.
    #[error(
        "{path} has layout {version}, this program knows {}; remove the folder to begin anew",
        crate::LAYOUT
    )]
    OtherLayout {
        /// The journal.
        path: PathBuf,
        /// The layout that it names.
        version: u32,
    },
    /// A setting is outside its range.
    #[error("{name} is {value}, it must be from {low} to {high}")]
    Setting {
        /// Which of [`crate::Options`].
        name: &'static str,
        /// What it is.
        value: u64,
        /// The least that it may be.
        low: u64,
        /// The most that it may be.
        high: u64,
    },
    /// A slice came for an object that is not known, not any more, or with other content by now.
    #[error("object {0} is not known in this version; describe it again before its slices")]
    Outdated(String),
    /// What is to be kept contradicts itself.
    #[error("slice {index} of object {key} {why}")]
    Misfit {
        /// The object.
        key: String,
        /// Which slice.
        index: u32,
        /// What does not fit.
        why: &'static str,
    },
    /// The description of an object is too long.
    #[error("the description of object {key} has {bytes} bytes, at most {max} are kept")]
    TooLong {
        /// The beginning of its key.
        key: String,
        /// As it would be written.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The disk failed in another way.
    #[error("{doing}")]
    Io {
        /// What was being done.
        doing: String,
        /// How it failed.
        source: io::Error,
    },
}

impl Error {
    /// The kind of a failure of the system while `doing`.
    pub(crate) fn of(doing: impl Into<String>, source: io::Error) -> Error {
        let doing = doing.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::Full { doing, source },
            io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnly { doing },
            _ => Error::Io { doing, source },
        }
    }

    /// For `map_err`.
    pub(crate) fn io(doing: impl FnOnce() -> String) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::of(doing(), source)
    }
}
