//! Scratch: folders in which steps write before their outputs are stored.
//!
//! Owns one folder for each running process, locked while it lives. What a killed process left behind is removed by
//! the next one; the folder of a process that still runs is left alone.

use anyhow::Context as _;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const LOCK_FILE: &str = "lock";

/// The scratch folder of this process; removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
    _lock: File,
}

impl Scratch {
    /// Makes this process's folder under `root` and removes those of processes that are gone.
    pub fn open(root: &Path) -> anyhow::Result<Scratch> {
        let doing = || format!("preparing the scratch folder {}", root.display());
        fs::create_dir_all(root).with_context(doing)?;
        remove_abandoned(root).with_context(doing)?;
        let folder = tempfile::Builder::new().prefix("run-").tempdir_in(root).with_context(doing)?;
        let lock = File::create(folder.path().join(LOCK_FILE)).with_context(doing)?;
        lock.lock().with_context(doing)?;
        Ok(Scratch { folder, _lock: lock })
    }

    /// A new empty folder for one step; removed when dropped.
    pub fn bench(&self, kind: &str) -> anyhow::Result<TempDir> {
        tempfile::Builder::new()
            .prefix(&format!("{kind}-"))
            .tempdir_in(self.folder.path())
            .with_context(|| format!("making a folder for a step in {}", self.folder.path().display()))
    }

    /// The folder of this process.
    pub fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

fn remove_abandoned(root: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(root)? {
        let folder = entry?.path();
        // A folder without its lock is one that another process is making this moment, or a torn one: a torn one
        // holds nothing and costs nothing.
        let Ok(lock) = File::open(folder.join(LOCK_FILE)) else { continue };
        match lock.try_lock() {
            Ok(()) => fs::remove_dir_all(&folder)?,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_abandoned_folders_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let alive = Scratch::open(root.path()).unwrap();
        let dead = root.path().join("run-dead");
        fs::create_dir_all(dead.join("encode-1")).unwrap();
        File::create(dead.join(LOCK_FILE)).unwrap();
        let bench = alive.bench("encode").unwrap();

        let next = Scratch::open(root.path()).unwrap();

        assert!(!dead.exists());
        assert!(bench.path().exists());
        assert_ne!(alive.path(), next.path());
    }
}
