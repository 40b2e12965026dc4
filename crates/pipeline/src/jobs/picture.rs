//! Encoding and scoring frames of the mezzanine: what trials and final encodes have in common.

use super::analyse::Analysed;
use crate::budget::Need;
use crate::flow::Context;
use crate::step::Cost;
use codec::Usage;
use codec::vmaf::{FrameScore, Metrics, Scored};
use media::codec::VideoCodec;
use media::picture::{Size, Transfer};
use media::timebase::FrameRange;
use media::{Cadence, Format};
use quality::FrameScores;
use std::path::Path;

/// Memory of an encoder or a scorer beside its frames.
const TOOL_MEMORY_BYTES: u64 = 100 << 20;

/// Bytes for each pixel of the larger picture: frames of lookahead, references and decoding, with the encoder's half-size
/// copies.
fn memory_bytes_per_pixel(codec: VideoCodec) -> u64 {
    match codec {
        // About 60 frames at 8-bit 4:2:0 (measured: 430 MB for x264 medium at 1080p).
        VideoCodec::H264 => 170,
        // The others hold as many, of 16-bit samples or with more copies.
        VideoCodec::Hevc | VideoCodec::Vp9 => 340,
        VideoCodec::Av1 => 450,
    }
}

/// What one encode or score in `format` of pictures up to `size` needs. One thread each: the outputs do not depend on the
/// number of cores, and the cores are kept busy by other shots.
pub fn need(size: Size, format: Format) -> Need {
    let frames = size.pixels() * memory_bytes_per_pixel(format.codec);
    Need { threads: 1, memory_bytes: TOOL_MEMORY_BYTES + frames }
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
    /// Dynamic range: says which mezzanine.
    pub transfer: Transfer,
    /// The frames, of which the cadence of the size leaves some.
    pub frames: FrameRange,
    /// Size of the encoded picture.
    pub size: Size,
    /// Encoder's arguments.
    pub args: Vec<String>,
}

impl Encode<'_> {
    /// All that the encode depends on beside the mezzanine.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut params = vec![
            ("frames", format!("{}-{}", self.frames.start, self.frames.end)),
            ("rate", self.film.ingested.master.conform.rate.to_string()),
            ("size", self.size.to_string()),
            ("args", self.args.join(" ")),
        ];
        params.extend(cadence_parameter(self.film.ingested.master.conform.cadence(self.size)));
        params
    }

    /// Encodes to `file_name` in `folder`.
    pub async fn run(&self, ctx: &Context, folder: &Path, file_name: &str) -> anyhow::Result<Usage> {
        let mezzanine = self.film.mezzanine_file(ctx, self.transfer).await?;
        let conform = &self.film.ingested.master.conform;
        let job = codec::encode::Job {
            mezzanine: &mezzanine,
            rate: conform.rate,
            frames: self.frames,
            cadence: conform.cadence(self.size),
            size: self.size,
            encoder_args: &self.args,
            folder,
            file_name,
        };
        Ok(codec::encode::encode(&ctx.tools, &job, &mut |_| {}).await?)
    }
}

/// The parameter of a step on frames of `cadence`: none where that is all of them.
pub fn cadence_parameter(cadence: Cadence) -> Option<(&'static str, String)> {
    (cadence != Cadence::Full).then(|| ("step", cadence.step().to_string()))
}

/// An encode to be scored.
#[derive(Debug, Clone, Copy)]
pub struct Encoded<'a> {
    /// The file.
    pub file: &'a Path,
    /// The frames of the film of which it has those that its cadence leaves.
    pub frames: FrameRange,
    /// Which those are.
    pub cadence: Cadence,
}

/// How encodes of a film are scored.
#[derive(Debug)]
pub struct Scoring<'a> {
    film: &'a Analysed,
    format: Format,
    size: Size,
    model: &'a str,
    metrics: Metrics,
    subsample: u32,
}

impl<'a> Scoring<'a> {
    /// Scoring of probes, quick.
    pub fn probes(ctx: &'a Context, film: &'a Analysed, format: Format) -> Scoring<'a> {
        Scoring { subsample: ctx.settings.vmaf_subsample_trials, ..Scoring::finals(ctx, film, format) }
    }

    /// Scoring of final encodes by the other metrics, where the operator wants them.
    pub fn others(ctx: &'a Context, film: &'a Analysed, format: Format) -> Option<Scoring<'a>> {
        let subsample = ctx.settings.metrics_subsample;
        let scoring = Scoring { metrics: Metrics::Others, subsample, ..Scoring::finals(ctx, film, format) };
        (subsample > 0).then_some(scoring)
    }

    /// Scoring of final encodes.
    pub fn finals(ctx: &'a Context, film: &'a Analysed, format: Format) -> Scoring<'a> {
        let size = codec::vmaf::scoring_size(film.ingested.master.conform.size);
        Scoring {
            film,
            format,
            metrics: Metrics::Vmaf,
            size,
            model: ctx.settings.vmaf_model(size),
            subsample: ctx.settings.vmaf_subsample_finals,
        }
    }

    /// All that the scores depend on beside the encode and the mezzanine.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        vec![
            ("score_size", self.size.to_string()),
            ("score_model", self.model.to_owned()),
            ("score_metrics", format!("{:?}", self.metrics)),
            ("score_subsample", self.subsample.to_string()),
        ]
    }

    /// Scores `encoded`.
    pub async fn run(&self, ctx: &Context, encoded: Encoded<'_>, folder: &Path) -> anyhow::Result<Scored> {
        let mezzanine = self.film.mezzanine_file(ctx, self.format.transfer).await?;
        let job = codec::vmaf::Job {
            mezzanine: &mezzanine,
            rate: self.film.ingested.master.conform.rate,
            reference: encoded.frames,
            cadence: encoded.cadence,
            distorted: encoded.file,
            distorted_start: 0,
            size: self.size,
            bit_depth: ::encode::command::bit_depth(self.format),
            model: self.model,
            metrics: self.metrics,
            subsample: self.subsample,
            folder,
        };
        Ok(codec::vmaf::score(&ctx.tools, &job, &mut |_| {}).await?)
    }
}

/// The scores without their frame numbers, metric by metric.
pub fn scores(frames: &[FrameScore]) -> FrameScores {
    FrameScores {
        vmaf: frames.iter().filter_map(|frame| frame.vmaf).collect(),
        neg: frames.iter().filter_map(|frame| frame.neg).collect(),
        xpsnr_db: frames.iter().filter_map(|frame| frame.xpsnr_db).collect(),
    }
}
