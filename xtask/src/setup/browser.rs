//! Chromium, from the distribution's packages: the one part that lies outside the repository.

use crate::shell::{Result, command, present, quiet};

/// Names under which Chromium or Chrome is installed.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Gets Chromium where there is none. Tells whether it had to be installed.
pub(super) fn ensure() -> Result<bool> {
    if NAMES.iter().any(|name| present(name)) {
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
