//! What is given of a slice that is kept, and how it is told to be sound.

use std::any::Any;
use std::fs::File;
use std::io;
use std::sync::Arc;

use cache::blocks::{BLOCK_BYTES, BlockDigests, DIGEST_BYTES};
use cache::eviction::Slice;

use crate::disk::Disk;
use crate::record;
use crate::volume::Entry;

/// A slice that is kept. Its bytes stay where they are for as long as this or its [`Kept::hold`] lives, removed or not.
#[derive(Debug, Clone)]
pub struct Kept {
    pub(crate) slice: Slice,
    pub(crate) entry: Arc<Entry>,
}

impl Kept {
    /// Which slice.
    pub fn slice(&self) -> Slice {
        self.slice
    }

    /// The file that holds it, only to be read.
    pub fn file(&self) -> Arc<File> {
        self.entry.volume.file.clone()
    }

    /// Where it begins in there.
    pub fn offset(&self) -> u64 {
        self.entry.offset()
    }

    /// Its bytes, at least 1.
    pub fn length(&self) -> u32 {
        self.entry.length
    }

    /// What keeps the bytes there.
    pub fn hold(&self) -> Arc<dyn Any + Send + Sync> {
        self.entry.clone()
    }

    /// Whether it may be damaged: [`crate::Slices::check`] it before its bytes go anywhere.
    pub fn is_suspect(&self) -> bool {
        self.entry.is_suspect()
    }
}

/// What reading a slice told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All its bytes are as they were put.
    Sound,
    /// They are not, or cannot be read; it is kept no more.
    Damaged,
    /// It is not kept.
    Gone,
}

/// A slice in a listing of all that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// Which slice.
    pub slice: Slice,
    /// Its length.
    pub bytes: u32,
    /// Grows with the time at which it was put: the least is the oldest.
    pub order: u64,
}

/// Reads the digests of `entry`; an error where they are not what was put.
pub(crate) fn digests(disk: &dyn Disk, slice: Slice, entry: &Entry) -> io::Result<BlockDigests> {
    let mut bytes = vec![0; digests_bytes(entry.length)];
    disk.read(&entry.volume.file, &mut bytes, entry.offset() + u64::from(entry.length))?;
    parse(slice, entry, &bytes).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Reads a whole slice; `None` where any byte is not what was put, or cannot be read.
pub(crate) fn read(disk: &dyn Disk, slice: Slice, entry: &Entry) -> Option<(Vec<u8>, BlockDigests)> {
    let length = entry.length as usize;
    let mut bytes = vec![0; length + digests_bytes(entry.length)];
    disk.read(&entry.volume.file, &mut bytes, entry.offset()).ok()?;
    let digests = parse(slice, entry, &bytes[length..])?;
    bytes.truncate(length);
    let mut blocks = bytes.chunks(BLOCK_BYTES as usize).enumerate();
    blocks.all(|(index, block)| digests.agree(index, block)).then_some((bytes, digests))
}

fn digests_bytes(length: u32) -> usize {
    length.div_ceil(BLOCK_BYTES) as usize * DIGEST_BYTES
}

fn parse(slice: Slice, entry: &Entry, tail: &[u8]) -> Option<BlockDigests> {
    let (digests, _) = tail.as_chunks::<DIGEST_BYTES>();
    if record::root(slice, entry.length, digests) != entry.root {
        return None;
    }
    BlockDigests::from_digests(digests.to_vec())
}
