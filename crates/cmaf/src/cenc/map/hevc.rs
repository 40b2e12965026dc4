//! HEVC: where slice segment headers end (Rec. ITU-T H.265 | ISO/IEC 23008-2, 7.3.6).
//!
//! Owns as much of slice segment headers as decides their length, for one layer. What parameter sets say is read in
//! [`sps`] and [`pps`]; the extensions for several layers, depth and screen content are not.

mod sps;
mod pps;
mod references;

use super::{MapError, nal};
use crate::bits::{Bits, ceil_log2};
use crate::entry::hevc::HevcConfig;
use pps::Pps;
use references::PictureSet;
use sps::Sps;

/// `nal_unit_type` (table 7-1): slices are all below 32, of which those from 10 to 15 and from 22 on are reserved.
const SLICES: std::ops::Range<u8> = 0..22;
const RESERVED: std::ops::Range<u8> = 10..16;
/// Pictures at which decoding can start.
const INTRA_RANDOM_ACCESS: std::ops::Range<u8> = 16..24;
/// IDR pictures, whose slices refer to none.
const IDR: std::ops::RangeInclusive<u8> = 19..=20;
const SPS: u8 = 33;
const PPS: u8 = 34;

/// Bits of the NAL unit header (7.3.1.2).
const NAL_HEAD_BITS: u32 = 16;

/// Most reference pictures of a list (7.4.7.1: `num_ref_idx_l0_active_minus1` is at most 14).
const REFERENCES_MAX: u32 = 15;

/// Most entry points: a substream for each of 440 rows of blocks in each of 20 columns of tiles (7.4.7.1).
const ENTRY_POINTS_MAX: u32 = 440 * 20;

/// Parameter sets, and what they make of slice headers.
#[derive(Debug, Default)]
pub(super) struct Headers {
    sps: Vec<Sps>,
    pps: Vec<Pps>,
}

impl Headers {
    pub(super) fn new(config: &HevcConfig) -> Result<Headers, MapError> {
        let mut headers = Headers::default();
        let units = config.arrays.iter().flat_map(|array| &array.units);
        units.into_iter().try_for_each(|nal| headers.learn(nal))?;
        Ok(headers)
    }

    fn learn(&mut self, nal: &[u8]) -> Result<(), MapError> {
        match kind(nal) {
            SPS => {
                let sps = Sps::parse(nal).ok_or(MapError { what: "a sequence parameter set of HEVC" })?;
                self.sps.retain(|known| known.id != sps.id);
                self.sps.push(sps);
            }
            PPS => {
                let pps = Pps::parse(nal).ok_or(MapError { what: "a picture parameter set of HEVC" })?;
                self.pps.retain(|known| known.id != pps.id);
                self.pps.push(pps);
            }
            _ => {}
        }
        Ok(())
    }
}

/// `nal_unit_type`.
fn kind(nal: &[u8]) -> u8 {
    nal.first().map_or(u8::MAX, |byte| byte >> 1 & 0x3f)
}

/// `nuh_layer_id`.
fn layer(nal: &[u8]) -> u8 {
    let high = nal.first().map_or(0, |byte| byte & 1);
    high << 5 | nal.get(1).map_or(0, |byte| byte >> 3)
}

impl nal::Headers for Headers {
    fn clear_bytes(&mut self, nal: &[u8]) -> Result<usize, MapError> {
        let kind = kind(nal);
        if SLICES.contains(&kind) && !RESERVED.contains(&kind) {
            if layer(nal) != 0 {
                return Err(MapError { what: "a slice of HEVC's second layer" });
            }
            return self.slice_header(nal).ok_or(MapError { what: "a slice header of HEVC" });
        }
        if matches!(kind, SPS | PPS) {
            self.learn(nal)?;
        }
        Ok(nal.len())
    }
}

/// `slice_type` (table 7-7).
const B: u32 = 0;
const P: u32 = 1;
const I: u32 = 2;

/// What a slice says of itself before its references.
struct Slice {
    kind: u32,
    /// Pictures that the current one may refer to: `NumPicTotalCurr`.
    pictures: u32,
    /// `slice_temporal_mvp_enabled_flag`.
    temporal_vectors: bool,
    /// `slice_sao_luma_flag` or `slice_sao_chroma_flag`.
    adaptive_offset: bool,
}

impl Headers {
    /// Bytes that NAL unit header and slice segment header take; the header ends with a byte (`byte_alignment`).
    fn slice_header(&self, nal: &[u8]) -> Option<usize> {
        let kind = kind(nal);
        let mut bits = Bits::of_nal(nal);
        bits.skip(NAL_HEAD_BITS)?;
        let first = bits.flag()?; // first_slice_segment_in_pic_flag
        if INTRA_RANDOM_ACCESS.contains(&kind) {
            bits.flag()?; // no_output_of_prior_pics_flag
        }
        let id = bits.ue()?;
        let pps = self.pps.iter().find(|pps| pps.id == id)?;
        let sps = self.sps.iter().find(|sps| sps.id == pps.sps)?;
        let mut dependent = false;
        if !first {
            dependent = pps.dependent_slices && bits.flag()?;
            bits.skip(sps.address_bits)?; // slice_segment_address
        }
        if !dependent {
            let slice = picture(&mut bits, sps, pps, kind)?;
            prediction(&mut bits, sps, pps, &slice)?;
            quantisation_and_filters(&mut bits, pps, &slice)?;
        }
        tail(&mut bits, pps)?;
        bits.flag()?; // alignment_bit_equal_to_one
        Some(bits.bytes_begun())
    }
}

/// From `slice_reserved_flag` to `slice_sao_chroma_flag`.
fn picture(bits: &mut Bits<'_>, sps: &Sps, pps: &Pps, kind: u8) -> Option<Slice> {
    bits.skip(pps.extra_bits)?; // slice_reserved_flag
    let slice_type = bits.ue().filter(|kind| *kind <= I)?;
    if pps.output_flag {
        bits.flag()?; // pic_output_flag
    }
    if sps.separate_planes {
        bits.skip(2)?; // colour_plane_id
    }
    let (mut pictures, mut temporal_vectors) = (0, false);
    if !IDR.contains(&kind) {
        bits.skip(sps.order_bits)?; // slice_pic_order_cnt_lsb
        pictures = short_term(bits, sps)? + long_term(bits, sps)?;
        temporal_vectors = sps.temporal_vectors && bits.flag()?;
    }
    let mut adaptive_offset = false;
    if sps.adaptive_offset {
        adaptive_offset = bits.flag()?;
        adaptive_offset |= sps.chroma && bits.flag()?;
    }
    Some(Slice { kind: slice_type, pictures, temporal_vectors, adaptive_offset })
}

/// The short-term reference pictures that may be used.
fn short_term(bits: &mut Bits<'_>, sps: &Sps) -> Option<u32> {
    let sets = &sps.picture_sets;
    if !bits.flag()? {
        return Some(PictureSet::parse_in_slice(bits, sets)?.used());
    }
    let index = bits.take(ceil_log2(sets.len() as u32))?; // none where there is one set
    Some(sets.get(index as usize)?.used())
}

/// The long-term reference pictures that may be used.
fn long_term(bits: &mut Bits<'_>, sps: &Sps) -> Option<u32> {
    let Some(candidates) = &sps.long_term_used else {
        return Some(0);
    };
    let listed = if candidates.is_empty() { 0 } else { bits.ue()? };
    let own = bits.ue()?;
    let count = listed.checked_add(own).filter(|count| *count <= sps::LONG_TERM_MAX)?;
    let mut used = 0;
    for picture in 0..count {
        used += u32::from(if picture < listed {
            let index = bits.take(ceil_log2(candidates.len() as u32))?; // lt_idx_sps
            *candidates.get(index as usize)?
        } else {
            bits.skip(sps.order_bits)?; // poc_lsb_lt
            bits.flag()? // used_by_curr_pic_lt_flag
        });
        if bits.flag()? {
            bits.ue()?; // delta_poc_msb_cycle_lt
        }
    }
    Some(used)
}

/// From `num_ref_idx_active_override_flag` to `five_minus_max_num_merge_cand`.
fn prediction(bits: &mut Bits<'_>, sps: &Sps, pps: &Pps, slice: &Slice) -> Option<()> {
    if slice.kind == I {
        return Some(());
    }
    let mut references = pps.references;
    if bits.flag()? {
        references[0] = bits.ue()?.checked_add(1)?;
        if slice.kind == B {
            references[1] = bits.ue()?.checked_add(1)?;
        }
    }
    if slice.kind != B {
        references[1] = 0;
    }
    if references.iter().any(|count| *count > REFERENCES_MAX) {
        return None;
    }
    if pps.modifies_lists && slice.pictures > 1 {
        list_modifications(bits, slice, references)?;
    }
    if slice.kind == B {
        bits.flag()?; // mvd_l1_zero_flag
    }
    if pps.cabac_init {
        bits.flag()?; // cabac_init_flag
    }
    if slice.temporal_vectors {
        let from_l0 = slice.kind != B || bits.flag()?;
        if references[usize::from(!from_l0)] > 1 {
            bits.ue()?; // collocated_ref_idx
        }
    }
    if (pps.weighted && slice.kind == P) || (pps.weighted_both && slice.kind == B) {
        weights(bits, sps, references)?;
    }
    bits.ue()?; // five_minus_max_num_merge_cand
    Some(())
}

/// `ref_pic_lists_modification` (7.3.6.2).
fn list_modifications(bits: &mut Bits<'_>, slice: &Slice, references: [u32; 2]) -> Option<()> {
    let entry_bits = ceil_log2(slice.pictures);
    for count in &references[..if slice.kind == B { 2 } else { 1 }] {
        if bits.flag()? {
            bits.skip(count * entry_bits)?; // list_entry
        }
    }
    Some(())
}

/// `pred_weight_table` (7.3.6.3) of one layer.
fn weights(bits: &mut Bits<'_>, sps: &Sps, references: [u32; 2]) -> Option<()> {
    bits.ue()?; // luma_log2_weight_denom
    if sps.chroma {
        bits.se()?; // delta_chroma_log2_weight_denom
    }
    for count in references {
        let luma = bits.take(count)?;
        let chroma = if sps.chroma { bits.take(count)? } else { 0 };
        for reference in (0..count).rev() {
            let values = 2 * (luma >> reference & 1) + 4 * (chroma >> reference & 1);
            (0..values).try_for_each(|_| bits.se().map(|_| ()))?;
        }
    }
    Some(())
}

/// From `slice_qp_delta` to `slice_loop_filter_across_slices_enabled_flag`.
fn quantisation_and_filters(bits: &mut Bits<'_>, pps: &Pps, slice: &Slice) -> Option<()> {
    bits.se()?; // slice_qp_delta
    if pps.chroma_offsets {
        bits.se()?; // slice_cb_qp_offset
        bits.se()?; // slice_cr_qp_offset
    }
    if pps.chroma_offset_lists {
        bits.flag()?; // cu_chroma_qp_offset_enabled_flag
    }
    let mut deblocking_disabled = pps.deblocking_disabled;
    if pps.deblocking_override && bits.flag()? {
        deblocking_disabled = bits.flag()?;
        if !deblocking_disabled {
            bits.se()?; // slice_beta_offset_div2
            bits.se()?; // slice_tc_offset_div2
        }
    }
    if pps.filters_across_slices && (slice.adaptive_offset || !deblocking_disabled) {
        bits.flag()?; // slice_loop_filter_across_slices_enabled_flag
    }
    Some(())
}

/// Entry points and the extension of the header.
fn tail(bits: &mut Bits<'_>, pps: &Pps) -> Option<()> {
    if pps.entry_points {
        let count = bits.ue().filter(|count| *count <= ENTRY_POINTS_MAX)?;
        if count > 0 {
            let offset_bits = bits.ue()?.checked_add(1).filter(|bits| *bits <= 32)?;
            bits.skip(count * offset_bits)?; // entry_point_offset_minus1
        }
    }
    if pps.header_extension {
        let bytes = bits.ue().filter(|bytes| *bytes <= 256)?; // 7.4.7.1
        bits.skip(8 * bytes)?;
    }
    Some(())
}
