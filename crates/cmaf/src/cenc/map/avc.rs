//! H.264: where slice headers end (Rec. ITU-T H.264 | ISO/IEC 14496-10, 7.3.3).
//!
//! Owns as much of parameter sets and slice headers as decides the length of a slice header. Flexible macroblock ordering
//! and data partitioning, which only the Extended and Baseline profiles have, are refused.

mod sets;

use super::{MapError, nal};
use crate::bits::Bits;
use crate::entry::avc::AvcConfig;
use sets::{Pps, Sps};

/// `nal_unit_type` (table 7-1).
const SLICE: u8 = 1;
const PARTITIONS: std::ops::RangeInclusive<u8> = 2..=4;
const IDR_SLICE: u8 = 5;
const SPS: u8 = 7;
const PPS: u8 = 8;

/// Most reference pictures of a list: 32 fields (7.4.3).
const REFERENCES_MAX: u32 = 32;

/// Most memory management operations of a slice, of which each concerns another one of 32 fields, and a few that concern all.
const OPERATIONS_MAX: usize = 66;

/// Parameter sets, and what they make of slice headers.
#[derive(Debug, Default)]
pub(super) struct Headers {
    sps: Vec<Sps>,
    pps: Vec<Pps>,
}

impl Headers {
    pub(super) fn new(config: &AvcConfig) -> Result<Headers, MapError> {
        let mut headers = Headers::default();
        config.sps.iter().chain(&config.pps).try_for_each(|nal| headers.learn(nal))?;
        Ok(headers)
    }

    fn learn(&mut self, nal: &[u8]) -> Result<(), MapError> {
        match nal.first().map(|byte| byte & 0x1f) {
            Some(SPS) => {
                let sps = Sps::parse(nal).ok_or(MapError { what: "a sequence parameter set of H.264" })?;
                self.sps.retain(|known| known.id != sps.id);
                self.sps.push(sps);
            }
            Some(PPS) => {
                let pps = Pps::parse(nal).ok_or(MapError { what: "a picture parameter set of H.264" })?;
                self.pps.retain(|known| known.id != pps.id);
                self.pps.push(pps);
            }
            _ => {}
        }
        Ok(())
    }
}

impl nal::Headers for Headers {
    fn clear_bytes(&mut self, nal: &[u8]) -> Result<usize, MapError> {
        match nal[0] & 0x1f {
            SLICE | IDR_SLICE => self.slice_header(nal).ok_or(MapError { what: "a slice header of H.264" }),
            kind if PARTITIONS.contains(&kind) => Err(MapError { what: "a partitioned slice of H.264" }),
            SPS | PPS => self.learn(nal).map(|()| nal.len()),
            _ => Ok(nal.len()),
        }
    }
}

/// `slice_type` modulo 5 (table 7-6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    P,
    B,
    I,
    Sp,
    Si,
}

impl Kind {
    fn of(slice_type: u32) -> Kind {
        [Kind::P, Kind::B, Kind::I, Kind::Sp, Kind::Si][slice_type as usize % 5]
    }

    fn is_inter(self) -> bool {
        matches!(self, Kind::P | Kind::Sp | Kind::B)
    }
}

impl Headers {
    /// Bytes that NAL unit header and slice header take, the last one whole.
    fn slice_header(&self, nal: &[u8]) -> Option<usize> {
        let idr = nal[0] & 0x1f == IDR_SLICE;
        let is_reference = nal[0] >> 5 & 0b11 != 0;
        let mut bits = Bits::of_nal(nal);
        bits.skip(8)?;
        bits.ue()?; // first_mb_in_slice
        let kind = Kind::of(bits.ue()?);
        let id = bits.ue()?;
        let pps = self.pps.iter().find(|pps| pps.id == id)?;
        let sps = self.sps.iter().find(|sps| sps.id == pps.sps)?;
        picture(&mut bits, sps, pps, idr)?;
        if kind == Kind::B {
            bits.flag()?; // direct_spatial_mv_pred_flag
        }
        let references = references(&mut bits, pps, kind)?;
        list_modifications(&mut bits, kind)?;
        if (pps.weighted && matches!(kind, Kind::P | Kind::Sp))
            || (pps.weighted_explicitly && kind == Kind::B)
        {
            weights(&mut bits, sps, references)?;
        }
        if is_reference {
            marking(&mut bits, idr)?;
        }
        if pps.cabac && kind.is_inter() {
            bits.ue()?; // cabac_init_idc
        }
        bits.se()?; // slice_qp_delta
        switching(&mut bits, kind)?;
        if pps.deblocking_control && bits.ue()? != 1 {
            bits.se()?; // slice_alpha_c0_offset_div2
            bits.se()?; // slice_beta_offset_div2
        }
        Some(bits.bytes_begun())
    }
}

/// From `colour_plane_id` to `redundant_pic_cnt`.
fn picture(bits: &mut Bits<'_>, sps: &Sps, pps: &Pps, idr: bool) -> Option<()> {
    if sps.separate_planes {
        bits.skip(2)?; // colour_plane_id
    }
    bits.skip(sps.frame_num_bits)?;
    let field = !sps.frames_only && bits.flag()?;
    if field {
        bits.flag()?; // bottom_field_flag
    }
    if idr {
        bits.ue()?; // idr_pic_id
    }
    let bottom_told = pps.bottom_order && !field;
    match sps.order_type {
        0 => {
            bits.skip(sps.order_bits)?; // pic_order_cnt_lsb
            if bottom_told {
                bits.se()?; // delta_pic_order_cnt_bottom
            }
        }
        1 if !sps.order_deltas_zero => {
            bits.se()?; // delta_pic_order_cnt[0]
            if bottom_told {
                bits.se()?; // delta_pic_order_cnt[1]
            }
        }
        _ => {}
    }
    if pps.redundant_pictures {
        bits.ue()?; // redundant_pic_cnt
    }
    Some(())
}

/// How many references each list has; none where a slice has no such list.
fn references(bits: &mut Bits<'_>, pps: &Pps, kind: Kind) -> Option<[u32; 2]> {
    if !kind.is_inter() {
        return Some([0, 0]);
    }
    let mut counts = pps.references;
    if bits.flag()? {
        counts[0] = bits.ue()?.checked_add(1)?;
        if kind == Kind::B {
            counts[1] = bits.ue()?.checked_add(1)?;
        }
    }
    if kind != Kind::B {
        counts[1] = 0;
    }
    counts.iter().all(|count| *count <= REFERENCES_MAX).then_some(counts)
}

/// `ref_pic_list_modification` (7.3.3.1).
fn list_modifications(bits: &mut Bits<'_>, kind: Kind) -> Option<()> {
    for _ in 0..if kind == Kind::B { 2 } else { u32::from(kind.is_inter()) } {
        if bits.flag()? {
            list_modification(bits)?;
        }
    }
    Some(())
}

/// One list's: at most a modification for each reference, and the end.
fn list_modification(bits: &mut Bits<'_>) -> Option<()> {
    for _ in 0..=REFERENCES_MAX {
        match bits.ue()? {
            3 => return Some(()),
            0..=2 => bits.ue()?, // abs_diff_pic_num_minus1 or long_term_pic_num
            _ => return None,
        };
    }
    None
}

/// `pred_weight_table` (7.3.3.2).
fn weights(bits: &mut Bits<'_>, sps: &Sps, references: [u32; 2]) -> Option<()> {
    bits.ue()?; // luma_log2_weight_denom
    if sps.chroma {
        bits.ue()?; // chroma_log2_weight_denom
    }
    for _ in 0..references[0] + references[1] {
        if bits.flag()? {
            (0..2).try_for_each(|_| bits.se().map(|_| ()))?; // luma weight and offset
        }
        if sps.chroma && bits.flag()? {
            (0..4).try_for_each(|_| bits.se().map(|_| ()))?; // of both chroma planes
        }
    }
    Some(())
}

/// `dec_ref_pic_marking` (7.3.3.3).
fn marking(bits: &mut Bits<'_>, idr: bool) -> Option<()> {
    if idr {
        return bits.skip(2);
    }
    if !bits.flag()? {
        return Some(());
    }
    for _ in 0..OPERATIONS_MAX {
        let operands = match bits.ue()? {
            0 => return Some(()),
            1 | 2 | 4 | 6 => 1,
            3 => 2,
            5 => 0,
            _ => return None,
        };
        for _ in 0..operands {
            bits.ue()?;
        }
    }
    None
}

/// What switching slices add.
fn switching(bits: &mut Bits<'_>, kind: Kind) -> Option<()> {
    if kind == Kind::Sp {
        bits.flag()?; // sp_for_switch_flag
    }
    if matches!(kind, Kind::Sp | Kind::Si) {
        bits.se()?; // slice_qs_delta
    }
    Some(())
}
