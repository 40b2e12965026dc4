//! NAL units: what H.264 and HEVC share (ISO/IEC 14496-15, 4.3.3 and 8.3.3).
//!
//! Lengths, NAL unit headers, slice headers and every unit that is no slice stay clear (ISO/IEC 23001-7, 9.5.2); of a slice,
//! all after its header is protected.

use super::MapError;
use super::ranges::Ranges;

/// What a codec knows of its NAL units.
pub(super) trait Headers {
    /// Bytes at the start of `nal` that stay clear: NAL unit header and slice header of a slice, all of any other unit.
    /// Remembers what later slices refer to.
    fn clear_bytes(&mut self, nal: &[u8]) -> Result<usize, MapError>;
}

/// The NAL units of a track.
#[derive(Debug)]
pub(super) struct Units<H> {
    /// Bytes of the length before each unit.
    pub(super) length_bytes: usize,
    /// What the codec knows.
    pub(super) headers: H,
}

impl<H: Headers> Units<H> {
    /// Adds the ranges of a sample.
    pub(super) fn map(&mut self, sample: &[u8], ranges: &mut Ranges<'_>) -> Result<(), MapError> {
        let mut rest = sample;
        while !rest.is_empty() {
            let nal = self.next(&mut rest).ok_or(MapError { what: "the length of a NAL unit" })?;
            let clear = if nal.is_empty() { 0 } else { self.headers.clear_bytes(nal)? };
            ranges.add(self.length_bytes + clear, nal.len() - clear);
        }
        Ok(())
    }

    fn next<'a>(&self, rest: &mut &'a [u8]) -> Option<&'a [u8]> {
        let (length, after) = rest.split_at_checked(self.length_bytes)?;
        let length = length.iter().fold(0usize, |all, byte| all << 8 | usize::from(*byte));
        let (nal, after) = after.split_at_checked(length)?;
        *rest = after;
        Some(nal)
    }
}
