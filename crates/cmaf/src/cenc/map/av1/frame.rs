//! Frame headers of AV1 (section 5.9), as far as it takes to know their length and where tiles begin.

use super::filters;
use super::references::{Kept, REFERENCES, References, SLOTS};
use super::sequence::Sequence;
use super::tiles::Tiles;
use crate::bits::Bits;

/// `frame_type` (6.8.2).
const KEY: u32 = 0;
const INTER: u32 = 1;
const INTRA_ONLY: u32 = 2;
const SWITCH: u32 = 3;

/// `refresh_frame_flags` for all slots.
const ALL: u32 = 0xff;

/// `primary_ref_frame` where there is none.
const PRIMARY_NONE: u32 = 7;

/// Segments of a frame.
const SEGMENTS: usize = 8;

/// What segmentation says of the quantiser: the value of each segment that has one of its own.
pub(super) type Segments = [Option<i32>; SEGMENTS];

/// A frame whose tile groups follow.
#[derive(Debug)]
pub(super) struct Frame {
    /// What later frames may refer to.
    pub(super) kept: Kept,
    /// The slots that it takes.
    pub(super) refreshed: u32,
    /// Its tiles.
    pub(super) tiles: Tiles,
}

/// What the parts of a header tell each other.
#[derive(Debug, Default)]
pub(super) struct Header {
    kind: u32,
    shown: bool,
    showable: bool,
    resilient: bool,
    screen_content: bool,
    integer_vectors: bool,
    size_told: bool,
    order: u32,
    primary: u32,
    refreshed: u32,
    references: [usize; REFERENCES],
    upscaled_width: u32,
    width: u32,
    height: u32,
    /// `allow_intrabc`.
    pub(super) intra_copy: bool,
    /// `allow_high_precision_mv`.
    pub(super) precise_vectors: bool,
    segments: Segments,
}

impl Header {
    /// `FrameIsIntra`.
    pub(super) fn is_intra(&self) -> bool {
        matches!(self.kind, KEY | INTRA_ONLY)
    }
}

impl Frame {
    /// Reads `uncompressed_header`; gives no frame where it shows one that is kept.
    pub(super) fn parse(
        bits: &mut Bits<'_>,
        sequence: &Sequence,
        references: &mut References,
        layer: (u32, u32),
    ) -> Option<Option<Frame>> {
        let mut header = Header::default();
        if sequence.still {
            (header.kind, header.shown, header.resilient) = (KEY, true, true);
        } else {
            if bits.flag()? {
                show_existing(bits, sequence, references)?;
                return Some(None);
            }
            header.kind(bits, sequence)?;
        }
        if header.kind == KEY && header.shown {
            references.slots = [Kept::default(); SLOTS];
        }
        let updates = !bits.flag()?; // disable_cdf_update
        header.order_and_slots(bits, sequence, layer)?;
        header.told_orders(bits, sequence, references)?;
        if header.is_intra() {
            header.size(bits, sequence)?;
            render_size(bits)?;
            header.intra_copy =
                header.screen_content && header.upscaled_width == header.width && bits.flag()?;
        } else {
            header.inter(bits, sequence, references)?;
        }
        if !sequence.still && updates {
            bits.flag()?; // disable_frame_end_update_cdf
        }
        let tiles = Tiles::parse(bits, sequence, header.width, header.height)?;
        header.coding(bits, sequence, references)?;
        let kept = Kept {
            key: header.kind == KEY,
            upscaled_width: header.upscaled_width,
            height: header.height,
            order: header.order,
            segments: header.segments,
        };
        Some(Some(Frame { kept, refreshed: header.refreshed, tiles }))
    }
}

/// `show_existing_frame`: a key frame that is shown so takes all slots (7.21).
fn show_existing(bits: &mut Bits<'_>, sequence: &Sequence, references: &mut References) -> Option<()> {
    let slot = bits.take(3)? as usize;
    presentation_time(bits, sequence)?;
    if let Some((_, id)) = sequence.id_bits {
        bits.skip(id)?; // display_frame_id
    }
    let kept = references.slots[slot];
    if kept.key {
        references.slots = [kept; SLOTS];
    }
    Some(())
}

/// `temporal_point_info`.
fn presentation_time(bits: &mut Bits<'_>, sequence: &Sequence) -> Option<()> {
    match sequence.model {
        Some(model) if !sequence.equal_interval => bits.skip(model.presentation),
        _ => Some(()),
    }
}

impl Header {
    /// From `frame_type` to `error_resilient_mode`.
    fn kind(&mut self, bits: &mut Bits<'_>, sequence: &Sequence) -> Option<()> {
        self.kind = bits.take(2)?;
        self.shown = bits.flag()?;
        if self.shown {
            presentation_time(bits, sequence)?;
        }
        self.showable = if self.shown { self.kind != KEY } else { bits.flag()? };
        self.resilient = self.kind == SWITCH || (self.kind == KEY && self.shown) || bits.flag()?;
        Some(())
    }

    /// From `allow_screen_content_tools` to `refresh_frame_flags`.
    fn order_and_slots(&mut self, bits: &mut Bits<'_>, sequence: &Sequence, layer: (u32, u32)) -> Option<()> {
        let forced = |forced: Option<bool>, bits: &mut Bits<'_>| forced.map_or_else(|| bits.flag(), Some);
        self.screen_content = forced(sequence.screen_content, bits)?;
        self.integer_vectors = self.screen_content && forced(sequence.integer_vectors, bits)?;
        if let Some((_, id)) = sequence.id_bits {
            bits.skip(id)?; // current_frame_id
        }
        self.size_told = self.kind == SWITCH || (!sequence.still && bits.flag()?);
        self.order = bits.take(sequence.order_bits)?;
        self.primary = if self.is_intra() || self.resilient { PRIMARY_NONE } else { bits.take(3)? };
        if let Some(model) = sequence.model
            && bits.flag()?
        {
            let (temporal, spatial) = layer;
            let belongs = |layers: u32| {
                layers == 0 || (layers >> temporal & 1 != 0 && layers >> (spatial + 8) & 1 != 0)
            };
            for _ in sequence.points.iter().filter(|point| point.modelled && belongs(point.layers)) {
                bits.skip(model.removal)?; // buffer_removal_time
            }
        }
        let all = self.kind == SWITCH || (self.kind == KEY && self.shown);
        self.refreshed = if all { ALL } else { bits.take(8)? };
        Some(())
    }

    /// `ref_order_hint`: what slots must have; others were lost.
    fn told_orders(
        &self,
        bits: &mut Bits<'_>,
        sequence: &Sequence,
        references: &mut References,
    ) -> Option<()> {
        let told = (!self.is_intra() || self.refreshed != ALL) && self.resilient && sequence.order_bits > 0;
        if told {
            for slot in &mut references.slots {
                slot.order = bits.take(sequence.order_bits)?;
            }
        }
        Some(())
    }

    /// From `frame_refs_short_signaling` to `use_ref_frame_mvs`.
    fn inter(&mut self, bits: &mut Bits<'_>, sequence: &Sequence, references: &References) -> Option<()> {
        let short = sequence.order_bits > 0 && bits.flag()?;
        if short {
            let (last, golden) = (bits.take(3)? as usize, bits.take(3)? as usize);
            self.references = references.by_two(sequence, self.order, last, golden);
        }
        for reference in 0..REFERENCES {
            if !short {
                self.references[reference] = bits.take(3)? as usize;
            }
            if let Some((delta, _)) = sequence.id_bits {
                bits.skip(delta)?; // delta_frame_id_minus_1
            }
        }
        if self.size_told && !self.resilient {
            self.size_of_reference(bits, sequence, references)?;
        } else {
            self.size(bits, sequence)?;
            render_size(bits)?;
        }
        self.precise_vectors = !self.integer_vectors && bits.flag()?;
        if !bits.flag()? {
            bits.skip(2)?; // interpolation_filter
        }
        bits.flag()?; // is_motion_mode_switchable
        if !self.resilient && sequence.reference_vectors {
            bits.flag()?; // use_ref_frame_mvs
        }
        Some(())
    }

    /// `frame_size` (5.9.5).
    fn size(&mut self, bits: &mut Bits<'_>, sequence: &Sequence) -> Option<()> {
        (self.upscaled_width, self.height) = sequence.size_max;
        if self.size_told {
            self.upscaled_width = bits.take(sequence.size_bits.0)? + 1;
            self.height = bits.take(sequence.size_bits.1)? + 1;
        }
        self.super_resolution(bits, sequence)
    }

    /// `frame_size_with_refs` (5.9.7).
    fn size_of_reference(
        &mut self,
        bits: &mut Bits<'_>,
        sequence: &Sequence,
        references: &References,
    ) -> Option<()> {
        for slot in self.references {
            if bits.flag()? {
                let kept = references.slots[slot];
                (self.upscaled_width, self.height) = (kept.upscaled_width, kept.height);
                return self.super_resolution(bits, sequence);
            }
        }
        self.size(bits, sequence)?;
        render_size(bits)
    }

    /// `superres_params` (5.9.8).
    fn super_resolution(&mut self, bits: &mut Bits<'_>, sequence: &Sequence) -> Option<()> {
        self.width = self.upscaled_width;
        if sequence.super_resolution && bits.flag()? {
            let denominator = bits.take(3)? + 9;
            self.width = (self.upscaled_width * 8 + denominator / 2) / denominator;
        }
        Some(())
    }

    /// From `base_q_idx` to the end.
    fn coding(&mut self, bits: &mut Bits<'_>, sequence: &Sequence, references: &References) -> Option<()> {
        let base = bits.take(8)? as i32; // base_q_idx
        let quantisers_zero = quantisers(bits, sequence)?;
        let segmented = self.segmentation(bits, references)?;
        let delta_q = base > 0 && bits.flag()?;
        if delta_q {
            bits.skip(2)?; // delta_q_res
            if !self.intra_copy && bits.flag()? {
                bits.skip(3)?; // delta_lf_res and delta_lf_multi
            }
        }
        let quantiser =
            |own: &Option<i32>| own.filter(|_| segmented).map_or(base, |own| (base + own).clamp(0, 255));
        let lossless = quantisers_zero && self.segments.iter().all(|own| quantiser(own) == 0);
        filters::parse(bits, sequence, self, lossless, self.width == self.upscaled_width)?;
        if !lossless {
            bits.flag()?; // tx_mode_select
        }
        let compound = !self.is_intra() && bits.flag()?; // reference_select
        if compound && self.skip_mode_allowed(sequence, references) {
            bits.flag()?; // skip_mode_present
        }
        if !self.is_intra() && !self.resilient && sequence.warped_motion {
            bits.flag()?; // allow_warped_motion
        }
        bits.flag()?; // reduced_tx_set
        if !self.is_intra() {
            filters::global_motion(bits, self.precise_vectors)?;
        }
        if sequence.film_grain && (self.shown || self.showable) {
            filters::film_grain(bits, sequence, self.kind == INTER)?;
        }
        Some(())
    }

    /// `segmentation_params` (5.9.14); gives `segmentation_enabled`.
    fn segmentation(&mut self, bits: &mut Bits<'_>, references: &References) -> Option<bool> {
        /// Bits of each feature's value and whether it has a sign.
        const FEATURES: [(u32, bool); 8] =
            [(8, true), (6, true), (6, true), (6, true), (6, true), (3, false), (0, false), (0, false)];
        if !bits.flag()? {
            return Some(false);
        }
        let mut data = true;
        if self.primary != PRIMARY_NONE {
            if bits.flag()? {
                bits.flag()?; // segmentation_temporal_update
            }
            data = bits.flag()?;
        }
        if !data {
            self.segments = references.slots[self.references[self.primary as usize]].segments;
            return Some(true);
        }
        for segment in 0..SEGMENTS {
            for (feature, (length, signed)) in FEATURES.into_iter().enumerate() {
                if !bits.flag()? {
                    continue;
                }
                let value = bits.take(length + u32::from(signed))? as i32;
                let sign = 1 << length;
                let value = if signed && value & sign != 0 { value - 2 * sign } else { value };
                if feature == 0 {
                    self.segments[segment] = Some(value.clamp(-255, 255));
                }
            }
        }
        Some(true)
    }

    /// `skipModeAllowed` (5.9.22): there is a reference on either side, or there are two before.
    fn skip_mode_allowed(&self, sequence: &Sequence, references: &References) -> bool {
        let orders = self.references.map(|slot| references.slots[slot].order);
        let before = |limit: u32| {
            let earlier = orders.into_iter().filter(move |order| sequence.distance(*order, limit) < 0);
            earlier.max_by_key(|order| sequence.distance(*order, self.order))
        };
        let after = orders.into_iter().any(|order| sequence.distance(order, self.order) > 0);
        match before(self.order) {
            _ if sequence.order_bits == 0 => false,
            None => false,
            Some(nearest) => after || before(nearest).is_some(),
        }
    }
}

/// `render_size` (5.9.6).
fn render_size(bits: &mut Bits<'_>) -> Option<()> {
    if bits.flag()? { bits.skip(32) } else { Some(()) }
}

/// The rest of `quantization_params` (5.9.12); tells whether all deltas are zero.
fn quantisers(bits: &mut Bits<'_>, sequence: &Sequence) -> Option<bool> {
    let mut zero = true;
    let mut deltas = |count: u32, bits: &mut Bits<'_>| {
        for _ in 0..count {
            if bits.flag()? {
                zero &= bits.take(7)? == 0;
            }
        }
        Some(())
    };
    deltas(1, bits)?; // of luma's DC
    if !sequence.monochrome {
        let differ = sequence.separate_chroma_quantisers && bits.flag()?;
        deltas(if differ { 4 } else { 2 }, bits)?; // DC and AC, of each plane where they differ
    }
    if bits.flag()? {
        bits.skip(8)?; // qm_y and qm_u
        if sequence.separate_chroma_quantisers {
            bits.skip(4)?; // qm_v
        }
    }
    Some(zero)
}
