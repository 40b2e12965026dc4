//! Upstreams: what is behind a tier.
//!
//! Owns what is asked of a parent and what is believed of its answer. Which parent is asked, and what becomes of the bytes,
//! is not its business.

mod http;
mod store;

pub use self::http::{Parent, Pass};
pub use self::store::StoreUpstream;

use std::fmt::Debug;
use std::pin::Pin;

use ::store::Key;
use async_trait::async_trait;
use bytes::Bytes;
use cache::blocks::BlockDigests;
use futures_util::Stream;

use crate::source::Failure;

/// What an upstream says of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its length.
    pub bytes: u64,
    /// Its entity tag as it stands in a header.
    pub tag: Option<String>,
    /// Its media type.
    pub content_type: Option<String>,
    /// `Cache-Control`; where there is none the upstream says nothing of it.
    pub cache_control: Option<String>,
    /// Seconds since it was so for certain.
    pub age_s: u64,
    /// The digests of the blocks of the slice that was asked for.
    pub digests: Option<BlockDigests>,
}

/// The bytes of a slice as they come. An end before the last of them is for the reader to notice.
pub type Coming = Pin<Box<dyn Stream<Item = Result<Bytes, Failure>> + Send>>;

/// What an upstream gives for a slice.
pub enum Opened {
    /// There is no such object.
    Absent,
    /// There is, with these bytes of the slice; none where the object ends before it.
    Present(Box<Head>, Coming),
}

/// Something that objects come from.
#[async_trait]
pub trait Upstream: Send + Sync + Debug {
    /// What it is called in errors and figures, and by which edges tell it from others.
    fn name(&self) -> &str;

    /// Asks for the slice at `index`.
    ///
    /// # Errors
    /// Where no answer comes in time, or one that cannot be right.
    async fn slice(&self, key: &Key, index: u32) -> Result<Opened, Failure>;

    /// Asks what is known of the object, for none of its bytes.
    ///
    /// # Errors
    /// As above.
    async fn look(&self, key: &Key) -> Result<Option<Head>, Failure>;
}
