//! Fills: slices on their way from a parent, read by all who wait for them while they come.
//!
//! Owns what has come so far and who is woken by more. Where the bytes come from is the business of `fetching`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use cache::blocks::{self, BLOCK_BYTES, BlockDigests};
use cache::eviction::Slice;
use listen::Piece;
use slices::Kept;
use store::Key;
use tokio::sync::{Notify, OwnedSemaphorePermit};

use super::keeping::{Version, part_of};
use crate::source::Failure;

/// A slice on its way.
#[derive(Debug)]
pub(super) struct Fill {
    pub(super) key: Key,
    pub(super) slice: Slice,
    /// Whether what comes is not to be kept: it was purged or evicted on its way.
    pub(super) is_left: AtomicBool,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// What the object is; `None` inside where there is none.
    object: Option<Option<Version>>,
    digests: Option<BlockDigests>,
    /// All of [`BLOCK_BYTES`] but the slice's last, and as they should be.
    blocks: Vec<Bytes>,
    /// The slice where it has been put on the disk; then there are no blocks.
    kept: Option<Kept>,
    ended: Option<Result<(), Failure>>,
    /// Its share of the memory for fills; free when the blocks are.
    room: Option<OwnedSemaphorePermit>,
    place: Option<OwnedSemaphorePermit>,
}

impl Fill {
    fn new(key: Key, slice: Slice) -> Fill {
        Fill { key, slice, is_left: AtomicBool::new(false), state: Mutex::default(), changed: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and wakes who waits.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state());
        self.changed.notify_waiters();
        changed
    }

    /// What `look` finds in the state, once it finds something.
    async fn when<T>(&self, look: impl Fn(&State) -> Option<T>) -> T {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // From here on no change is missed.
            changed.as_mut().enable();
            if let Some(found) = look(&self.state()) {
                return found;
            }
            changed.await;
        }
    }

    /// A failure to fetch it.
    pub(super) fn failure(&self, reason: &str) -> Failure {
        let doing = format!("fetching slice {} of {}", self.slice.index, self.key);
        Failure { doing, reason: reason.to_owned() }
    }

    /// Takes its share of memory, for as long as there are blocks and somebody may read them.
    pub(super) fn take_room(&self, room: OwnedSemaphorePermit) {
        self.state().room = Some(room);
    }

    /// Takes its place among what is fetched before it is asked for, until it ends.
    pub(super) fn take_place(&self, place: OwnedSemaphorePermit) {
        self.state().place = Some(place);
    }

    /// Takes note of what the object is. Each try has digests of its own, of which the last are as good as any.
    pub(super) fn begin(&self, object: Option<Version>, digests: Option<BlockDigests>) {
        self.change(|state| {
            state.object.get_or_insert(object);
            if digests.is_some() {
                state.digests = digests;
            }
        });
    }

    /// What it is, where that is known already.
    pub(super) fn known(&self) -> Option<Option<Version>> {
        self.state().object.clone()
    }

    /// The block at `index`, if it has come.
    pub(super) fn block(&self, index: usize) -> Option<Bytes> {
        self.state().blocks.get(index).cloned()
    }

    /// How many bytes have come and are in memory.
    pub(super) fn bytes(&self) -> u32 {
        self.state().blocks.iter().map(|block| block.len() as u32).sum()
    }

    /// All blocks of a slice that has come whole.
    pub(super) fn all_blocks(&self) -> Vec<Bytes> {
        self.state().blocks.clone()
    }

    /// Hands on another block, which is as it should be.
    pub(super) fn push(&self, block: Bytes) {
        self.change(|state| state.blocks.push(block));
    }

    /// The slice is on the disk: its bytes are in memory no longer.
    pub(super) fn keep(&self, kept: Kept) {
        self.change(|state| {
            state.kept = Some(kept);
            state.blocks = Vec::new();
            state.room = None;
        });
    }

    /// Nothing more comes. Only the first end counts.
    pub(super) fn end(&self, ended: Result<(), Failure>) {
        self.change(|state| {
            state.ended.get_or_insert(ended);
            state.place = None;
        });
    }

    /// What the object is, once that is known; `None` where there is none.
    pub(super) async fn object(&self) -> Result<Option<Version>, Failure> {
        self.when(|state| match (&state.object, &state.ended) {
            (Some(object), _) => Some(Ok(object.clone())),
            (None, Some(Err(failure))) => Some(Err(failure.clone())),
            (None, Some(Ok(()))) => Some(Ok(None)),
            (None, None) => None,
        })
        .await
    }

    /// The digests of the slice's blocks: at once where a parent told them, else when all has come. None of what was found kept
    /// after all.
    pub(super) async fn digests(&self) -> Result<Option<BlockDigests>, Failure> {
        self.object().await?;
        self.when(|state| match (&state.digests, &state.ended) {
            (Some(digests), _) => Some(Ok(Some(digests.clone()))),
            (None, Some(ended)) => Some(ended.clone().map(|()| None)),
            (None, None) => None,
        })
        .await
    }

    /// All has come: who asks for digests that no parent told is given those of what came.
    pub(super) fn digested(&self) {
        self.change(|state| {
            if state.digests.is_none() {
                let digests = state.blocks.iter().map(|block| blocks::digest(block)).collect();
                state.digests = BlockDigests::from_digests(digests);
            }
        });
    }

    /// Bytes of the slice from `at`, not beyond `end`: at least one, as soon as it is there.
    pub(super) async fn piece(&self, at: u32, end: u32) -> Result<Piece, Failure> {
        self.when(|state| {
            if let Some(kept) = &state.kept {
                return Some(Ok(part_of(kept, at..end)));
            }
            let index = (at / BLOCK_BYTES) as usize;
            if let Some(block) = state.blocks.get(index) {
                let start = (at % BLOCK_BYTES) as usize;
                let until = block.len().min((end - index as u32 * BLOCK_BYTES) as usize);
                if start < until {
                    return Some(Ok(Piece::Memory(block.slice(start..until))));
                }
            }
            match &state.ended {
                Some(Err(failure)) => Some(Err(failure.clone())),
                Some(Ok(())) => Some(Err(self.failure("it is shorter than it was said to be"))),
                None => None,
            }
        })
        .await
    }
}

/// All slices that are on their way.
#[derive(Debug, Default)]
pub(super) struct Fills(Mutex<HashMap<Slice, Arc<Fill>>>);

impl Fills {
    /// The fill of a slice, and whether it is a new one, which the caller has to run.
    pub(super) fn join(&self, key: &Key, slice: Slice) -> (Arc<Fill>, bool) {
        let mut fills = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fill) = fills.get(&slice).filter(|fill| fill.key == *key) {
            return (Arc::clone(fill), false);
        }
        let fill = Arc::new(Fill::new(key.clone(), slice));
        fills.insert(slice, Arc::clone(&fill));
        (fill, true)
    }

    /// Nobody joins `fill` any more.
    pub(super) fn remove(&self, fill: &Arc<Fill>) {
        let mut fills = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if fills.get(&fill.slice).is_some_and(|other| Arc::ptr_eq(other, fill)) {
            fills.remove(&fill.slice);
        }
    }

    /// Whether a slice is on its way.
    pub(super) fn is_coming(&self, slice: Slice) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&slice)
    }

    /// Nobody joins fills of objects below `prefix` any more, and what comes by them is not kept.
    pub(super) fn leave(&self, prefix: &str) {
        let mut fills = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fills.retain(|_, fill| {
            let stays = !fill.key.as_str().starts_with(prefix);
            if !stays {
                fill.is_left.store(true, Ordering::Relaxed);
            }
            stays
        });
    }

    /// A slice on its way is not to be kept after all: it makes room for another already.
    pub(super) fn evict(&self, slice: Slice) {
        let fills = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fill) = fills.get(&slice) {
            fill.is_left.store(true, Ordering::Relaxed);
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
