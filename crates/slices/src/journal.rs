//! The journal: what is kept, as the sequence of what happened.
//!
//! Owns the file, its header, its growth and its rewriting. A header of [`HEADER_BYTES`] (magic, layout, generation,
//! checksum) is followed by frames ([`crate::record`]). Frames are written one at a time, each at the end of the last that
//! was written whole; so a failed one is written over, and only the end of the file can be torn.
//!
//! A journal that is mostly history is rewritten beside itself, a shard of the index with each change, so that nobody waits
//! long: from then on what concerns shards that were copied goes into both, and in the end the new one takes the name.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::Disk;
use crate::index::{Index, SHARDS};
use crate::record::{self, FRAME_BYTES_MAX, Placed, Record};

/// Bytes of the header: magic, layout, generation and a checksum of these.
pub(crate) const HEADER_BYTES: usize = 28;

/// The first bytes of a journal.
const MAGIC: &[u8; 8] = b"MTNESLIC";

/// Room that is taken ahead of the journal's end, so that removals can be written down on a full disk: some 30,000.
const AHEAD_BYTES: u64 = 1 << 20;

/// Records that a journal may have beyond twice those that count, before it is rewritten: below that it is read in no time.
const HISTORY_RECORDS_MIN: u64 = 1 << 16;

/// Bytes of a journal that are read at a time.
const READ_BYTES: usize = 1 << 20;

/// A journal that is written.
#[derive(Debug)]
pub(crate) struct Journal {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    now: Tape,
    next: Option<Rewrite>,
    /// Records at which the next rewriting begins, where the last one failed.
    not_before: u64,
    buffer: Vec<u8>,
}

/// A file of frames.
#[derive(Debug)]
struct Tape {
    file: Arc<File>,
    generation: u64,
    end: u64,
    /// Up to where room has been taken.
    ahead: u64,
    records: u64,
}

/// A journal that is being rewritten.
#[derive(Debug)]
struct Rewrite {
    tape: Tape,
    /// Shards that have been copied: all before this one.
    shards: usize,
}

/// What reading a journal gave.
#[derive(Debug)]
pub(crate) struct Reading {
    file: File,
    generation: u64,
    /// End of the last sound frame.
    end: u64,
    records: u64,
    /// Bytes after that.
    pub(crate) lost_bytes: u64,
    /// Where [`Record::Clean`] begins, if it is the last record.
    clean_at: Option<u64>,
}

/// What there is in place of a journal.
#[derive(Debug)]
pub(crate) enum Opened {
    /// One, whose records follow.
    Sound(Reading),
    /// None, or one whose beginning is damaged.
    None,
    /// One of another layout.
    Other(u32),
}

impl Reading {
    /// Whether the journal says that the last end was an orderly one.
    pub(crate) fn is_clean(&self) -> bool {
        self.clean_at.is_some()
    }

    /// Whether nothing ever happened.
    pub(crate) fn is_empty(&self) -> bool {
        self.records == 0 && self.lost_bytes == 0
    }
}

/// The journal's place in `folder`.
pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join("journal")
}

/// The place of the one that will follow it.
pub(crate) fn next_path(folder: &Path) -> PathBuf {
    folder.join("journal.next")
}

/// Reads the journal in `folder`, and gives each record to `tell` in order.
pub(crate) fn read(
    disk: &dyn Disk,
    folder: &Path,
    writable: bool,
    mut tell: impl FnMut(Record),
) -> io::Result<Opened> {
    let file = match OpenOptions::new().read(true).write(writable).open(path(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Opened::None),
        file => file?,
    };
    let length = file.metadata()?.len();
    let mut header = [0; HEADER_BYTES];
    if length < HEADER_BYTES as u64 {
        return Ok(Opened::None);
    }
    disk.read(&file, &mut header, 0)?;
    let generation = match read_header(&header) {
        Some((crate::LAYOUT, generation)) => generation,
        Some((other, _)) => return Ok(Opened::Other(other)),
        None => return Ok(Opened::None),
    };
    let mut reading =
        Reading { file, generation, end: HEADER_BYTES as u64, records: 0, lost_bytes: 0, clean_at: None };
    read_frames(disk, &mut reading, length, &mut tell);
    reading.lost_bytes = length - reading.end;
    if reading.lost_bytes > 0 {
        reading.clean_at = None;
    }
    Ok(Opened::Sound(reading))
}

/// Up to the first frame that is not sound or cannot be read.
fn read_frames(disk: &dyn Disk, reading: &mut Reading, length: u64, tell: &mut impl FnMut(Record)) {
    let mut buffer = Vec::new();
    while reading.end < length {
        let bytes = READ_BYTES.min((length - reading.end) as usize);
        buffer.resize(bytes, 0);
        if disk.read(&reading.file, &mut buffer, reading.end).is_err() {
            return;
        }
        let whole = reading.end + bytes as u64 == length;
        let mut at = 0;
        while whole || bytes - at >= FRAME_BYTES_MAX {
            let Some((record, frame)) = record::read(&buffer[at..], reading.generation, reading.end) else {
                return;
            };
            reading.clean_at = (record == Record::Clean).then_some(reading.end);
            reading.records += 1;
            reading.end += frame as u64;
            at += frame;
            tell(record);
        }
    }
}

impl Journal {
    /// The journal that was read, to go on with: what was lost is cut off, and so is the word that all is well.
    pub(crate) fn resume(disk: Arc<dyn Disk>, folder: &Path, reading: Reading) -> io::Result<Journal> {
        let Reading { file, generation, end, records, lost_bytes, clean_at } = reading;
        let end = clean_at.unwrap_or(end);
        if clean_at.is_some() || lost_bytes > 0 {
            file.set_len(end)?;
            // Else a loss of power could bring the word back, after slices had changed.
            disk.sync(&file)?;
        }
        let now = Tape { file: Arc::new(file), generation, end, ahead: end, records };
        Ok(Journal::new(disk, folder, now))
    }

    /// A new journal, in place of any that is there.
    pub(crate) fn create(disk: Arc<dyn Disk>, folder: &Path, generation: u64) -> io::Result<Journal> {
        let now = Tape::create(&*disk, &next_path(folder), generation)?;
        fs::rename(next_path(folder), path(folder))?;
        Ok(Journal::new(disk, folder, now))
    }

    fn new(disk: Arc<dyn Disk>, folder: &Path, now: Tape) -> Journal {
        let buffer = Vec::with_capacity(1024);
        Journal { disk, folder: folder.to_owned(), now, next: None, not_before: 0, buffer }
    }

    /// Takes room ahead, or fails as a full disk does: asked before anything is added, so that removals still have room.
    pub(crate) fn take_room(&mut self) -> io::Result<()> {
        if self.now.ahead < self.now.end + AHEAD_BYTES / 2 {
            self.disk.reserve(&self.now.file, self.now.end, AHEAD_BYTES)?;
            self.now.ahead = self.now.end + AHEAD_BYTES;
        }
        Ok(())
    }

    /// Writes `record` down, which concerns what is in `shard`.
    pub(crate) fn write(&mut self, record: &Record, shard: usize) -> io::Result<()> {
        self.now.write(&*self.disk, &mut self.buffer, record)?;
        if let Some(next) = self.next.as_mut().filter(|next| shard < next.shards)
            && next.tape.write(&*self.disk, &mut self.buffer, record).is_err()
        {
            self.give_up();
        }
        Ok(())
    }

    /// Writes down that the end is an orderly one.
    pub(crate) fn write_clean(&mut self) -> io::Result<()> {
        self.disk.sync(&self.now.file)?;
        self.now.write(&*self.disk, &mut self.buffer, &Record::Clean)?;
        // A write that failed may have left more behind it.
        self.now.file.set_len(self.now.end)?;
        self.disk.sync(&self.now.file)
    }

    /// The file, for whoever makes it durable.
    pub(crate) fn file(&self) -> Arc<File> {
        self.now.file.clone()
    }

    /// Goes on with rewriting, or begins it where `counting` records of all that were written still count. Gives the file that
    /// is to be made durable before [`Journal::finish`], when it is whole.
    pub(crate) fn step(&mut self, index: &Index, counting: u64) -> Option<Arc<File>> {
        if self.next.is_none() {
            let most = 2 * counting + HISTORY_RECORDS_MIN;
            if self.now.records <= most.max(self.not_before) {
                return None;
            }
            self.begin();
        }
        let next = self.next.as_mut().filter(|next| next.shards < SHARDS)?;
        if next.copy(&*self.disk, &mut self.buffer, index).is_err() {
            self.give_up();
            return None;
        }
        self.next.as_ref().filter(|next| next.shards == SHARDS).map(|next| next.tape.file.clone())
    }

    /// The new journal takes the place of the old one.
    pub(crate) fn finish(&mut self) {
        let Some(next) = self.next.take_if(|next| next.shards == SHARDS) else { return };
        if fs::rename(next_path(&self.folder), path(&self.folder)).is_ok() {
            self.now = next.tape;
        } else {
            self.give_up();
        }
    }

    /// Rewrites all at once.
    pub(crate) fn rewrite(&mut self, index: &Index) -> io::Result<()> {
        self.next = None;
        let tape = Tape::create(&*self.disk, &next_path(&self.folder), self.now.generation + 1)?;
        let mut next = Rewrite { tape, shards: 0 };
        while next.shards < SHARDS {
            next.copy(&*self.disk, &mut self.buffer, index)?;
        }
        self.disk.sync(&next.tape.file)?;
        fs::rename(next_path(&self.folder), path(&self.folder))?;
        self.now = next.tape;
        Ok(())
    }

    fn begin(&mut self) {
        match Tape::create(&*self.disk, &next_path(&self.folder), self.now.generation + 1) {
            Ok(tape) => self.next = Some(Rewrite { tape, shards: 0 }),
            Err(_) => self.give_up(),
        }
    }

    /// The old journal is as good as ever, only long; it is rewritten when it has grown by half.
    fn give_up(&mut self) {
        self.next = None;
        self.not_before = self.now.records + self.now.records / 2;
        let _ = fs::remove_file(next_path(&self.folder));
    }
}

impl Tape {
    fn create(disk: &dyn Disk, path: &Path, generation: u64) -> io::Result<Tape> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        disk.write(&file, &[&header(generation)], 0)?;
        let end = HEADER_BYTES as u64;
        Ok(Tape { file: Arc::new(file), generation, end, ahead: end, records: 0 })
    }

    fn write(&mut self, disk: &dyn Disk, buffer: &mut Vec<u8>, record: &Record) -> io::Result<()> {
        buffer.clear();
        record::write(buffer, record, self.generation, self.end);
        self.append(disk, buffer, 1)
    }

    fn append(&mut self, disk: &dyn Disk, frames: &[u8], records: u64) -> io::Result<()> {
        disk.write(&self.file, &[frames], self.end)?;
        self.end += frames.len() as u64;
        self.records += records;
        Ok(())
    }
}

impl Rewrite {
    /// Copies the next shard.
    fn copy(&mut self, disk: &dyn Disk, buffer: &mut Vec<u8>, index: &Index) -> io::Result<()> {
        buffer.clear();
        let mut records = 0;
        for (&object, held) in index.read(self.shards).iter() {
            let mut add = |record: &Record| {
                let place = self.tape.end + buffer.len() as u64;
                record::write(buffer, record, self.tape.generation, place);
                records += 1;
            };
            add(&Record::Object((**held.known).clone()));
            for (index, entry) in &held.slices {
                let slice = cache::eviction::Slice { object, index: *index };
                let (volume, page, length, root) =
                    (entry.volume.number, entry.page, entry.length, entry.root);
                let suspect = entry.is_suspect();
                add(&Record::Slice(Placed { slice, volume, page, length, root, suspect }));
            }
        }
        if records > 0 {
            self.tape.append(disk, buffer, records)?;
        }
        self.shards += 1;
        Ok(())
    }
}

fn header(generation: u64) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&crate::LAYOUT.to_le_bytes());
    header[12..20].copy_from_slice(&generation.to_le_bytes());
    let sum = checksum(&header[..20]);
    header[20..].copy_from_slice(&sum);
    header
}

/// Layout and generation.
fn read_header(header: &[u8; HEADER_BYTES]) -> Option<(u32, u64)> {
    let sound = header.starts_with(MAGIC) && header[20..] == checksum(&header[..20]);
    let layout = u32::from_le_bytes(*header[8..].first_chunk()?);
    let generation = u64::from_le_bytes(*header[12..].first_chunk()?);
    sound.then_some((layout, generation))
}

fn checksum(bytes: &[u8]) -> [u8; 8] {
    let mut sum = [0; 8];
    sum.copy_from_slice(&blake3::hash(bytes).as_bytes()[..8]);
    sum
}
