//! What frame headers of AV1 take from the sequence header (section 5.5).

use crate::bits::Bits;

/// `seq_force_screen_content_tools` and `seq_force_integer_mv` where each frame says (section 3).
const SELECT: u32 = 2;

/// Leading zeros from which on a variable-length code is the largest number (4.10.3).
const UVLC_ZEROS_MAX: u32 = 32;

/// A point of operation, as far as the decoder model concerns it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OperatingPoint {
    /// `operating_point_idc`: the layers that belong to it.
    pub(super) layers: u32,
    /// `decoder_model_present_for_this_op`.
    pub(super) modelled: bool,
}

/// What a sequence header says.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    /// `reduced_still_picture_header`.
    pub(super) still: bool,
    /// `equal_picture_interval`.
    pub(super) equal_interval: bool,
    /// Lengths of the decoder model's times; `None` where there is no model.
    pub(super) model: Option<Model>,
    /// Points of operation.
    pub(super) points: Vec<OperatingPoint>,
    /// Bits of a frame's width and height.
    pub(super) size_bits: (u32, u32),
    /// Width and height where a frame does not say.
    pub(super) size_max: (u32, u32),
    /// Bits of `delta_frame_id` and of a frame's ID; `None` where frames have none.
    pub(super) id_bits: Option<(u32, u32)>,
    /// `use_128x128_superblock`.
    pub(super) large_superblocks: bool,
    /// `enable_warped_motion`.
    pub(super) warped_motion: bool,
    /// `enable_ref_frame_mvs`.
    pub(super) reference_vectors: bool,
    /// `OrderHintBits`; 0 where there are no order hints.
    pub(super) order_bits: u32,
    /// `seq_force_screen_content_tools`; `None` where each frame says.
    pub(super) screen_content: Option<bool>,
    /// `seq_force_integer_mv`; `None` where each frame says.
    pub(super) integer_vectors: Option<bool>,
    /// `enable_superres`.
    pub(super) super_resolution: bool,
    /// `enable_cdef`.
    pub(super) cdef: bool,
    /// `enable_restoration`.
    pub(super) restoration: bool,
    /// Whether there is no chroma.
    pub(super) monochrome: bool,
    /// `subsampling_x` and `subsampling_y`, both.
    pub(super) subsampled: bool,
    /// `separate_uv_delta_q`.
    pub(super) separate_chroma_quantisers: bool,
    /// `film_grain_params_present`.
    pub(super) film_grain: bool,
}

/// Lengths in bits of what the decoder model tells (5.5.4).
#[derive(Debug, Clone, Copy)]
pub(super) struct Model {
    delay: u32,
    /// Of `buffer_removal_time`.
    pub(super) removal: u32,
    /// Of `frame_presentation_time`.
    pub(super) presentation: u32,
}

impl Sequence {
    pub(super) fn parse(payload: &[u8]) -> Option<Sequence> {
        let mut bits = Bits::new(payload);
        let mut sequence = Sequence::default();
        let profile = bits.take(3)?;
        bits.flag()?; // still_picture
        sequence.still = bits.flag()?;
        if sequence.still {
            bits.skip(5)?; // seq_level_idx
            sequence.points = vec![OperatingPoint::default()];
        } else {
            sequence.timing(&mut bits)?;
        }
        sequence.sizes(&mut bits)?;
        sequence.tools(&mut bits)?;
        sequence.colour(&mut bits, profile)?;
        sequence.film_grain = bits.flag()?;
        Some(sequence)
    }

    /// From `timing_info_present_flag` to the operating points.
    fn timing(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        if bits.flag()? {
            bits.skip(64)?; // num_units_in_display_tick and time_scale
            self.equal_interval = bits.flag()?;
            if self.equal_interval {
                uvlc(bits)?; // num_ticks_per_picture_minus_1
            }
            if bits.flag()? {
                let delay = bits.take(5)? + 1;
                bits.skip(32)?; // num_units_in_decoding_tick
                self.model =
                    Some(Model { delay, removal: bits.take(5)? + 1, presentation: bits.take(5)? + 1 });
            }
        }
        let delays_told = bits.flag()?; // initial_display_delay_present_flag
        for _ in 0..=bits.take(5)? {
            let mut point = OperatingPoint { layers: bits.take(12)?, modelled: false };
            if bits.take(5)? > 7 {
                bits.flag()?; // seq_tier
            }
            if let Some(model) = self.model {
                point.modelled = bits.flag()?;
                if point.modelled {
                    bits.skip(2 * model.delay + 1)?; // operating_parameters_info
                }
            }
            if delays_told && bits.flag()? {
                bits.skip(4)?; // initial_display_delay_minus_1
            }
            self.points.push(point);
        }
        Some(())
    }

    /// Sizes and IDs of frames.
    fn sizes(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        self.size_bits = (bits.take(4)? + 1, bits.take(4)? + 1);
        self.size_max = (bits.take(self.size_bits.0)? + 1, bits.take(self.size_bits.1)? + 1);
        if !self.still && bits.flag()? {
            let delta = bits.take(4)? + 2;
            self.id_bits = Some((delta, bits.take(3)? + 1 + delta));
        }
        Some(())
    }

    /// From `use_128x128_superblock` to `enable_restoration`.
    fn tools(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        self.large_superblocks = bits.flag()?;
        bits.skip(2)?; // enable_filter_intra, enable_intra_edge_filter
        if !self.still {
            bits.skip(2)?; // enable_interintra_compound, enable_masked_compound
            self.warped_motion = bits.flag()?;
            bits.flag()?; // enable_dual_filter
            let order_hints = bits.flag()?;
            if order_hints {
                bits.flag()?; // enable_jnt_comp
                self.reference_vectors = bits.flag()?;
            }
            let select = |chosen: bool, bits: &mut Bits<'_>| {
                let force = if chosen { SELECT } else { bits.take(1)? };
                Some((force != SELECT).then_some(force != 0))
            };
            let chosen = bits.flag()?;
            self.screen_content = select(chosen, bits)?;
            if self.screen_content != Some(false) {
                let chosen = bits.flag()?;
                self.integer_vectors = select(chosen, bits)?;
            }
            if order_hints {
                self.order_bits = bits.take(3)? + 1;
            }
        }
        self.super_resolution = bits.flag()?;
        self.cdef = bits.flag()?;
        self.restoration = bits.flag()?;
        Some(())
    }

    /// `color_config` (5.5.2).
    fn colour(&mut self, bits: &mut Bits<'_>, profile: u32) -> Option<()> {
        let high_depth = bits.flag()?;
        let twelve = profile == 2 && high_depth && bits.flag()?;
        self.monochrome = profile != 1 && bits.flag()?;
        let described = if bits.flag()? { Some((bits.take(8)?, bits.take(8)?, bits.take(8)?)) } else { None };
        if self.monochrome {
            self.subsampled = true;
            return bits.skip(1); // color_range
        }
        const SRGB: (u32, u32, u32) = (1, 13, 0); // CP_BT_709, TC_SRGB, MC_IDENTITY
        if described != Some(SRGB) {
            bits.flag()?; // color_range
            let (x, y) = match profile {
                0 => (true, true),
                1 => (false, false),
                _ if twelve => {
                    let x = bits.flag()?;
                    (x, x && bits.flag()?)
                }
                _ => (true, false),
            };
            self.subsampled = x && y;
            if self.subsampled {
                bits.skip(2)?; // chroma_sample_position
            }
        }
        self.separate_chroma_quantisers = bits.flag()?;
        Some(())
    }

    /// Distance from order hint `b` to `a`, which may have run over (5.9.3).
    pub(super) fn distance(&self, a: u32, b: u32) -> i32 {
        if self.order_bits == 0 {
            return 0;
        }
        let half = 1i32 << (self.order_bits - 1);
        let difference = a as i32 - b as i32;
        (difference & (half - 1)) - (difference & half)
    }
}

/// `uvlc()` (4.10.3).
fn uvlc(bits: &mut Bits<'_>) -> Option<()> {
    let mut zeros = 0;
    while !bits.flag()? {
        zeros += 1;
    }
    if zeros < UVLC_ZEROS_MAX { bits.skip(zeros) } else { Some(()) }
}
