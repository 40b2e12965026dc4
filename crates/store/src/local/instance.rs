//! One opening of a directory: its temporary folder, and the removal of what dead processes left behind.
//!
//! Layout: `<root>/.tmp/lock` is held while the folders beside it are made or removed; `<root>/.tmp/<n>/lock` is held
//! by the process that opened folder `n` for as long as it lives. So a folder whose lock is free belongs to nobody.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Most openings of one directory at a time: a few processes with a few each; more means that they are leaking.
const INSTANCES_MAX: usize = 1024;

/// An opened directory.
#[derive(Debug)]
pub(super) struct Instance {
    root: PathBuf,
    folder: PathBuf,
    scratch: PathBuf,
    next: AtomicU64,
    /// Held until drop.
    _lock: File,
}

impl Instance {
    /// Opens `root`, which is made where there is none, and clears up after the dead.
    pub(super) fn open(root: PathBuf) -> io::Result<Instance> {
        let all = root.join(".tmp");
        fs::create_dir_all(&all)?;
        let root = root.canonicalize()?;
        let all = root.join(".tmp");
        let opening = File::create(all.join("lock"))?;
        opening.lock()?;
        remove_abandoned(&all)?;
        let (folder, lock) = claim(&all)?;
        let scratch = folder.join("scratch");
        fs::create_dir(&scratch)?;
        Ok(Instance { root, folder, scratch, next: AtomicU64::new(0), _lock: lock })
    }

    /// The directory, as an absolute path.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder for callers' files.
    pub(super) fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// A path for a temporary file that nobody else uses.
    pub(super) fn temporary(&self) -> PathBuf {
        self.folder.join(self.next.fetch_add(1, Ordering::Relaxed).to_string())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // What cannot be removed now is removed at the next opening.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn remove_abandoned(all: &Path) -> io::Result<()> {
    for entry in fs::read_dir(all)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && is_abandoned(&entry.path())? {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn is_abandoned(folder: &Path) -> io::Result<bool> {
    match File::open(folder.join("lock")) {
        Ok(lock) => Ok(lock.try_lock().is_ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

fn claim(all: &Path) -> io::Result<(PathBuf, File)> {
    for number in 0..INSTANCES_MAX {
        let folder = all.join(number.to_string());
        match fs::create_dir(&folder) {
            Ok(()) => {
                let lock = File::create(folder.join("lock"))?;
                lock.lock()?;
                return Ok((folder, lock));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other(format!("it is open {INSTANCES_MAX} times already")))
}
