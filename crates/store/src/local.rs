//! A store in a directory: one file for each object, under the object's key.
//!
//! An object is written beside the objects (below `.tmp`), made durable and then linked to its name, which fails where
//! the name is taken: so no crash and no race can show half an object or replace one. The directory must be on a file
//! system with hard links. Several processes may use it at once.

mod instance;
mod publish;
mod walk;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use media::ByteRange;

use crate::object::{check_count, check_length, check_range};
use crate::{ByteStream, CHUNK_BYTES, Error, Key, Meta, Result, Store};
use instance::Instance;

/// Objects in a directory.
#[derive(Debug, Clone)]
pub struct Local {
    instance: Arc<Instance>,
}

impl Local {
    /// The store in `root`, which is made where there is none. Temporary files of processes that have ended are
    /// removed.
    pub async fn open(root: impl Into<PathBuf>) -> Result<Local> {
        let root = root.into();
        let doing = format!("cannot open the object store in {}", root.display());
        let instance = blocking(doing, move || Instance::open(root)).await?;
        Ok(Local { instance: Arc::new(instance) })
    }

    /// A folder on the same file system for files on their way to [`Store::put_file`], which then moves them without
    /// copying. It is removed with its content when the last clone of this store is dropped, or at the next
    /// [`Local::open`] after a crash.
    pub fn scratch(&self) -> &Path {
        self.instance.scratch()
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.instance.root().join(key.as_str())
    }

    async fn publish(&self, key: &Key, source: publish::Source) -> Result<()> {
        let (instance, to) = (self.instance.clone(), key.clone());
        match blocking(format!("cannot write object {key}"), move || publish::publish(&instance, &to, source))
            .await?
        {
            publish::Outcome::Written | publish::Outcome::SameBytes => Ok(()),
            publish::Outcome::OtherBytes => Err(Error::Conflict(key.clone())),
        }
    }

    /// The open file of an object and its length.
    async fn open_object(&self, key: &Key) -> Result<(File, u64)> {
        let path = self.path(key);
        let opened = blocking(format!("cannot read object {key}"), move || {
            let file = match File::open(path) {
                Err(error) if is_absent(&error) => return Ok(None),
                file => file?,
            };
            let meta = file.metadata()?;
            Ok(meta.is_file().then_some((file, meta.len())))
        });
        opened.await?.ok_or_else(|| Error::NotFound(key.clone()))
    }
}

#[async_trait]
impl Store for Local {
    async fn put(&self, key: &Key, bytes: Bytes) -> Result<()> {
        self.publish(key, publish::Source::Bytes(bytes)).await
    }

    async fn put_file(&self, key: &Key, file: &Path) -> Result<()> {
        self.publish(key, publish::Source::Move(file.to_owned())).await
    }

    async fn put_copy(&self, key: &Key, file: &Path) -> Result<()> {
        self.publish(key, publish::Source::Copy(file.to_owned())).await
    }

    async fn copy(&self, from: &Key, to: &Key) -> Result<()> {
        if self.head(from).await?.is_none() {
            return Err(Error::NotFound(from.clone()));
        }
        self.publish(to, publish::Source::Link(self.path(from))).await
    }

    async fn head(&self, key: &Key) -> Result<Option<Meta>> {
        let path = self.path(key);
        blocking(format!("cannot look at object {key}"), move || match fs::metadata(path) {
            Ok(meta) => Ok(meta.is_file().then_some(Meta { bytes: meta.len() })),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    async fn get(&self, key: &Key) -> Result<Bytes> {
        let (file, bytes) = self.open_object(key).await?;
        check_length(key, bytes)?;
        read_at(key, Arc::new(file), ByteRange { offset: 0, length: bytes }).await
    }

    async fn read(&self, key: &Key, range: Option<ByteRange>) -> Result<ByteStream> {
        let (file, bytes) = self.open_object(key).await?;
        let range = check_range(key, bytes, range)?;
        Ok(stream_of(key.clone(), Arc::new(file), range))
    }

    async fn list(&self, folder: &Key) -> Result<Vec<Key>> {
        let (root, below) = (self.instance.root().to_owned(), folder.clone());
        let keys =
            blocking(format!("cannot list objects below {folder}"), move || walk::keys_below(&root, &below));
        check_count(folder, keys.await?)
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        let path = self.path(key);
        blocking(format!("cannot delete object {key}"), move || match fs::remove_file(path) {
            Err(error) if !is_absent(&error) => Err(error),
            _ => Ok(()),
        })
        .await
    }

    fn local_path(&self, key: &Key) -> Option<PathBuf> {
        Some(self.path(key))
    }
}

/// The pieces of `range`, each read when it is asked for.
fn stream_of(key: Key, file: Arc<File>, range: ByteRange) -> ByteStream {
    Box::pin(stream::unfold((key, file, range), |(key, file, rest)| async move {
        if rest.length == 0 {
            return None;
        }
        let piece = ByteRange { offset: rest.offset, length: rest.length.min(CHUNK_BYTES) };
        let read = read_at(&key, file.clone(), piece).await;
        let length = if read.is_ok() { rest.length - piece.length } else { 0 };
        Some((read, (key, file, ByteRange { offset: piece.end(), length })))
    }))
}

async fn read_at(key: &Key, file: Arc<File>, range: ByteRange) -> Result<Bytes> {
    blocking(format!("cannot read object {key}"), move || {
        let mut buffer = vec![0; range.length as usize];
        file.read_exact_at(&mut buffer, range.offset)?;
        Ok(buffer.into())
    })
    .await
}

/// Whether there is nothing at a path: no such name, or what should be a folder on the way is an object.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Runs `work`, which blocks, where it holds up nobody. tokio's limit of 512 blocking threads bounds how much runs at
/// once.
pub(crate) async fn blocking<T, F>(doing: String, work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> io::Result<T> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|stopped| Err(io::Error::other(stopped))).map_err(Error::io(doing))
}

#[cfg(test)]
mod tests;
