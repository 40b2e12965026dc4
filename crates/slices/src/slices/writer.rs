//! Changes to what is kept: in the journal, the volumes and the index, in this order and one at a time.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use cache::blocks::Digest;
use cache::eviction::Slice;

use super::condense::Condensing;
use crate::disk::Disk;
use crate::index::Index;
use crate::journal::Journal;
use crate::object::Known;
use crate::reclaim::Reclaim;
use crate::record::{Placed, Record};
use crate::volume::{Entry, PAGE_BYTES, Volume, pages_of};
use crate::{Error, Result};

/// Objects that stay known without a slice, the latest: enough for all that is being fetched at a time, and for questions
/// about what has just gone.
const BARE_OBJECTS_MAX: usize = 1 << 16;

/// Whether slices can be put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// They can.
    Open,
    /// The disk took no writes when it was opened.
    ReadOnly,
    /// It was closed.
    Closed,
}

/// Whoever holds this changes what is kept.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) reclaim: Arc<Reclaim>,
    pub(crate) folder: PathBuf,
    pub(crate) volume_bytes: u64,
    pub(crate) state: State,
    /// None on a disk that takes no writes.
    pub(crate) journal: Option<Journal>,
    pub(crate) volumes: BTreeMap<u32, Arc<Volume>>,
    /// The volume that is written, and its first free page.
    pub(crate) active: Option<(Arc<Volume>, u32)>,
    pub(crate) next_number: u32,
    /// Objects that had no slice when they came here; some may have by now, or be gone.
    pub(crate) bare: VecDeque<u64>,
    /// Whether the journal is not right any more: it calls slices suspect that are not or the other way round, or lacks a
    /// removal. It is rewritten at an orderly end, and only then.
    pub(crate) untrue: bool,
    pub(crate) condensing: Option<Condensing>,
}

impl Writer {
    pub(crate) fn state(&self) -> State {
        self.state
    }

    /// Makes `known` the current description; gives the indices of slices that went with the former one.
    pub(crate) fn put_object(&mut self, index: &Index, known: Arc<Known>) -> Result<Vec<u32>> {
        let doing = || format!("cannot note object {}", known.key);
        let id = known.id();
        self.take_room().map_err(Error::io(doing))?;
        self.note(&Record::Object((**known).clone()), id).map_err(Error::io(doing))?;
        let fresh = index.object(id).is_none();
        let gone = index.put_object(known);
        for (_, entry) in &gone {
            self.retire(entry);
        }
        if fresh || !gone.is_empty() {
            self.note_bare(index, id);
        }
        Ok(gone.into_iter().map(|(index, _)| index).collect())
    }

    /// A place for a slice of `known`.
    pub(crate) fn reserve(
        &mut self,
        index: &Index,
        known: &Known,
        length: u32,
        root: Digest,
    ) -> Result<Entry> {
        if !is_current(index, known) {
            return Err(Error::Outdated(known.key.clone()));
        }
        let doing = || format!("cannot make room for a slice of {}", known.key);
        self.take_room().map_err(Error::io(doing))?;
        let pages = pages_of(length);
        let full = self
            .active
            .as_ref()
            .is_none_or(|(_, page)| self.volume_bytes < u64::from(page + pages) * PAGE_BYTES);
        if full {
            self.begin_volume().map_err(Error::io(doing))?;
        }
        let Some((volume, page)) = &mut self.active else { return Err(Error::Closed { doing: doing() }) };
        let entry = Entry::new(volume.clone(), *page, length, root, false);
        *page += pages;
        Ok(entry)
    }

    /// Makes a slice that has been written known; fails where its object is known no more, or the slice is not `moved` any more.
    pub(crate) fn put(
        &mut self,
        index: &Index,
        known: &Known,
        at: u32,
        entry: &Arc<Entry>,
        moved: Option<&Arc<Entry>>,
    ) -> Result<()> {
        let slice = known.slice(at);
        let still = |moved| index.current(slice).is_some_and(|current| Arc::ptr_eq(&current, moved));
        if !is_current(index, known) || !moved.is_none_or(still) {
            return Err(Error::Outdated(known.key.clone()));
        }
        let Entry { page, length, root, .. } = **entry;
        let placed = Placed { slice, volume: entry.volume.number, page, length, root, suspect: false };
        let doing = || format!("cannot note slice {at} of {}", known.key);
        self.note(&Record::Slice(placed), slice.object).map_err(Error::io(doing))?;
        entry.volume.soil();
        entry.volume.placed().push(slice);
        if let Some(replaced) = index.put_slice(slice.object, at, entry.clone()) {
            self.retire(&replaced);
        }
        Ok(())
    }

    /// Removes a slice, if it is `only`, or any where that is `None`.
    pub(crate) fn remove(&mut self, index: &Index, slice: Slice, only: Option<&Arc<Entry>>) -> Result<()> {
        let Some((entry, bare)) = index.remove_slice(slice.object, slice.index, only) else { return Ok(()) };
        let noted = self.note_gone(&Record::SliceGone(slice), slice.object);
        self.retire(&entry);
        if bare {
            self.note_bare(index, slice.object);
        }
        noted
    }

    /// Removes an object; gives the indices of its slices, and whether that was written down.
    pub(crate) fn remove_object(&mut self, index: &Index, id: u64) -> (Vec<u32>, Result<()>) {
        let Some(held) = index.remove_object(id) else { return (Vec::new(), Ok(())) };
        let noted = self.note_gone(&Record::ObjectGone(id), id);
        for (_, entry) in &held.slices {
            self.retire(entry);
        }
        (held.slices.into_iter().map(|(index, _)| index).collect(), noted)
    }

    /// Gives up an entry, and its volume where it was the last one there. Without a journal its bytes stay on the disk, since
    /// there they are still kept.
    pub(crate) fn retire(&mut self, entry: &Entry) {
        if self.journal.is_none() {
            entry.forget();
            return;
        }
        let empty = entry.retire();
        let volume = &entry.volume;
        let active = self.active.as_ref().is_some_and(|(active, _)| Arc::ptr_eq(active, volume));
        if empty && !active {
            self.give_up(volume.number);
        }
    }

    /// A slice that was suspect is not any more.
    pub(crate) fn note_cleared(&mut self) {
        self.untrue = true;
    }

    /// Goes on with rewriting the journal; gives what to make durable before [`Writer::finish_step`].
    pub(crate) fn step(&mut self, index: &Index) -> Option<Arc<File>> {
        let usage = index.usage();
        self.journal.as_mut()?.step(index, usage.objects + usage.slices)
    }

    pub(crate) fn finish_step(&mut self) {
        if let Some(journal) = &mut self.journal {
            journal.finish();
        }
    }

    /// Volumes that have changed since they were last asked for.
    pub(crate) fn dirty(&self) -> Vec<Arc<Volume>> {
        let volumes = self.volumes.values();
        volumes.filter(|volume| volume.dirty.swap(false, Ordering::Relaxed)).cloned().collect()
    }

    /// Makes journal and names durable.
    pub(crate) fn sync(&self) -> Result<()> {
        let Some(journal) = &self.journal else { return Ok(()) };
        let folders = [crate::recover::volumes_of(&self.folder), self.folder.clone()];
        let synced = self
            .disk
            .sync(&journal.file())
            .and_then(|()| folders.iter().try_for_each(|folder| self.disk.sync(&File::open(folder)?)));
        synced.map_err(Error::io(|| "cannot make the journal durable".into()))
    }

    /// Takes nothing any more.
    pub(crate) fn close(&mut self) {
        if self.state == State::Open {
            self.state = State::Closed;
        }
    }

    /// Writes down that the end was orderly.
    pub(crate) fn seal(&mut self, index: &Index) -> Result<()> {
        let Some(mut journal) = self.journal.take() else { return Ok(()) };
        let rewritten = if self.untrue { journal.rewrite(index) } else { Ok(()) };
        rewritten
            .and_then(|()| journal.write_clean())
            .map_err(Error::io(|| "cannot close the journal".into()))
    }

    fn begin_volume(&mut self) -> std::io::Result<()> {
        let folder = crate::recover::volumes_of(&self.folder);
        let volume = Volume::create(&*self.disk, &folder, self.next_number, self.reclaim.clone())?;
        let volume = Arc::new(volume);
        self.next_number += 1;
        self.volumes.insert(volume.number, volume.clone());
        if let Some((last, _)) = self.active.replace((volume, 1))
            && last.entries.load(Ordering::Relaxed) == 0
        {
            self.give_up(last.number);
        }
        Ok(())
    }

    fn give_up(&mut self, number: u32) {
        if let Some(volume) = self.volumes.remove(&number) {
            self.reclaim.note_volume(volume);
        }
    }

    /// Gives up volumes that hold nothing.
    pub(crate) fn drop_empty_volumes(&mut self) {
        let active = self.active.as_ref().map(|(volume, _)| volume.number);
        let empty = |volume: &&Arc<Volume>| volume.entries.load(Ordering::Relaxed) == 0;
        let numbers: Vec<u32> = self.volumes.values().filter(empty).map(|volume| volume.number).collect();
        numbers.into_iter().filter(|number| Some(*number) != active).for_each(|number| self.give_up(number));
    }

    /// Forgets objects that have no slice, the first to have none first, where there are too many.
    pub(crate) fn drop_bare_objects(&mut self, index: &Index) {
        while self.bare.len() > BARE_OBJECTS_MAX {
            let Some(first) = self.bare.pop_front() else { return };
            let shard = index.read(Index::shard_of(first));
            let bare = shard.get(&first).is_some_and(|held| held.slices.is_empty());
            drop(shard);
            if bare {
                // Where that is not written down, it is bare again after the next opening.
                let _ = self.remove_object(index, first);
            }
        }
    }

    fn note_bare(&mut self, index: &Index, id: u64) {
        self.bare.push_back(id);
        self.drop_bare_objects(index);
    }

    /// Takes room for the journal before anything is added to what is kept.
    fn take_room(&mut self) -> std::io::Result<()> {
        self.journal.as_mut().map_or(Ok(()), Journal::take_room)
    }

    fn note(&mut self, record: &Record, object: u64) -> std::io::Result<()> {
        self.journal.as_mut().map_or(Ok(()), |journal| journal.write(record, Index::shard_of(object)))
    }

    fn note_gone(&mut self, record: &Record, object: u64) -> Result<()> {
        let doing = || "cannot note a removal".to_owned();
        let noted = match self.state {
            State::ReadOnly => Err(Error::ReadOnly { doing: doing() }),
            State::Closed if self.journal.is_none() => Err(Error::Closed { doing: doing() }),
            _ => self.note(record, object).map_err(Error::io(doing)),
        };
        self.untrue |= noted.is_err();
        noted
    }
}

fn is_current(index: &Index, known: &Known) -> bool {
    index.object(known.id()).is_some_and(|current| current.same_content(known))
}
