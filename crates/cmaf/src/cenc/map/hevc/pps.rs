//! What slice headers of HEVC take from picture parameter sets (Rec. ITU-T H.265, 7.3.2.3).

use super::sps::scaling_lists;
use crate::bits::Bits;

/// Most columns or rows of tiles (A.4.1, table A.8).
const TILE_LINES_MAX: u32 = 22;

/// Of a picture parameter set.
#[derive(Debug, Default)]
pub(super) struct Pps {
    /// `pps_pic_parameter_set_id`.
    pub(super) id: u32,
    /// `pps_seq_parameter_set_id`.
    pub(super) sps: u32,
    /// `dependent_slice_segments_enabled_flag`.
    pub(super) dependent_slices: bool,
    /// `output_flag_present_flag`.
    pub(super) output_flag: bool,
    /// `num_extra_slice_header_bits`.
    pub(super) extra_bits: u32,
    /// `cabac_init_present_flag`.
    pub(super) cabac_init: bool,
    /// References of each list where a slice does not say.
    pub(super) references: [u32; 2],
    /// `pps_slice_chroma_qp_offsets_present_flag`.
    pub(super) chroma_offsets: bool,
    /// `chroma_qp_offset_list_enabled_flag`.
    pub(super) chroma_offset_lists: bool,
    /// `weighted_pred_flag`.
    pub(super) weighted: bool,
    /// `weighted_bipred_flag`.
    pub(super) weighted_both: bool,
    /// `tiles_enabled_flag` or `entropy_coding_sync_enabled_flag`.
    pub(super) entry_points: bool,
    /// `pps_loop_filter_across_slices_enabled_flag`.
    pub(super) filters_across_slices: bool,
    /// `deblocking_filter_override_enabled_flag`.
    pub(super) deblocking_override: bool,
    /// `pps_deblocking_filter_disabled_flag`.
    pub(super) deblocking_disabled: bool,
    /// `lists_modification_present_flag`.
    pub(super) modifies_lists: bool,
    /// `slice_segment_header_extension_present_flag`.
    pub(super) header_extension: bool,
}

impl Pps {
    pub(super) fn parse(nal: &[u8]) -> Option<Pps> {
        let mut bits = Bits::of_nal(nal);
        bits.skip(super::NAL_HEAD_BITS)?;
        let mut pps = Pps { id: bits.ue()?, sps: bits.ue()?, ..Pps::default() };
        let transform_skip = pps.prediction(&mut bits)?;
        pps.partition_and_filters(&mut bits)?;
        if bits.flag()? {
            scaling_lists(&mut bits)?;
        }
        pps.modifies_lists = bits.flag()?;
        bits.ue()?; // log2_parallel_merge_level_minus2
        pps.header_extension = bits.flag()?;
        if bits.flag()? {
            pps.extensions(&mut bits, transform_skip)?;
        }
        Some(pps)
    }

    /// From `dependent_slice_segments_enabled_flag` to `transquant_bypass_enabled_flag`; gives
    /// `transform_skip_enabled_flag`.
    fn prediction(&mut self, bits: &mut Bits<'_>) -> Option<bool> {
        self.dependent_slices = bits.flag()?;
        self.output_flag = bits.flag()?;
        self.extra_bits = bits.take(3)?;
        bits.flag()?; // sign_data_hiding_enabled_flag
        self.cabac_init = bits.flag()?;
        self.references = [bits.ue()?.checked_add(1)?, bits.ue()?.checked_add(1)?];
        bits.se()?; // init_qp_minus26
        bits.flag()?; // constrained_intra_pred_flag
        let transform_skip = bits.flag()?;
        if bits.flag()? {
            bits.ue()?; // diff_cu_qp_delta_depth
        }
        bits.se()?; // pps_cb_qp_offset
        bits.se()?; // pps_cr_qp_offset
        self.chroma_offsets = bits.flag()?;
        (self.weighted, self.weighted_both) = (bits.flag()?, bits.flag()?);
        bits.flag()?; // transquant_bypass_enabled_flag
        Some(transform_skip)
    }

    /// From `tiles_enabled_flag` to the deblocking filter.
    fn partition_and_filters(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let (tiles, rows_in_parallel) = (bits.flag()?, bits.flag()?);
        self.entry_points = tiles || rows_in_parallel;
        if tiles {
            pass_over_tiles(bits)?;
        }
        self.filters_across_slices = bits.flag()?;
        if bits.flag()? {
            self.deblocking_override = bits.flag()?;
            self.deblocking_disabled = bits.flag()?;
            if !self.deblocking_disabled {
                bits.se()?; // pps_beta_offset_div2
                bits.se()?; // pps_tc_offset_div2
            }
        }
        Some(())
    }

    /// `pps_range_extension` (7.3.2.3.2); of the others only whether they are there, as they follow it.
    fn extensions(&mut self, bits: &mut Bits<'_>, transform_skip: bool) -> Option<()> {
        let range = bits.flag()?;
        bits.skip(7)?; // multilayer, 3D, screen content and reserved extensions
        if range {
            if transform_skip {
                bits.ue()?; // log2_max_transform_skip_block_size_minus2
            }
            bits.flag()?; // cross_component_prediction_enabled_flag
            self.chroma_offset_lists = bits.flag()?;
        }
        Some(())
    }
}

fn pass_over_tiles(bits: &mut Bits<'_>) -> Option<()> {
    let (columns, rows) = (bits.ue()?, bits.ue()?);
    if columns >= TILE_LINES_MAX || rows >= TILE_LINES_MAX {
        return None;
    }
    if !bits.flag()? {
        (0..columns + rows).try_for_each(|_| bits.ue().map(|_| ()))?; // sizes of all but the last
    }
    bits.flag()?; // loop_filter_across_tiles_enabled_flag
    Some(())
}
