//! Moving what little is left of old volumes into new ones.
//!
//! What stays in demand outlives what was written beside it, so volumes become mostly holes; left alone, the number of files would
//! grow without end. Owns when that is too many, and which volume goes next. A volume is emptied a few slices with each change,
//! so that nobody waits for all of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use cache::eviction::Slice;

use super::{Slices, Writer};
use crate::Error;
use crate::index::Index;
use crate::kept;
use crate::volume::{Entry, Volume};

/// Volumes that may be there beside twice as many as what is kept would fill. Below a half, moving costs less than a byte
/// written for each byte that is put; a few files more save small caches all of it.
const SPARE_VOLUMES: u64 = 16;

/// Slices that are moved with a change: more than one is put with it, so there is an end.
const MOVES_A_CHANGE: usize = 2;

/// A volume that is being emptied.
#[derive(Debug)]
pub(crate) struct Condensing {
    volume: Arc<Volume>,
    /// Slices that were put there and have not been looked at yet.
    rest: Vec<Slice>,
}

impl Writer {
    /// The next slice to move, if there are too many volumes.
    fn next_move(&mut self, index: &Index) -> Option<(Slice, Arc<Entry>)> {
        if self.condensing.is_none() && self.is_sparse(index) {
            let volume = self.sparsest()?;
            let rest = volume.placed().clone();
            self.condensing = Some(Condensing { volume, rest });
        }
        let condensing = self.condensing.as_mut()?;
        while let Some(slice) = condensing.rest.pop() {
            let entry = index.current(slice);
            if let Some(entry) = entry.filter(|entry| Arc::ptr_eq(&entry.volume, &condensing.volume)) {
                return Some((slice, entry));
            }
        }
        self.condensing = None;
        None
    }

    fn is_sparse(&self, index: &Index) -> bool {
        let needed = 2 * index.usage().disk_bytes / self.volume_bytes;
        self.volumes.len() as u64 > needed + SPARE_VOLUMES
    }

    fn sparsest(&self) -> Option<Arc<Volume>> {
        let active = self.active.as_ref().map(|(volume, _)| volume.number);
        let others = self.volumes.values().filter(|volume| Some(volume.number) != active);
        others.min_by_key(|volume| volume.pages.load(Ordering::Relaxed)).cloned()
    }
}

impl Slices {
    /// Moves a few slices, if there are too many volumes. Where that fails, the disk is full or worse and it is left for later.
    pub(super) fn condense(&self) {
        for _ in 0..MOVES_A_CHANGE {
            let Some((slice, entry)) = self.lock().next_move(&self.index) else { return };
            if self.move_on(slice, &entry).is_none() {
                self.lock().condensing = None;
                return;
            }
        }
    }

    fn move_on(&self, slice: Slice, entry: &Arc<Entry>) -> Option<()> {
        let Some((bytes, digests)) = kept::read(&*self.disk, slice, entry) else {
            let _ = self.lock().remove(&self.index, slice, Some(entry));
            return Some(());
        };
        let known = self.index.object(slice.object)?;
        match self.write(&known, slice.index, &[&bytes], &digests, Some(entry)) {
            // It went while it was being moved.
            Ok(()) | Err(Error::Outdated(_)) => Some(()),
            Err(_) => None,
        }
    }
}
