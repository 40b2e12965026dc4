//! Which slices are kept, in memory: found without asking the disk.
//!
//! Owns the map from objects to entries, in shards with a lock each that is held for nanoseconds. Readers use it at will;
//! changes are made by who holds the journal, so that both tell the same story.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use cache::eviction::Slice;

use crate::object::Known;
use crate::volume::{Entry, PAGE_BYTES};

/// Shards of the index: so many that threads seldom meet, and that a page of a listing is a small part of the whole.
pub(crate) const SHARDS: usize = 256;

/// An object and its slices in order.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) known: Arc<Known>,
    pub(crate) slices: Vec<(u32, Arc<Entry>)>,
}

impl Held {
    /// The slice at `index`.
    pub(crate) fn slice(&self, index: u32) -> Option<&Arc<Entry>> {
        let at = self.slices.binary_search_by_key(&index, |(index, _)| *index).ok()?;
        Some(&self.slices[at].1)
    }
}

/// The objects whose numbers lead here.
pub(crate) type Shard = HashMap<u64, Held>;

/// How much is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Objects that are known, with slices or without.
    pub objects: u64,
    /// Slices that are kept.
    pub slices: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What they take on the disk: their bytes and digests in whole pages.
    pub disk_bytes: u64,
}

/// All shards.
#[derive(Debug)]
pub(crate) struct Index {
    shards: Vec<RwLock<Shard>>,
    objects: AtomicU64,
    slices: AtomicU64,
    bytes: AtomicU64,
    pages: AtomicU64,
}

impl Index {
    pub(crate) fn new() -> Index {
        let zero = || AtomicU64::new(0);
        let shards = (0..SHARDS).map(|_| RwLock::default()).collect();
        Index { shards, objects: zero(), slices: zero(), bytes: zero(), pages: zero() }
    }

    /// The shard of an object.
    pub(crate) fn shard_of(object: u64) -> usize {
        (object % SHARDS as u64) as usize
    }

    /// A shard to read.
    pub(crate) fn read(&self, shard: usize) -> RwLockReadGuard<'_, Shard> {
        self.shards[shard].read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, object: u64) -> RwLockWriteGuard<'_, Shard> {
        self.shards[Index::shard_of(object)].write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of the object with this number.
    pub(crate) fn object(&self, id: u64) -> Option<Arc<Known>> {
        self.read(Index::shard_of(id)).get(&id).map(|held| held.known.clone())
    }

    /// A slice of `known`, if it is of the same content.
    pub(crate) fn slice(&self, known: &Known, index: u32) -> Option<Arc<Entry>> {
        let shard = self.read(Index::shard_of(known.id()));
        let held = shard.get(&known.id())?;
        let same = std::ptr::eq(&*held.known, known) || held.known.same_content(known);
        held.slice(index).filter(|_| same).cloned()
    }

    /// A slice by its name alone.
    pub(crate) fn current(&self, slice: Slice) -> Option<Arc<Entry>> {
        self.read(Index::shard_of(slice.object)).get(&slice.object)?.slice(slice.index).cloned()
    }

    /// Makes `known` the current description; gives the slices of other content that it had.
    pub(crate) fn put_object(&self, known: Arc<Known>) -> Vec<(u32, Arc<Entry>)> {
        let mut shard = self.write(known.id());
        let Some(held) = shard.get_mut(&known.id()) else {
            shard.insert(known.id(), Held { known, slices: Vec::new() });
            self.objects.fetch_add(1, Ordering::Relaxed);
            return Vec::new();
        };
        let stay = held.known.same_content(&known);
        held.known = known;
        let gone = if stay { Vec::new() } else { std::mem::take(&mut held.slices) };
        drop(shard);
        self.uncount(&gone);
        gone
    }

    /// Adds a slice of an object; gives the entry that it replaces, or itself where the object is not known.
    pub(crate) fn put_slice(&self, object: u64, index: u32, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        let mut shard = self.write(object);
        let Some(held) = shard.get_mut(&object) else { return Some(entry) };
        self.count(&entry);
        let replaced = match held.slices.binary_search_by_key(&index, |(index, _)| *index) {
            Ok(at) => Some(std::mem::replace(&mut held.slices[at].1, entry)),
            Err(at) => {
                held.slices.insert(at, (index, entry));
                None
            }
        };
        drop(shard);
        if let Some(replaced) = &replaced {
            self.uncount_one(replaced);
        }
        replaced
    }

    /// Removes a slice, if it is `only`, or any where that is `None`. Says also whether its object has no other.
    pub(crate) fn remove_slice(
        &self,
        object: u64,
        index: u32,
        only: Option<&Arc<Entry>>,
    ) -> Option<(Arc<Entry>, bool)> {
        let mut shard = self.write(object);
        let held = shard.get_mut(&object)?;
        let at = held.slices.binary_search_by_key(&index, |(index, _)| *index).ok()?;
        if only.is_some_and(|only| !Arc::ptr_eq(only, &held.slices[at].1)) {
            return None;
        }
        let (_, entry) = held.slices.remove(at);
        let bare = held.slices.is_empty();
        drop(shard);
        self.uncount_one(&entry);
        Some((entry, bare))
    }

    /// Removes an object; gives its slices.
    pub(crate) fn remove_object(&self, id: u64) -> Option<Held> {
        let held = self.write(id).remove(&id)?;
        self.objects.fetch_sub(1, Ordering::Relaxed);
        self.uncount(&held.slices);
        Some(held)
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage {
            objects: self.objects.load(Ordering::Relaxed),
            slices: self.slices.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            disk_bytes: self.pages.load(Ordering::Relaxed) * PAGE_BYTES,
        }
    }

    fn count(&self, entry: &Entry) {
        self.slices.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(u64::from(entry.length), Ordering::Relaxed);
        self.pages.fetch_add(u64::from(entry.pages()), Ordering::Relaxed);
    }

    fn uncount(&self, entries: &[(u32, Arc<Entry>)]) {
        entries.iter().for_each(|(_, entry)| self.uncount_one(entry));
    }

    fn uncount_one(&self, entry: &Entry) {
        self.slices.fetch_sub(1, Ordering::Relaxed);
        self.bytes.fetch_sub(u64::from(entry.length), Ordering::Relaxed);
        self.pages.fetch_sub(u64::from(entry.pages()), Ordering::Relaxed);
    }
}
