//! The node packages of `web/`, exactly as its lock file has them.

use crate::root::web;
use crate::shell::{Result, command, npm, quiet};
use crate::stamp::{Stamp, hash};

/// Oldest Node.js that the web tools run on: `engines` in `web/package.json`.
const NODE_MAJOR_MIN: u32 = 20;

/// Gets the packages. Tells whether they had to be fetched.
pub(super) fn ensure() -> Result<bool> {
    let version = node_version()?;
    let key = format!(
        "node {version} {}",
        hash(&web(), &[web().join("package.json"), web().join("package-lock.json")])?
    );
    Stamp::new("node", key).ensure(&[web().join("node_modules")], || {
        quiet(npm().args(["ci", "--no-audit", "--no-fund", "--loglevel", "error"])).map(|_| ())
    })
}

fn node_version() -> Result<String> {
    let version = quiet(command("node").arg("--version"))?.trim().to_owned();
    match major(&version) {
        Some(major) if major >= NODE_MAJOR_MIN => Ok(version),
        _ => Err(format!("Node.js {version} is too old: install {NODE_MAJOR_MIN} or newer").into()),
    }
}

/// The major number of a version such as `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_major_version_is_the_first_number() {
        for (version, expected) in [("v20.20.2", Some(20)), ("v9.0.0", Some(9)), ("20", None), ("vx", None)] {
            assert_eq!(super::major(version), expected, "{version}");
        }
    }
}
