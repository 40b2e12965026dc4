//! Stamps: a file that says with which inputs a thing was last made, so that it is not made again.
//!
//! A stamp is written after the thing, in one step, and taken away before the thing is made anew: whatever is
//! interrupted is done again.

use crate::shell::Result;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

/// The stamp of the thing called `name`.
pub(crate) struct Stamp {
    path: PathBuf,
    key: String,
}

impl Stamp {
    /// The stamp of `name`, made with inputs that `key` describes wholly.
    pub(crate) fn new(name: &str, key: impl Into<String>) -> Stamp {
        Stamp { path: crate::root::tools().join("stamps").join(name), key: key.into() }
    }

    /// Whether the thing was made with these inputs and all `outputs` are still there.
    pub(crate) fn fresh(&self, outputs: &[PathBuf]) -> bool {
        std::fs::read_to_string(&self.path).is_ok_and(|key| key == self.key)
            && outputs.iter().all(|path| path.exists())
    }

    /// Makes the thing with `make` unless it is fresh. Tells whether it was made.
    pub(crate) fn ensure(&self, outputs: &[PathBuf], make: impl FnOnce() -> Result) -> Result<bool> {
        if self.fresh(outputs) {
            return Ok(false);
        }
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        make()?;
        self.write()?;
        Ok(true)
    }

    fn write(&self) -> Result {
        let part = self.path.with_extension(format!("part{}", std::process::id()));
        std::fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
        std::fs::write(&part, &self.key)?;
        Ok(std::fs::rename(part, &self.path)?)
    }
}

/// A hash of the contents of `files` and of their paths under `folder`, for a stamp's key. Good against accidents,
/// not against malice.
pub(crate) fn hash(folder: &Path, files: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        let content =
            std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        hasher.write(file.strip_prefix(folder)?.as_os_str().as_encoded_bytes());
        hasher.write_u64(content.len() as u64);
        hasher.write(&content);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
