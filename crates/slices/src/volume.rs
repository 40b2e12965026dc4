//! Volumes: the files that slices lie in, and the room within them.
//!
//! Owns the layout of a volume and the life of an [`Entry`]. A volume is written once, from its beginning to its end; room that is
//! given back becomes a hole and is never filled, so a place holds the bytes of one slice or none, never another's.
//!
//! A hole must not reach what `sendfile` has given to a socket already: there the pages themselves wait until the client has them.
//! Whole units of the page cache leave it untouched when a hole is made, but of a unit that reaches beyond the hole the kernel
//! zeroes the part within, whoever still holds it (`truncate_inode_partial_folio`). Units of several pages that have no regard for
//! where slices begin come from reading ahead alone, so volumes are read without it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cache::blocks::{BLOCK_BYTES, DIGEST_BYTES, Digest};
use cache::eviction::Slice;
use rustix::fs::{Advice, fadvise};

use crate::disk::Disk;
use crate::reclaim::{Freed, Reclaim};

/// Bytes of a page: slices begin at pages, since that is what file systems give and take back.
pub(crate) const PAGE_BYTES: u64 = 4096;

/// The first bytes of a volume.
const MAGIC: &[u8; 8] = b"MTNEVOLU";

/// Bytes of a volume's header that are used: magic, layout, number.
const HEADER_BYTES: usize = 16;

/// A file of slices.
#[derive(Debug)]
pub(crate) struct Volume {
    pub(crate) number: u32,
    pub(crate) file: Arc<File>,
    pub(crate) path: PathBuf,
    /// Entries that are in the index or on their way there.
    pub(crate) entries: AtomicU32,
    /// Their pages.
    pub(crate) pages: AtomicU64,
    /// Whether it was written since it was last made durable.
    pub(crate) dirty: AtomicBool,
    /// Set when its file has been given up; its room need not be given back any more.
    pub(crate) gone: AtomicBool,
    /// What was put here, for whoever moves it away; some may be gone by now.
    pub(crate) placed: Mutex<Vec<Slice>>,
    reclaim: Arc<Reclaim>,
}

impl Volume {
    /// A new volume in `folder`.
    pub(crate) fn create(
        disk: &dyn Disk,
        folder: &Path,
        number: u32,
        reclaim: Arc<Reclaim>,
    ) -> io::Result<Volume> {
        let path = folder.join(name(number));
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        let written = disk.write(&file, &[&header(number)], 0);
        if let Err(error) = written {
            // One without a header is removed at the next opening, if it cannot be now.
            let _ = std::fs::remove_file(&path);
            return Err(error);
        }
        Ok(Volume::new(number, file, path, reclaim))
    }

    /// The volume of a file that is there already; `None` where it is none, or not whole enough to be one.
    pub(crate) fn open(
        disk: &dyn Disk,
        path: PathBuf,
        number: u32,
        writable: bool,
        reclaim: Arc<Reclaim>,
    ) -> io::Result<Option<Volume>> {
        let file = OpenOptions::new().read(true).write(writable).open(&path)?;
        let mut found = [0; HEADER_BYTES];
        let sound = disk.read(&file, &mut found, 0).is_ok() && found[..] == header(number)[..HEADER_BYTES];
        Ok(sound.then(|| Volume::new(number, file, path, reclaim)))
    }

    fn new(number: u32, file: File, path: PathBuf, reclaim: Arc<Reclaim>) -> Volume {
        // A file system that takes no advice does not read ahead by the kernel's rules either.
        let _ = fadvise(&file, 0, None, Advice::Random);
        Volume {
            number,
            file: Arc::new(file),
            path,
            entries: AtomicU32::new(0),
            pages: AtomicU64::new(0),
            dirty: AtomicBool::new(true),
            gone: AtomicBool::new(false),
            placed: Mutex::new(Vec::new()),
            reclaim,
        }
    }

    /// It has been written to.
    pub(crate) fn soil(&self) {
        self.dirty.store(true, Ordering::Relaxed);
    }

    /// What was put here so far.
    pub(crate) fn placed(&self) -> std::sync::MutexGuard<'_, Vec<Slice>> {
        self.placed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A volume's file name.
pub(crate) fn name(number: u32) -> String {
    format!("{number:08x}.volume")
}

/// The number in a volume's file name.
pub(crate) fn number_of(name: &str) -> Option<u32> {
    let digits = name.strip_suffix(".volume").filter(|digits| digits.len() == 8)?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    (self::name(number) == name).then_some(number)
}

fn header(number: u32) -> [u8; PAGE_BYTES as usize] {
    let mut header = [0; PAGE_BYTES as usize];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&crate::LAYOUT.to_le_bytes());
    header[12..16].copy_from_slice(&number.to_le_bytes());
    header
}

/// Pages that a slice of `length` bytes takes: its bytes, then the digests of its blocks.
pub(crate) fn pages_of(length: u32) -> u32 {
    let digests = u64::from(length.div_ceil(BLOCK_BYTES)) * DIGEST_BYTES as u64;
    (u64::from(length) + digests).div_ceil(PAGE_BYTES) as u32
}

/// A slice that is kept, or was: its place stays as it is for as long as somebody holds this.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) volume: Arc<Volume>,
    pub(crate) page: u32,
    pub(crate) length: u32,
    pub(crate) root: Digest,
    state: AtomicU8,
}

/// Its place is given back when it is dropped.
const RETIRED: u8 = 1;
/// Its bytes have to be compared with their digests before they are given to anybody.
const SUSPECT: u8 = 2;

impl Entry {
    /// An entry that counts for its volume until [`Entry::retire`], which is called once at most.
    pub(crate) fn new(volume: Arc<Volume>, page: u32, length: u32, root: Digest, suspect: bool) -> Entry {
        volume.entries.fetch_add(1, Ordering::Relaxed);
        volume.pages.fetch_add(u64::from(pages_of(length)), Ordering::Relaxed);
        Entry { volume, page, length, root, state: AtomicU8::new(if suspect { SUSPECT } else { 0 }) }
    }

    /// Where its bytes begin.
    pub(crate) fn offset(&self) -> u64 {
        u64::from(self.page) * PAGE_BYTES
    }

    /// Pages that it takes.
    pub(crate) fn pages(&self) -> u32 {
        pages_of(self.length)
    }

    /// Gives the place back as soon as nobody holds it. Says whether its volume has no entry any more.
    pub(crate) fn retire(&self) -> bool {
        self.state.fetch_or(RETIRED, Ordering::Relaxed);
        self.forget()
    }

    /// As [`Entry::retire`], but the place is left as it is.
    pub(crate) fn forget(&self) -> bool {
        self.volume.pages.fetch_sub(u64::from(self.pages()), Ordering::Relaxed);
        self.volume.entries.fetch_sub(1, Ordering::Relaxed) == 1
    }

    /// Its bytes have to be compared from now on.
    pub(crate) fn suspect(&self) {
        self.state.fetch_or(SUSPECT, Ordering::Relaxed);
    }

    pub(crate) fn is_suspect(&self) -> bool {
        self.state.load(Ordering::Relaxed) & SUSPECT != 0
    }

    /// Its bytes have been compared. Says whether it was suspect.
    pub(crate) fn clear(&self) -> bool {
        self.state.fetch_and(!SUSPECT, Ordering::Relaxed) & SUSPECT != 0
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // Only noted here: whoever holds a place last may be a thread that must not wait for a disk.
        if *self.state.get_mut() & RETIRED != 0 {
            let (page, pages) = (self.page, self.pages());
            self.volume.reclaim.note(Freed { volume: self.volume.clone(), page, pages });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_takes_its_bytes_and_its_digests() {
        for (length, pages) in [
            (1, 1),
            (4096 - 16, 1),
            (4096 - 15, 2),
            (65_536, 17),
            (1 << 20, 257),
            // 15 blocks and 3,840 bytes: 16 digests fit the last page's other 256 bytes.
            (15 * 65_536 + 3840, 241),
        ] {
            assert_eq!(pages_of(length), pages, "{length}");
        }
    }

    #[test]
    fn names_have_their_number() {
        assert_eq!(name(255), "000000ff.volume");
        for (name, number) in [
            ("000000ff.volume", Some(255)),
            ("000000FF.volume", None),
            ("ff.volume", None),
            ("+00000ff.volume", None),
            ("000000ff", None),
        ] {
            assert_eq!(number_of(name), number, "{name}");
        }
    }
}
