//! A presentation in a folder.

use anyhow::{Context as _, bail};
use conform::{Part, Source, Unreadable};
use media::ByteRange;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What is looked for in a folder: playlists, manifests and media in boxes.
const EXTENSIONS: [&str; 11] =
    ["m3u8", "m3u", "mpd", "mp4", "m4s", "m4v", "m4a", "cmfv", "cmfa", "cmft", "cmfm"];

/// Files of a folder that are checked: a film of ten hours in segment files of ten renditions has fewer.
const FILES_MAX: usize = 200_000;

/// Folders in folders that are looked into.
const DEPTH_MAX: usize = 8;

/// Files that are held open; playlists name one after the other.
const OPEN_FILES_MAX: usize = 64;

/// A folder.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    open: Mutex<HashMap<String, File>>,
}

impl Folder {
    /// Opens a folder, or the folder of a file; gives what there is to be checked.
    pub(super) fn open(place: &Path) -> anyhow::Result<(Folder, Vec<String>)> {
        let doing = || format!("looking at {}", place.display());
        let facts = fs::metadata(place).with_context(doing)?;
        let of = |root: &Path| Folder { root: root.to_owned(), open: Mutex::default() };
        if facts.is_file() {
            let name = place.file_name().and_then(|name| name.to_str()).with_context(doing)?;
            return Ok((of(place.parent().unwrap_or(Path::new("."))), vec![name.to_owned()]));
        }
        let mut entries = Vec::new();
        list(place, "", 0, &mut entries).with_context(doing)?;
        entries.sort();
        if entries.is_empty() {
            bail!("{} has no playlist, no manifest and no MP4 file in it", place.display());
        }
        Ok((of(place), entries))
    }

    fn read_file(&self, path: &str, range: ByteRange) -> std::io::Result<Part> {
        // A thread that panicked left the map whole.
        let mut open = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !open.contains_key(path) {
            if open.len() == OPEN_FILES_MAX {
                open.clear();
            }
            open.insert(path.to_owned(), File::open(self.root.join(path))?);
        }
        let file = &open[path];
        let file_bytes = file.metadata()?.len();
        let length = range.length.min(file_bytes.saturating_sub(range.offset));
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        file.read_exact_at(&mut bytes, range.offset)?;
        Ok(Part { bytes, file_bytes })
    }
}

fn list(folder: &Path, prefix: &str, depth: usize, entries: &mut Vec<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type()?;
        let path = format!("{prefix}{name}");
        let known = Path::new(&name).extension().and_then(|extension| extension.to_str());
        if kind.is_dir() && depth < DEPTH_MAX {
            list(&entry.path(), &format!("{path}/"), depth + 1, entries)?;
        } else if known.is_some_and(|known| EXTENSIONS.contains(&known.to_ascii_lowercase().as_str())) {
            if entries.len() == FILES_MAX {
                return Err(std::io::Error::other(format!("there are more than {FILES_MAX} files")));
            }
            entries.push(path);
        }
    }
    Ok(())
}

impl Source for Folder {
    fn read(&self, uri: &str, range: ByteRange) -> Result<Part, Unreadable> {
        let path = inside(uri).ok_or(Unreadable::Elsewhere)?;
        self.read_file(&path, range).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Unreadable::Missing,
            _ => Unreadable::Failed(error.to_string()),
        })
    }
}

/// The path that a reference means inside the folder; `None` where it leads out of it.
fn inside(uri: &str) -> Option<String> {
    let path = percent_decoded(uri.split('?').next().unwrap_or_default())?;
    let elsewhere = path.contains("://") || path.starts_with('/') || path.split('/').any(|part| part == "..");
    (!elsewhere).then_some(path)
}

/// RFC 3986, 2.1; `None` where it is no text.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let code = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(b'%'));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stay_in_the_folder() {
        for (uri, expected) in [
            ("a/b.mp4?x=1", Some("a/b.mp4")),
            ("a%20b.mp4", Some("a b.mp4")),
            ("100%.mp4", Some("100%.mp4")),
            ("../a.mp4", None),
            ("a/%2e%2e/b.mp4", None),
            ("/etc/passwd", None),
            ("file:///etc/passwd", None),
            ("http://example.com/a.mp4", None),
        ] {
            assert_eq!(inside(uri).as_deref(), expected, "{uri}");
        }
    }

    #[test]
    fn ranges_end_with_the_file() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.mp4"), b"0123456789").unwrap();
        fs::write(dir.path().join("a.txt"), b"").unwrap();
        let (folder, entries) = Folder::open(dir.path()).unwrap();
        assert_eq!(entries, ["a.mp4"]);
        for (offset, length, expected) in [(0, 4, "0123"), (8, 9, "89"), (20, 4, "")] {
            let part = folder.read("a.mp4", ByteRange { offset, length }).unwrap();
            assert_eq!((part.bytes.as_slice(), part.file_bytes), (expected.as_bytes(), 10));
        }
        let all = ByteRange { offset: 0, length: 1 };
        assert_eq!(folder.read("b.mp4", all), Err(Unreadable::Missing));
        assert_eq!(folder.read("../a.mp4", all), Err(Unreadable::Elsewhere));
    }
}
