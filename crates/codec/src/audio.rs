//! Audio: one stream of the master to one AAC-LC track, on the picture's timeline and exactly as long.

use crate::child::{Child, OnProgress, Stdout, Usage, absolute};
use crate::encode::BITEXACT;
use crate::error::Error;
use crate::{Tools, untrusted};
use std::ffi::OsString;
use std::path::Path;

/// Samples per second of every track.
pub const SAMPLE_RATE_HZ: u32 = 48_000;

/// One track to make.
#[derive(Debug)]
pub struct Job<'a> {
    /// The master.
    pub master: &'a Path,
    /// Index of the stream in it.
    pub stream: usize,
    /// Channels of the source; one stays one, more become two.
    pub source_channels: u32,
    /// Time of the first picture on the master's timeline: [`crate::mezzanine::Made::picture_start_s`].
    pub picture_start_s: f64,
    /// Length of the picture in seconds.
    pub duration_s: f64,
    /// Bitrate in bits per second: 160000 is transparent for most stereo sound.
    pub bitrate_bps: u32,
    /// An existing folder for this run.
    pub folder: &'a Path,
    /// Name of the MP4 to write in it.
    pub file_name: &'a str,
}

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Made {
    /// Channels of the track.
    pub channels: u32,
    /// What it used.
    pub usage: Usage,
}

/// Encodes the track into an MP4 whose edit list hides the encoder's priming samples.
///
/// # Errors
/// Those of the run.
pub async fn encode(tools: &Tools, job: &Job<'_>, on_progress: OnProgress<'_>) -> Result<Made, Error> {
    let (master, folder) = (absolute(job.master)?, absolute(job.folder)?);
    let finished = Child::new(&tools.ffmpeg, format!("encode the sound of stream {}", job.stream))
        .args(args(job, &master))
        .read(&master)
        .write_dir(&folder)
        .reports_progress()
        .run(Stdout::Null, on_progress)
        .await?;
    Ok(Made { channels: channels(job.source_channels), usage: finished.usage })
}

/// Channels of the track made from `source_channels`: one stays one, more become two.
pub fn channels(source_channels: u32) -> u32 {
    if source_channels == 1 { 1 } else { 2 }
}

/// ffmpeg's arguments. Pure.
fn args(job: &Job<'_>, master: &Path) -> Vec<OsString> {
    let mut args: Vec<OsString> = untrusted::QUIET.map(OsString::from).into();
    args.extend(["-v", "warning", "-max_error_rate", "1", "-filter_threads", "1"].map(OsString::from));
    args.extend(untrusted::master_options().map(OsString::from));
    args.extend(["-threads", "1", "-i"].map(OsString::from));
    args.push(untrusted::file_address(master));
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    add(&["-map", &format!("0:{}", job.stream), "-af", &filters(job), "-c:a", "aac", "-threads", "1"]);
    add(&["-b:a", &job.bitrate_bps.to_string()]);
    add(&BITEXACT);
    add(&["-f", "mp4", &format!("file:{}", job.file_name)]);
    args
}

/// Shifts to the picture's start, fills gaps with silence, and makes it exactly as long as the picture.
fn filters(job: &Job<'_>) -> String {
    let layout = if channels(job.source_channels) == 1 { "mono" } else { "stereo" };
    let samples = (job.duration_s * f64::from(SAMPLE_RATE_HZ)).round().max(1.0);
    format!(
        "asetpts=PTS-({:.6}/TB),aresample={SAMPLE_RATE_HZ}:async=1:first_pts=0:out_chlayout={layout}:\
         out_sample_fmt=fltp,apad,atrim=end_sample={samples}",
        job.picture_start_s
    )
}
