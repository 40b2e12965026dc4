//! Encode: some frames of the mezzanine to an MP4 at one size.
//!
//! Owns the exact seek, the frame count and the order of passes. Which encoder, and how it is set, is the caller's.

use crate::child::{Child, OnProgress, Stdout, Usage, absolute};
use crate::error::Error;
use crate::{Tools, untrusted};
use media::{Cadence, FrameRange, FrameRate, Size};
use std::ffi::OsString;
use std::path::Path;

/// Nothing of the run itself in the file: no date, no library version, no copied tags.
pub(crate) const BITEXACT: [&str; 6] = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"];
/// How far before a frame's time a seek aims, in frames: far from both neighbours, whatever the rounding.
const SEEK_LEAD_FRAMES: f64 = 0.25;
/// Resampling that gives the same bytes on every processor.
pub(crate) const SCALE_FLAGS: &str = "lanczos+accurate_rnd+full_chroma_int";

/// One excerpt to encode.
#[derive(Debug)]
pub struct Job<'a> {
    /// The mezzanine.
    pub mezzanine: &'a Path,
    /// Its frame rate.
    pub rate: FrameRate,
    /// The frames to encode.
    pub frames: FrameRange,
    /// Which of them, counted from the first.
    pub cadence: Cadence,
    /// The size to encode at.
    pub size: Size,
    /// ffmpeg's output options that name and set the encoder: `-c:v libx264 -threads 1 -crf 23`. Where they ask for the
    /// second pass (`-pass 2`), the first one is run before it with the same options.
    pub encoder_args: &'a [String],
    /// An existing folder for this run.
    pub folder: &'a Path,
    /// Name of the MP4 to write in it.
    pub file_name: &'a str,
}

/// Encodes into an MP4 whose first frame is at time 0. Progress is that of the last pass.
///
/// # Errors
/// Those of the run.
pub async fn encode(tools: &Tools, job: &Job<'_>, on_progress: OnProgress<'_>) -> Result<Usage, Error> {
    let first = match first_pass(job.encoder_args) {
        Some(options) => run(tools, job, &options, Output::Nothing, &mut |_| {}).await?,
        None => Usage::default(),
    };
    let last = run(tools, job, job.encoder_args, Output::File, on_progress).await?;
    Ok(first.then(last))
}

/// What a pass writes beside its statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Output {
    Nothing,
    File,
}

/// The options of the first pass, where these are those of the second.
fn first_pass(options: &[String]) -> Option<Vec<String>> {
    let at = options.windows(2).position(|pair| pair[0] == "-pass" && pair[1] == "2")?;
    let mut first = options.to_vec();
    first[at + 1] = "1".into();
    Some(first)
}

async fn run(
    tools: &Tools,
    job: &Job<'_>,
    options: &[String],
    output: Output,
    on_progress: OnProgress<'_>,
) -> Result<Usage, Error> {
    let (mezzanine, folder) = (absolute(job.mezzanine)?, absolute(job.folder)?);
    let finished =
        Child::new(&tools.ffmpeg, format!("encode frames {} to {}", job.frames.start, job.frames.end))
            .args(args(job, options, output, &mezzanine))
            .read(&mezzanine)
            .write_dir(&folder)
            .reports_progress()
            .run(Stdout::Null, on_progress)
            .await?;
    Ok(finished.usage)
}

/// ffmpeg's arguments. Pure.
fn args(job: &Job<'_>, options: &[String], output: Output, mezzanine: &Path) -> Vec<OsString> {
    let (rate, Size { width, height }) = (job.cadence.rate(job.rate), job.size);
    let mut args: Vec<OsString> = Vec::new();
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    add(&untrusted::QUIET);
    add(&["-v", "warning", "-filter_threads", "1"]);
    add(&untrusted::own_options());

    args.extend(seek(job.rate, job.frames.start));
    args.extend(["-threads", "1", "-i"].map(OsString::from));
    args.push(untrusted::file_address(mezzanine));
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    add(&["-map", "0:v:0", "-frames:v", &job.cadence.left(job.frames.len()).to_string(), "-vf"]);
    let kept = keep(job.cadence);
    add(&[&format!("{kept}scale={width}:{height}:flags={SCALE_FLAGS},{}", restamp(rate))]);
    add(&["-fps_mode", "passthrough"]);
    add(&["-enc_time_base", &format!("{}/{}", rate.den, rate.num)]);
    add(&["-video_track_timescale", &rate.num.to_string()]);
    add(&BITEXACT);
    args.extend(options.iter().map(OsString::from));
    match output {
        Output::Nothing => args.extend(["-f", "null", "-"].map(OsString::from)),
        Output::File => {
            args.extend(["-f".into(), "mp4".into(), OsString::from(format!("file:{}", job.file_name))]);
        }
    }
    args
}

/// The filter that leaves the frames of `cadence`, with its comma; empty where that is all.
pub(crate) fn keep(cadence: Cadence) -> String {
    match cadence {
        Cadence::Full => String::new(),
        Cadence::Half => format!(r"select=not(mod(n\,{})),", cadence.step()),
    }
}

/// Filters that number the frames anew at a constant rate, each one frame long. `fps` drops and doubles nothing after
/// that; it gives the last frame its duration, without which an MP4's edit list hides it.
pub(crate) fn restamp(rate: FrameRate) -> String {
    format!("settb={}/{},setpts=N,fps=fps={rate}", rate.den, rate.num)
}

/// Arguments that make the next input begin exactly with frame `frame`.
pub(crate) fn seek(rate: FrameRate, frame: u64) -> Vec<OsString> {
    if frame == 0 {
        return Vec::new();
    }
    let seconds = rate.seconds(frame) - SEEK_LEAD_FRAMES / rate.fps();
    vec!["-ss".into(), format!("{seconds:.6}").into()]
}
