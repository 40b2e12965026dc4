//! Room that nobody needs any more, on its way back to the file system.
//!
//! Owns the list of places and volumes that are free to go, and their going. It is done by whoever changes slices next,
//! since those may wait for the disk; who reads only notes.

use std::fs;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use crate::disk::Disk;
use crate::volume::{PAGE_BYTES, Volume};

/// A place that is free.
#[derive(Debug)]
pub(crate) struct Freed {
    pub(crate) volume: Arc<Volume>,
    pub(crate) page: u32,
    pub(crate) pages: u32,
}

/// What waits to go. It holds no more than was kept before, since only what was kept can become free.
#[derive(Debug, Default)]
pub(crate) struct Reclaim {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    places: Vec<Freed>,
    volumes: Vec<Arc<Volume>>,
}

impl Reclaim {
    /// Notes that a place is free.
    pub(crate) fn note(&self, freed: Freed) {
        if !freed.volume.gone.load(Ordering::Relaxed) {
            self.waiting.lock().unwrap_or_else(PoisonError::into_inner).places.push(freed);
        }
    }

    /// Notes that a volume is empty and takes nothing any more. Those who read from it keep its file.
    pub(crate) fn note_volume(&self, volume: Arc<Volume>) {
        if !volume.gone.swap(true, Ordering::Relaxed) {
            self.waiting.lock().unwrap_or_else(PoisonError::into_inner).volumes.push(volume);
        }
    }

    /// Gives back all that waits. What a disk refuses to take back now is found again at the next opening.
    pub(crate) fn run(&self, disk: &dyn Disk) {
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        for volume in waiting.volumes {
            let _ = fs::remove_file(&volume.path);
        }
        for freed in joined(waiting.places) {
            if !freed.volume.gone.load(Ordering::Relaxed) {
                let (at, bytes) = (u64::from(freed.page) * PAGE_BYTES, u64::from(freed.pages) * PAGE_BYTES);
                let _ = disk.punch(&freed.volume.file, at, bytes);
            }
        }
    }
}

/// The same room in as few places as can be.
fn joined(mut places: Vec<Freed>) -> Vec<Freed> {
    places.sort_unstable_by_key(|freed| (freed.volume.number, freed.page));
    let mut joined: Vec<Freed> = Vec::with_capacity(places.len());
    for freed in places {
        match joined.last_mut() {
            Some(last)
                if last.volume.number == freed.volume.number && last.page + last.pages == freed.page =>
            {
                last.pages += freed.pages;
            }
            _ => joined.push(freed),
        }
    }
    joined
}
