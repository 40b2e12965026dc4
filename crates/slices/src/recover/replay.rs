//! What is kept after all that the journal tells.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use cache::blocks::bytes_of;
use cache::eviction::Slice;

use crate::index::Index;
use crate::object::{Known, Object};
use crate::record::{Placed, Record};
use crate::volume::{Entry, PAGE_BYTES, Volume, pages_of};

/// What has been told so far.
pub(super) struct Replay {
    /// Volumes with the pages that their files have.
    volumes: HashMap<u32, (Arc<Volume>, u64)>,
    pub(super) index: Index,
    pub(super) missing: Missing,
    /// Objects in the order in which they were told or lost their last slice.
    pub(super) bare: VecDeque<u64>,
    /// The highest number of a volume that was told, there or not.
    pub(super) highest: u32,
}

/// Slices whose bytes are not there.
#[derive(Default)]
pub(super) struct Missing(HashMap<u64, HashSet<u32>>);

impl Missing {
    pub(super) fn count(&self) -> u64 {
        self.0.values().map(|slices| slices.len() as u64).sum()
    }

    fn add(&mut self, slice: Slice) {
        self.0.entry(slice.object).or_default().insert(slice.index);
    }

    fn remove(&mut self, slice: Slice) {
        if let Some(slices) = self.0.get_mut(&slice.object) {
            slices.remove(&slice.index);
        }
    }
}

impl Replay {
    pub(super) fn new(volumes: &BTreeMap<u32, Arc<Volume>>) -> Replay {
        let pages =
            |volume: &Volume| volume.file.metadata().map_or(0, |meta| meta.len().div_ceil(PAGE_BYTES));
        let highest = volumes.last_key_value().map_or(0, |(&number, _)| number);
        let volumes = volumes.iter().map(|(&number, volume)| (number, (volume.clone(), pages(volume))));
        Replay {
            volumes: volumes.collect(),
            index: Index::new(),
            missing: Missing::default(),
            bare: VecDeque::new(),
            highest,
        }
    }

    /// Takes in what happened next.
    pub(super) fn tell(&mut self, record: Record) {
        match record {
            Record::Object(object) => self.tell_object(object),
            Record::Slice(placed) => self.place(placed),
            Record::SliceGone(slice) => {
                self.missing.remove(slice);
                self.drop_slice(slice);
            }
            Record::ObjectGone(id) => {
                self.missing.0.remove(&id);
                for (_, entry) in self.index.remove_object(id).into_iter().flat_map(|held| held.slices) {
                    entry.forget();
                }
            }
            Record::Clean => {}
        }
    }

    fn tell_object(&mut self, object: Object) {
        let Ok(known) = Known::new(object) else { return };
        let id = known.id();
        let fresh = self.index.object(id).is_none_or(|before| !before.same_content(&known));
        for (_, entry) in self.index.put_object(Arc::new(known)) {
            entry.forget();
        }
        if fresh {
            self.missing.0.remove(&id);
            self.bare.push_back(id);
        }
    }

    fn place(&mut self, placed: Placed) {
        let Placed { slice, page, length, root, suspect, .. } = placed;
        self.highest = self.highest.max(placed.volume);
        self.drop_slice(slice);
        let range = self.index.object(slice.object).and_then(|known| bytes_of(slice.index, known.bytes));
        if range.is_none_or(|range| range.end - range.start != u64::from(length)) {
            return;
        }
        let there = |pages: u64| page >= 1 && u64::from(page) + u64::from(pages_of(length)) <= pages;
        match self.volumes.get(&placed.volume).filter(|(_, pages)| there(*pages)) {
            Some((volume, _)) => {
                let entry = Arc::new(Entry::new(volume.clone(), page, length, root, suspect));
                self.index.put_slice(slice.object, slice.index, entry);
                self.missing.remove(slice);
            }
            None => self.missing.add(slice),
        }
    }

    fn drop_slice(&mut self, slice: Slice) {
        if let Some((entry, bare)) = self.index.remove_slice(slice.object, slice.index, None) {
            entry.forget();
            if bare {
                self.bare.push_back(slice.object);
            }
        }
    }
}
