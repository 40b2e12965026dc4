//! Scratch: folders in which steps write before their outputs are stored.
//!
//! Owns one folder for each running process, locked while it lives. What a killed process left behind is removed by
//! the next one; the folder of a process that still runs is left alone.

use anyhow::Context as _;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const LOCK_FILE: &str = "lock";
const CLAIMS_FOLDER: &str = "claims";

/// The scratch folder of this process; removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    root: PathBuf,
    folder: TempDir,
    _lock: File,
}

/// A name that only one process at a time works on.
#[derive(Debug)]
pub struct Claim {
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
        Ok(Scratch { root: root.to_owned(), folder, _lock: lock })
    }

    /// A new empty folder for one step; removed when dropped.
    pub fn bench(&self, kind: &str) -> anyhow::Result<TempDir> {
        tempfile::Builder::new()
            .prefix(&format!("{kind}-"))
            .tempdir_in(self.folder.path())
            .with_context(|| format!("making a folder for a step in {}", self.folder.path().display()))
    }

    /// Claims `name` for this process until the claim is dropped or the process ends, however it ends; `None` where
    /// another process holds it.
    pub fn claim(&self, name: &str) -> anyhow::Result<Option<Claim>> {
        let claims = self.root.join(CLAIMS_FOLDER);
        let doing = || format!("claiming {name} in {}", claims.display());
        fs::create_dir_all(&claims).with_context(doing)?;
        let file = File::create(claims.join(name)).with_context(doing)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Claim { _lock: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(doing),
        }
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

    #[test]
    fn a_claim_has_one_holder() {
        let root = tempfile::tempdir().unwrap();
        let (one, other) = (Scratch::open(root.path()).unwrap(), Scratch::open(root.path()).unwrap());
        let claim = one.claim("film").unwrap();
        assert!(claim.is_some());
        assert!(other.claim("film").unwrap().is_none());
        assert!(other.claim("another").unwrap().is_some());
        drop(claim);
        assert!(other.claim("film").unwrap().is_some());
    }
}
