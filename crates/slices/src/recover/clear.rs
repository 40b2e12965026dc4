//! What the last end left behind: volumes of nothing, room of nobody, a volume that is not full yet.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::disk::Disk;
use crate::index::{Index, SHARDS};
use crate::journal;
use crate::slices::Writer;
use crate::volume::{PAGE_BYTES, Volume};

/// Bytes of a volume that may be taken by nothing that is kept, such as the file system's own notes, before its holes are
/// made anew.
const SLACK_BYTES: u64 = 1 << 20;

/// Bytes of a unit in which `st_blocks` counts, whatever the file system (`stat(2)`).
const STAT_BLOCK_BYTES: u64 = 512;

/// Makes `writer` ready to write, and gives back what nobody needs.
pub(super) fn clear_up(writer: &mut Writer, index: &Index, lost_slices: bool) {
    let _ = fs::remove_file(journal::next_path(&writer.folder));
    if lost_slices && let Some(journal) = &mut writer.journal {
        // So that what is lost is not lost again next time. Where that fails it is written at an orderly end, or lost again.
        let _ = journal.rewrite(index);
    }
    // Places that records of lost slices name are not given to others.
    writer.active = if lost_slices { None } else { resume(writer) };
    writer.drop_empty_volumes();
    writer.drop_bare_objects(index);
    let leaking: Vec<_> = writer.volumes.values().filter(|volume| leaks(volume)).cloned().collect();
    if !leaking.is_empty() {
        punch(&*writer.disk, index, &leaking);
    }
}

/// The last volume with its first free page, if it is not full.
fn resume(writer: &Writer) -> Option<(Arc<Volume>, u32)> {
    let (_, volume) = writer.volumes.last_key_value()?;
    let pages = volume.file.metadata().ok()?.len().div_ceil(PAGE_BYTES);
    let page = u32::try_from(pages).ok()?;
    (pages * PAGE_BYTES < writer.volume_bytes).then(|| (volume.clone(), page))
}

/// Whether a volume takes more room than what it holds.
fn leaks(volume: &Volume) -> bool {
    let held = (1 + volume.pages.load(Ordering::Relaxed)) * PAGE_BYTES;
    volume.file.metadata().is_ok_and(|meta| meta.blocks() * STAT_BLOCK_BYTES > held + SLACK_BYTES)
}

/// Makes holes of all that holds no slice.
fn punch(disk: &dyn Disk, index: &Index, volumes: &[Arc<Volume>]) {
    let mut places: HashMap<u32, Vec<(u64, u64)>> =
        volumes.iter().map(|volume| (volume.number, Vec::new())).collect();
    for shard in 0..SHARDS {
        for (_, entry) in index.read(shard).values().flat_map(|held| &held.slices) {
            if let Some(places) = places.get_mut(&entry.volume.number) {
                places.push((entry.offset(), entry.offset() + u64::from(entry.pages()) * PAGE_BYTES));
            }
        }
    }
    for volume in volumes {
        let mut held = places.remove(&volume.number).unwrap_or_default();
        held.sort_unstable();
        let length = volume.file.metadata().map_or(0, |meta| meta.len());
        held.push((length.next_multiple_of(PAGE_BYTES), 0));
        let mut free = PAGE_BYTES;
        for (start, end) in held {
            if start > free {
                // What a disk refuses to take back now is tried again at the next opening.
                let _ = disk.punch(&volume.file, free, start - free);
            }
            free = end;
        }
    }
}
