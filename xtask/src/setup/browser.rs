//! Chromium, from the distribution's packages: the one part that lies outside the repository.

use super::apt;
use crate::shell::{Result, present};
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
    let _turn = apt::turn();
    apt::update()
        .and_then(|()| apt::as_root(&["install", "-y", "--no-install-recommends", "chromium"]))
        .map_err(by_hand)?;
    Ok(true)
}

fn by_hand(error: Box<dyn std::error::Error + Send + Sync>) -> Box<dyn std::error::Error + Send + Sync> {
    let advice = "install Chromium by hand, then run this again:\n    sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium";
    format!("{error}\n{advice}").into()
}
