//! Listing: the keys of the files below a folder.

use std::fs;
use std::io;
use std::path::Path;

use super::is_absent;
use crate::{Key, LIST_KEYS_MAX};

/// The keys below `folder`, sorted; stops one after the limit. Names that are no keys (a store's hidden files, what
/// people put there) are left out. Depth is bounded by the length of a key.
pub(super) fn keys_below(root: &Path, folder: &Key) -> io::Result<Vec<Key>> {
    let mut keys = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(root.join(folder.as_str())) {
            Err(error) if is_absent(&error) => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let Some(key) = entry.file_name().to_str().and_then(|name| folder.join(name).ok()) else {
                continue;
            };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(key);
            } else if kind.is_file() {
                keys.push(key);
            }
            if keys.len() > LIST_KEYS_MAX {
                return Ok(keys);
            }
        }
    }
    keys.sort_unstable();
    Ok(keys)
}
