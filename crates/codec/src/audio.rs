//! Audio: one stream of the master to one track, on the picture's timeline.
//!
//! [`encode`] makes a track exactly as long as the picture; [`copy`] takes the stream's own coded frames, all of them,
//! and leaves it to the edit list to say which are heard. Which tracks are made, and how loud, is not decided here.

use crate::child::{Child, OnProgress, Stdout, Usage, absolute};
use crate::encode::BITEXACT;
use crate::error::Error;
use crate::{Tools, untrusted};
use media::codec::AudioCodec;
use std::ffi::OsString;
use std::path::Path;

/// Samples per second of every track.
pub const SAMPLE_RATE_HZ: u32 = 48_000;

/// A sound stream of the master, beside its picture.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The master.
    pub master: &'a Path,
    /// Index of the stream in it.
    pub stream: usize,
    /// Time of the first picture on the master's timeline: [`crate::mezzanine::Made::picture_start_s`].
    pub picture_start_s: f64,
    /// Length of the picture in seconds.
    pub duration_s: f64,
}

/// One track to encode.
#[derive(Debug)]
pub struct Job<'a> {
    /// What it is made of.
    pub source: Source<'a>,
    /// How it is coded.
    pub codec: AudioCodec,
    /// Channels: 1, 2, or 6 for 5.1. The source is mixed down, or its channels are repeated.
    pub channels: u32,
    /// Bits per second.
    pub bitrate_bps: u32,
    /// Gain on every sample, in dB.
    pub gain_db: f64,
    /// `dialnorm` of an E-AC-3 track, in dB from -31 to -1; other codecs have none.
    pub dialogue_level_db: i32,
    /// An existing folder for this run.
    pub folder: &'a Path,
    /// Name of the MP4 to write in it.
    pub file_name: &'a str,
}

/// Encodes the track into an MP4 whose edit list hides the encoder's priming samples.
///
/// # Errors
/// Those of the run.
pub async fn encode(tools: &Tools, job: &Job<'_>, on_progress: OnProgress<'_>) -> Result<Usage, Error> {
    let (master, folder) = (absolute(job.source.master)?, absolute(job.folder)?);
    let child = Child::new(&tools.ffmpeg, format!("encode the sound of stream {}", job.source.stream));
    let child = child.args(encode_args(job, &master)).read(&master).write_dir(&folder).reports_progress();
    Ok(child.run(Stdout::Null, on_progress).await?.usage)
}

/// One track to copy.
#[derive(Debug)]
pub struct CopyJob<'a> {
    /// What is copied.
    pub source: Source<'a>,
    /// An existing folder for this run.
    pub folder: &'a Path,
    /// Name of the MP4 to write in it.
    pub file_name: &'a str,
}

/// Copies the stream's frames into an MP4. An edit list places them against the picture: where sound begins before it,
/// the edit begins at the picture; where it begins after, an empty edit comes first.
///
/// # Errors
/// Those of the run.
pub async fn copy(tools: &Tools, job: &CopyJob<'_>, on_progress: OnProgress<'_>) -> Result<Usage, Error> {
    let (master, folder) = (absolute(job.source.master)?, absolute(job.folder)?);
    let child = Child::new(&tools.ffmpeg, format!("copy the sound of stream {}", job.source.stream));
    let child = child.args(copy_args(job, &master)).read(&master).write_dir(&folder).reports_progress();
    Ok(child.run(Stdout::Null, on_progress).await?.usage)
}

fn encode_args(job: &Job<'_>, master: &Path) -> Vec<OsString> {
    let mut args = input_args("warning", &job.source, master, &["-threads", "1"]);
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    add(&["-af", &encode_filters(job), "-threads", "1", "-b:a", &job.bitrate_bps.to_string()]);
    match job.codec {
        AudioCodec::Aac => add(&["-c:a", "aac"]),
        AudioCodec::Eac3 => add(&["-c:a", "eac3", "-dialnorm", &job.dialogue_level_db.to_string()]),
        AudioCodec::Opus => add(&["-c:a", "libopus"]),
    }
    add(&BITEXACT);
    add(&["-f", "mp4", &format!("file:{}", job.file_name)]);
    args
}

fn copy_args(job: &CopyJob<'_>, master: &Path) -> Vec<OsString> {
    let shift = format!("{:.6}", -job.source.picture_start_s);
    let mut args = input_args("warning", &job.source, master, &["-itsoffset", &shift]);
    args.extend(["-c:a", "copy"].map(OsString::from));
    args.extend(BITEXACT.map(OsString::from));
    args.extend(["-f".into(), "mp4".into(), OsString::from(format!("file:{}", job.file_name))]);
    args
}

/// Everything up to the choice of the stream; `options` are the input's.
pub(crate) fn input_args(
    log_level: &str,
    source: &Source<'_>,
    master: &Path,
    options: &[&str],
) -> Vec<OsString> {
    let mut args: Vec<OsString> = untrusted::QUIET.map(OsString::from).into();
    args.extend(["-v", log_level, "-max_error_rate", "1", "-filter_threads", "1"].map(OsString::from));
    args.extend(untrusted::master_options().map(OsString::from));
    args.extend(options.iter().map(OsString::from));
    args.extend(["-i".into(), untrusted::file_address(master)]);
    args.extend(["-map".into(), OsString::from(format!("0:{}", source.stream))]);
    args
}

/// As measured, then the gain, then exactly as long as the picture.
fn encode_filters(job: &Job<'_>) -> String {
    let samples = (job.source.duration_s * f64::from(SAMPLE_RATE_HZ)).round().max(1.0);
    // libopus takes interleaved samples, the others planar ones.
    let format = if job.codec == AudioCodec::Opus { "flt" } else { "fltp" };
    format!(
        "{},volume={:.2}dB:precision=float,aformat=sample_fmts={format},apad,atrim=end_sample={samples}",
        timeline_filters(&job.source, job.channels),
        job.gain_db
    )
}

/// Shifts to the picture's start, fills gaps with silence, and mixes to `channels`. Samples stay floating point, so that
/// a mix above full scale is not clipped before the gain.
pub(crate) fn timeline_filters(source: &Source<'_>, channels: u32) -> String {
    let layout = match channels {
        1 => "mono",
        2 => "stereo",
        _ => "5.1",
    };
    format!(
        "asetpts=PTS-({:.6}/TB),aresample={SAMPLE_RATE_HZ}:async=1:first_pts=0:out_chlayout={layout}:\
         out_sample_fmt=fltp",
        source.picture_start_s
    )
}
