//! Fetching: gets a slice from the parents, however they behave.
//!
//! Owns the tries: which parent, how often, and what of its answer is believed. A block is handed on only when its digest
//! is the one that came with the slice from the origin, where one came; and what one try has handed on, the next must not
//! contradict.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cache::blocks::{self, BLOCK_BYTES, BlockDigests};
use cache::misses::Reason;
use futures_util::TryStreamExt;
use tokio::time::timeout;

use super::Shared;
use super::fill::Fill;
use super::upstream::{Coming, Opened};
use crate::source::Failure;

/// Tries for one slice, over all parents: enough to meet each of three parents twice.
const TRIES_MAX: usize = 6;

/// How often parents must say that an object which never changes is another one, or gone, before that is believed: one that is
/// wrong must not empty a cache that is right.
const DENIALS_MIN: u32 = 2;

/// Fills at once, those that wait for room among them: who opens requests and leaves must not pile them up.
const FILLS_MAX: usize = 8192;

/// How long a fill waits for room in memory, which others free as they end.
const ROOM_WAIT: Duration = Duration::from_secs(10);

/// A fill under way. However it stops, who waits for it learns.
struct Running {
    shared: Arc<Shared>,
    fill: Arc<Fill>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.fills.remove(&self.fill);
        // Counts only where nothing ended it before.
        self.fill.end(Err(self.fill.failure("it was given up")));
    }
}

/// Starts a fill that is new. It goes on when nobody waits for it any more: what has come so far is worth keeping.
/// `walker` is who asked first.
pub(super) fn start(shared: &Arc<Shared>, fill: &Arc<Fill>, why: Reason, walker: Option<u64>) {
    if shared.fills.count() > FILLS_MAX {
        fill.end(Err(fill.failure("too much is being fetched already")));
        shared.fills.remove(fill);
        return;
    }
    let running = Running { shared: Arc::clone(shared), fill: Arc::clone(fill) };
    tokio::spawn(async move { run(&running.shared, &running.fill, why, walker).await });
}

async fn run(shared: &Arc<Shared>, fill: &Arc<Fill>, why: Reason, walker: Option<u64>) {
    let Ok(Ok(room)) = timeout(ROOM_WAIT, Arc::clone(&shared.room).acquire_owned()).await else {
        fill.end(Err(fill.failure("too much is being fetched already")));
        return;
    };
    fill.take_room(room);
    // Another fill may have ended between the look at what is kept and the start of this one.
    if shared.find_again(fill).await {
        return fill.end(Ok(()));
    }
    let ended = fetch(shared, fill, why).await;
    match &ended {
        Ok(()) => settle(shared, fill, walker).await,
        Err(failure) => shared.give_up(fill, failure),
    }
    fill.end(ended);
}

/// Keeps a slice that has come whole, or does not.
async fn settle(shared: &Arc<Shared>, fill: &Fill, walker: Option<u64>) {
    let bytes = fill.bytes();
    if bytes == 0 || fill.is_left.load(Ordering::Relaxed) {
        return;
    }
    if shared.decide(&fill.key, fill.slice, bytes, walker) {
        shared.keep(fill).await;
    } else {
        shared.refuse(fill).await;
    }
}

/// Asks one parent after the other until the slice is whole, or there is no such object.
async fn fetch(shared: &Arc<Shared>, fill: &Fill, why: Reason) -> Result<(), Failure> {
    let order = {
        let mut parents = shared.parents();
        parents.begin();
        parents.order(fill.slice.object, shared.now_ms())
    };
    let mut failure = fill.failure("there is no parent");
    let mut denials = 0;
    for (tries, &place) in order.iter().cycle().take(TRIES_MAX.min(2 * order.len())).enumerate() {
        if tries > 0 && !shared.parents().repeat() {
            break;
        }
        let why = if tries > 0 { Reason::Health } else { why };
        match fetch_from(shared, place, fill, why, &mut denials).await {
            Ok(()) => {
                shared.parents().succeeded(place);
                return Ok(());
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a parent failed");
                shared.parents().failed(place, shared.now_ms());
                failure = error;
            }
        }
    }
    Err(failure)
}

async fn fetch_from(
    shared: &Arc<Shared>,
    place: usize,
    fill: &Fill,
    why: Reason,
    denials: &mut u32,
) -> Result<(), Failure> {
    let opened = shared.upstreams[place].slice(&fill.key, fill.slice.index).await?;
    let said = if let Opened::Present(head, _) = &opened { Some(&**head) } else { None };
    if shared.is_denied(&fill.key, said) {
        *denials += 1;
        if *denials < DENIALS_MIN {
            return Err(fill.failure("the parent has another object than it should never be"));
        }
    }
    let (head, coming) = match opened {
        Opened::Present(head, coming) => (head, coming),
        Opened::Absent => {
            if matches!(fill.known(), Some(Some(_))) {
                return Err(fill.failure("the object went while it was being read"));
            }
            shared.absent(&fill.key).await;
            fill.begin(None, None);
            return Ok(());
        }
    };
    let digests = head.digests.clone();
    let object = shared.learn(&fill.key, *head).await;
    if let Some(known) = fill.known() {
        let is_same = known.is_some_and(|known| known.same_content(&object));
        if !is_same {
            return Err(fill.failure("the object changed while it was being read"));
        }
    }
    let length = blocks::bytes_of(fill.slice.index, object.bytes).map_or(0, |range| range.end - range.start);
    // Never more than a slice.
    let length = u32::try_from(length).unwrap_or_default();
    fill.begin(Some(object), digests.clone());
    let counter = Arc::clone(shared);
    let counted = coming.inspect_ok(move |bytes| counter.misses().fetched(why, bytes.len() as u64));
    take(fill, Box::pin(counted), length, digests.as_ref()).await?;
    fill.digested();
    Ok(())
}

/// Takes the blocks of a slice of `length` as they come. Those that an earlier try has handed on are compared, so that what
/// follows them is of the same slice.
async fn take(
    fill: &Fill,
    mut coming: Coming,
    length: u32,
    digests: Option<&BlockDigests>,
) -> Result<(), Failure> {
    let mut block = BytesMut::new();
    let mut taken: u32 = 0;
    let mut index = 0;
    while let Some(mut bytes) = coming.try_next().await? {
        while !bytes.is_empty() {
            let block_bytes = (length - taken).min(BLOCK_BYTES) as usize;
            if block_bytes == 0 {
                return Err(fill.failure("more came than there is of the object"));
            }
            let part = bytes.split_to(bytes.len().min(block_bytes - block.len()));
            if block.is_empty() && part.len() == block_bytes {
                hand_on(fill, index, part, digests)?;
            } else {
                block.extend_from_slice(&part);
                if block.len() < block_bytes {
                    continue;
                }
                hand_on(fill, index, block.split().freeze(), digests)?;
            }
            taken += block_bytes as u32;
            index += 1;
        }
    }
    if taken < length { Err(fill.failure("it broke off")) } else { Ok(()) }
}

fn hand_on(fill: &Fill, index: usize, block: Bytes, digests: Option<&BlockDigests>) -> Result<(), Failure> {
    if digests.is_some_and(|digests| !digests.agree(index, &block)) {
        return Err(fill.failure("other bytes came than the origin sent"));
    }
    match fill.block(index) {
        Some(known) if known != block => Err(fill.failure("two parents sent different bytes")),
        Some(_) => Ok(()),
        None => {
            fill.push(block);
            Ok(())
        }
    }
}
