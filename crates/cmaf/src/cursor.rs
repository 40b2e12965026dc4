//! Cursor: reads the fields of one box, big endian, and knows where it is when they end too soon.

use crate::boxes::{Children, FourCc};
use crate::error::{Error, Problem};

/// A position in the body of a box.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    kind: FourCc,
    offset: u64,
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// Starts at the first of `bytes`, which is byte `offset` of the file, in a box of type `kind`.
    pub(crate) fn new(kind: FourCc, offset: u64, bytes: &'a [u8]) -> Self {
        Cursor { kind, offset, rest: bytes }
    }

    /// An error at this position.
    pub(crate) fn error(&self, problem: Problem) -> Error {
        Error { kind: self.kind, offset: self.offset, problem }
    }

    /// The bytes not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The bytes not read yet, as boxes.
    pub(crate) fn boxes(&self) -> Children<'a> {
        Children::new(self.rest, self.offset)
    }

    /// The next `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(self.error(Problem::Truncated))?;
        (self.rest, self.offset) = (rest, self.offset + count as u64);
        Ok(taken)
    }

    /// The next `count` bytes as a cursor of their own.
    pub(crate) fn sub(&mut self, count: usize) -> Result<Cursor<'a>, Error> {
        let offset = self.offset;
        Ok(Cursor::new(self.kind, offset, self.take(count)?))
    }

    /// A table of `count` rows of `row_bytes` each, checked to be there before anyone reserves memory for it.
    pub(crate) fn table(&mut self, count: u32, row_bytes: usize) -> Result<&'a [u8], Error> {
        let bytes = (count as usize).checked_mul(row_bytes).ok_or(self.error(Problem::Truncated))?;
        self.take(bytes)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Error> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn four_cc(&mut self) -> Result<FourCc, Error> {
        self.array().map(FourCc)
    }

    /// A field of 32 bits in version 0 of a full box and of 64 bits in later ones.
    pub(crate) fn u32_or_u64(&mut self, version: u8) -> Result<u64, Error> {
        if version == 0 { self.u32().map(u64::from) } else { self.u64() }
    }

    /// Version and flags of a full box (clause 4.2.2).
    pub(crate) fn version_and_flags(&mut self) -> Result<(u8, u32), Error> {
        let [version, flags @ ..] = self.array::<4>()?;
        Ok((version, u32::from_be_bytes([0, flags[0], flags[1], flags[2]])))
    }

    /// The next `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (array, rest) = self.rest.split_first_chunk().ok_or(self.error(Problem::Truncated))?;
        (self.rest, self.offset) = (rest, self.offset + N as u64);
        Ok(*array)
    }
}
