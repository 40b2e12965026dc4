//! How bytes get their name in a directory: durable first, then linked, never replaced.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::instance::Instance;
use crate::Key;

/// Bytes compared at a time where a name is taken already.
const COMPARE_BYTES: usize = 256 << 10;

/// Where the bytes come from.
pub(super) enum Source {
    /// From memory.
    Bytes(Bytes),
    /// From a file that goes away.
    Move(PathBuf),
    /// From a file that stays and may change later.
    Copy(PathBuf),
    /// From another object, which never changes.
    Link(PathBuf),
}

/// What became of it.
pub(super) enum Outcome {
    /// The object is new.
    Written,
    /// It was there.
    SameBytes,
    /// Another one is there.
    OtherBytes,
}

/// Writes `source` at `key`. When this returns, the object survives a loss of power.
pub(super) fn publish(instance: &Instance, key: &Key, source: Source) -> io::Result<Outcome> {
    let path = instance.root().join(key.as_str());
    match source {
        Source::Bytes(bytes) => from_temporary(instance, &path, |file| file.write_all(&bytes)),
        Source::Copy(from) => from_temporary(instance, &path, copy_of(&from)),
        Source::Link(from) => link(&from, &path, instance.root()),
        Source::Move(from) => {
            let outcome = take(instance, &from, &path)?;
            if !matches!(outcome, Outcome::OtherBytes) {
                fs::remove_file(from)?;
            }
            Ok(outcome)
        }
    }
}

fn copy_of(from: &Path) -> impl FnOnce(&mut File) -> io::Result<()> {
    move |to| io::copy(&mut File::open(from)?, to).map(drop)
}

/// Links a file that is ours to its object name; copies it where it is on another file system or no plain file.
fn take(instance: &Instance, from: &Path, path: &Path) -> io::Result<Outcome> {
    if !fs::symlink_metadata(from)?.is_file() {
        return from_temporary(instance, path, copy_of(from));
    }
    File::open(from)?.sync_all()?;
    match link(from, path, instance.root()) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            from_temporary(instance, path, copy_of(from))
        }
        outcome => outcome,
    }
}

fn from_temporary(
    instance: &Instance,
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<Outcome> {
    let temporary = instance.temporary();
    let outcome = write_durably(&temporary, write).and_then(|()| link(&temporary, path, instance.root()));
    // What cannot be removed now goes with the instance's folder.
    let _ = fs::remove_file(temporary);
    outcome
}

fn write_durably(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    write(&mut file)?;
    file.sync_all()
}

/// Gives the durable file `from` the name `path` as well.
fn link(from: &Path, path: &Path, root: &Path) -> io::Result<Outcome> {
    let folder = path.parent().unwrap_or(root);
    create_folders(folder, root)?;
    match fs::hard_link(from, path) {
        Ok(()) => sync_folder(folder).map(|()| Outcome::Written),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Whoever wrote it may not have made the name durable yet.
            sync_folder(folder)?;
            Ok(if same_bytes(from, path)? { Outcome::SameBytes } else { Outcome::OtherBytes })
        }
        Err(error) => Err(error),
    }
}

/// Makes the folders from `root` (which is there) down to `folder`, durably.
fn create_folders(folder: &Path, root: &Path) -> io::Result<()> {
    if folder == root || folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(root);
    create_folders(parent, root)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(parent),
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn same_bytes(a: &Path, b: &Path) -> io::Result<bool> {
    let (a, b) = (File::open(a)?, File::open(b)?);
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (io::BufReader::new(a), io::BufReader::new(b));
    let (mut left, mut right) = (Vec::with_capacity(COMPARE_BYTES), Vec::with_capacity(COMPARE_BYTES));
    loop {
        left.clear();
        right.clear();
        a.by_ref().take(COMPARE_BYTES as u64).read_to_end(&mut left)?;
        b.by_ref().take(COMPARE_BYTES as u64).read_to_end(&mut right)?;
        if left != right {
            return Ok(false);
        }
        if left.is_empty() {
            return Ok(true);
        }
    }
}
