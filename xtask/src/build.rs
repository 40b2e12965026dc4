//! Builds: the web application, and the `matinee` binary that carries it.

use crate::root::{root, web};
use crate::shell::{Result, cargo, npm, quiet, run};
use crate::stamp::{Stamp, hash};
use std::path::{Path, PathBuf};

/// How a binary is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to compile; what tests use.
    Dev,
    /// Quick to run; what the demo and the benches use.
    Release,
}

impl Profile {
    /// Where the binary lies.
    pub(crate) fn matinee(self) -> PathBuf {
        let folder = if self == Profile::Dev { "debug" } else { "release" };
        target().join(folder).join("matinee")
    }
}

/// Cargo's build folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Builds `web/dist` unless it was built from the same inputs.
pub(crate) fn web_application() -> Result {
    let key = hash(&web(), &inputs()?)?;
    Stamp::new("web", key)
        .ensure(&[web().join("dist/index.html")], || quiet(npm().args(["run", "build"])).map(|_| ()))?;
    Ok(())
}

/// Builds the `matinee` that the demo and the benches run. The web application must have been built before.
pub(crate) fn release() -> Result {
    run(cargo().args(["build", "--locked", "--release", "--package", "server"]))
}

/// Compiles all of [`release`] that does not carry the web application: the long part, for the time of downloads.
pub(crate) fn release_rooms() -> Result {
    run(cargo().args([
        "build",
        "--locked",
        "--release",
        "--package",
        "pipeline",
        "--package",
        "control",
        "--package",
        "edge",
    ]))
}

/// Builds all programs and tests for testing. Both at once: alone, programs would get other features of shared
/// libraries and everything would be compiled twice.
pub(crate) fn workspace() -> Result {
    run(cargo().args(["build", "--locked", "--workspace", "--bins", "--tests"]))
}

/// What the web application is built from: all files of `web/` but fetched and built ones and the tests.
fn inputs() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(&web(), &["node_modules", "dist", "e2e", "tests"], &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, skipped: &[&str], files: &mut Vec<PathBuf>) -> Result {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            files.push(entry.path());
        } else if !skipped.iter().any(|name| entry.file_name() == *name) {
            collect(&entry.path(), skipped, files)?;
        }
    }
    Ok(())
}
