//! The parts of frame headers of AV1 that say how pictures are filtered, moved and grained (5.9.11, 5.9.19, 5.9.20, 5.9.24
//! and 5.9.30). Of all this only the length is of use here.

use super::frame::Header;
use super::sequence::Sequence;
use crate::bits::Bits;

/// References whose motion is told: all but the frame itself.
const MOVED: usize = 7;

/// Loop filter, CDEF and loop restoration; `whole` is a frame that super-resolution did not make smaller.
pub(super) fn parse(
    bits: &mut Bits<'_>,
    sequence: &Sequence,
    header: &Header,
    lossless: bool,
    whole: bool,
) -> Option<()> {
    if header.intra_copy {
        return Some(());
    }
    if !lossless {
        loop_filter(bits, sequence)?;
        if sequence.cdef {
            cdef(bits, sequence)?;
        }
    }
    if sequence.restoration && !(lossless && whole) {
        restoration(bits, sequence)?;
    }
    Some(())
}

/// `loop_filter_params` (5.9.11).
fn loop_filter(bits: &mut Bits<'_>, sequence: &Sequence) -> Option<()> {
    let (vertical, horizontal) = (bits.take(6)?, bits.take(6)?);
    if !sequence.monochrome && (vertical != 0 || horizontal != 0) {
        bits.skip(12)?; // levels of chroma
    }
    bits.skip(3)?; // loop_filter_sharpness
    if bits.flag()? && bits.flag()? {
        for _ in 0..8 + 2 {
            if bits.flag()? {
                bits.skip(7)?; // deltas of references and modes
            }
        }
    }
    Some(())
}

/// `cdef_params` (5.9.19).
fn cdef(bits: &mut Bits<'_>, sequence: &Sequence) -> Option<()> {
    bits.skip(2)?; // cdef_damping_minus_3
    let strengths = 1 << bits.take(2)?;
    bits.skip(strengths * if sequence.monochrome { 6 } else { 12 })
}

/// `lr_params` (5.9.20).
fn restoration(bits: &mut Bits<'_>, sequence: &Sequence) -> Option<()> {
    let (mut any, mut chroma) = (false, false);
    for plane in 0..if sequence.monochrome { 1 } else { 3 } {
        if bits.take(2)? != 0 {
            any = true;
            chroma |= plane > 0;
        }
    }
    if any {
        let shifted = bits.flag()?; // lr_unit_shift
        if shifted && !sequence.large_superblocks {
            bits.flag()?; // lr_unit_extra_shift
        }
        if sequence.subsampled && chroma {
            bits.flag()?; // lr_uv_shift
        }
    }
    Some(())
}

/// `global_motion_params` (5.9.24). What earlier frames had changes values, not lengths.
pub(super) fn global_motion(bits: &mut Bits<'_>, precise: bool) -> Option<()> {
    const ALPHA_BITS: u32 = 12;
    const TRANSLATION_BITS: u32 = 12;
    let translation_alone_bits = if precise { 9 } else { 8 };
    for _ in 0..MOVED {
        if !bits.flag()? {
            continue; // identity
        }
        let (mut alphas, mut translation_bits) = (2, TRANSLATION_BITS);
        if !bits.flag()? {
            let translation = bits.flag()?;
            alphas = if translation { 0 } else { 4 };
            translation_bits = if translation { translation_alone_bits } else { TRANSLATION_BITS };
        }
        (0..alphas).try_for_each(|_| subexp(bits, ALPHA_BITS))?;
        (0..2).try_for_each(|_| subexp(bits, translation_bits))?;
    }
    Some(())
}

/// `decode_subexp` (5.9.28) of one of the numbers from -2^`magnitude_bits` to 2^`magnitude_bits`.
fn subexp(bits: &mut Bits<'_>, magnitude_bits: u32) -> Option<()> {
    const K: u32 = 3;
    let numbers = (2u32 << magnitude_bits) + 1;
    let (mut step, mut base) = (0, 0);
    loop {
        let length = if step == 0 { K } else { K + step - 1 };
        let interval = 1u32 << length;
        if numbers <= base + 3 * interval {
            return below(bits, numbers - base).map(|_| ());
        }
        if !bits.flag()? {
            return bits.skip(length);
        }
        (step, base) = (step + 1, base + interval); // ends: `base` more than doubles every other time
    }
}

/// `ns(n)` (4.10.7): a number below `count`, at least 1.
pub(super) fn below(bits: &mut Bits<'_>, count: u32) -> Option<u32> {
    let width = 32 - count.leading_zeros();
    let short = (1u64 << width) - u64::from(count);
    let value = bits.take(width.checked_sub(1)?)?;
    if u64::from(value) < short {
        return Some(value);
    }
    let extra = u32::from(bits.flag()?);
    u32::try_from((u64::from(value) << 1) - short + u64::from(extra)).ok()
}

/// `film_grain_params` (5.9.30) of a frame that is or may be shown.
pub(super) fn film_grain(bits: &mut Bits<'_>, sequence: &Sequence, inter: bool) -> Option<()> {
    if !bits.flag()? {
        return Some(()); // apply_grain
    }
    bits.skip(16)?; // grain_seed
    if inter && !bits.flag()? {
        return bits.skip(3); // film_grain_params_ref_idx
    }
    let points = |bits: &mut Bits<'_>| {
        let count = bits.take(4)?;
        bits.skip(16 * count)?;
        Some(count > 0)
    };
    let luma = points(bits)?;
    let from_luma = !sequence.monochrome && bits.flag()?; // chroma_scaling_from_luma
    let told = !(sequence.monochrome || from_luma || (sequence.subsampled && !luma));
    let (blue, red) = if told { (points(bits)?, points(bits)?) } else { (false, false) };
    bits.skip(2)?; // grain_scaling_minus_8
    let lag = bits.take(2)?;
    let coefficients = 2 * lag * (lag + 1);
    if luma {
        bits.skip(8 * coefficients)?;
    }
    for plane in [blue, red] {
        if from_luma || plane {
            bits.skip(8 * (coefficients + u32::from(luma)))?;
        }
    }
    bits.skip(4)?; // ar_coeff_shift_minus_6 and grain_scale_shift
    for plane in [blue, red] {
        bits.skip(if plane { 25 } else { 0 })?; // multipliers and offset
    }
    bits.skip(2) // overlap_flag and clip_to_restricted_range
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 4.10.7 by hand: of five numbers, 0 to 2 have two bits, and 3 and 4 have three.
    #[test]
    fn numbers_below_another_have_their_lengths() {
        for (byte, expected, length) in [
            (0b0000_0000, 0, 2),
            (0b0100_0000, 1, 2),
            (0b1000_0000, 2, 2),
            (0b1100_0000, 3, 3),
            (0b1110_0000, 4, 3),
        ] {
            let bytes = [byte];
            let mut bits = Bits::new(&bytes);
            assert_eq!(below(&mut bits, 5), Some(expected));
            assert!(bits.skip(8 - length).is_some() && bits.flag().is_none(), "{length}");
        }
        assert_eq!(below(&mut Bits::new(&[]), 1), Some(0));
    }
}
