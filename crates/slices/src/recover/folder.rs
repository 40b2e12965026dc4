//! A cache's folder: whose it is, and the volumes in it.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::volumes_of;
use crate::disk::Disk;
use crate::reclaim::Reclaim;
use crate::volume::{self, PAGE_BYTES, Volume};
use crate::{Error, Result};

/// Names in a cache's folder; the last is what some file systems begin with.
const OURS: [&str; 5] = ["lock", "journal", "journal.next", "volumes", "lost+found"];

/// A lock on a folder.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough: a process that is just being started by another thread may have the file too, for a moment.
        let _ = self.0.unlock();
    }
}

/// A folder that is ours.
pub(super) struct Folder {
    /// To be held; none on a disk that takes no writes and was never used.
    pub(super) lock: Option<Lock>,
    /// Whether the disk takes writes.
    pub(super) writable: bool,
}

/// The volumes of a folder.
pub(super) struct Found {
    pub(super) volumes: BTreeMap<u32, Arc<Volume>>,
    /// Files that should be some, and are not.
    pub(super) damaged: u64,
}

/// Makes `folder` ours, if it is nobody's and its file system can do what is needed.
pub(super) fn claim(disk: &dyn Disk, folder: &Path) -> Result<Folder> {
    let doing = || format!("cannot open the slices in {}", folder.display());
    let (lock, writable) = match open_lock(folder) {
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => {
            (File::open(folder.join("lock")).ok(), false)
        }
        lock => (Some(lock.map_err(Error::io(doing))?), true),
    };
    if let Some(lock) = &lock {
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::InUse(folder.to_owned())),
            Err(TryLockError::Error(error)) => return Err(Error::of(doing(), error)),
        }
    }
    refuse_foreign(folder)?;
    if let Some(lock) = lock.as_ref().filter(|_| writable) {
        disk.punch(lock, 0, PAGE_BYTES)
            .map_err(|source| Error::CannotPunch { folder: folder.to_owned(), source })?;
        fs::create_dir_all(volumes_of(folder)).map_err(Error::io(doing))?;
    }
    Ok(Folder { lock: lock.map(Lock), writable })
}

fn open_lock(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join("lock"))
}

fn refuse_foreign(folder: &Path) -> Result<()> {
    let doing = || format!("cannot look into {}", folder.display());
    for entry in fs::read_dir(folder).map_err(Error::io(doing))? {
        let name = entry.map_err(Error::io(doing))?.file_name();
        if !OURS.iter().any(|ours| name == *ours) {
            let name = name.to_string_lossy().into_owned();
            return Err(Error::Foreign { folder: folder.to_owned(), name });
        }
    }
    Ok(())
}

/// Opens all volumes. One whose beginning is no volume's is removed: nothing in it is to be trusted.
pub(super) fn volumes(
    disk: &dyn Disk,
    folder: &Path,
    writable: bool,
    reclaim: &Arc<Reclaim>,
) -> Result<Found> {
    let doing = || format!("cannot open the volumes in {}", folder.display());
    let mut found = Found { volumes: BTreeMap::new(), damaged: 0 };
    let entries = match fs::read_dir(volumes_of(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        entries => entries.map_err(Error::io(doing))?,
    };
    for entry in entries {
        let entry = entry.map_err(Error::io(doing))?;
        let Some(number) = entry.file_name().to_str().and_then(volume::number_of) else { continue };
        let opened = Volume::open(disk, entry.path(), number, writable, reclaim.clone());
        if let Some(volume) = opened.map_err(Error::io(doing))? {
            found.volumes.insert(number, Arc::new(volume));
            continue;
        }
        // An empty one was only just begun.
        let empty = entry.metadata().is_ok_and(|meta| meta.len() == 0);
        found.damaged += u64::from(!empty);
        if writable {
            fs::remove_file(entry.path()).map_err(Error::io(doing))?;
        }
    }
    Ok(found)
}
