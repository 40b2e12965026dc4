//! What slice headers of H.264 take from parameter sets (Rec. ITU-T H.264, 7.3.2.1 and 7.3.2.2).

use crate::bits::Bits;

/// Profiles whose sequence parameter sets tell the chroma format (7.3.2.1.1).
const PROFILES_WITH_CHROMA: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/// Most pictures of an order cycle (7.4.2.1.1).
const ORDER_CYCLE_MAX: u32 = 255;

/// Of a sequence parameter set.
#[derive(Debug)]
pub(super) struct Sps {
    /// `seq_parameter_set_id`.
    pub(super) id: u32,
    /// `separate_colour_plane_flag`.
    pub(super) separate_planes: bool,
    /// Whether there is chroma in the same slices: `ChromaArrayType` is not 0.
    pub(super) chroma: bool,
    /// Bits of `frame_num`.
    pub(super) frame_num_bits: u32,
    /// `pic_order_cnt_type`.
    pub(super) order_type: u32,
    /// Bits of `pic_order_cnt_lsb`.
    pub(super) order_bits: u32,
    /// `delta_pic_order_always_zero_flag`.
    pub(super) order_deltas_zero: bool,
    /// `frame_mbs_only_flag`.
    pub(super) frames_only: bool,
}

impl Sps {
    pub(super) fn parse(nal: &[u8]) -> Option<Sps> {
        let mut bits = Bits::of_nal(nal);
        bits.skip(8)?;
        let profile = bits.take(8)?;
        bits.skip(16)?; // constraint flags and level_idc
        let id = bits.ue()?;
        let (chroma_format, separate_planes) =
            if PROFILES_WITH_CHROMA.contains(&profile) { chroma(&mut bits)? } else { (1, false) };
        let frame_num_bits = bits.ue()?.checked_add(4).filter(|bits| *bits <= 16)?;
        let order_type = bits.ue()?;
        let (mut order_bits, mut order_deltas_zero) = (0, false);
        match order_type {
            0 => order_bits = bits.ue()?.checked_add(4).filter(|bits| *bits <= 16)?,
            1 => order_deltas_zero = order_cycle(&mut bits)?,
            2 => {}
            _ => return None,
        }
        bits.ue()?; // max_num_ref_frames
        bits.flag()?; // gaps_in_frame_num_value_allowed_flag
        bits.ue()?; // pic_width_in_mbs_minus1
        bits.ue()?; // pic_height_in_map_units_minus1
        let frames_only = bits.flag()?;
        let chroma = chroma_format != 0 && !separate_planes;
        Some(Sps {
            id,
            separate_planes,
            chroma,
            frame_num_bits,
            order_type,
            order_bits,
            order_deltas_zero,
            frames_only,
        })
    }
}

/// `chroma_format_idc` and `separate_colour_plane_flag`, and passes over bit depths and scaling lists.
fn chroma(bits: &mut Bits<'_>) -> Option<(u32, bool)> {
    let format = bits.ue()?;
    let separate = format == 3 && bits.flag()?;
    bits.ue()?; // bit_depth_luma_minus8
    bits.ue()?; // bit_depth_chroma_minus8
    bits.flag()?; // qpprime_y_zero_transform_bypass_flag
    if bits.flag()? {
        for list in 0..if format == 3 { 12 } else { 8 } {
            if bits.flag()? {
                scaling_list(bits, if list < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some((format, separate))
}

/// `scaling_list` (7.3.2.1.1.1).
fn scaling_list(bits: &mut Bits<'_>, size: usize) -> Option<()> {
    let mut last = 8;
    for _ in 0..size {
        let next = (last + bits.se()?).rem_euclid(256);
        if next == 0 {
            break; // the rest repeats
        }
        last = next;
    }
    Some(())
}

/// `delta_pic_order_always_zero_flag`, and passes over the cycle.
fn order_cycle(bits: &mut Bits<'_>) -> Option<bool> {
    let zero = bits.flag()?;
    bits.se()?; // offset_for_non_ref_pic
    bits.se()?; // offset_for_top_to_bottom_field
    for _ in 0..bits.ue().filter(|count| *count <= ORDER_CYCLE_MAX)? {
        bits.se()?;
    }
    Some(zero)
}

/// Of a picture parameter set.
#[derive(Debug)]
pub(super) struct Pps {
    /// `pic_parameter_set_id`.
    pub(super) id: u32,
    /// `seq_parameter_set_id`.
    pub(super) sps: u32,
    /// `entropy_coding_mode_flag`.
    pub(super) cabac: bool,
    /// `bottom_field_pic_order_in_frame_present_flag`.
    pub(super) bottom_order: bool,
    /// References of each list where a slice does not say.
    pub(super) references: [u32; 2],
    /// `weighted_pred_flag`.
    pub(super) weighted: bool,
    /// `weighted_bipred_idc` is 1.
    pub(super) weighted_explicitly: bool,
    /// `deblocking_filter_control_present_flag`.
    pub(super) deblocking_control: bool,
    /// `redundant_pic_cnt_present_flag`.
    pub(super) redundant_pictures: bool,
}

impl Pps {
    /// `None` too where there is more than one slice group.
    pub(super) fn parse(nal: &[u8]) -> Option<Pps> {
        let mut bits = Bits::of_nal(nal);
        bits.skip(8)?;
        let (id, sps) = (bits.ue()?, bits.ue()?);
        let (cabac, bottom_order) = (bits.flag()?, bits.flag()?);
        if bits.ue()? != 0 {
            return None; // num_slice_groups_minus1
        }
        let references = [bits.ue()?.checked_add(1)?, bits.ue()?.checked_add(1)?];
        let (weighted, weighted_explicitly) = (bits.flag()?, bits.take(2)? == 1);
        bits.se()?; // pic_init_qp_minus26
        bits.se()?; // pic_init_qs_minus26
        bits.se()?; // chroma_qp_index_offset
        let deblocking_control = bits.flag()?;
        bits.flag()?; // constrained_intra_pred_flag
        let redundant_pictures = bits.flag()?;
        Some(Pps {
            id,
            sps,
            cabac,
            bottom_order,
            references,
            weighted,
            weighted_explicitly,
            deblocking_control,
            redundant_pictures,
        })
    }
}
