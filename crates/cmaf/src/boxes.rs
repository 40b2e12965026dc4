//! Boxes: type, length and nesting (clause 4.2). Knows no box by name.

use crate::cursor::Cursor;
use crate::error::{Error, Problem};
use std::fmt;

/// A four-character code: the type of a box, a brand, a handler or a sample entry.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FourCc(pub [u8; 4]);

impl FourCc {
    /// Stands for the file itself where an [`Error`] lies outside any box.
    pub const FILE: FourCc = FourCc(*b"file");
}

impl fmt::Display for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl fmt::Debug for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// The longest box header: 32-bit length, type, 64-bit length.
pub(crate) const HEAD_BYTES_MAX: usize = 16;

/// The header of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) kind: FourCc,
    /// Bytes of the header itself.
    pub(crate) head: u64,
    /// Bytes of header and body.
    pub(crate) length: u64,
}

impl Head {
    /// Reads the header at byte `offset` of the file from `bytes`, where `room` bytes (at least the header's)
    /// are left in what holds the box.
    pub(crate) fn parse(bytes: &[u8], offset: u64, room: u64) -> Result<Head, Error> {
        let [a, b, c, d, kind @ ..] = bytes.first_chunk::<8>().ok_or(truncated(FourCc::FILE, offset))?;
        let kind = FourCc(*kind);
        let (head, length) = match u32::from_be_bytes([*a, *b, *c, *d]) {
            0 => (8, room),
            1 => {
                let long = bytes.get(8..).and_then(<[u8]>::first_chunk).ok_or(truncated(kind, offset))?;
                (16, u64::from_be_bytes(*long))
            }
            short => (8, u64::from(short)),
        };
        if length < head {
            let problem = Problem::Invalid("shorter than its own header");
            return Err(Error { kind, offset, problem });
        }
        if length > room {
            return Err(truncated(kind, offset));
        }
        Ok(Head { kind, head, length })
    }
}

fn truncated(kind: FourCc, offset: u64) -> Error {
    Error { kind, offset, problem: Problem::Truncated }
}

/// A whole box in memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BoxView<'a> {
    /// The box with its header.
    pub(crate) whole: &'a [u8],
    pub(crate) kind: FourCc,
    /// First byte of the box, counted from the start of the file.
    pub(crate) offset: u64,
    /// First byte of the body, counted from the start of the file.
    pub(crate) body_offset: u64,
    pub(crate) body: &'a [u8],
}

impl<'a> BoxView<'a> {
    /// The fields of the box.
    pub(crate) fn fields(&self) -> Cursor<'a> {
        Cursor::new(self.kind, self.body_offset, self.body)
    }

    /// The boxes inside, where the body is nothing but boxes.
    pub(crate) fn children(&self) -> Children<'a> {
        self.fields().boxes()
    }

    /// The first child of the given type.
    pub(crate) fn find(&self, kind: &[u8; 4]) -> Result<Option<BoxView<'a>>, Error> {
        self.children().find_kind(kind)
    }

    /// The first child of the given type, which must be there.
    pub(crate) fn require(&self, kind: &[u8; 4]) -> Result<BoxView<'a>, Error> {
        self.find(kind)?.ok_or(self.error(Problem::Missing(FourCc(*kind))))
    }

    /// An error about this box.
    pub(crate) fn error(&self, problem: Problem) -> Error {
        Error { kind: self.kind, offset: self.offset, problem }
    }
}

/// Goes over consecutive boxes; stops at the first that is broken.
#[derive(Debug, Clone)]
pub(crate) struct Children<'a> {
    bytes: &'a [u8],
    offset: u64,
}

impl<'a> Children<'a> {
    pub(crate) fn new(bytes: &'a [u8], offset: u64) -> Self {
        Children { bytes, offset }
    }

    /// The first box of the given type.
    pub(crate) fn find_kind(self, kind: &[u8; 4]) -> Result<Option<BoxView<'a>>, Error> {
        for child in self {
            let child = child?;
            if child.kind.0 == *kind {
                return Ok(Some(child));
            }
        }
        Ok(None)
    }

    fn step(&mut self) -> Result<BoxView<'a>, Error> {
        let head = Head::parse(self.bytes, self.offset, self.bytes.len() as u64)?;
        let (whole, rest) = self.bytes.split_at(head.length as usize);
        let view = BoxView {
            whole,
            kind: head.kind,
            offset: self.offset,
            body_offset: self.offset + head.head,
            body: &whole[head.head as usize..],
        };
        (self.bytes, self.offset) = (rest, self.offset + head.length);
        Ok(view)
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = Result<BoxView<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.bytes.is_empty() {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.bytes = &[];
        }
        Some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clause 4.2.2: size 1 means a 64-bit length follows, size 0 means "to the end".
    #[test]
    fn heads() {
        for (bytes, room, expected) in [
            (&b"\0\0\0\x0cfree"[..], 100, Some((8, 12))),
            (b"\0\0\0\0mdat", 100, Some((8, 100))),
            (b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x20", 100, Some((16, 32))),
            (b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x0f", 100, None),
            (b"\0\0\0\x01mdat\0\0", 100, None),
            (b"\0\0\0\x07free", 100, None),
            (b"\0\0\0\x65free", 100, None),
            (b"\0\0\0", 100, None),
        ] {
            let head = Head::parse(bytes, 0, room).ok().map(|h| (h.head, h.length));
            assert_eq!(head, expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn an_error_names_box_and_byte() {
        let bytes = b"\0\0\0\x10moov\0\0\0\x09free";
        let moov = Children::new(bytes, 40).next().unwrap().unwrap();
        let error = moov.require(b"mvhd").unwrap_err();
        assert_eq!(error.to_string(), "box free at byte 48: cut short");
    }
}
