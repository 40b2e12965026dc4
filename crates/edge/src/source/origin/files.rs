//! Files that stay open: opening one costs as much as sending a short answer.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use stdx::clock::Clock;
use store::Key;

/// Files that are open at once, besides those that are being sent: the tracks of a few dozen films.
const FILES_MAX: usize = 512;

/// How long a file is believed to be there still. Objects never change, but they may be deleted.
const BELIEVED: Duration = Duration::from_secs(5);

/// An open file and its length.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) file: Arc<File>,
    pub(super) bytes: u64,
}

/// Opens the file at `path`; `None` where there is none.
pub(super) fn open(path: &Path) -> io::Result<Option<OpenFile>> {
    let file = match File::open(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        file => file?,
    };
    let meta = file.metadata()?;
    Ok(meta.is_file().then(|| OpenFile { file: Arc::new(file), bytes: meta.len() }))
}

/// Those that were asked for lately.
#[derive(Debug)]
pub(super) struct OpenFiles {
    clock: Arc<dyn Clock>,
    /// With when they were opened.
    files: Mutex<HashMap<Key, (Duration, Arc<OpenFile>)>>,
}

impl OpenFiles {
    pub(super) fn new(clock: Arc<dyn Clock>) -> OpenFiles {
        OpenFiles { clock, files: Mutex::default() }
    }

    /// The file of `key`, if it is open and not for too long.
    pub(super) fn get(&self, key: &Key) -> Option<Arc<OpenFile>> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let (opened, file) = files.get(key)?;
        (self.clock.monotonic().saturating_sub(*opened) < BELIEVED).then(|| Arc::clone(file))
    }

    /// Keeps a file open. Where there are too many, those go that would be opened anew anyhow, or else all.
    pub(super) fn put(&self, key: &Key, file: OpenFile) -> Arc<OpenFile> {
        let now = self.clock.monotonic();
        let file = Arc::new(file);
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.len() >= FILES_MAX {
            files.retain(|_, (opened, _)| now.saturating_sub(*opened) < BELIEVED);
        }
        if files.len() >= FILES_MAX {
            files.clear();
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
    fn files_are_looked_at_again_after_a_while_and_never_too_many() {
        let clock = Arc::new(ManualClock::default());
        let files = OpenFiles::new(clock.clone());
        let path = std::env::current_exe().unwrap();
        let open = || open(&path).unwrap().unwrap();
        let key = |i: usize| Key::new(format!("a/{i}")).unwrap();
        files.put(&key(0), open());
        assert!(files.get(&key(0)).is_some() && files.get(&key(1)).is_none());
        clock.advance_ms(5_000);
        assert!(files.get(&key(0)).is_none(), "it may be gone by now");
        for i in 0..2 * FILES_MAX {
            files.put(&key(i), open());
            assert!(files.get(&key(i)).is_some());
            assert!(files.files.lock().unwrap().len() <= FILES_MAX);
        }
    }

    #[test]
    fn folders_and_what_is_absent_are_no_objects() {
        assert!(open(Path::new("/")).unwrap().is_none());
        assert!(open(Path::new("/nowhere/at/all")).unwrap().is_none());
    }
}
