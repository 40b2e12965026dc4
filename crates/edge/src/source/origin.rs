//! The origin's source: objects of a store.
//!
//! Files of a store in a directory are handed on as files, which are sent without passing through memory; those that are
//! asked for often stay open. What other stores have is streamed.

mod files;

use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use async_trait::async_trait;
use cache::blocks::{self, BlockDigests};
use futures_util::TryStreamExt;
use listen::{Body, FilePart, Piece};
use stdx::clock::Clock;
use store::{ByteRange, Key, Store};

use self::files::{OpenFile, OpenFiles};
use super::{Asked, Failure, Found, Handled, Reading, Source, origin_tag};

/// The objects of a store.
#[derive(Debug)]
pub struct Origin {
    store: Arc<dyn Store>,
    files: OpenFiles,
}

impl Origin {
    /// Those of `store`. `clock` tells how long a file has been open.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Origin {
        Origin { store, files: OpenFiles::new(clock) }
    }

    /// The object's file, where the store keeps files.
    async fn file(&self, key: &Key) -> Result<Option<Option<Arc<OpenFile>>>, Failure> {
        if let Some(file) = self.files.get(key) {
            return Ok(Some(Some(file)));
        }
        let Some(path) = self.store.local_path(key) else { return Ok(None) };
        let named = key.clone();
        let opened = tokio::task::spawn_blocking(move || files::open(&named, &path)).await;
        let opened = opened
            .map_err(|error| Failure::reading(key, &error))?
            .map_err(|error| Failure::reading(key, &error))?;
        Ok(Some(opened.map(|file| self.files.put(key, file))))
    }
}

#[async_trait]
impl Source for Origin {
    async fn find(&self, asked: &Asked) -> Result<Option<Found>, Failure> {
        let (bytes, tag, handle) = match self.file(&asked.key).await? {
            Some(None) => return Ok(None),
            Some(Some(file)) => (file.bytes, Arc::clone(&file.tag), Some(file as _)),
            None => match self.store.head(&asked.key).await {
                Ok(Some(meta)) => (meta.bytes, origin_tag(&asked.key, meta.bytes).into(), None),
                Ok(None) => return Ok(None),
                Err(error) => return Err(Failure::reading(&asked.key, &error)),
            },
        };
        Ok(Some(Found {
            bytes,
            tag: Some(tag),
            content_type: None,
            cache_control: None,
            age_s: None,
            handle,
            handled: Handled::Hit,
        }))
    }

    async fn read(&self, asked: &Asked, found: &Found, range: Range<u64>) -> Result<Reading, Failure> {
        let span = ByteRange { offset: range.start, length: range.end - range.start };
        let body = match open_file(found) {
            Some(file) => {
                let (offset, length) = (span.offset, span.length);
                Body::File(FilePart { file: Arc::clone(&file.file), offset, length, hold: None })
            }
            None => {
                let key = &asked.key;
                let bytes =
                    self.store.read(key, Some(span)).await.map_err(|error| Failure::reading(key, &error))?;
                Body::Pieces(Box::pin(bytes.map_ok(Piece::Memory).map_err(std::io::Error::other)))
            }
        };
        Ok(Reading { body, handled: Handled::Hit, done: None })
    }

    async fn digests(
        &self,
        asked: &Asked,
        found: &Found,
        slice: u32,
    ) -> Result<Option<BlockDigests>, Failure> {
        let Some(range) = blocks::bytes_of(slice, found.bytes) else { return Ok(None) };
        let span = ByteRange { offset: range.start, length: range.end - range.start };
        let failed = |error: &dyn std::error::Error| Failure::reading(&asked.key, error);
        if let Some(file) = open_file(found) {
            let read = move || {
                // A slice is short enough for memory.
                let mut bytes = vec![0; span.length as usize];
                file.file.read_exact_at(&mut bytes, span.offset).map(|()| BlockDigests::of(&bytes))
            };
            let read = tokio::task::spawn_blocking(read).await.map_err(|error| failed(&error))?;
            return read.map_err(|error| failed(&error));
        }
        let mut pieces = self.store.read(&asked.key, Some(span)).await.map_err(|error| failed(&error))?;
        let mut bytes = Vec::with_capacity(span.length as usize);
        while let Some(piece) = pieces.try_next().await.map_err(|error| failed(&error))? {
            bytes.extend_from_slice(&piece);
        }
        Ok(BlockDigests::of(&bytes))
    }
}

fn open_file(found: &Found) -> Option<Arc<OpenFile>> {
    found.handle.clone()?.downcast().ok()
}
