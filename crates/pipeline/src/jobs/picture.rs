//! Encoding and scoring frames of the mezzanine: what trials and final encodes have in common.

use super::analyse::Analysed;
use crate::budget::Need;
use crate::flow::Context;
use crate::step::Cost;
use codec::Usage;
use codec::vmaf::Scored;
use media::picture::Size;
use media::timebase::FrameRange;
use std::path::Path;

/// Memory of an encoder or a scorer beside its frames.
const TOOL_MEMORY_BYTES: u64 = 100 << 20;
/// Bytes for each pixel of the larger picture: about 60 frames of lookahead, references and decoding, at 8-bit 4:2:0
/// and with the encoder's half-size copies (measured: 430 MB for x264 medium at 1080p).
const MEMORY_BYTES_PER_PIXEL: u64 = 170;

/// What one encode or score of pictures up to `size` needs. One thread each: the outputs do not depend on the number
/// of cores, and the cores are kept busy by other shots.
pub fn need(size: Size) -> Need {
    Need { threads: 1, memory_bytes: TOOL_MEMORY_BYTES + size.pixels() * MEMORY_BYTES_PER_PIXEL }
}

impl From<Usage> for Cost {
    fn from(usage: Usage) -> Cost {
        Cost { wall_s: 0.0, cpu_s: usage.cpu_s, memory_bytes_peak: usage.memory_bytes_peak }
    }
}

/// Frames of the mezzanine to be encoded.
#[derive(Debug)]
pub struct Encode<'a> {
    /// The film.
    pub film: &'a Analysed,
    /// The frames.
    pub frames: FrameRange,
    /// Size of the encoded picture.
    pub size: Size,
    /// Encoder's arguments.
    pub args: Vec<String>,
}

impl Encode<'_> {
    /// All that the encode depends on beside the mezzanine.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        vec![
            ("frames", format!("{}-{}", self.frames.start, self.frames.end)),
            ("rate", self.film.ingested.master.conform.rate.to_string()),
            ("size", self.size.to_string()),
            ("args", self.args.join(" ")),
        ]
    }

    /// Encodes to `file_name` in `folder`.
    pub async fn run(&self, ctx: &Context, folder: &Path, file_name: &str) -> anyhow::Result<Usage> {
        let mezzanine = self.film.mezzanine_file(ctx).await?;
        let job = codec::encode::Job {
            mezzanine: &mezzanine,
            rate: self.film.ingested.master.conform.rate,
            frames: self.frames,
            size: self.size,
            encoder_args: &self.args,
            folder,
            file_name,
        };
        Ok(codec::encode::encode(&ctx.tools, &job, &mut |_| {}).await?)
    }
}

/// How encodes of a film are scored.
#[derive(Debug)]
pub struct Scoring<'a> {
    film: &'a Analysed,
    size: Size,
    model: &'a str,
    subsample: u32,
}

impl<'a> Scoring<'a> {
    /// Scoring of every `subsample`-th frame at the film's one common size.
    pub fn new(ctx: &'a Context, film: &'a Analysed, subsample: u32) -> Scoring<'a> {
        Scoring {
            film,
            size: codec::vmaf::scoring_size(film.ingested.master.conform.size),
            model: &ctx.settings.vmaf_model,
            subsample,
        }
    }

    /// All that the scores depend on beside the encode and the mezzanine.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        vec![
            ("score_size", self.size.to_string()),
            ("score_model", self.model.to_owned()),
            ("score_subsample", self.subsample.to_string()),
        ]
    }

    /// Scores `distorted`, which holds `frames` of the film.
    pub async fn run(
        &self,
        ctx: &Context,
        distorted: &Path,
        frames: FrameRange,
        folder: &Path,
    ) -> anyhow::Result<Scored> {
        let mezzanine = self.film.mezzanine_file(ctx).await?;
        let job = codec::vmaf::Job {
            mezzanine: &mezzanine,
            rate: self.film.ingested.master.conform.rate,
            reference: frames,
            distorted,
            distorted_start: 0,
            size: self.size,
            model: self.model,
            subsample: self.subsample,
            folder,
        };
        Ok(codec::vmaf::score(&ctx.tools, &job, &mut |_| {}).await?)
    }
}

/// The scores without their frame numbers.
pub fn values(frames: &[(u64, f64)]) -> Vec<f64> {
    frames.iter().map(|(_, vmaf)| *vmaf).collect()
}
