//! A tier: a cache of slices on disk, with parents behind it.
//!
//! Owns the way of a request through what is kept, what is on its way, and what has to be fetched. Bytes go to who waits for
//! them while they come, and only after they were found right; who asks for what is on its way waits for the same fetch.

mod fetching;
mod fill;
mod keeping;
mod looks;
mod reading;
mod upkeep;
mod upstream;

pub use self::upkeep::{Figures, ParentFigures};
pub use self::upstream::{Coming, Head, Opened, Parent, Pass, StoreUpstream, Upstream};

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use async_trait::async_trait;
use cache::blocks::{BlockDigests, SLICE_BYTES};
use cache::eviction::{Foresight, Policy as _, Request};
use cache::misses::Misses;
use cache::parents::Parents;
use slices::Slices;
use stdx::clock::Clock;
use store::Key;
use tokio::sync::Semaphore;

use self::fill::{Fill, Fills};
use self::keeping::{CACHE_CONTROL, Version};
use self::looks::Looks;
use crate::source::{Asked, Failure, Found, Handled, Reading, Reason, Source};

/// How long it is believed that there is no such object: a crowd must not reach the parents.
const ABSENT_MS: u64 = 5_000;

/// Most objects that are known not to be there. Where strangers ask for more, all are forgotten.
const ABSENCES_MAX: usize = 64 << 10;

/// Part of the room that slices may take by what they hold; the rest is what pages and digests add.
const FILLED: f64 = 0.97;

/// What a tier is made of.
pub struct Options {
    /// What is kept.
    pub slices: Slices,
    /// Bytes that may be kept.
    pub capacity_bytes: u64,
    /// Bytes of slices on their way that may be in memory.
    pub memory_bytes: u64,
    /// The parents, with their ranks: those of a lower one are asked first.
    pub parents: Vec<(Arc<dyn Upstream>, u8)>,
    /// Prefixes of keys that are kept whatever others are worth.
    pub pinned: Vec<String>,
    /// Whether nobody reads here without a token, so that what parents call `private` may be kept.
    pub is_guarded: bool,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A cache with parents. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Tier(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    slices: Slices,
    policy: Mutex<Foresight>,
    fills: Fills,
    looks: Looks,
    upstreams: Vec<Arc<dyn Upstream>>,
    parents: Mutex<Parents>,
    misses: Mutex<Misses>,
    /// Until when objects are known not to be there.
    absences: Mutex<HashMap<Key, u64>>,
    pinned: RwLock<Vec<String>>,
    room: Arc<Semaphore>,
    room_slices: usize,
    /// Places for fetching what will be asked for.
    ahead: Arc<Semaphore>,
    /// Places for looking whether the disk is to blame.
    doubts: Arc<Semaphore>,
    is_guarded: bool,
    clock: Arc<dyn Clock>,
    /// When the disk's last error was, by the monotonic clock; 0 for never.
    disk_error_ms: AtomicU64,
    served: upkeep::Served,
}

impl Tier {
    /// A tier with what its disk keeps already.
    pub fn new(options: Options) -> Tier {
        let capacity_bytes = (options.capacity_bytes as f64 * FILLED) as u64;
        let room_slices =
            usize::try_from(options.memory_bytes / u64::from(SLICE_BYTES)).unwrap_or(usize::MAX);
        let room_slices = room_slices.clamp(2, Semaphore::MAX_PERMITS);
        let parents = options.parents.iter().map(|(parent, rank)| (parent.name(), *rank));
        let parents = Mutex::new(Parents::new(parents));
        let shared = Arc::new(Shared {
            slices: options.slices,
            policy: Mutex::new(Foresight::new(capacity_bytes)),
            fills: Fills::default(),
            looks: Looks::default(),
            upstreams: options.parents.into_iter().map(|(parent, _)| parent).collect(),
            parents,
            misses: Mutex::default(),
            absences: Mutex::default(),
            pinned: RwLock::new(options.pinned),
            room: Arc::new(Semaphore::new(room_slices)),
            room_slices,
            ahead: Arc::new(Semaphore::new((room_slices / 4).clamp(1, reading::AHEAD_MAX))),
            doubts: Arc::new(Semaphore::new(1)),
            is_guarded: options.is_guarded,
            clock: options.clock,
            disk_error_ms: AtomicU64::new(0),
            served: upkeep::Served::default(),
        });
        shared.tell_policy();
        Tier(shared)
    }
}

impl Shared {
    fn policy(&self) -> MutexGuard<'_, Foresight> {
        self.policy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn parents(&self) -> MutexGuard<'_, Parents> {
        self.parents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn misses(&self) -> MutexGuard<'_, Misses> {
        self.misses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The objects that are not there, with room for one more.
    fn absences(&self) -> MutexGuard<'_, HashMap<Key, u64>> {
        let mut absences = self.absences.lock().unwrap_or_else(PoisonError::into_inner);
        if absences.len() >= ABSENCES_MAX {
            absences.clear();
        }
        absences
    }

    /// Milliseconds of a clock that never goes back.
    fn now_ms(&self) -> u64 {
        u64::try_from(self.clock.monotonic().as_millis()).unwrap_or(u64::MAX)
    }

    fn is_pinned(&self, key: &Key) -> bool {
        let pinned = self.pinned.read().unwrap_or_else(PoisonError::into_inner);
        pinned.iter().any(|prefix| key.as_str().starts_with(prefix))
    }

    /// The objects that are known and pinned now.
    fn pinned_objects(&self) -> HashSet<u64> {
        let pinned = self.pinned.read().unwrap_or_else(PoisonError::into_inner);
        pinned.iter().flat_map(|prefix| self.slices.objects_below(prefix)).map(|known| known.id()).collect()
    }

    /// Tells the policy of what was kept before it was there, the oldest first; not of what is pinned, which it must not drop.
    fn tell_policy(self: &Arc<Shared>) {
        let pinned = self.pinned_objects();
        let mut kept: Vec<_> =
            self.slices.kept().filter(|listed| !pinned.contains(&listed.slice.object)).collect();
        kept.sort_unstable_by_key(|listed| listed.order);
        let mut evicted = Vec::new();
        for listed in kept {
            let (slice, group) = (listed.slice, listed.slice.object);
            let request = Request { slice, bytes: listed.bytes, group, name: 0, walker: None, at_ms: 0 };
            self.policy().request(&request, &mut evicted);
        }
        for slice in evicted {
            // The cache was larger once; what cannot be removed now is removed by who finds the disk full.
            let _ = self.slices.remove(slice);
        }
    }

    /// The version of an object that there is, by what is kept or by what a parent says.
    async fn version(
        self: &Arc<Shared>,
        asked: &Asked,
    ) -> Result<Option<(Version, Handled, Option<Arc<Fill>>)>, Failure> {
        if let Some(known) = self.slices.object(asked.key.as_str()) {
            let version = Version::Known(known);
            let is_fresh = version.fresh_until_ms.is_none_or(|until_ms| self.clock.now_ms() < until_ms);
            if is_fresh {
                return Ok(Some((version, Handled::Hit, None)));
            }
            return self.validated(&asked.key, version).await;
        }
        if self.absences().get(&asked.key).is_some_and(|until_ms| self.now_ms() < *until_ms) {
            return Ok(None);
        }
        match asked.first {
            Some(first) => self.met(asked, first).await,
            None => {
                let (version, collapsed) = self.looks.look(self, &asked.key).await;
                Ok(version?.map(|version| (version, Handled::Forwarded(Reason::Absent, collapsed), None)))
            }
        }
    }

    /// An object of which nothing is known, by the slice that is wanted of it.
    async fn met(
        self: &Arc<Shared>,
        asked: &Asked,
        first: u64,
    ) -> Result<Option<(Version, Handled, Option<Arc<Fill>>)>, Failure> {
        let Ok(index) = u32::try_from(first / u64::from(SLICE_BYTES)) else { return Ok(None) };
        let object = slices::object_id(asked.key.as_str());
        let (fill, is_new) = self.fill(&asked.key, cache::eviction::Slice { object, index }, asked.walker);
        let version = fill.object().await?;
        let handled = Handled::Forwarded(Reason::Absent, !is_new);
        Ok(version.map(|version| (version, handled, Some(fill))))
    }

    /// The fill of a slice, and whether it began with this.
    fn fill(
        self: &Arc<Shared>,
        key: &Key,
        slice: cache::eviction::Slice,
        walker: Option<u64>,
    ) -> (Arc<Fill>, bool) {
        let (fill, is_new) = self.fills.join(key, slice);
        if is_new {
            let why = self.misses().reason(slice);
            fetching::start(self, &fill, why, walker);
        }
        (fill, is_new)
    }

    /// An object that is no longer fresh: asks whether it is the same still.
    async fn validated(
        self: &Arc<Shared>,
        key: &Key,
        version: Version,
    ) -> Result<Option<(Version, Handled, Option<Arc<Fill>>)>, Failure> {
        let is_usable = self.clock.now_ms() < version.stale_until_ms();
        if is_usable && !self.any_is_well() {
            // Who failed a moment ago is not waited for.
            return Ok(Some((version, Handled::Stale, None)));
        }
        match self.looks.look(self, key).await {
            (Ok(version), collapsed) => {
                Ok(version.map(|version| (version, Handled::Forwarded(Reason::Stale, collapsed), None)))
            }
            (Err(_), _) if is_usable => Ok(Some((version, Handled::Stale, None))),
            (Err(failure), _) => Err(failure),
        }
    }

    /// Whether there is a parent that is asked in its turn.
    fn any_is_well(&self) -> bool {
        let (parents, now_ms) = (self.parents(), self.now_ms());
        (0..self.upstreams.len()).any(|place| parents.is_well(place, now_ms))
    }
}

/// What a request found, for reading it.
struct Met {
    version: Version,
    /// The slice by which the object was met.
    fill: Option<Arc<Fill>>,
}

fn met(found: &Found) -> Option<Arc<Met>> {
    found.handle.clone()?.downcast().ok()
}

#[async_trait]
impl Source for Tier {
    async fn find(&self, asked: &Asked) -> Result<Option<Found>, Failure> {
        let Some((version, handled, fill)) = self.0.version(asked).await? else { return Ok(None) };
        let changes = version.fresh_until_ms.is_some();
        let cache_control = version.headers.iter().find(|(name, _)| changes && name == CACHE_CONTROL);
        let age_ms = self.0.clock.now_ms().saturating_sub(version.stored_ms);
        Ok(Some(Found {
            bytes: version.bytes,
            tag: version.tag.as_deref().map(Arc::from),
            content_type: version.content_type.clone(),
            cache_control: cache_control.map(|(_, value)| value.clone()),
            age_s: u64::try_from(age_ms / 1000).ok(),
            handled,
            handle: Some(Arc::new(Met { version, fill })),
        }))
    }

    async fn read(&self, asked: &Asked, found: &Found, range: Range<u64>) -> Result<Reading, Failure> {
        let met = met(found).ok_or_else(|| elsewhere(asked))?;
        reading::read(&self.0, asked, found, &met, range).await
    }

    async fn digests(
        &self,
        asked: &Asked,
        found: &Found,
        slice: u32,
    ) -> Result<Option<BlockDigests>, Failure> {
        let met = met(found).ok_or_else(|| elsewhere(asked))?;
        reading::digests(&self.0, asked, &met, slice).await
    }
}

/// What is found is read where it was found.
fn elsewhere(asked: &Asked) -> Failure {
    Failure { doing: format!("reading {}", asked.key), reason: "it was found elsewhere".to_owned() }
}
