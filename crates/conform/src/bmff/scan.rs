//! Goes over the boxes of a file at the top level: heads and small boxes are read, `mdat` is passed over.

use crate::source::{Source, Unreadable};
use media::ByteRange;

/// Bytes that are asked for at once: a `moof` and the next head most often.
const WINDOW_BYTES: u64 = 8 * 1024;

/// Bytes of a box that is read into memory: the index of a film of a day has 1 MB.
const BOX_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Boxes at the top level that are looked at: a film of ten hours in segments of two seconds has 36 000.
const BOXES_MAX: usize = 200_000;

/// A box at the top level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TopBox {
    pub(crate) kind: [u8; 4],
    pub(crate) offset: u64,
    pub(crate) head: u64,
    pub(crate) length: u64,
}

/// What ended a scan before the end of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The file cannot be read.
    Unreadable(Unreadable),
    /// At this byte there is no box, or one that is longer than the file.
    Broken(u64),
    /// A limit of this check.
    Limit(u64),
}

/// A file through a window.
pub(crate) struct Scan<'a> {
    source: &'a dyn Source,
    uri: &'a str,
    window: Vec<u8>,
    window_offset: u64,
    pub(crate) file_bytes: u64,
    next: u64,
    count: usize,
}

impl<'a> Scan<'a> {
    /// Opens a file.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) fn open(source: &'a dyn Source, uri: &'a str) -> Result<Scan<'a>, Unreadable> {
        let part = source.read(uri, ByteRange { offset: 0, length: WINDOW_BYTES })?;
        let (window, file_bytes) = (part.bytes, part.file_bytes);
        Ok(Scan { source, uri, window, window_offset: 0, file_bytes, next: 0, count: 0 })
    }

    /// The first bytes of the file.
    pub(crate) fn start(&self) -> Vec<u8> {
        const START_BYTES: usize = 16;
        self.window.iter().take(START_BYTES).copied().collect()
    }

    /// The next box; `None` at the end of the file.
    pub(crate) fn next_box(&mut self) -> Result<Option<TopBox>, Stop> {
        const HEAD_BYTES_MAX: u64 = 16;
        let offset = self.next;
        let room = self.file_bytes.saturating_sub(offset);
        if room == 0 {
            return Ok(None);
        }
        self.count += 1;
        if self.count > BOXES_MAX {
            return Err(Stop::Limit(offset));
        }
        let bytes = self.bytes(offset, HEAD_BYTES_MAX.min(room))?;
        let (kind, head, length) = super::boxes::head(bytes, room).ok_or(Stop::Broken(offset))?;
        if length > room {
            return Err(Stop::Broken(offset));
        }
        self.next = offset + length;
        Ok(Some(TopBox { kind, offset, head, length }))
    }

    /// The body of a box.
    pub(crate) fn body(&mut self, top: &TopBox) -> Result<Vec<u8>, Stop> {
        if top.length > BOX_BYTES_MAX {
            return Err(Stop::Limit(top.offset));
        }
        self.bytes(top.offset + top.head, top.length - top.head).map(<[u8]>::to_vec)
    }

    /// Bytes of the file, all of which are there.
    fn bytes(&mut self, offset: u64, length: u64) -> Result<&[u8], Stop> {
        let held =
            offset >= self.window_offset && offset + length <= self.window_offset + self.window.len() as u64;
        if !held {
            let range = ByteRange { offset, length: length.max(WINDOW_BYTES) };
            let part = self.source.read(self.uri, range).map_err(Stop::Unreadable)?;
            (self.window, self.window_offset) = (part.bytes, offset);
        }
        let start = (offset - self.window_offset) as usize;
        self.window.get(start..start + length as usize).ok_or(Stop::Broken(offset))
    }
}
