//! Reading: a range of an object, slice by slice, from the disk or from fills.
//!
//! Owns how far ahead of a reader slices are fetched, and what is fetched for a player before it asks.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use cache::blocks::{self, BlockDigests, Part};
use cache::eviction::Slice;
use futures_util::{StreamExt, stream};
use listen::{Body, Done, Piece};
use slices::{Kept, Verdict};
use store::Key;

use super::fill::Fill;
use super::keeping::{Version, part_of};
use super::{Met, Shared, fetching};
use crate::source::{Asked, Failure, Found, Handled, Reading, Reason};

/// Slices that are made ready while one is sent: a parent some tenths of a second away still fills a fast line.
const READY: usize = 2;

/// Slices that are fetched for players before they ask, at most, at a time.
pub(super) const AHEAD_MAX: usize = 64;

/// Slices that are fetched for one request's next one, at most: what a player names is a segment.
const AHEAD_OF_ONE: usize = 8;

/// Slices of a range that are looked at to say how it was handled; what follows them is seldom read.
const LOOKED_AT: usize = 64;

/// A slice that is there or on its way.
enum Ready {
    Kept(Kept),
    Coming(Arc<Fill>),
}

/// A reader on its way through a range.
struct Walk {
    shared: Arc<Shared>,
    key: Key,
    walker: Option<u64>,
    version: Version,
    /// Parts that are still to be made ready.
    parts: Box<dyn Iterator<Item = Part> + Send + Sync>,
    /// Those that are.
    ready: VecDeque<(Range<u32>, Ready)>,
}

/// Begins to read `range`; its first bytes are there then.
pub(super) async fn read(
    shared: &Arc<Shared>,
    asked: &Asked,
    found: &Found,
    met: &Met,
    range: Range<u64>,
) -> Result<Reading, Failure> {
    let handled = handled(shared, found, &met.version, range.clone());
    let done = watched(shared, &met.version, range.clone());
    let mut walk = Walk {
        shared: Arc::clone(shared),
        key: asked.key.clone(),
        walker: asked.walker,
        version: met.version.clone(),
        parts: Box::new(blocks::parts(range.clone())),
        ready: VecDeque::with_capacity(READY + 1),
    };
    walk.join(met.fill.as_ref());
    walk.prepare().await;
    ahead(shared, asked);
    let Some(first) = walk.piece().await? else { return Ok(Reading { body: Body::Empty, handled, done }) };
    let body = match first {
        Piece::File(part) if part.length == range.end - range.start => Body::File(part),
        first => {
            let rest = stream::try_unfold(walk, async |mut walk| {
                let piece = walk.piece().await.map_err(std::io::Error::other)?;
                Ok(piece.map(|piece| (piece, walk)))
            });
            Body::Pieces(stream::once(async { Ok(first) }).chain(rest).boxed())
        }
    };
    Ok(Reading { body, handled, done })
}

/// Looks at the disk where not all of `range` goes out.
fn watched(shared: &Arc<Shared>, version: &Version, range: Range<u64>) -> Option<Done> {
    let Version::Known(known) = version else { return None };
    let (shared, known) = (Arc::clone(shared), Arc::clone(known));
    Some(Box::new(move |sent| {
        let at = range.start.saturating_add(sent);
        if at < range.end {
            shared.doubt(&known, at);
        }
    }))
}

/// How a request for `range` is handled, as far as what is kept tells.
fn handled(shared: &Shared, found: &Found, version: &Version, range: Range<u64>) -> Handled {
    if found.handled != Handled::Hit {
        return found.handled;
    }
    let Version::Known(known) = version else { return Handled::Forwarded(Reason::Absent, false) };
    let (mut is_kept, mut is_coming) = (true, false);
    for part in blocks::parts(range).take(LOOKED_AT) {
        if shared.slices.find(known, part.index).is_none() {
            is_kept = false;
            is_coming |= shared.fills.is_coming(known.slice(part.index));
        }
    }
    if is_kept { Handled::Hit } else { Handled::Forwarded(Reason::Partial, is_coming) }
}

impl Walk {
    /// Takes the slice by which the object was met as the first part, if it is.
    fn join(&mut self, fill: Option<&Arc<Fill>>) {
        let Some(fill) = fill else { return };
        let mut parts = std::mem::replace(&mut self.parts, Box::new(std::iter::empty())).peekable();
        if let Some(part) = parts.next_if(|part| part.index == fill.slice.index) {
            self.shared.served.missed(part.within.end - part.within.start);
            self.ready.push_back((part.within, Ready::Coming(Arc::clone(fill))));
        }
        self.parts = Box::new(parts);
    }

    /// Makes the next parts ready.
    async fn prepare(&mut self) {
        // Where memory is short, what one reader has ready another waits for.
        let ready = if self.shared.is_short() { 0 } else { READY };
        while self.ready.len() <= ready {
            let Some(part) = self.parts.next() else { return };
            let ready = self.touch(&part).await;
            self.ready.push_back((part.within, ready));
        }
    }

    /// Has a slice fetched, if it is not kept.
    async fn touch(&self, part: &Part) -> Ready {
        let shared = &self.shared;
        let slice = Slice { object: slices::object_id(&self.version.key), index: part.index };
        let length = part.within.end - part.within.start;
        if let Some(kept) = shared.find_kept(&self.version, part.index).await {
            if !shared.decide(&self.key, slice, kept.length(), self.walker) {
                // It was pinned, and is no longer.
                shared.drop_soon(slice);
            }
            shared.served.hit(length);
            return Ready::Kept(kept);
        }
        shared.served.missed(length);
        Ready::Coming(shared.fill(&self.key, slice, self.walker).0)
    }

    /// The next bytes; `None` at the end.
    async fn piece(&mut self) -> Result<Option<Piece>, Failure> {
        self.prepare().await;
        let Some((within, ready)) = self.ready.front_mut() else { return Ok(None) };
        let piece = match ready {
            Ready::Kept(kept) => part_of(kept, within.clone()),
            Ready::Coming(fill) => {
                let same = fill.object().await?.is_some_and(|other| other.same_content(&self.version));
                if !same {
                    return Err(fill.failure("the object changed while it was being read"));
                }
                fill.piece(within.start, within.end).await?
            }
        };
        // Pieces are of a slice.
        within.start += piece.length() as u32;
        if within.start >= within.end {
            self.ready.pop_front();
        }
        Ok(Some(piece))
    }
}

/// Fetches what the player will ask for next, where there are places for that.
fn ahead(shared: &Arc<Shared>, asked: &Asked) {
    let Some((key, bytes)) = asked.next.clone() else { return };
    let range = bytes.unwrap_or(0..1);
    let object = slices::object_id(key.as_str());
    let known = shared.slices.object(key.as_str());
    for part in blocks::parts(range).take(AHEAD_OF_ONE) {
        let slice = Slice { object, index: part.index };
        let is_kept = known.as_ref().is_some_and(|known| shared.slices.find(known, part.index).is_some());
        if is_kept || shared.fills.is_coming(slice) {
            continue;
        }
        let Ok(place) = Arc::clone(&shared.ahead).try_acquire_owned() else { return };
        let (fill, is_new) = shared.fills.join(&key, slice);
        if is_new {
            fill.take_place(place);
            fetching::start(shared, &fill, cache::misses::Reason::Ahead, asked.walker);
        }
    }
}

/// The digests of a slice's blocks, from the disk or as they came; has the slice fetched where it is neither.
pub(super) async fn digests(
    shared: &Arc<Shared>,
    asked: &Asked,
    met: &Met,
    index: u32,
) -> Result<Option<BlockDigests>, Failure> {
    // A fill that finds the slice kept after all has none: the disk has.
    for _ in 0..2 {
        if let Some(digests) = kept_digests(shared, met, index).await {
            return Ok(Some(digests));
        }
        let slice = Slice { object: slices::object_id(&met.version.key), index };
        let fill = match &met.fill {
            Some(fill) if fill.slice == slice => Arc::clone(fill),
            _ => shared.fill(&asked.key, slice, asked.walker).0,
        };
        if let Some(digests) = fill.digests().await? {
            return Ok(Some(digests));
        }
    }
    Ok(None)
}

/// The digests of a slice that is kept, after a comparison: who asks for them would find damage out, and this one never.
async fn kept_digests(shared: &Arc<Shared>, met: &Met, index: u32) -> Option<BlockDigests> {
    let kept = shared.find_kept(&met.version, index).await?;
    let shared = Arc::clone(shared);
    let compare = move || match shared.slices.verify(kept.slice()) {
        Verdict::Damaged => {
            shared.damaged(kept.slice());
            None
        }
        Verdict::Sound | Verdict::Gone => shared.slices.digests(&kept).ok(),
    };
    tokio::task::spawn_blocking(compare).await.ok()?
}
