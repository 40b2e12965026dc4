//! Sources: where the edge has objects from.
//!
//! Owns what the edge asks of a source and what it gets. The origin's source is the store; an edge's is what it keeps,
//! and the parents behind it.

mod origin;

pub use origin::Origin;

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use cache::blocks::BlockDigests;
use listen::{Body, Done};
use store::Key;

/// A request, as far as a source cares.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The object that is asked for.
    pub key: Key,
    /// The first byte that is wanted, where that can be told before the object's length is known.
    pub first: Option<u64>,
    /// Who asks: a hash of the session where it has a name, else of the connection.
    pub walker: Option<u64>,
    /// What the player says it will ask for next: an object, and the bytes of it that it has said (CMCD `nor`, `nrr`).
    pub next: Option<(Key, Option<Range<u64>>)>,
}

/// An object that there is.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its length.
    pub bytes: u64,
    /// Its entity tag as it stands in a header, where it has one.
    pub tag: Option<Arc<str>>,
    /// Its media type, where its source knows it better than its name tells.
    pub content_type: Option<String>,
    /// `Cache-Control` as its source has it. Where there is none, its bytes never change.
    pub cache_control: Option<String>,
    /// Seconds since the source of its source said that it is so, where it was not just now.
    pub age_s: Option<u64>,
    /// What is needed to read it, where its source found that out on the way.
    pub handle: Option<Arc<dyn std::any::Any + Send + Sync>>,
    /// How it was found.
    pub handled: Handled,
}

/// How a cache handled a request (RFC 9211 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handled {
    /// From what is kept.
    Hit,
    /// From what is kept and is no longer fresh, since nobody could be asked.
    Stale,
    /// Forwarded, because of the reason.
    Forwarded(Reason, Collapsed),
}

/// Why a request was forwarded (`fwd`, section 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nothing of the object is kept.
    Absent,
    /// Not all that was asked for is kept.
    Partial,
    /// What is kept is no longer fresh.
    Stale,
}

/// Whether somebody else's request was joined (`collapsed`, section 2.6).
pub type Collapsed = bool;

impl std::fmt::Display for Handled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (reason, collapsed) = match self {
            Handled::Hit => return f.write_str("hit"),
            Handled::Stale => return f.write_str("hit; detail=stale"),
            Handled::Forwarded(reason, collapsed) => (reason, collapsed),
        };
        f.write_str(match reason {
            Reason::Absent => "fwd=uri-miss",
            Reason::Partial => "fwd=partial",
            Reason::Stale => "fwd=stale",
        })?;
        if *collapsed { f.write_str("; collapsed") } else { Ok(()) }
    }
}

/// Bytes under way.
pub struct Reading {
    /// The bytes that were asked for, all of them.
    pub body: Body,
    /// How they were come by.
    pub handled: Handled,
    /// Wants to know how many of them went out.
    pub done: Option<Done>,
}

/// Why a source does not answer. Another time it may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{doing}: {reason}")]
pub struct Failure {
    /// What was being done.
    pub doing: String,
    /// What was wrong.
    pub reason: String,
}

impl Failure {
    /// A failure to read the object at `key`.
    pub(crate) fn reading(key: &Key, error: &dyn std::error::Error) -> Failure {
        Failure { doing: format!("reading object {key}"), reason: Chain(error).to_string() }
    }
}

/// An error with what it comes from.
pub(crate) struct Chain<'a>(pub(crate) &'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        match self.0.source() {
            Some(source) => write!(f, ": {}", Chain(source)),
            None => Ok(()),
        }
    }
}

/// The entity tag of an object of a store. Objects never change, so the key and the length say it all, and every origin says
/// the same.
pub(crate) fn origin_tag(key: &Key, bytes: u64) -> String {
    format!("\"{bytes:x}-{key}\"")
}

/// Where objects come from.
#[async_trait]
pub trait Source: Send + Sync + Debug {
    /// What is known of the object; `None` where there is none.
    ///
    /// # Errors
    /// Where nobody can say.
    async fn find(&self, asked: &Asked) -> Result<Option<Found>, Failure>;

    /// The bytes `range` of an object that was found; never empty, and within it.
    ///
    /// # Errors
    /// Where the first of them cannot be had. What fails later ends the body with an error.
    async fn read(&self, asked: &Asked, found: &Found, range: Range<u64>) -> Result<Reading, Failure>;

    /// The digests of the blocks of one slice; `None` where the object has it not, or nobody above knows them.
    ///
    /// # Errors
    /// Where they cannot be had now.
    async fn digests(
        &self,
        asked: &Asked,
        found: &Found,
        slice: u32,
    ) -> Result<Option<BlockDigests>, Failure>;
}
