//! VMAF: how near an encode comes to the mezzanine, frame by frame, both at one common size.
//!
//! The model is VMAF v1 (no-enhancement-gain by construction, with banding). Owns the alignment by frame number;
//! pooling is the quality room's.

use crate::child::{Child, OnProgress, Stdout, Usage, absolute};
use crate::encode::{SCALE_FLAGS, seek};
use crate::error::Error;
use crate::{Tools, untrusted};
use media::{FrameRange, FrameRate, Size};
use serde_json::Value;
use std::ffi::OsString;
use std::path::Path;

/// VMAF v1 for HD seen from three picture heights.
pub const MODEL: &str = "vmaf_v1.0.16_3d0h";
/// Shorter side below which the model's features fail or degenerate: the banding feature refuses pictures under
/// 216 lines and the texture feature's covariance is singular on small chroma planes.
const SCORING_SIDE_MIN: u32 = 360;
/// Log written into the working folder.
const LOG_FILE: &str = "vmaf.json";

/// One comparison.
#[derive(Debug)]
pub struct Job<'a> {
    /// The mezzanine.
    pub mezzanine: &'a Path,
    /// Frame rate of both.
    pub rate: FrameRate,
    /// The mezzanine's frames to compare with.
    pub reference: FrameRange,
    /// The encode.
    pub distorted: &'a Path,
    /// The encode's frame that matches `reference.start`.
    pub distorted_start: u64,
    /// The size at which both are compared: see [`scoring_size`].
    pub size: Size,
    /// VMAF model: [`MODEL`].
    pub model: &'a str,
    /// Every how many frames one is scored; 1 for all.
    pub subsample: u32,
    /// An existing folder for this run.
    pub folder: &'a Path,
}

/// Scores of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Frame, counted from the comparison's first, and its VMAF (0 to 100).
    pub frames: Vec<(u64, f64)>,
    /// What it used.
    pub usage: Usage,
}

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
    let log = folder.join(LOG_FILE);
    let raw_json = std::fs::read(&log).map_err(Error::file(&log))?;
    let frames = parse(&raw_json)?;
    let expected = job.reference.len().div_ceil(u64::from(job.subsample.max(1)));
    if frames.len() as u64 != expected {
        let reason = format!("{} frames were scored, not {expected}", frames.len());
        return Err(Error::Answer { tool: "ffmpeg", reason });
    }
    Ok(Scored { frames, usage: finished.usage })
}

/// Reads libvmaf's JSON log.
///
/// # Errors
/// [`Error::Answer`] where it is no such log or a frame has no score.
fn parse(raw_json: &[u8]) -> Result<Vec<(u64, f64)>, Error> {
    let wrong = |reason: String| Error::Answer { tool: "libvmaf", reason };
    let log: Value = serde_json::from_slice(raw_json).map_err(|error| wrong(error.to_string()))?;
    let frames = log["frames"].as_array().ok_or_else(|| wrong("the log has no frames".into()))?;
    let score = |frame: &Value| Some((frame["frameNum"].as_u64()?, frame["metrics"]["vmaf"].as_f64()?));
    frames.iter().map(|frame| score(frame).ok_or_else(|| wrong("a frame has no score".into()))).collect()
}

/// ffmpeg's arguments. Pure.
fn args(job: &Job<'_>, distorted: &Path, mezzanine: &Path) -> Vec<OsString> {
    let mut args: Vec<OsString> = untrusted::QUIET.map(OsString::from).into();
    args.extend(["-v", "error", "-filter_complex_threads", "1"].map(OsString::from));
    for (input, first) in [(distorted, job.distorted_start), (mezzanine, job.reference.start)] {
        args.extend(untrusted::own_options().map(OsString::from));
        args.extend(seek(job.rate, first));
        args.extend(["-threads", "1", "-i"].map(OsString::from));
        args.push(untrusted::file_address(input));
    }
    args.extend(["-filter_complex".into(), OsString::from(graph(job))]);
    args.extend(["-fps_mode", "passthrough", "-f", "null", "-"].map(OsString::from));
    args
}

/// Both sides are cut to the same number of frames and numbered anew, and the shorter one ends the comparison:
/// libvmaf's frame synchroniser would otherwise repeat its last frame.
fn graph(job: &Job<'_>) -> String {
    let Size { width, height } = job.size;
    let (frames, rate) = (job.reference.len(), job.rate);
    let side = |input: usize, flags: &str, name: &str| {
        format!(
            "[{input}:v:0]trim=end_frame={frames},scale={width}:{height}:flags={flags},settb={}/{},setpts=N[{name}];",
            rate.den, rate.num
        )
    };
    format!(
        "{}{}[distorted][reference]libvmaf=model=version={}:n_threads=1:n_subsample={}:log_fmt=json:log_path={LOG_FILE}:shortest=1",
        side(0, "bicubic+accurate_rnd+full_chroma_int", "distorted"),
        side(1, SCALE_FLAGS, "reference"),
        job.model,
        job.subsample.max(1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn logs_are_read() {
        let log = br#"{"frames": [{"frameNum": 0, "metrics": {"vmaf": 97.5}}, {"frameNum": 5, "metrics": {"vmaf": 90}}]}"#;
        assert_eq!(parse(log).unwrap(), [(0, 97.5), (5, 90.0)]);
        for bad in ["", "{}", r#"{"frames": [{"frameNum": 0, "metrics": {}}]}"#] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
