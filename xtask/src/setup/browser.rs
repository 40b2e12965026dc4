//! Chromium, from the distribution's packages: the one part that lies outside the repository.

use crate::shell::{Result, command, present, quiet};
use std::path::PathBuf;

/// Environment variable that names another browser; the end to end scripts read it too.
pub(crate) const VARIABLE: &str = "CHROMIUM";

/// Names under which Chromium or Chrome is installed.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The browser's program: what [`VARIABLE`] names, else the first one on the search path.
pub(crate) fn executable() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Some(PathBuf::from(named));
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&folders).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}

/// Gets Chromium where there is no browser. Tells whether it had to be installed.
pub(super) fn ensure() -> Result<bool> {
    if executable().is_some_and(|program| program.is_file()) {
        return Ok(false);
    }
    if !present("apt-get") {
        return Err(
            "Chromium was not found and there is no apt-get: install Chromium so that `chromium` runs".into(),
        );
    }
    let root = quiet(command("id").arg("-u"))?.trim() == "0";
    apt_get(root, &["update"])
        .and_then(|()| apt_get(root, &["install", "-y", "--no-install-recommends", "chromium"]))
        .map_err(by_hand)?;
    Ok(true)
}

/// Runs apt-get as root; with sudo only where sudo asks nothing.
fn apt_get(root: bool, arguments: &[&str]) -> Result {
    let mut apt = if root { command("apt-get") } else { command("sudo") };
    if !root {
        apt.args(["-n", "apt-get"]);
    }
    apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-q"]).args(arguments);
    quiet(&mut apt).map(|_| ())
}

fn by_hand(error: Box<dyn std::error::Error + Send + Sync>) -> Box<dyn std::error::Error + Send + Sync> {
    let advice = "install Chromium by hand, then run this again:\n    sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium";
    format!("{error}\n{advice}").into()
}
