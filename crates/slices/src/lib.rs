//! Slices of objects on disk: what an edge's cache keeps, found again after any end.
//!
//! Owns the files of one folder. Who decides what is kept is `cache::eviction`; who fetches and who sends is `edge`. Knows bytes,
//! keys and digests, and reads no clock. All calls block; those that only find do not touch the disk.
//!
//! # Layout
//!
//! | file | what |
//! | --- | --- |
//! | `lock` | empty; locked by the process that has the folder |
//! | `journal` | what is kept: a header, then a frame for each thing that happened |
//! | `journal.next` | its successor, while it is written |
//! | `volumes/00000001.volume` | bytes of slices, one after another |
//!
//! | bytes of a volume | what |
//! | --- | --- |
//! | 0 to 4095 | magic `MTNEVOLU`, layout (4), number (4), zeros |
//! | from the next page | bytes of a slice |
//! | right behind them | 16 bytes of digest for each of its blocks of 64 KiB |
//! | from the next page | the next slice, or a hole where one was |
//!
//! | bytes of the journal | what |
//! | --- | --- |
//! | 0 to 27 | magic `MTNESLIC`, layout (4), generation (8), checksum of these (8) |
//! | from 28 | frames: length of the body (2), body, checksum (8) |
//!
//! | body of a frame | fields, numbers little-endian, texts with their length (2) before them |
//! | --- | --- |
//! | 1, an object was told | key, bytes (8), tag and media type (flag (1), text), headers (count (2), names and values), fresh until (flag (1), 8), stored (8) |
//! | 2, a slice is kept | object (8), index (4), volume (4), page (4), length (4), root (16), whether suspect (1) |
//! | 3, a slice is gone | object (8), index (4) |
//! | 4, an object is gone | object (8) |
//! | 5, an orderly end | |
//!
//! The root is the digest of object, index, length and digests, and is also in memory: it tells whether the digests beside the
//! slice are right, as those tell whether its blocks are.
//!
//! # What survives
//!
//! Nothing waits for a `fsync` but [`Slices::flush`] and [`Slices::close`]: what is lost in a loss of power can be fetched again,
//! and what is damaged is found out by its digests. Bytes are written before the frame that names them, so after the
//! process alone was killed all that was acknowledged is there. Slices that were kept over an end other than
//! [`Slices::close`] are *suspect*: [`Slices::find`] says so, and [`Slices::check`] reads and compares them before their first use.
//! So opening takes as long as reading the journal, whatever the end was: for a million slices half a second where an object has
//! 250 of them, and up to five where each has an object of its own. Finding one takes half a microsecond to one.
//!
//! # Limits
//!
//! Volumes stay open: a process needs as many file descriptors as twice what is kept fills volumes, and some more. The file
//! system must be able to punch holes; [`Slices::open`] refuses one that cannot.

mod disk;
mod error;
mod index;
mod journal;
mod kept;
mod object;
mod reclaim;
mod record;
mod recover;
mod slices;
#[cfg(test)]
mod testing;
mod volume;

pub use error::{Error, Result};
pub use index::Usage;
pub use kept::{Kept, Listed, Verdict};
pub use object::{Known, OBJECT_BYTES_MAX, Object, object_id};
pub use recover::{Lost, Options, Recovered};
pub use slices::{Gone, Slices, Told};

/// The layout that is described above.
pub(crate) const LAYOUT: u32 = 1;
