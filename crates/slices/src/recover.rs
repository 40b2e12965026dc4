//! Opening a folder: what is found again, and what is cleared up.
//!
//! Owns the order of opening: lock, volumes, journal, then the differences between the two. Reads no slice, so it takes as
//! long as reading the journal.

mod clear;
mod folder;
mod replay;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::disk::Disk;
use crate::index::{Index, SHARDS};
use crate::journal::{self, Journal, Opened};
use crate::reclaim::Reclaim;
use crate::slices::{State, Writer};
use crate::{Error, Result, Slices, Usage};
pub(crate) use folder::Lock;
use folder::{Folder, Found};
use replay::Replay;

/// Least bytes of a volume: its header and a whole slice.
const VOLUME_BYTES_MIN: u64 = 2 << 20;

/// Most bytes of a volume: beyond that a file system may refuse, and nothing is gained.
const VOLUME_BYTES_MAX: u64 = 64 << 30;

/// The generation of a folder's first journal.
const FIRST_GENERATION: u64 = 1;

/// How slices are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// A folder that holds nothing else.
    pub folder: PathBuf,
    /// Bytes of a volume, which is a file that stays open. Smaller ones are empty and gone sooner, larger ones are fewer.
    pub volume_bytes: u64,
}

impl Options {
    /// The usual ones: volumes of 256 MiB, 4,096 of them for a terabyte.
    pub fn new(folder: impl Into<PathBuf>) -> Options {
        Options { folder: folder.into(), volume_bytes: 256 << 20 }
    }
}

/// What was found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// How much is kept.
    pub usage: Usage,
    /// Whether the last end was an orderly one; else all slices are suspect.
    pub clean: bool,
    /// Whether the disk takes no writes.
    pub read_only: bool,
    /// What was not found again.
    pub lost: Lost,
}

/// What was lost since the last end, or in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lost {
    /// Bytes at the journal's end that could not be read: a record that was cut off, or all that follows damage.
    pub journal_bytes: u64,
    /// Whether there were volumes, but no journal to tell what they hold.
    pub journal: bool,
    /// Volumes that could not be opened, or are none.
    pub volumes: u64,
    /// Slices of the journal whose volume is gone or ends before them.
    pub slices: u64,
}

/// Where the volumes of a cache are.
pub(crate) fn volumes_of(folder: &Path) -> PathBuf {
    folder.join("volumes")
}

/// See [`Slices::open`].
pub(crate) fn open(options: Options, disk: Arc<dyn Disk>) -> Result<(Slices, Recovered)> {
    let (low, high) = (VOLUME_BYTES_MIN, VOLUME_BYTES_MAX);
    if !(low..=high).contains(&options.volume_bytes) {
        return Err(Error::Setting { name: "volume_bytes", value: options.volume_bytes, low, high });
    }
    let Options { folder, volume_bytes } = options;
    let Folder { lock, writable } = folder::claim(&*disk, &folder)?;
    let reclaim = Arc::new(Reclaim::default());
    let Found { volumes, damaged } = folder::volumes(&*disk, &folder, writable, &reclaim)?;
    let mut replay = Replay::new(&volumes);
    let told = read_journal(&disk, &folder, writable, &mut replay)?;
    let Replay { index, missing, bare, highest, .. } = replay;
    let lost = Lost {
        journal_bytes: told.lost_bytes,
        journal: told.absent && !volumes.is_empty(),
        volumes: damaged,
        slices: missing.count(),
    };
    let clean = told.clean;
    look_over(&index, clean);
    let recovered = Recovered { usage: index.usage(), clean, read_only: !writable, lost };
    let mut writer = Writer {
        disk: disk.clone(),
        reclaim: reclaim.clone(),
        volume_bytes,
        state: if writable { State::Open } else { State::ReadOnly },
        journal: told.journal,
        // A record that names a volume which is gone must not come to name another's bytes.
        next_number: highest.saturating_add(1),
        volumes,
        active: None,
        bare,
        untrue: !clean || recovered.lost != Lost::default(),
        condensing: None,
        folder,
    };
    if writable {
        clear::clear_up(&mut writer, &index, recovered.lost.slices > 0);
        reclaim.run(&*disk);
    }
    let checking = std::array::from_fn(|_| Mutex::new(()));
    Ok((Slices { index, disk, reclaim, writer: Mutex::new(writer), checking, _lock: lock }, recovered))
}

/// What the journal told beside its records.
struct Told {
    /// The journal to go on with; none on a disk that takes no writes.
    journal: Option<Journal>,
    clean: bool,
    absent: bool,
    lost_bytes: u64,
}

fn read_journal(disk: &Arc<dyn Disk>, folder: &Path, writable: bool, replay: &mut Replay) -> Result<Told> {
    let reading = || format!("cannot read the journal in {}", folder.display());
    let writing = || format!("cannot write the journal in {}", folder.display());
    let opened = journal::read(&**disk, folder, writable, |record| replay.tell(record));
    let mut told = Told { journal: None, clean: true, absent: false, lost_bytes: 0 };
    let journal = match opened.map_err(Error::io(reading))? {
        Opened::Other(version) => {
            return Err(Error::OtherLayout { path: journal::path(folder), version });
        }
        Opened::Sound(reading) => {
            told.clean = reading.is_clean() || reading.is_empty();
            told.lost_bytes = reading.lost_bytes;
            writable.then(|| Journal::resume(disk.clone(), folder, reading))
        }
        Opened::None => {
            told.absent = true;
            writable.then(|| Journal::create(disk.clone(), folder, FIRST_GENERATION))
        }
    };
    told.journal = journal.transpose().map_err(Error::io(writing))?;
    Ok(told)
}

/// Tells each volume what it holds, and each slice whether it is suspect.
fn look_over(index: &Index, clean: bool) {
    for shard in 0..SHARDS {
        for held in index.read(shard).values() {
            for (at, entry) in &held.slices {
                entry.volume.placed().push(held.known.slice(*at));
                if !clean {
                    entry.suspect();
                }
            }
        }
    }
}
