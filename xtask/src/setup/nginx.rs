//! nginx, which the tests of the edge ask what the right answer is: taken out of the distribution's package, not installed.

use super::apt;
use crate::root::tools;
use crate::shell::{Result, present};
use std::path::PathBuf;

/// Where administrators find it.
const ADMINISTRATORS: &str = "/usr/sbin/nginx";

/// Gets nginx where there is none. Tells whether it had to be fetched. Without it one test is skipped, aloud.
pub(super) fn ensure() -> Result<bool> {
    let ours = tools().join("bin/nginx");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join("nginx"));
    if ours.is_file() || PathBuf::from(ADMINISTRATORS).is_file() || places.any(|place| place.is_file()) {
        return Ok(false);
    }
    match fetch(&ours) {
        Ok(()) => Ok(true),
        Err(error) => {
            println!(
                "NOTE: nginx is not here, and a test of the edge will be skipped. By hand: sudo apt-get install -y nginx\n{error}"
            );
            Ok(false)
        }
    }
}

fn fetch(to: &PathBuf) -> Result {
    if !present("apt-get") {
        return Err("there is no apt-get".into());
    }
    let _turn = apt::turn();
    let folder = tools().join("nginx");
    apt::unpack("nginx", &folder)?;
    std::fs::create_dir_all(tools().join("bin"))?;
    std::fs::copy(folder.join("usr/sbin/nginx"), to)?;
    Ok(std::fs::remove_dir_all(folder)?)
}
