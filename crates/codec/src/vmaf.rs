//! VMAF: how near an encode comes to the mezzanine, frame by frame, both at one common size.
//!
//! The model is VMAF v1 (no-enhancement-gain by construction, with banding). Two further metrics can be measured, so
//! that a gain in one can be told from a gain in quality: VMAF v0.6.1 NEG, and XPSNR of the luma. Owns the alignment by
//! frame number; pooling is the quality room's.
//!
//! High dynamic range is compared on its coded values (PQ or HLG, 10-bit), for which no model was trained: the scores
//! rank encodes of one film, and do not compare with those of its standard rendition.

mod log;
mod thinned;

use crate::child::{Child, OnProgress, Stdout, Usage, absolute};
use crate::encode::{SCALE_FLAGS, keep, seek};
use crate::error::Error;
use crate::{Tools, untrusted};
use media::{Cadence, FrameRange, FrameRate, Size};
use std::ffi::OsString;
use std::path::Path;
use thinned::Thinned;

/// VMAF v1 for HD seen from three picture heights.
pub const MODEL: &str = "vmaf_v1.0.16_3d0h";
/// The same for 2160 lines: seen from half as many heights, so that a pixel is as large in the eye. (The model for three
/// heights there is not cut at 100: a picture equal to its reference has 109.)
const MODEL_2160: &str = "vmaf_v1.0.16_1d5h_2160";
/// Shorter side from which on the model for 2160 lines is the right one: nearer to those than to 1080.
const SIDE_2160_MIN: u32 = 1620;
/// Shorter side below which the model's features fail or degenerate: the banding feature refuses pictures under
/// 216 lines and the texture feature's covariance is singular on small chroma planes.
const SCORING_SIDE_MIN: u32 = 360;
/// VMAF v0.6.1 without enhancement gain.
const NEG_MODEL: &str = "vmaf_v0.6.1neg";
/// Logs written into the working folder.
const LOG_FILE: &str = "vmaf.json";
const XPSNR_FILE: &str = "xpsnr.txt";

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metrics {
    /// The job's model.
    Vmaf,
    /// VMAF v0.6.1 NEG and XPSNR.
    Others,
}

/// One comparison.
#[derive(Debug)]
pub struct Job<'a> {
    /// The mezzanine.
    pub mezzanine: &'a Path,
    /// The mezzanine's frame rate.
    pub rate: FrameRate,
    /// The mezzanine's frames to compare with.
    pub reference: FrameRange,
    /// Which of them the encode has, counted from the first.
    pub cadence: Cadence,
    /// The encode.
    pub distorted: &'a Path,
    /// The encode's frame that matches `reference.start`.
    pub distorted_start: u64,
    /// The size at which both are compared: see [`scoring_size`].
    pub size: Size,
    /// Bits of a sample at which both are compared, 8 or 10: the encode's own.
    pub bit_depth: u8,
    /// VMAF model: see [`model`]. The other metrics have none.
    pub model: &'a str,
    /// What is measured.
    pub metrics: Metrics,
    /// Every how many frames of the encode one is scored; 1 for all.
    pub subsample: u32,
    /// An existing folder for this run.
    pub folder: &'a Path,
}

/// Scores of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Frames in order, those left out by the subsampling left out.
    pub frames: Vec<FrameScore>,
    /// What it used.
    pub usage: Usage,
}

/// Scores of one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameScore {
    /// Counted from the comparison's first.
    pub frame: u64,
    /// VMAF by the job's model (0 to 100), where asked for.
    pub vmaf: Option<f64>,
    /// VMAF v0.6.1 NEG (0 to 100), where asked for.
    pub neg: Option<f64>,
    /// XPSNR of the luma in decibels, at most [`XPSNR_DB_MAX`], where asked for.
    pub xpsnr_db: Option<f64>,
}

/// XPSNR of a frame without any difference: it would be infinite, which no JSON can hold. Over what any pooling keeps.
pub const XPSNR_DB_MAX: f64 = 100.0;

/// The size at which to compare with a mezzanine of `mezzanine` size: its own, or enlarged to what the model needs.
/// Aspect is kept to the next even number.
pub fn scoring_size(mezzanine: Size) -> Size {
    let short = mezzanine.width.min(mezzanine.height);
    if short >= SCORING_SIDE_MIN || short == 0 {
        return mezzanine;
    }
    let enlarge = |side: u32| {
        (f64::from(side) * f64::from(SCORING_SIDE_MIN) / f64::from(short) / 2.0).round() as u32 * 2
    };
    Size { width: enlarge(mezzanine.width), height: enlarge(mezzanine.height) }
}

/// The model of VMAF v1 for pictures compared at `size`.
pub fn model(size: Size) -> &'static str {
    if size.width.min(size.height) >= SIDE_2160_MIN { MODEL_2160 } else { MODEL }
}

/// Scores an encode.
///
/// # Errors
/// Those of the run; [`Error::Answer`] where not every asked-for frame has a score, because one side is shorter.
pub async fn score(tools: &Tools, job: &Job<'_>, on_progress: OnProgress<'_>) -> Result<Scored, Error> {
    let (mezzanine, distorted) = (absolute(job.mezzanine)?, absolute(job.distorted)?);
    let folder = absolute(job.folder)?;
    let finished = Child::new(&tools.ffmpeg, "score an encode")
        .args(args(job, &distorted, &mezzanine))
        .read(&mezzanine)
        .read(&distorted)
        .write_dir(&folder)
        .reports_progress()
        .run(Stdout::Null, on_progress)
        .await?;
    let thinned = Thinned::new(job.subsample);
    let mut frames = read_logs(&folder, job.metrics)?;
    frames.iter_mut().for_each(|score| score.frame = thinned.frame(score.frame));
    let expected = thinned.scored(job.cadence.left(job.reference.len()));
    if frames.len() as u64 != expected {
        let reason = format!("{} frames were scored, not {expected}", frames.len());
        return Err(Error::Answer { tool: "ffmpeg", reason });
    }
    Ok(Scored { frames, usage: finished.usage })
}

/// The scores, numbered among the frames that were left.
fn read_logs(folder: &Path, metrics: Metrics) -> Result<Vec<FrameScore>, Error> {
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).map_err(Error::file(&path))
    };
    let mut frames = log::vmaf(&read(LOG_FILE)?)?;
    if metrics == Metrics::Others {
        log::add_xpsnr(&mut frames, &String::from_utf8_lossy(&read(XPSNR_FILE)?))?;
    }
    Ok(frames)
}

/// ffmpeg's arguments. Pure.
fn args(job: &Job<'_>, distorted: &Path, mezzanine: &Path) -> Vec<OsString> {
    let mut args: Vec<OsString> = untrusted::QUIET.map(OsString::from).into();
    args.extend(["-v", "error", "-filter_complex_threads", "1"].map(OsString::from));
    let encode = (distorted, job.cadence.rate(job.rate), job.distorted_start);
    for (input, rate, first) in [encode, (mezzanine, job.rate, job.reference.start)] {
        // Synthetic grain is nowhere where the picture's own was: it is left out, and told as side data that nobody reads.
        args.extend(["-export_side_data", "film_grain"].map(OsString::from));
        args.extend(untrusted::own_options().map(OsString::from));
        args.extend(seek(rate, first));
        args.extend(["-threads", "1", "-i"].map(OsString::from));
        args.push(untrusted::file_address(input));
    }
    args.extend(["-filter_complex".into(), OsString::from(graph(job))]);
    for output in outputs(job.metrics) {
        args.extend(["-map", output, "-fps_mode", "passthrough", "-f", "null", "-"].map(OsString::from));
    }
    args
}

fn outputs(metrics: Metrics) -> &'static [&'static str] {
    match metrics {
        Metrics::Vmaf => &["[vmaf]"],
        Metrics::Others => &["[vmaf]", "[xpsnr]"],
    }
}

/// Both sides are cut to the same number of frames and numbered anew, and the shorter one ends the comparison:
/// the synchroniser of frames would otherwise repeat its last frame.
fn graph(job: &Job<'_>) -> String {
    let frames = job.cadence.left(job.reference.len());
    let distorted =
        side(job, &format!("[0:v:0]trim=end_frame={frames}"), "bicubic+accurate_rnd+full_chroma_int");
    let kept = format!("[1:v:0]{}trim=end_frame={frames}", keep(job.cadence));
    let reference = side(job, &kept, SCALE_FLAGS);
    let subsample = Thinned::new(job.subsample).subsample();
    let vmaf = |model: &str| {
        format!(
            "libvmaf=model={model}:n_threads=1:n_subsample={subsample}:log_fmt=json:log_path={LOG_FILE}:shortest=1[vmaf]"
        )
    };
    match job.metrics {
        Metrics::Vmaf => {
            let vmaf = vmaf(&format!("version={}", job.model));
            format!("{distorted}[distorted];{reference}[reference];[distorted][reference]{vmaf}")
        }
        // XPSNR weighs by what is in the original, which it takes first; libvmaf takes it last.
        Metrics::Others => {
            let neg = vmaf(&format!("'version={NEG_MODEL}\\:name=neg'"));
            let depth = xpsnr_depth(job);
            format!(
                "{distorted},split[d1][d2];{reference},split[r1][r2];[d1][r1]{neg};\
                 [d2]{depth}[d3];[r2]{depth}[r3];[r3][d3]xpsnr=stats_file={XPSNR_FILE}:shortest=1[xpsnr]"
            )
        }
    }
}

/// The filter before XPSNR. Of more than 8 bits ffmpeg's takes rows for longer than they are unless their width is a multiple of
/// 64 (seen in 7.0 and 8.1: 6 dB for a picture of 38); such are compared in 8, which differ from 10 by some 0.1 dB.
fn xpsnr_depth(job: &Job<'_>) -> &'static str {
    let is_misread = job.bit_depth > 8 && !job.size.width.is_multiple_of(64);
    if is_misread { "format=yuv420p" } else { "null" }
}

/// One side of the comparison, given the encode's frames of it, at its size, depth and numbering, without the frames that no
/// score needs.
fn side(job: &Job<'_>, frames: &str, flags: &str) -> String {
    let (Size { width, height }, rate) = (job.size, job.cadence.rate(job.rate));
    let format = if job.bit_depth > 8 { "yuv420p10le" } else { "yuv420p" };
    let thin = Thinned::new(job.subsample).filter();
    format!(
        "{frames},{thin}scale={width}:{height}:flags={flags},format={format},settb={}/{},setpts=N",
        rate.den, rate.num
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_go_by_the_shorter_side() {
        for (size, expected) in [((1920, 1080), MODEL), ((1080, 1920), MODEL), ((3840, 2160), MODEL_2160)] {
            assert_eq!(model(Size { width: size.0, height: size.1 }), expected);
        }
    }

    #[test]
    fn scoring_sizes() {
        for (mezzanine, expected) in [
            ((1920, 1080), (1920, 1080)),
            ((720, 1280), (720, 1280)),
            ((1440, 1074), (1440, 1074)),
            ((800, 332), (868, 360)),
            ((256, 144), (640, 360)),
            ((176, 144), (440, 360)),
            ((144, 256), (360, 640)),
            ((2, 2), (360, 360)),
        ] {
            let size = scoring_size(Size { width: mezzanine.0, height: mezzanine.1 });
            assert_eq!((size.width, size.height), expected, "{mezzanine:?}");
        }
    }
}
