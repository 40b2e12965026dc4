//! The boxes at the top level of a file: found by seeking from header to header, loaded only where asked for.

use crate::boxes::{FourCc, HEAD_BYTES_MAX, Head};
use crate::error::{Error, Problem};
use media::ByteRange;
use std::io::{self, Read, Seek, SeekFrom};

/// Most boxes at the top level of a file: a film of ten hours in segments of two seconds has 36 000.
const TOP_LEVEL_BOXES_MAX: usize = 50_000;

/// A box at the top level.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TopLevel {
    /// First byte of the box.
    pub(crate) offset: u64,
    pub(crate) head: Head,
}

/// The boxes at the top level of a file and the file's length in bytes.
///
/// A box that is longer than the rest of the file is an error, so that a file which was cut short is found
/// out here.
pub(crate) fn top_level(file: &mut (impl Read + Seek)) -> Result<(Vec<TopLevel>, u64), Error> {
    let file_bytes = file.seek(SeekFrom::End(0)).map_err(|error| io_error(FourCc::FILE, 0, error))?;
    let mut found = Vec::new();
    let mut offset = 0;
    while offset < file_bytes {
        if found.len() == TOP_LEVEL_BOXES_MAX {
            let problem =
                Problem::OverLimit { what: "boxes at the top level", limit: TOP_LEVEL_BOXES_MAX as u64 };
            return Err(Error { kind: FourCc::FILE, offset, problem });
        }
        let room = file_bytes - offset;
        let bytes = read_at(file, FourCc::FILE, offset, room.min(HEAD_BYTES_MAX as u64))?;
        let head = Head::parse(&bytes, offset, room)?;
        found.push(TopLevel { offset, head });
        offset += head.length;
    }
    Ok((found, file_bytes))
}

/// The box that begins at `range` and is as long as it.
pub(crate) fn at(file: &mut (impl Read + Seek), range: ByteRange) -> Result<TopLevel, Error> {
    let bytes = read_at(file, FourCc::FILE, range.offset, range.length.min(HEAD_BYTES_MAX as u64))?;
    Ok(TopLevel { offset: range.offset, head: Head::parse(&bytes, range.offset, range.length)? })
}

impl TopLevel {
    /// The whole box, header and all, where it is not longer than `limit` bytes.
    pub(crate) fn load(&self, file: &mut (impl Read + Seek), limit: u64) -> Result<Vec<u8>, Error> {
        if self.head.length > limit {
            return Err(self.error(Problem::OverLimit { what: "bytes", limit }));
        }
        read_at(file, self.head.kind, self.offset, self.head.length)
    }

    pub(crate) fn error(&self, problem: Problem) -> Error {
        Error { kind: self.head.kind, offset: self.offset, problem }
    }
}

fn read_at(file: &mut (impl Read + Seek), kind: FourCc, offset: u64, count: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new(); // grows with what is really read
    file.seek(SeekFrom::Start(offset))
        .and_then(|_| file.take(count).read_to_end(&mut bytes))
        .map_err(|error| io_error(kind, offset, error))?;
    if (bytes.len() as u64) < count {
        return Err(Error { kind, offset, problem: Problem::Truncated });
    }
    Ok(bytes)
}

fn io_error(kind: FourCc, offset: u64, error: io::Error) -> Error {
    Error { kind, offset, problem: Problem::Io(error) }
}
