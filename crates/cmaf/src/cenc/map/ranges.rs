//! Subsamples (ISO/IEC 23001-7, 9.5): which bytes of a sample stay clear and which are protected.
//!
//! Owns the map and the rules that all codecs share: how ranges are aligned to blocks, joined and split. Which bytes a
//! decoder must see in the clear is said by the codec (the other modules beside this one).

use crate::cenc::BLOCK_BYTES;

/// A run of clear bytes and a run of protected ones that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subsample {
    /// `BytesOfClearData`.
    pub clear: u16,
    /// `BytesOfProtectedData`.
    pub protected: u32,
}

/// Most subsamples of one sample: `subsample_count` has 16 bits, and eight tiles or slices in each of 64 layers are far
/// from it. With 6 bytes each, their count and a vector of 8 bytes they also have to fit the 8 bits of `saiz` (ISO/IEC
/// 14496-12, 8.7.8).
pub const SUBSAMPLES_MAX: usize = 40;

/// Where in a protected range the whole blocks lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    /// The range is whole blocks that end where it ends; the bytes that are too many before them stay clear. What CMAF
    /// asks of `cenc` (ISO/IEC 23000-19, 8.2.2), the AV1 binding (section 4.1) and the VP9 binding too.
    End,
    /// The range is taken as it is: what `cbcs` asks for, where a last part of a block is left unencrypted (9.6).
    Start,
}

/// Collects the ranges of one sample in order.
#[derive(Debug)]
pub(super) struct Ranges<'a> {
    map: &'a mut Vec<Subsample>,
    align: Align,
    /// Clear bytes not in the map yet.
    clear: usize,
}

impl<'a> Ranges<'a> {
    /// Adds to `map`, which belongs to one sample from here on.
    pub(super) fn new(map: &'a mut Vec<Subsample>, align: Align) -> Ranges<'a> {
        Ranges { map, align, clear: 0 }
    }

    /// The next bytes: so many clear, then so many that are to be protected.
    pub(super) fn add(&mut self, clear: usize, protected: usize) {
        let odd = if self.align == Align::End { protected % BLOCK_BYTES } else { 0 };
        self.clear += clear + odd;
        let protected = protected - odd;
        if protected > 0 {
            self.flush(protected);
        }
    }

    /// The rest of the sample was clear bytes, if anything.
    pub(super) fn end(mut self) {
        if self.clear > 0 {
            self.flush(0);
        }
    }

    fn flush(&mut self, protected: usize) {
        const CLEAR_MAX: usize = u16::MAX as usize;
        while self.clear > CLEAR_MAX {
            self.map.push(Subsample { clear: u16::MAX, protected: 0 });
            self.clear -= CLEAR_MAX;
        }
        self.map.push(Subsample { clear: self.clear as u16, protected: protected as u32 });
        self.clear = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(align: Align, ranges: &[(usize, usize)], expected: &[(u16, u32)]) {
        let mut map = Vec::new();
        let mut collected = Ranges::new(&mut map, align);
        ranges.iter().for_each(|(clear, protected)| collected.add(*clear, *protected));
        collected.end();
        let found: Vec<_> = map.iter().map(|subsample| (subsample.clear, subsample.protected)).collect();
        assert_eq!(found, expected);
        let bytes: usize = ranges.iter().map(|(clear, protected)| clear + protected).sum();
        let mapped: usize = map.iter().map(|s| usize::from(s.clear) + s.protected as usize).sum();
        assert_eq!(mapped, bytes);
    }

    #[test]
    fn ranges_become_as_few_subsamples_as_can_be() {
        check(Align::Start, &[(10, 0), (5, 100), (7, 0)], &[(15, 100), (7, 0)]);
        check(Align::Start, &[(5, 100), (5, 7)], &[(5, 100), (5, 7)]);
        check(Align::Start, &[], &[]);
    }

    #[test]
    fn whole_blocks_end_where_the_range_ends() {
        check(Align::End, &[(5, 100)], &[(9, 96)]);
        check(Align::End, &[(5, 15), (1, 16)], &[(21, 16)]);
        check(Align::End, &[(5, 15)], &[(20, 0)]);
    }

    #[test]
    fn long_clear_runs_are_split() {
        check(Align::Start, &[(65_536, 1)], &[(65_535, 0), (1, 1)]);
        check(Align::Start, &[(131_070, 0)], &[(65_535, 0), (65_535, 0)]);
    }
}
