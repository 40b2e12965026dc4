//! Fields of single bits: what configurations of sound and headers of pictures are made of.
//!
//! Owns reading them, Exp-Golomb codes included, from plain bytes and from NAL units, whose emulation prevention it takes
//! out. Every read past the end gives `None`.

/// Reads bits from the most significant one on.
#[derive(Debug, Clone)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    /// The byte that the next bit is in.
    at: usize,
    /// Bits of it that were read, 0 to 7.
    used: u32,
    /// Whether a 3 after two zeros is no data (Rec. ITU-T H.264 | ISO/IEC 14496-10, 7.4.1.1; the same in H.265).
    escaped: bool,
    /// Zero bytes just before `at`, where `escaped`.
    zeros: u32,
}

/// Leading zeros of the longest Exp-Golomb code that is read: its value then still has 32 bits.
const UE_ZEROS_MAX: u32 = 31;

impl<'a> Bits<'a> {
    /// Plain bytes.
    pub(crate) fn new(bytes: &'a [u8]) -> Bits<'a> {
        Bits { bytes, at: 0, used: 0, escaped: false, zeros: 0 }
    }

    /// A NAL unit, header and all.
    pub(crate) fn of_nal(bytes: &'a [u8]) -> Bits<'a> {
        Bits { escaped: true, ..Bits::new(bytes) }
    }

    /// Bytes begun, emulation prevention among them.
    pub(crate) fn bytes_begun(&self) -> usize {
        self.at + usize::from(self.used > 0)
    }

    /// The next bit.
    pub(crate) fn flag(&mut self) -> Option<bool> {
        if self.used == 0 && self.escaped {
            self.skip_emulation_prevention();
        }
        let byte = *self.bytes.get(self.at)?;
        let bit = byte >> (7 - self.used) & 1;
        self.used += 1;
        if self.used == 8 {
            (self.used, self.at) = (0, self.at + 1);
            self.zeros = if byte == 0 { self.zeros + 1 } else { 0 };
        }
        Some(bit != 0)
    }

    fn skip_emulation_prevention(&mut self) {
        if self.zeros >= 2 && self.bytes.get(self.at) == Some(&3) {
            (self.at, self.zeros) = (self.at + 1, 0);
        }
    }

    /// The next `count` bits, at most 32.
    pub(crate) fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            value = value << 1 | u32::from(self.flag()?);
        }
        Some(value)
    }

    /// Passes over `count` bits.
    pub(crate) fn skip(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.flag().map(|_| ()))
    }

    /// An unsigned Exp-Golomb code, `ue(v)` (Rec. ITU-T H.264, 9.1).
    pub(crate) fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > UE_ZEROS_MAX {
                return None;
            }
        }
        let rest = self.take(zeros)?;
        Some((1u32 << zeros) - 1 + rest)
    }

    /// A signed Exp-Golomb code, `se(v)` (Rec. ITU-T H.264, 9.1.1).
    pub(crate) fn se(&mut self) -> Option<i32> {
        let code = i64::from(self.ue()?);
        let value = (code + 1) / 2;
        i32::try_from(if code % 2 == 0 { -value } else { value }).ok()
    }
}

/// Bits needed for the numbers below `count`: `Ceil(Log2(count))`.
pub(crate) fn ceil_log2(count: u32) -> u32 {
    count.max(1).next_power_of_two().trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of Rec. ITU-T H.264, 9.1 and 9.1.1: code numbers 0 to 5 and 8.
    #[test]
    fn exp_golomb_codes_have_their_values() {
        // 1, 010, 011, 00100, 00101, 00110 and 0001001, and nothing more.
        let bytes = [0b1010_0110, 0b0100_0010, 0b1001_1000, 0b0100_1000];
        let mut bits = Bits::new(&bytes);
        let unsigned: Vec<_> = std::iter::from_fn(|| bits.ue()).take(7).collect();
        assert_eq!(unsigned, [0, 1, 2, 3, 4, 5, 8]);
        let mut bits = Bits::new(&bytes);
        let signed: Vec<_> = std::iter::from_fn(|| bits.se()).take(7).collect();
        assert_eq!(signed, [0, 1, -1, 2, -2, 3, -4]);
    }

    #[test]
    fn codes_that_do_not_end_are_refused() {
        assert_eq!(Bits::new(&[0; 8]).ue(), None);
        assert_eq!(Bits::new(&[0, 0]).ue(), None);
    }

    #[test]
    fn emulation_prevention_is_no_data() {
        let mut bits = Bits::of_nal(&[0, 0, 3, 1, 0, 0, 3]);
        assert_eq!(bits.take(24), Some(1));
        assert_eq!(bits.bytes_begun(), 4);
        assert_eq!(bits.take(16), Some(0));
        assert_eq!(bits.flag(), None);
        assert_eq!(Bits::new(&[0, 0, 3]).take(24), Some(3));
    }

    #[test]
    fn logarithms_are_rounded_up() {
        let found: Vec<_> = [0, 1, 2, 3, 4, 5, 8, 9].into_iter().map(ceil_log2).collect();
        assert_eq!(found, [0, 0, 1, 2, 2, 3, 3, 4]);
    }
}
