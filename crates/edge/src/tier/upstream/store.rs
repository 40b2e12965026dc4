//! A store as upstream, for an origin that keeps what its store is slow to give.

use std::sync::Arc;

use async_trait::async_trait;
use cache::blocks;
use cache::freshness::{Content, cache_control};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{ByteRange, Key, Store};

use super::{Head, Opened, Upstream};
use crate::source::{Failure, origin_tag};

/// The objects of a store.
#[derive(Debug)]
pub struct StoreUpstream(Arc<dyn Store>);

impl StoreUpstream {
    /// Those of `store`.
    pub fn new(store: Arc<dyn Store>) -> StoreUpstream {
        StoreUpstream(store)
    }
}

#[async_trait]
impl Upstream for StoreUpstream {
    fn name(&self) -> &str {
        "store"
    }

    async fn slice(&self, key: &Key, index: u32) -> Result<Opened, Failure> {
        let Some(head) = self.look(key).await? else { return Ok(Opened::Absent) };
        let Some(range) = blocks::bytes_of(index, head.bytes) else {
            return Ok(Opened::Present(Box::new(head), stream::empty().boxed()));
        };
        let span = ByteRange { offset: range.start, length: range.end - range.start };
        let bytes = self.0.read(key, Some(span)).await.map_err(|error| Failure::reading(key, &error))?;
        let key = key.clone();
        let bytes = bytes.map_err(move |error| Failure::reading(&key, &error));
        Ok(Opened::Present(Box::new(head), bytes.boxed()))
    }

    async fn look(&self, key: &Key) -> Result<Option<Head>, Failure> {
        let meta = self.0.head(key).await.map_err(|error| Failure::reading(key, &error))?;
        Ok(meta.map(|meta| Head {
            bytes: meta.bytes,
            tag: Some(origin_tag(key, meta.bytes)),
            content_type: None,
            cache_control: Some(cache_control(Content::Immutable).to_owned()),
            age_s: 0,
            digests: None,
        }))
    }
}
