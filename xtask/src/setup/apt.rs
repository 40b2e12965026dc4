//! Debian's packages.
//!
//! Owns how apt-get is run: as root, with sudo only where sudo asks nothing, and by one part of the set-up at a time, since its
//! lists have one lock.

use crate::shell::{Result, command, quiet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static TURN: Mutex<()> = Mutex::new(());

/// Waits until no other part runs apt-get.
pub(super) fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Brings the lists of packages up to date.
pub(super) fn update() -> Result {
    as_root(&["update"])
}

/// Runs apt-get as root.
pub(super) fn as_root(arguments: &[&str]) -> Result {
    let is_root = quiet(command("id").arg("-u"))?.trim() == "0";
    let mut apt = if is_root { command("apt-get") } else { command("sudo") };
    if !is_root {
        apt.args(["-n", "apt-get"]);
    }
    apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-q"]).args(arguments);
    quiet(&mut apt).map(|_| ())
}

/// Unpacks `package` into `folder`, without installing it.
pub(super) fn unpack(package: &str, folder: &Path) -> Result {
    std::fs::create_dir_all(folder)?;
    let download = || quiet(command("apt-get").args(["-q", "download", package]).current_dir(folder));
    // The lists may have never been fetched.
    if download().is_err() {
        update()?;
        download()?;
    }
    let is_package = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "deb");
    let files = std::fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let file = files.into_iter().find(is_package).ok_or("apt-get download left no package")?;
    quiet(command("dpkg-deb").arg("--extract").arg(&file).arg(folder))?;
    Ok(std::fs::remove_file(file)?)
}
