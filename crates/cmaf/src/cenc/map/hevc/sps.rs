//! What slice headers of HEVC take from sequence parameter sets (Rec. ITU-T H.265, 7.3.2.2).

use super::references::PictureSet;
use crate::bits::{Bits, ceil_log2};

/// Most short-term reference picture sets (7.4.3.2.1).
const PICTURE_SETS_MAX: u32 = 64;

/// Most long-term reference pictures, in a parameter set or a slice (7.4.3.2.1).
pub(super) const LONG_TERM_MAX: u32 = 33;

/// Largest width or height in pixels that is taken for one: above what any level allows (A.4.1).
const SIDE_MAX: u32 = 1 << 16;

/// Of a sequence parameter set.
#[derive(Debug)]
pub(super) struct Sps {
    /// `sps_seq_parameter_set_id`.
    pub(super) id: u32,
    /// `separate_colour_plane_flag`.
    pub(super) separate_planes: bool,
    /// Whether there is chroma in the same slices: `ChromaArrayType` is not 0.
    pub(super) chroma: bool,
    /// Bits of `slice_segment_address`.
    pub(super) address_bits: u32,
    /// Bits of `slice_pic_order_cnt_lsb`.
    pub(super) order_bits: u32,
    /// `sample_adaptive_offset_enabled_flag`.
    pub(super) adaptive_offset: bool,
    /// Short-term reference picture sets.
    pub(super) picture_sets: Vec<PictureSet>,
    /// Of each long-term reference picture whether it may be used; `None` where there are none in slices either.
    pub(super) long_term_used: Option<Vec<bool>>,
    /// `sps_temporal_mvp_enabled_flag`.
    pub(super) temporal_vectors: bool,
}

impl Sps {
    pub(super) fn parse(nal: &[u8]) -> Option<Sps> {
        let mut bits = Bits::of_nal(nal);
        bits.skip(super::NAL_HEAD_BITS + 4)?; // and sps_video_parameter_set_id
        let sub_layers = bits.take(3)?; // sps_max_sub_layers_minus1
        bits.flag()?; // sps_temporal_id_nesting_flag
        profile_and_level(&mut bits, sub_layers)?;
        let id = bits.ue()?;
        let chroma_format = bits.ue()?;
        let separate_planes = chroma_format == 3 && bits.flag()?;
        let (width, height) = (bits.ue()?, bits.ue()?);
        if bits.flag()? {
            (0..4).try_for_each(|_| bits.ue().map(|_| ()))?; // conformance window
        }
        bits.ue()?; // bit_depth_luma_minus8
        bits.ue()?; // bit_depth_chroma_minus8
        let order_bits = bits.ue()?.checked_add(4).filter(|bits| *bits <= 16)?;
        let told_for_all = bits.flag()?; // sps_sub_layer_ordering_info_present_flag
        for _ in 0..3 * if told_for_all { sub_layers + 1 } else { 1 } {
            bits.ue()?;
        }
        let address_bits = address_bits(&mut bits, width, height)?;
        let adaptive_offset = coding_tools(&mut bits)?;
        let picture_sets = picture_sets(&mut bits)?;
        let long_term_used = if bits.flag()? { Some(long_term(&mut bits, order_bits)?) } else { None };
        Some(Sps {
            id,
            separate_planes,
            chroma: chroma_format != 0 && !separate_planes,
            address_bits,
            order_bits,
            adaptive_offset,
            picture_sets,
            long_term_used,
            temporal_vectors: bits.flag()?,
        })
    }
}

/// Passes over `profile_tier_level` (7.3.3) of as many sub-layers beside the highest.
fn profile_and_level(bits: &mut Bits<'_>, sub_layers: u32) -> Option<()> {
    const PROFILE_BITS: u32 = 88;
    const LEVEL_BITS: u32 = 8;
    bits.skip(PROFILE_BITS + LEVEL_BITS)?;
    let mut present = Vec::new();
    for _ in 0..sub_layers {
        present.push((bits.flag()?, bits.flag()?));
    }
    if sub_layers > 0 {
        bits.skip(2 * (8 - sub_layers))?; // reserved_zero_2bits
    }
    for (profile, level) in present {
        bits.skip(u32::from(profile) * PROFILE_BITS + u32::from(level) * LEVEL_BITS)?;
    }
    Some(())
}

/// Bits that number the coding tree blocks of a picture; passes over the block sizes.
fn address_bits(bits: &mut Bits<'_>, width: u32, height: u32) -> Option<u32> {
    let block_log2 = bits.ue()?.checked_add(3)?.checked_add(bits.ue()?).filter(|log2| *log2 <= 6)?;
    for _ in 0..4 {
        bits.ue()?; // transform block sizes and depths
    }
    if width > SIDE_MAX || height > SIDE_MAX {
        return None;
    }
    let blocks = |side: u32| side.div_ceil(1 << block_log2);
    Some(ceil_log2(blocks(width) * blocks(height)))
}

/// `sample_adaptive_offset_enabled_flag`; passes over scaling lists, asymmetric partitions and PCM.
fn coding_tools(bits: &mut Bits<'_>) -> Option<bool> {
    if bits.flag()? && bits.flag()? {
        scaling_lists(bits)?;
    }
    bits.flag()?; // amp_enabled_flag
    let adaptive_offset = bits.flag()?;
    if bits.flag()? {
        bits.skip(8)?; // bit depths of PCM
        bits.ue()?; // log2_min_pcm_luma_coding_block_size_minus3
        bits.ue()?; // log2_diff_max_min_pcm_luma_coding_block_size
        bits.flag()?; // pcm_loop_filter_disabled_flag
    }
    Some(adaptive_offset)
}

/// Passes over `scaling_list_data` (7.3.4).
pub(super) fn scaling_lists(bits: &mut Bits<'_>) -> Option<()> {
    for size in 0..4 {
        for _ in (0..6).step_by(if size == 3 { 3 } else { 1 }) {
            if !bits.flag()? {
                bits.ue()?; // scaling_list_pred_matrix_id_delta
                continue;
            }
            if size > 1 {
                bits.se()?; // scaling_list_dc_coef_minus8
            }
            for _ in 0..64.min(1 << (4 + 2 * size)) {
                bits.se()?; // scaling_list_delta_coef
            }
        }
    }
    Some(())
}

fn picture_sets(bits: &mut Bits<'_>) -> Option<Vec<PictureSet>> {
    let count = bits.ue().filter(|count| *count <= PICTURE_SETS_MAX)?;
    let mut sets = Vec::new();
    for _ in 0..count {
        let set = PictureSet::parse_in_sps(bits, &sets)?;
        sets.push(set);
    }
    Some(sets)
}

/// Of each long-term reference picture whether it may be used.
fn long_term(bits: &mut Bits<'_>, order_bits: u32) -> Option<Vec<bool>> {
    let count = bits.ue().filter(|count| *count <= LONG_TERM_MAX)?;
    let picture = |_| {
        bits.skip(order_bits)?; // lt_ref_pic_poc_lsb_sps
        bits.flag() // used_by_curr_pic_lt_sps_flag
    };
    (0..count).map(picture).collect()
}
