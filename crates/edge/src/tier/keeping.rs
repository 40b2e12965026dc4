//! Keeping: what of what was fetched goes on the disk, and what goes from it.
//!
//! Owns the way between the decision (`cache::eviction`) and the disk (`slices`), and that both tell the same story. A disk that
//! is full, read-only or broken costs hits and never an answer.

use std::ops::{Deref, Range};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use cache::blocks::{self, BlockDigests, SLICE_BYTES};
use cache::eviction::{Outcome, Policy as _, Request, Slice};
use cache::freshness::{self, Keep};
use cache::misses::Reason;
use listen::{FilePart, Piece};
use slices::{Kept, Known, Object, Verdict};
use store::Key;

use super::Shared;
use super::fill::Fill;
use super::upstream::Head;
use crate::source::Failure;

/// The header of an object's record that has until when it may be used in need, in milliseconds.
const STALE_UNTIL: &str = "stale-until";

/// The header of an object's record that has its source's `Cache-Control`.
pub(super) const CACHE_CONTROL: &str = "cache-control";

/// An object as it is at the moment: a reader keeps to one version.
#[derive(Debug, Clone)]
pub(super) enum Version {
    /// One whose slices may be kept.
    Known(Arc<Known>),
    /// One of which nothing is kept.
    Passing(Arc<Object>),
}

impl Deref for Version {
    type Target = Object;

    fn deref(&self) -> &Object {
        match self {
            Version::Known(known) => known,
            Version::Passing(object) => object,
        }
    }
}

impl Version {
    /// Until when it may be used in need.
    pub(super) fn stale_until_ms(&self) -> i64 {
        let header = self.headers.iter().find(|(name, _)| name == STALE_UNTIL);
        header.and_then(|(_, value)| value.parse().ok()).unwrap_or_default()
    }
}

/// Bytes of a slice that is kept.
pub(super) fn part_of(kept: &Kept, within: Range<u32>) -> Piece {
    Piece::File(FilePart {
        file: kept.file(),
        offset: kept.offset() + u64::from(within.start),
        length: u64::from(within.end - within.start),
        hold: Some(kept.hold()),
    })
}

impl Shared {
    /// Takes a request for a slice in, and makes room for it where it is to be kept.
    pub(super) fn decide(
        self: &Arc<Shared>,
        key: &Key,
        slice: Slice,
        bytes: u32,
        walker: Option<u64>,
    ) -> bool {
        if self.is_pinned(key) {
            // It may have been kept for its worth before; now that is not asked any more.
            self.policy().forget(slice);
            return true;
        }
        let (group, name) = (hash_of(folder_of(key)), hash_of(key.name()));
        let at_ms = self.now_ms();
        let request = Request { slice, bytes, group, name, walker, at_ms };
        let mut evicted = Vec::new();
        let outcome = self.policy().request(&request, &mut evicted);
        if !evicted.is_empty() {
            let shared = Arc::clone(self);
            tokio::task::spawn_blocking(move || evicted.iter().for_each(|&slice| shared.evict(slice)));
        }
        outcome != Outcome::Passed
    }

    /// Keeps a slice no more that makes room for others, or is worth less than they are.
    fn evict(&self, slice: Slice) {
        self.misses().gone(slice, Reason::Evicted);
        // First that, then the disk: what is put between the two is removed by who puts it.
        self.fills.evict(slice);
        self.told(self.slices.remove(slice));
    }

    /// Does so without waiting for it.
    pub(super) fn drop_soon(self: &Arc<Shared>, slice: Slice) {
        let shared = Arc::clone(self);
        tokio::task::spawn_blocking(move || shared.evict(slice));
    }

    /// The slice, if it is kept and sound.
    pub(super) async fn find_kept(self: &Arc<Shared>, version: &Version, index: u32) -> Option<Kept> {
        let Version::Known(known) = version else { return None };
        let kept = self.slices.find(known, index)?;
        if !kept.is_suspect() {
            return Some(kept);
        }
        let (shared, suspect) = (Arc::clone(self), kept.clone());
        let verdict = tokio::task::spawn_blocking(move || shared.slices.check(&suspect)).await;
        if matches!(verdict, Ok(Verdict::Sound)) {
            return Some(kept);
        }
        self.damaged(kept.slice());
        None
    }

    /// Takes note of a slice that was found damaged, and is kept no more.
    pub(super) fn damaged(&self, slice: Slice) {
        tracing::warn!(
            object = slice.object,
            index = slice.index,
            "a slice was damaged; it will be fetched again"
        );
        self.policy().forget(slice);
        self.misses().gone(slice, Reason::Health);
    }

    /// Whether the slice of a fill that is new has been kept meanwhile; then the fill has it.
    pub(super) async fn find_again(self: &Arc<Shared>, fill: &Fill) -> bool {
        let Some(known) = self.slices.object(fill.key.as_str()) else { return false };
        let version = Version::Known(known);
        let Some(kept) = self.find_kept(&version, fill.slice.index).await else { return false };
        fill.begin(Some(version), None);
        fill.keep(kept);
        true
    }

    /// Puts a slice that has come whole on the disk.
    pub(super) async fn keep(self: &Arc<Shared>, fill: &Fill) {
        match self.put(fill).await {
            Some(kept) => fill.keep(kept),
            // Nothing, or on a disk that takes nothing.
            None => self.policy().forget(fill.slice),
        }
        if fill.is_left.load(Ordering::Relaxed) {
            self.remove(fill.slice).await;
        }
    }

    /// Removes a slice; who reads it goes on.
    async fn remove(self: &Arc<Shared>, slice: Slice) {
        let shared = Arc::clone(self);
        let _ = tokio::task::spawn_blocking(move || shared.told(shared.slices.remove(slice))).await;
    }

    async fn put(self: &Arc<Shared>, fill: &Fill) -> Option<Kept> {
        let Some(Some(Version::Known(known))) = fill.known() else { return None };
        let (blocks, index) = (fill.all_blocks(), fill.slice.index);
        if blocks.is_empty() {
            return None;
        }
        let shared = Arc::clone(self);
        let put = move || {
            let digests = blocks.iter().map(|block| blocks::digest(block)).collect();
            let digests = BlockDigests::from_digests(digests)?;
            let put = shared.slices.put(&known, index, &blocks, &digests);
            shared.told(put).then(|| shared.slices.find(&known, index))?
        };
        tokio::task::spawn_blocking(put).await.ok()?
    }

    /// Does not keep a slice that has come whole. Those who read it still have it from memory; where memory is short, from
    /// the disk after all, until they are done.
    pub(super) async fn refuse(self: &Arc<Shared>, fill: &Fill) {
        self.misses().gone(fill.slice, Reason::Refused);
        if !self.is_short() {
            return;
        }
        if let Some(kept) = self.put(fill).await {
            fill.keep(kept);
            self.remove(fill.slice).await;
        }
    }

    /// Whether memory for what is on its way is short.
    pub(super) fn is_short(&self) -> bool {
        self.room.available_permits() < self.room_slices / 2
    }

    /// A slice could not be had.
    pub(super) fn give_up(&self, fill: &Fill, failure: &Failure) {
        tracing::error!(error = failure as &dyn std::error::Error, "no parent has a slice");
        self.policy().forget(fill.slice);
    }

    /// There is no such object, says a parent.
    pub(super) async fn absent(self: &Arc<Shared>, key: &Key) {
        self.absences().insert(key.clone(), self.now_ms() + super::ABSENT_MS);
        self.forget(key).await;
    }

    /// Whether an object that is known and never changes is another one by what a parent has said of it; `None` says that
    /// there is none.
    pub(super) fn is_denied(&self, key: &Key, said: Option<&Head>) -> bool {
        let known = self.slices.object(key.as_str());
        known
            .filter(|known| known.fresh_until_ms.is_none())
            .is_some_and(|known| said.is_none_or(|head| (head.bytes, &head.tag) != (known.bytes, &known.tag)))
    }

    /// An answer broke off at byte `at` of an object. Mostly its reader left; where it was the disk, the slice goes, and is
    /// fetched by who asks next. One slice is looked at at a time: who leaves often must not keep the disk busy.
    pub(super) fn doubt(self: &Arc<Shared>, known: &Known, at: u64) {
        let index = u32::try_from(at / u64::from(SLICE_BYTES)).unwrap_or(u32::MAX);
        let Some(kept) = self.slices.find(known, index) else { return };
        let Ok(turn) = Arc::clone(&self.doubts).try_acquire_owned() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (shared, slice) = (Arc::clone(self), kept.slice());
        runtime.spawn_blocking(move || {
            if shared.slices.verify(slice) == Verdict::Damaged {
                shared.damaged(slice);
            }
            drop(turn);
        });
    }

    /// Keeps nothing of an object any more.
    pub(super) async fn forget(self: &Arc<Shared>, key: &Key) {
        let (shared, key) = (Arc::clone(self), key.clone());
        let forget = move || {
            let gone = shared.slices.remove_object(key.as_str());
            shared.told(gone.noted);
            gone.slices.iter().for_each(|&slice| shared.dropped(slice));
        };
        let _ = tokio::task::spawn_blocking(forget).await;
    }

    fn dropped(&self, slice: Slice) {
        self.policy().forget(slice);
        self.misses().gone(slice, Reason::Other);
    }

    /// Takes in what a parent says of an object.
    pub(super) async fn learn(self: &Arc<Shared>, key: &Key, head: Head) -> Version {
        let now_ms = self.clock.now_ms();
        let until = |ms: u64| now_ms.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX));
        // RFC 9111, 4.2.3: its time in the caches above counts.
        let age_ms = i64::try_from(head.age_s.saturating_mul(1000)).unwrap_or(i64::MAX);
        let keep = freshness::keep(head.cache_control.as_deref(), head.age_s, self.is_guarded);
        let header = |name: &str, value: String| (name.to_owned(), value);
        let mut headers: Vec<_> =
            head.cache_control.into_iter().map(|value| header(CACHE_CONTROL, value)).collect();
        let fresh_until_ms = match keep {
            Keep::Always => None,
            Keep::Never => Some(now_ms),
            Keep::For { fresh_ms, stale_ms } => {
                let stale_until = until(fresh_ms.saturating_add(stale_ms));
                headers.push(header(STALE_UNTIL, stale_until.to_string()));
                Some(until(fresh_ms))
            }
        };
        let object = Object {
            key: key.as_str().to_owned(),
            bytes: head.bytes,
            tag: head.tag,
            content_type: head.content_type,
            headers,
            fresh_until_ms,
            stored_ms: now_ms.saturating_sub(age_ms),
        };
        match keep {
            Keep::Never => Version::Passing(Arc::new(object)),
            _ => self.note(object).await,
        }
    }

    async fn note(self: &Arc<Shared>, object: Object) -> Version {
        if let Some(known) = self.slices.object(&object.key)
            && known.same_content(&object)
            && known.fresh_until_ms.is_none()
            && object.fresh_until_ms.is_none()
        {
            return Version::Known(known);
        }
        let (shared, noted) = (Arc::clone(self), object.clone());
        let note = move || match shared.slices.put_object(noted.clone()) {
            Ok(told) => {
                told.dropped.iter().for_each(|&slice| shared.dropped(slice));
                Some(told.known)
            }
            Err(error) => {
                shared.told::<()>(Err(error));
                // What is kept is as good, though that it is so still cannot be written down.
                shared.slices.object(&noted.key).filter(|known| known.same_content(&noted))
            }
        };
        match tokio::task::spawn_blocking(note).await {
            Ok(Some(known)) => Version::Known(known),
            _ => Version::Passing(Arc::new(object)),
        }
    }

    /// Whether the disk did what it was told. What it did not is said once in a while: it may be so for a long time.
    fn told<T>(&self, told: slices::Result<T>) -> bool {
        let Err(error) = told else { return true };
        let now_ms = self.now_ms();
        let last_ms = self.disk_error_ms.swap(now_ms, Ordering::Relaxed);
        if now_ms.saturating_sub(last_ms) >= DISK_ERROR_MS || last_ms == 0 {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the cache's disk fails; serving goes on"
            );
        }
        false
    }
}

/// How long the disk's errors are one and the same.
const DISK_ERROR_MS: u64 = 10_000;

fn folder_of(key: &Key) -> &str {
    key.as_str().rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn hash_of(text: &str) -> u64 {
    slices::object_id(text)
}
