//! VP9: frames of a superframe, and where uncompressed headers end (VP9 Bitstream & Decoding Process Specification 0.6,
//! section 6.2 and annex B).
//!
//! As the VP Codec ISO Media File Format Binding (section "Common Encryption") asks, uncompressed headers and the
//! superframe's index stay clear, and what is protected of each frame is whole blocks.

use super::MapError;
use super::ranges::Ranges;
use crate::bits::Bits;

/// Frames that are kept to be referred to.
const SLOTS: usize = 8;

/// References of a frame.
const REFERENCES: usize = 3;

/// `frame_sync_code`.
const SYNC_CODE: u32 = 0x49_83_42;

/// `color_space` of RGB.
const SRGB: u32 = 7;

/// Widths of the frames that later ones may refer to.
#[derive(Debug, Default)]
pub(super) struct Frames {
    widths: [u32; SLOTS],
}

impl Frames {
    /// Adds the ranges of a sample.
    pub(super) fn map(&mut self, sample: &[u8], ranges: &mut Ranges<'_>) -> Result<(), MapError> {
        let sizes = superframe(sample).ok_or(MapError { what: "the index of a VP9 superframe" })?;
        let mut rest = sample;
        for size in sizes {
            let (frame, after) =
                rest.split_at_checked(size).ok_or(MapError { what: "the index of a VP9 superframe" })?;
            let clear = self.header(frame).ok_or(MapError { what: "a frame header of VP9" })?;
            ranges.add(clear, frame.len() - clear);
            rest = after;
        }
        ranges.add(rest.len(), 0);
        Ok(())
    }

    /// Bytes of a frame's uncompressed header.
    fn header(&mut self, frame: &[u8]) -> Option<usize> {
        let mut bits = Bits::new(frame);
        bits.take(2).filter(|marker| *marker == 2)?;
        let profile = u32::from(bits.flag()?) | u32::from(bits.flag()?) << 1;
        if profile == 3 {
            bits.flag()?; // reserved_zero
        }
        if bits.flag()? {
            bits.skip(3)?; // frame_to_show_map_idx
            return Some(frame.len()); // nothing but the header
        }
        let (key, shown, resilient) = (!bits.flag()?, bits.flag()?, bits.flag()?);
        let width = if key {
            sync_code(&mut bits)?;
            colour(&mut bits, profile)?;
            let width = size(&mut bits)?;
            self.widths = [width; SLOTS];
            width
        } else {
            self.inter_or_intra_only(&mut bits, profile, shown, resilient)?
        };
        if !resilient {
            bits.skip(2)?; // refresh_frame_context and frame_parallel_decoding_mode
        }
        bits.skip(2)?; // frame_context_idx
        loop_filter(&mut bits)?;
        bits.skip(8)?; // base_q_idx
        (0..3).try_for_each(|_| skip_if_told(&mut bits, 5))?; // delta_q
        segmentation(&mut bits)?;
        tiles(&mut bits, width)?;
        bits.skip(16)?; // header_size_in_bytes
        Some(bits.bytes_begun())
    }

    /// From `intra_only` to the interpolation filter; gives the frame's width.
    fn inter_or_intra_only(
        &mut self,
        bits: &mut Bits<'_>,
        profile: u32,
        shown: bool,
        resilient: bool,
    ) -> Option<u32> {
        let intra_only = !shown && bits.flag()?;
        if !resilient {
            bits.skip(2)?; // reset_frame_context
        }
        if intra_only {
            sync_code(bits)?;
            if profile > 0 {
                colour(bits, profile)?;
            }
        }
        let refreshed = bits.take(8)?;
        let width = if intra_only { size(bits)? } else { self.inter(bits)? };
        for (slot, kept) in self.widths.iter_mut().enumerate() {
            if refreshed >> slot & 1 != 0 {
                *kept = width;
            }
        }
        Some(width)
    }

    fn inter(&self, bits: &mut Bits<'_>) -> Option<u32> {
        let mut references = [0; REFERENCES];
        for reference in &mut references {
            *reference = bits.take(3)? as usize;
            bits.flag()?; // ref_frame_sign_bias
        }
        let mut found = None;
        for reference in references {
            if bits.flag()? {
                found = Some(self.widths[reference]);
                break;
            }
        }
        let width = match found {
            Some(width) => {
                skip_if_told(bits, 32)?; // render size
                width
            }
            None => size(bits)?,
        };
        bits.flag()?; // allow_high_precision_mv
        if !bits.flag()? {
            bits.skip(2)?; // raw_interpolation_filter
        }
        Some(width)
    }
}

/// Sizes of the frames in a sample (annex B); the index that tells them is what they leave over.
fn superframe(sample: &[u8]) -> Option<Vec<usize>> {
    let last = *sample.last()?;
    if last & 0b1110_0000 != 0b1100_0000 {
        return Some(vec![sample.len()]);
    }
    let (frames, size_bytes) = (usize::from(last & 0b111) + 1, usize::from(last >> 3 & 0b11) + 1);
    let index = sample.len().checked_sub(2 + frames * size_bytes)?;
    if sample[index] != last {
        return Some(vec![sample.len()]);
    }
    let sizes = sample[index + 1..sample.len() - 1].chunks(size_bytes);
    let little_endian = |bytes: &[u8]| bytes.iter().rev().fold(0, |all, byte| all << 8 | usize::from(*byte));
    let sizes: Vec<usize> = sizes.map(little_endian).filter(|size| *size > 0).collect();
    (sizes.iter().sum::<usize>() <= index).then_some(sizes)
}

fn sync_code(bits: &mut Bits<'_>) -> Option<()> {
    bits.take(24).filter(|code| *code == SYNC_CODE).map(|_| ())
}

/// `color_config`.
fn colour(bits: &mut Bits<'_>, profile: u32) -> Option<()> {
    if profile >= 2 {
        bits.flag()?; // ten_or_twelve_bit
    }
    let odd = profile == 1 || profile == 3;
    if bits.take(3)? != SRGB {
        bits.flag()?; // color_range
        bits.skip(if odd { 3 } else { 0 }) // subsampling and reserved_zero
    } else {
        bits.skip(u32::from(odd)) // reserved_zero
    }
}

/// `frame_size` and `render_size`; gives the width.
fn size(bits: &mut Bits<'_>) -> Option<u32> {
    let width = bits.take(16)? + 1;
    bits.skip(16)?; // frame_height_minus_1
    skip_if_told(bits, 32)?; // render size
    Some(width)
}

/// Passes over a value of `count` bits that a flag before it announces.
fn skip_if_told(bits: &mut Bits<'_>, count: u32) -> Option<()> {
    if bits.flag()? { bits.skip(count) } else { Some(()) }
}

/// `loop_filter_params`.
fn loop_filter(bits: &mut Bits<'_>) -> Option<()> {
    bits.skip(6 + 3)?; // level and sharpness
    if bits.flag()? && bits.flag()? {
        (0..4 + 2).try_for_each(|_| skip_if_told(bits, 7))?; // deltas of references and modes
    }
    Some(())
}

/// `segmentation_params`.
fn segmentation(bits: &mut Bits<'_>) -> Option<()> {
    const FEATURE_BITS: [u32; 4] = [9, 7, 2, 0]; // signs included
    if !bits.flag()? {
        return Some(());
    }
    if bits.flag()? {
        (0..7).try_for_each(|_| skip_if_told(bits, 8))?; // tree probabilities
        if bits.flag()? {
            (0..3).try_for_each(|_| skip_if_told(bits, 8))?; // probabilities of prediction
        }
    }
    if bits.flag()? {
        bits.flag()?; // segmentation_abs_or_delta_update
        for _ in 0..8 {
            FEATURE_BITS.iter().try_for_each(|count| skip_if_told(bits, *count))?;
        }
    }
    Some(())
}

/// `tile_info` of a picture so many pixels wide.
fn tiles(bits: &mut Bits<'_>, width: u32) -> Option<()> {
    let superblocks = width.div_ceil(8).div_ceil(8);
    let mut log2 = 0;
    while 64 << log2 < superblocks {
        log2 += 1;
    }
    let mut most = 1;
    while superblocks >> most >= 4 {
        most += 1;
    }
    while log2 < most - 1 && bits.flag()? {
        log2 += 1;
    }
    if bits.flag()? {
        bits.flag()?; // increment_tile_rows_log2
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Annex B by hand: two frames of 3 and 2 bytes, sizes in one byte each.
    #[test]
    fn an_index_tells_the_sizes_of_frames() {
        for (sample, expected) in [
            (&[1, 2, 3, 4, 5, 0xc1, 3, 2, 0xc1][..], Some(vec![3, 2])),
            (&[1, 2, 3, 0xc9, 3, 0, 0, 0, 0xc9], Some(vec![3])),
            (&[1, 2, 3], Some(vec![3])),
            (&[1, 2, 0xc1, 9, 2, 0xc1], None),
            (&[0xc1], None),
            (&[], None),
        ] {
            assert_eq!(superframe(sample), expected, "{sample:?}");
        }
    }
}
