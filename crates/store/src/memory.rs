//! A store in memory: for tests, gone with the process.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use media::ByteRange;

use crate::object::{check_length, check_range};
use crate::{ByteStream, CHUNK_BYTES, Error, Key, LIST_KEYS_MAX, Meta, Result, Store};

/// Objects in memory.
#[derive(Debug, Default)]
pub struct Memory {
    objects: Mutex<BTreeMap<Key, Bytes>>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// The objects. A panic elsewhere cannot leave the map half changed, so poisoning says nothing.
    fn objects(&self) -> MutexGuard<'_, BTreeMap<Key, Bytes>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn object(&self, key: &Key) -> Result<Bytes> {
        self.objects().get(key).cloned().ok_or_else(|| Error::NotFound(key.clone()))
    }

    fn insert(&self, key: &Key, bytes: Bytes) -> Result<()> {
        let mut objects = self.objects();
        let held = objects.entry(key.clone()).or_insert_with(|| bytes.clone());
        if *held == bytes { Ok(()) } else { Err(Error::Conflict(key.clone())) }
    }
}

#[async_trait]
impl Store for Memory {
    async fn put(&self, key: &Key, bytes: Bytes) -> Result<()> {
        self.insert(key, bytes)
    }

    async fn put_file(&self, key: &Key, file: &Path) -> Result<()> {
        self.put_copy(key, file).await?;
        let removed = tokio::fs::remove_file(file).await;
        removed.map_err(Error::io(format!("cannot remove {} after storing it as {key}", file.display())))
    }

    async fn put_copy(&self, key: &Key, file: &Path) -> Result<()> {
        let bytes = tokio::fs::read(file).await;
        self.insert(
            key,
            bytes.map_err(Error::io(format!("cannot read {} for object {key}", file.display())))?.into(),
        )
    }

    async fn copy(&self, from: &Key, to: &Key) -> Result<()> {
        self.insert(to, self.object(from)?)
    }

    async fn head(&self, key: &Key) -> Result<Option<Meta>> {
        Ok(self.objects().get(key).map(|bytes| Meta { bytes: bytes.len() as u64 }))
    }

    async fn get(&self, key: &Key) -> Result<Bytes> {
        let bytes = self.object(key)?;
        check_length(key, bytes.len() as u64)?;
        Ok(bytes)
    }

    async fn read(&self, key: &Key, range: Option<ByteRange>) -> Result<ByteStream> {
        let bytes = self.object(key)?;
        let range = check_range(key, bytes.len() as u64, range)?;
        let rest = bytes.slice(range.offset as usize..range.end() as usize);
        Ok(Box::pin(stream::unfold(rest, |mut rest| async {
            let chunk = rest.split_to(rest.len().min(CHUNK_BYTES as usize));
            (!chunk.is_empty()).then_some((Ok(chunk), rest))
        })))
    }

    async fn list(&self, folder: &Key) -> Result<Vec<Key>> {
        let objects = self.objects();
        let after = objects.range((Bound::Excluded(folder.clone()), Bound::Unbounded));
        // Keys such as `a-b` sort between `a` and `a/b`, so the folder's keys are not all in one run from its start.
        let before_end =
            after.map(|(key, _)| key).take_while(|key| key.as_str().starts_with(folder.as_str()));
        let keys: Vec<Key> =
            before_end.filter(|key| key.is_below(folder)).take(LIST_KEYS_MAX + 1).cloned().collect();
        crate::object::check_count(folder, keys)
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        self.objects().remove(key);
        Ok(())
    }

    fn local_path(&self, _: &Key) -> Option<PathBuf> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keeps_the_contract() {
        crate::conformance::check(&Memory::new()).await;
    }
}
