//! Files that stay open: opening one costs as much as sending a short answer.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use stdx::clock::Clock;
use store::Key;

use crate::source::origin_tag;

/// Files that are open at once, besides those that are being sent: the tracks of a few hundred films, and a small part of
/// the files that a server may have open.
const FILES_MAX: usize = 4096;

/// How long a file is believed to be there still. Objects never change, but they may be deleted.
const BELIEVED: Duration = Duration::from_secs(5);

/// An open file and what is known of it.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) file: Arc<File>,
    pub(super) bytes: u64,
    /// Its entity tag.
    pub(super) tag: Arc<str>,
}

/// Opens the file of `key` at `path`; `None` where there is none.
pub(super) fn open(key: &Key, path: &Path) -> io::Result<Option<OpenFile>> {
    let file = match File::open(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        file => file?,
    };
    let meta = file.metadata()?;
    let opened =
        || OpenFile { file: Arc::new(file), bytes: meta.len(), tag: origin_tag(key, meta.len()).into() };
    Ok(meta.is_file().then(opened))
}

/// Those that were asked for lately.
#[derive(Debug)]
pub(super) struct OpenFiles {
    clock: Arc<dyn Clock>,
    /// With when they were last seen to be there.
    files: Mutex<HashMap<Key, (Duration, Arc<OpenFile>)>>,
}

impl OpenFiles {
    pub(super) fn new(clock: Arc<dyn Clock>) -> OpenFiles {
        OpenFiles { clock, files: Mutex::default() }
    }

    /// The file of `key`, if it is open and still has its name.
    pub(super) fn get(&self, key: &Key) -> Option<Arc<OpenFile>> {
        let now = self.clock.monotonic();
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let (seen, file) = files.get_mut(key)?;
        if now.saturating_sub(*seen) >= BELIEVED {
            // Asks the kernel for what it has in memory.
            if !file.file.metadata().is_ok_and(|meta| meta.nlink() > 0) {
                files.remove(key);
                return None;
            }
            *seen = now;
        }
        Some(Arc::clone(file))
    }

    /// Keeps a file open. Where there are too many, those go that nobody has asked for lately, or else any half.
    pub(super) fn put(&self, key: &Key, file: OpenFile) -> Arc<OpenFile> {
        let now = self.clock.monotonic();
        let file = Arc::new(file);
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.len() >= FILES_MAX {
            files.retain(|_, (seen, _)| now.saturating_sub(*seen) < 2 * BELIEVED);
        }
        if files.len() >= FILES_MAX {
            let mut is_kept = false;
            files.retain(|_, _| {
                is_kept = !is_kept;
                is_kept
            });
        }
        files.insert(key.clone(), (now, Arc::clone(&file)));
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stdx::clock::ManualClock;

    #[test]
    fn what_is_deleted_goes_after_a_while() {
        let clock = Arc::new(ManualClock::default());
        let files = OpenFiles::new(clock.clone());
        let folder = tempfile::tempdir().unwrap();
        let key = Key::new("a").unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "film").unwrap();
        files.put(&key, open(&key, &path).unwrap().unwrap());
        clock.advance_ms(5_000);
        assert_eq!(files.get(&key).unwrap().bytes, 4, "it was looked at again");
        std::fs::remove_file(&path).unwrap();
        assert!(files.get(&key).is_some(), "nobody looks each time");
        clock.advance_ms(5_000);
        assert!(files.get(&key).is_none());
    }

    #[test]
    fn there_are_never_too_many() {
        let files = OpenFiles::new(Arc::new(ManualClock::default()));
        let path = std::env::current_exe().unwrap();
        let file = Arc::new(File::open(&path).unwrap());
        for i in 0..2 * FILES_MAX {
            let key = Key::new(format!("a/{i}")).unwrap();
            files.put(&key, OpenFile { file: file.clone(), bytes: 1, tag: "a".into() });
            assert!(files.get(&key).is_some());
            assert!(files.files.lock().unwrap().len() <= FILES_MAX);
        }
    }

    #[test]
    fn folders_and_what_is_absent_are_no_objects() {
        let key = Key::new("a").unwrap();
        assert!(open(&key, Path::new("/")).unwrap().is_none());
        assert!(open(&key, Path::new("/nowhere/at/all")).unwrap().is_none());
    }
}
