//! The slices of one folder: finding, keeping, removing.
//!
//! Owns the order of things. A slice's bytes are written first, then the journal says so, then it can be found. A slice
//! that goes cannot be found any more, then the journal says so, and its room is given back when its last reader is done.

mod condense;
mod writer;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cache::blocks::{self, BlockDigests};
use cache::eviction::Slice;

use crate::disk::Disk;
use crate::index::{Index, SHARDS};
use crate::kept::{self, Kept, Listed, Verdict};
use crate::object::{Known, Object, object_id};
use crate::reclaim::Reclaim;
use crate::record;
use crate::recover::Lock;
use crate::volume::Entry;
use crate::{Error, Options, Recovered, Result, Usage};

pub(crate) use writer::{State, Writer};

/// Slices that are compared with their digests at a time at most; the same slice never twice at once.
const CHECKS_MAX: usize = 16;

/// Slices of objects in a folder.
///
/// Memory: 100 bytes for a slice; 600 for an object with the headers that matter, and at most [`crate::OBJECT_BYTES_MAX`] more.
#[derive(Debug)]
pub struct Slices {
    pub(crate) index: Index,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) reclaim: Arc<Reclaim>,
    pub(crate) writer: Mutex<Writer>,
    pub(crate) checking: [Mutex<()>; CHECKS_MAX],
    /// Held until drop; none on a disk that is read-only and was never used.
    pub(crate) _lock: Option<Lock>,
}

/// What telling of an object led to.
#[derive(Debug)]
pub struct Told {
    /// The object as it is known now.
    pub known: Arc<Known>,
    /// Slices of its former content, which are kept no more.
    pub dropped: Vec<Slice>,
}

/// What removing an object led to.
#[derive(Debug)]
pub struct Gone {
    /// The slices that were kept of it; none of them is any more.
    pub slices: Vec<Slice>,
    /// Whether that was written down; else the object may be there again after the next opening.
    pub noted: Result<()>,
}

impl Slices {
    /// Opens a folder, which is made where there is none, and finds again what it keeps. One process at a time can have it.
    /// A disk that is read-only is opened too: it serves, and takes nothing.
    pub fn open(options: Options) -> Result<(Slices, Recovered)> {
        crate::recover::open(options, Arc::new(crate::disk::System))
    }

    /// What is known of the object at `key`.
    pub fn object(&self, key: &str) -> Option<Arc<Known>> {
        self.index.object(object_id(key)).filter(|known| known.key == key)
    }

    /// Makes `object` known, or known anew: with the same length and tag it keeps its slices, else they go.
    pub fn put_object(&self, object: Object) -> Result<Told> {
        let known = Arc::new(Known::new(object)?);
        let dropped = {
            let mut writer = self.writer(|| format!("cannot note object {}", known.key))?;
            writer.put_object(&self.index, known.clone())?
        };
        self.settle();
        Ok(Told { dropped: dropped.into_iter().map(|index| known.slice(index)).collect(), known })
    }

    /// A slice of `known`, without asking the disk; none where by now the object has other content.
    pub fn find(&self, known: &Known, index: u32) -> Option<Kept> {
        let entry = self.index.slice(known, index)?;
        Some(Kept { slice: known.slice(index), entry })
    }

    /// Keeps the slice at `index` of `known`: `blocks` are its bytes in order, however cut, and agree with `digests`, which
    /// whoever fetched them has seen to. Whole or not at all; one that is kept already stays as it is.
    pub fn put<B: AsRef<[u8]>>(
        &self,
        known: &Known,
        index: u32,
        blocks: &[B],
        digests: &BlockDigests,
    ) -> Result<()> {
        fit(known, index, blocks, digests)?;
        if self.index.slice(known, index).is_some_and(|entry| !entry.is_suspect()) {
            return Ok(());
        }
        let kept = self.write(known, index, blocks, digests, None);
        self.settle();
        kept
    }

    /// Writes a slice into a new place; instead of `moved` alone, or of any where that is `None`.
    fn write<B: AsRef<[u8]>>(
        &self,
        known: &Known,
        index: u32,
        blocks: &[B],
        digests: &BlockDigests,
        moved: Option<&Arc<Entry>>,
    ) -> Result<()> {
        let doing = || format!("cannot keep slice {index} of {}", known.key);
        let mut pieces: Vec<&[u8]> = blocks.iter().map(AsRef::as_ref).collect();
        let length = pieces.iter().map(|piece| piece.len()).sum::<usize>() as u32;
        let root = record::root(known.slice(index), length, digests.digests());
        let entry = Arc::new(self.writer(doing)?.reserve(&self.index, known, length, root)?);
        pieces.push(digests.digests().as_flattened());
        let written = self.disk.write(&entry.volume.file, &pieces, entry.offset());
        let kept = written.map_err(Error::io(doing)).and_then(|()| {
            let mut writer = self.writer(doing)?;
            writer.put(&self.index, known, index, &entry, moved)
        });
        if kept.is_err() {
            self.lock().retire(&entry);
        }
        kept
    }

    /// Keeps a slice no more. It cannot be found in any case; after an error it may be there again after the next opening.
    pub fn remove(&self, slice: Slice) -> Result<()> {
        let removed = self.lock().remove(&self.index, slice, None);
        self.settle();
        removed
    }

    /// Forgets an object with all its slices.
    pub fn remove_object(&self, key: &str) -> Gone {
        let id = object_id(key);
        let mut gone = Gone { slices: Vec::new(), noted: Ok(()) };
        if self.object(key).is_some() {
            let (indices, noted) = self.lock().remove_object(&self.index, id);
            let slices = indices.into_iter().map(|index| Slice { object: id, index }).collect();
            gone = Gone { slices, noted };
            self.settle();
        }
        gone
    }

    /// The block digests of a slice, read from beside it. Where they are damaged, so is the slice: [`Slices::verify`] it.
    pub fn digests(&self, kept: &Kept) -> Result<BlockDigests> {
        let doing = || format!("cannot read the digests of {:?}", kept.slice);
        kept::digests(&*self.disk, kept.slice, &kept.entry).map_err(|error| Error::of(doing(), error))
    }

    /// Reads a slice and compares its digests, if it is suspect; removes it where they do not agree.
    pub fn check(&self, kept: &Kept) -> Verdict {
        let turn = kept.slice.object.wrapping_add(u64::from(kept.slice.index)) % CHECKS_MAX as u64;
        let _turn = self.checking[turn as usize].lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_suspect() { self.compare(kept) } else { Verdict::Sound }
    }

    /// Reads a slice and compares its digests, suspect or not; removes it where they do not agree.
    pub fn verify(&self, slice: Slice) -> Verdict {
        self.index.current(slice).map_or(Verdict::Gone, |entry| self.compare(&Kept { slice, entry }))
    }

    fn compare(&self, kept: &Kept) -> Verdict {
        if kept::read(&*self.disk, kept.slice, &kept.entry).is_some() {
            if kept.entry.clear() {
                self.lock().note_cleared();
            }
            return Verdict::Sound;
        }
        // Where that cannot be written down, it is found out again after the next opening.
        let _ = self.lock().remove(&self.index, kept.slice, Some(&kept.entry));
        self.settle();
        Verdict::Damaged
    }

    /// All slices that are kept, in no order; a part of them at a time, each as of its moment.
    pub fn kept(&self) -> impl Iterator<Item = Listed> + '_ {
        (0..SHARDS).flat_map(|shard| {
            let shard = self.index.read(shard);
            let mut part = Vec::new();
            for (&object, held) in shard.iter() {
                part.extend(
                    held.slices.iter().map(|(index, entry)| listed(Slice { object, index: *index }, entry)),
                );
            }
            part
        })
    }

    /// All objects whose keys begin with `prefix`, in no order; a part of them at a time, each as of its moment.
    pub fn objects_below(&self, prefix: &str) -> impl Iterator<Item = Arc<Known>> {
        (0..SHARDS).flat_map(move |shard| {
            let shard = self.index.read(shard);
            let below = shard.values().filter(|held| held.known.key.starts_with(prefix));
            below.map(|held| held.known.clone()).collect::<Vec<_>>()
        })
    }

    /// How much is kept.
    pub fn usage(&self) -> Usage {
        self.index.usage()
    }

    /// Makes what was done so far outlast a loss of power, such as a removal that somebody asked for.
    pub fn flush(&self) -> Result<()> {
        let volumes = self.lock().dirty();
        for volume in &volumes {
            if let Err(error) = self.disk.sync(&volume.file) {
                volumes.iter().for_each(|volume| volume.soil());
                return Err(Error::of("cannot make slices durable", error));
            }
        }
        self.lock().sync()
    }

    /// Ends in order: all that is kept needs no check after the next opening. From now on nothing can be put.
    pub fn close(&self) -> Result<()> {
        self.lock().close();
        self.reclaim.run(&*self.disk);
        self.flush()?;
        self.lock().seal(&self.index)
    }

    /// What is to be done after every change, by whoever made it, without a lock.
    fn settle(&self) {
        let whole = self.lock().step(&self.index);
        if let Some(journal) = whole
            && self.disk.sync(&journal).is_ok()
        {
            self.lock().finish_step();
        }
        self.condense();
        self.reclaim.run(&*self.disk);
    }

    /// The writer, if it may write.
    fn writer(&self, doing: impl FnOnce() -> String) -> Result<MutexGuard<'_, Writer>> {
        let writer = self.lock();
        match writer.state() {
            State::Open => Ok(writer),
            State::ReadOnly => Err(Error::ReadOnly { doing: doing() }),
            State::Closed => Err(Error::Closed { doing: doing() }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn listed(slice: Slice, entry: &Entry) -> Listed {
    let order = u64::from(entry.volume.number) << 32 | u64::from(entry.page);
    Listed { slice, bytes: entry.length, order }
}

/// Whether all that is told of a slice agrees.
fn fit<B: AsRef<[u8]>>(known: &Known, index: u32, blocks: &[B], digests: &BlockDigests) -> Result<()> {
    let misfit = |why| Error::Misfit { key: known.key.clone(), index, why };
    let range = blocks::bytes_of(index, known.bytes).ok_or_else(|| misfit("is beyond its end"))?;
    let length = (range.end - range.start) as u32;
    let given: usize = blocks.iter().map(|block| block.as_ref().len()).sum();
    if given as u64 != u64::from(length) {
        return Err(misfit("came with another number of bytes"));
    }
    if !digests.fit(length) {
        return Err(misfit("came with digests for another length"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
