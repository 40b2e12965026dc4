//! Upkeep: what an operator does with a tier, and what it tells of itself.
//!
//! Owns purging, pinning, the scrub, and the figures.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use cache::misses::{REASONS, Reason};
use slices::{Usage, Verdict};
use store::Key;
use tokio::time::MissedTickBehavior;

use super::Tier;

/// Time from one slice that the scrub reads to the next: 8 MiB in a second at most are little beside what a disk gives, and
/// a terabyte in two days.
const SCRUB_TURN: Duration = Duration::from_millis(125);

/// Pause between two scrubs.
const SCRUB_PAUSE: Duration = Duration::from_secs(3600);

/// Bytes that were asked for, by where they were.
#[derive(Debug, Default)]
pub(super) struct Served {
    hit: AtomicU64,
    missed: AtomicU64,
}

impl Served {
    pub(super) fn hit(&self, bytes: u32) {
        self.hit.fetch_add(u64::from(bytes), Ordering::Relaxed);
    }

    pub(super) fn missed(&self, bytes: u32) {
        self.missed.fetch_add(u64::from(bytes), Ordering::Relaxed);
    }
}

/// What a tier tells of itself.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Bytes that were asked for and kept.
    pub hit_bytes: u64,
    /// Bytes that were asked for and not kept.
    pub missed_bytes: u64,
    /// Bytes that came from parents, by why.
    pub fetched_bytes: Vec<(Reason, u64)>,
    /// What is kept.
    pub usage: Usage,
    /// Slices on their way.
    pub fills: usize,
    /// The parents in their order.
    pub parents: Vec<ParentFigures>,
    /// Whether the disk did something that it was told in the last seconds with an error.
    pub is_disk_failing: bool,
}

/// What is told of a parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParentFigures {
    /// Its name.
    pub name: String,
    /// Whether it is asked in its turn.
    pub is_well: bool,
}

/// How long an error of the disk shows in the figures.
const DISK_ERROR_SHOWN_MS: u64 = 60_000;

impl Tier {
    /// Keeps nothing any more of the objects whose keys begin with `prefix`; how many there were. Outlasts a loss of power.
    ///
    /// # Errors
    /// Where the disk does not take it: then they may be back after a restart.
    pub async fn purge(&self, prefix: &str) -> slices::Result<usize> {
        let shared = &self.0;
        shared.absences().retain(|key, _| !key.as_str().starts_with(prefix));
        shared.fills.leave(prefix);
        let keys: Vec<String> = shared.slices.objects_below(prefix).map(|known| known.key.clone()).collect();
        for key in &keys {
            if let Ok(key) = Key::new(key) {
                shared.forget(&key).await;
            }
        }
        let shared = Arc::clone(shared);
        let flushed = tokio::task::spawn_blocking(move || shared.slices.flush()).await;
        flushed.unwrap_or(Ok(()))?;
        Ok(keys.len())
    }

    /// Keeps objects whose keys begin with `prefix` whatever others are worth, from their next request on.
    pub fn pin(&self, prefix: &str) {
        let mut pinned = self.0.pinned.write().unwrap_or_else(PoisonError::into_inner);
        if !pinned.iter().any(|other| other == prefix) {
            pinned.push(prefix.to_owned());
        }
    }

    /// Does so no more; whether it was so.
    pub fn unpin(&self, prefix: &str) -> bool {
        let mut pinned = self.0.pinned.write().unwrap_or_else(PoisonError::into_inner);
        let before = pinned.len();
        pinned.retain(|other| other != prefix);
        pinned.len() < before
    }

    /// Tells the cache what is expected: so many plays a second of what lies in `folder`.
    pub fn hint(&self, folder: &str, plays_per_s: f64) {
        self.0.policy().hint(slices::object_id(folder), plays_per_s);
    }

    /// What it tells of itself.
    pub fn figures(&self) -> Figures {
        let shared = &self.0;
        let now_ms = shared.now_ms();
        let is_well = {
            let parents = shared.parents();
            move |place| parents.is_well(place, now_ms)
        };
        let names = shared.upstreams.iter().map(|upstream| upstream.name().to_owned());
        let parents =
            names.enumerate().map(|(place, name)| ParentFigures { name, is_well: is_well(place) }).collect();
        let misses = shared.misses();
        let error_ms = shared.disk_error_ms.load(Ordering::Relaxed);
        Figures {
            hit_bytes: shared.served.hit.load(Ordering::Relaxed),
            missed_bytes: shared.served.missed.load(Ordering::Relaxed),
            fetched_bytes: REASONS.into_iter().map(|why| (why, misses.bytes(why))).collect(),
            usage: shared.slices.usage(),
            fills: shared.fills.count(),
            parents,
            is_disk_failing: error_ms > 0 && now_ms.saturating_sub(error_ms) < DISK_ERROR_SHOWN_MS,
        }
    }

    /// Reads all that is kept once, at its leisure, and fetches anew what is damaged; how much was.
    pub async fn scrub(&self) -> usize {
        let shared = &self.0;
        let mut turns = tokio::time::interval(SCRUB_TURN);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut damaged = 0;
        let objects: Vec<_> = shared.slices.objects_below("").collect();
        for known in objects {
            let Ok(key) = Key::new(&known.key) else { continue };
            let slices = known.bytes.div_ceil(u64::from(cache::blocks::SLICE_BYTES));
            for index in 0..u32::try_from(slices).unwrap_or(u32::MAX) {
                let slice = known.slice(index);
                if shared.slices.find(&known, index).is_none() {
                    continue;
                }
                turns.tick().await;
                let verifier = Arc::clone(shared);
                let verdict = tokio::task::spawn_blocking(move || verifier.slices.verify(slice)).await;
                if matches!(verdict, Ok(Verdict::Damaged)) {
                    damaged += 1;
                    shared.damaged(slice);
                    let _ = shared.fill(&key, slice, None);
                }
            }
        }
        damaged
    }

    /// Scrubs again and again.
    pub async fn keep_scrubbing(self) {
        let mut pauses = tokio::time::interval(SCRUB_PAUSE);
        pauses.set_missed_tick_behavior(MissedTickBehavior::Delay);
        pauses.tick().await;
        loop {
            pauses.tick().await;
            let damaged = self.scrub().await;
            tracing::info!(damaged, "all that is kept was read");
        }
    }

    /// Ends in order, so that all that is kept needs no check after the next start.
    ///
    /// # Errors
    /// Where the disk does not take it.
    pub async fn close(&self) -> slices::Result<()> {
        let shared = Arc::clone(&self.0);
        let closed = tokio::task::spawn_blocking(move || shared.slices.close()).await;
        closed.unwrap_or(Ok(()))
    }
}
