//! The master key on this machine: in a file of its own, or given by hand.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use async_trait::async_trait;
use db::Sealed;
use zeroize::Zeroizing;

use crate::ring::Ring;
use crate::{Error, Kms, Plain, Result, random};

/// Most bytes that are read of a file that should hold master keys.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// Who may read the file: its owner.
const MODE: u32 = 0o600;

/// Master keys on this machine.
#[derive(Debug)]
pub struct LocalKms {
    source: Source,
    /// The keys as they were last read.
    ring: RwLock<Option<Ring>>,
}

#[derive(Debug)]
enum Source {
    /// Given by hand.
    Given,
    File {
        path: PathBuf,
        /// Names of the master keys that something was sealed with at the start: a new key would not open it.
        in_use: Vec<String>,
    },
}

impl LocalKms {
    /// The keys in `text`: 64 hexadecimal digits each, the current one first, apart by commas.
    ///
    /// # Errors
    /// [`Error::Unreadable`] where it holds something else.
    pub fn given(text: &str) -> Result<LocalKms> {
        let ring = Ring::parse("the setting keys.master", text)?;
        Ok(LocalKms { source: Source::Given, ring: RwLock::new(Some(ring)) })
    }

    /// The keys in the file `path`, which is read when a key is first needed, and then made where there is none.
    /// `in_use` names the master keys that something is sealed with; where there are some, no new one is made.
    ///
    /// # Errors
    /// Of its methods, beside those of reading and writing: [`Error::Lost`] where the file is wanted and not there,
    /// [`Error::Exposed`] where others may read it.
    pub fn file(path: PathBuf, in_use: Vec<String>) -> LocalKms {
        LocalKms { source: Source::File { path, in_use }, ring: RwLock::new(None) }
    }

    /// The ring as it is now: another process may have turned it.
    fn reread(&self) -> Result<Ring> {
        let ring = match &self.source {
            Source::Given => self.known(),
            Source::File { path, in_use } => Some(read_or_make(path, in_use)?),
        };
        let ring = ring.ok_or_else(|| Error::Unreadable { what: "the setting keys.master".to_owned() })?;
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Some(ring.clone());
        Ok(ring)
    }

    fn known(&self) -> Option<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Kms for LocalKms {
    async fn seal(&self, what: &str, secret: &Plain) -> Result<Sealed> {
        self.reread()?.seal(what, secret)
    }

    async fn open(&self, what: &str, sealed: &Sealed) -> Result<Plain> {
        match self.known().filter(|ring| ring.knows(&sealed.master_key)) {
            Some(ring) => ring.open(what, sealed),
            None => self.reread()?.open(what, sealed),
        }
    }

    async fn current(&self) -> Result<String> {
        Ok(self.reread()?.current().to_owned())
    }

    async fn start_rotation(&self) -> Result<()> {
        let ring = self.reread()?;
        match &self.source {
            Source::File { path, .. } => write(path, &ring.with_new()?, Place::Replaced),
            Source::Given if ring.len() > 1 => Ok(()),
            Source::Given => Err(Error::NothingToRotateTo),
        }
    }

    async fn finish_rotation(&self) -> Result<()> {
        let ring = self.reread()?;
        match &self.source {
            Source::File { path, .. } => write(path, &ring.without_old(), Place::Replaced),
            Source::Given => Ok(()),
        }
    }
}

fn read_or_make(path: &Path, in_use: &[String]) -> Result<Ring> {
    match read(path) {
        Err(Error::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
        ring => return ring,
    }
    if !in_use.is_empty() {
        return Err(Error::Lost { path: path.display().to_string(), names: in_use.join(", ") });
    }
    write(path, &Ring::generate()?, Place::New)?;
    read(path)
}

fn unusable(path: &Path) -> impl Fn(io::Error) -> Error {
    let path = path.display().to_string();
    move |source| Error::File { path: path.clone(), source }
}

fn read(path: &Path) -> Result<Ring> {
    let file = File::open(path).map_err(unusable(path))?;
    let mode = file.metadata().map_err(unusable(path))?.permissions().mode();
    if mode & !MODE & 0o777 != 0 {
        return Err(Error::Exposed { path: path.display().to_string() });
    }
    let mut text = Zeroizing::new(String::new());
    file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(unusable(path))?;
    Ring::parse(&path.display().to_string(), &text)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A file that appears meanwhile stays: whoever was first has made the key.
    New,
    Replaced,
}

/// Writes the file whole or not at all, so that no crash can lose a master key.
fn write(path: &Path, ring: &Ring, place: Place) -> Result<()> {
    let suffix: u64 = u64::from_ne_bytes(random()?);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{suffix:016x}.new"));
    let beside = path.with_file_name(name);
    let written = write_beside(&beside, &ring.text()).and_then(|()| match place {
        Place::Replaced => fs::rename(&beside, path),
        Place::New => match fs::hard_link(&beside, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        },
    });
    if place == Place::New || written.is_err() {
        // Left over where it cannot be removed: readable by its owner alone, as the file itself.
        let _ = fs::remove_file(&beside);
    }
    written.and_then(|()| sync_folder(path)).map_err(unusable(path))
}

fn write_beside(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn kms(path: &Path) -> LocalKms {
        LocalKms::file(path.to_owned(), vec![])
    }

    #[tokio::test]
    async fn the_first_need_makes_a_key_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("etc/master.key");
        let (first, second) = (kms(&path), kms(&path));
        assert!(!path.exists(), "nothing needed one yet");
        assert_eq!(first.current().await.unwrap(), second.current().await.unwrap());
        assert_eq!(mode(&path), 0o600);
        let files = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(files, 1, "nothing is left beside it");
    }

    #[tokio::test]
    async fn a_lost_key_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let error = LocalKms::file(path.clone(), vec!["0a0b0c0d".to_owned()]).current().await.unwrap_err();
        assert!(error.to_string().contains("sealed with 0a0b0c0d"), "{error}");
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        kms(&path).current().await.unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = kms(&path).current().await.unwrap_err();
        assert!(matches!(error, Error::Exposed { .. }), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        kms(&path).current().await.unwrap();
    }
}
