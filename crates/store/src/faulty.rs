//! A store that fails on demand: for tests of what callers do then.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use media::ByteRange;

use crate::{ByteStream, Error, Key, Meta, Result, Store};

/// Passes every operation on, but one, which fails as if the medium had.
#[derive(Debug)]
pub struct Faulty {
    inner: Arc<dyn Store>,
    fail_at: u64,
    operations: AtomicU64,
}

impl Faulty {
    /// `inner`, whose operation number `fail_at` (counted from 1) fails; 0 for none.
    pub fn new(inner: Arc<dyn Store>, fail_at: u64) -> Faulty {
        Faulty { inner, fail_at, operations: AtomicU64::new(0) }
    }

    /// How many operations were asked for so far; [`Store::local_path`] does not count.
    pub fn operations(&self) -> u64 {
        self.operations.load(Ordering::Relaxed)
    }

    fn count(&self, doing: &str, key: &Key) -> Result<()> {
        let number = self.operations.fetch_add(1, Ordering::Relaxed) + 1;
        if number == self.fail_at {
            let source = io::Error::other(format!("operation {number} was made to fail"));
            return Err(Error::io(format!("cannot {doing} {key}"))(source));
        }
        Ok(())
    }
}

#[async_trait]
impl Store for Faulty {
    async fn put(&self, key: &Key, bytes: Bytes) -> Result<()> {
        self.count("put", key)?;
        self.inner.put(key, bytes).await
    }

    async fn put_file(&self, key: &Key, file: &Path) -> Result<()> {
        self.count("put_file", key)?;
        self.inner.put_file(key, file).await
    }

    async fn put_copy(&self, key: &Key, file: &Path) -> Result<()> {
        self.count("put_copy", key)?;
        self.inner.put_copy(key, file).await
    }

    async fn copy(&self, from: &Key, to: &Key) -> Result<()> {
        self.count("copy", from)?;
        self.inner.copy(from, to).await
    }

    async fn head(&self, key: &Key) -> Result<Option<Meta>> {
        self.count("head", key)?;
        self.inner.head(key).await
    }

    async fn get(&self, key: &Key) -> Result<Bytes> {
        self.count("get", key)?;
        self.inner.get(key).await
    }

    async fn read(&self, key: &Key, range: Option<ByteRange>) -> Result<ByteStream> {
        self.count("read", key)?;
        self.inner.read(key, range).await
    }

    async fn list(&self, folder: &Key) -> Result<Vec<Key>> {
        self.count("list", folder)?;
        self.inner.list(folder).await
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        self.count("delete", key)?;
        self.inner.delete(key).await
    }

    fn local_path(&self, key: &Key) -> Option<PathBuf> {
        self.inner.local_path(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Memory;

    #[tokio::test]
    async fn without_faults_it_keeps_the_contract() {
        crate::conformance::check(&Faulty::new(Arc::new(Memory::new()), 0)).await;
    }

    #[tokio::test]
    async fn only_the_chosen_operation_fails() {
        let store = Faulty::new(Arc::new(Memory::new()), 2);
        let key = Key::new("a").unwrap();
        let mut failed = Vec::new();
        for _ in 0..4 {
            failed.push(store.put(&key, "x".into()).await.is_err());
        }
        assert_eq!(failed, [false, true, false, false]);
        assert_eq!(store.operations(), 4);
    }
}
