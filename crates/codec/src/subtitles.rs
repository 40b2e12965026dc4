//! Subtitles: one text stream of the master as WebVTT, on the master's timeline.
//!
//! Extracts only; what is wrong with the cues is put right by who reads them.

use crate::child::{Child, Patience, Stdout, Usage, absolute};
use crate::encode::BITEXACT;
use crate::error::Error;
use crate::{Tools, untrusted};
use std::ffi::OsString;
use std::path::Path;

/// Between two cues, ffmpeg reports nothing while it reads on, and a film may have a single cue: only the whole run has
/// a limit. An hour reads 100 GB from a slow disk (30 MB/s).
const PATIENCE: Patience = Patience { stall_s: 3600, total_s: 3600 };

/// One track to make.
#[derive(Debug)]
pub struct Job<'a> {
    /// The master.
    pub master: &'a Path,
    /// Index of the stream in it, which must hold text and not pictures.
    pub stream: usize,
    /// An existing folder for this run.
    pub folder: &'a Path,
    /// Name of the WebVTT file to write in it.
    pub file_name: &'a str,
}

/// Writes the track as WebVTT.
///
/// # Errors
/// Those of the run.
pub async fn to_webvtt(tools: &Tools, job: &Job<'_>) -> Result<Usage, Error> {
    let (master, folder) = (absolute(job.master)?, absolute(job.folder)?);
    let mut args: Vec<OsString> = untrusted::QUIET.map(OsString::from).into();
    args.extend(["-v", "warning"].map(OsString::from));
    args.extend(untrusted::master_options().map(OsString::from));
    args.extend(["-i".into(), untrusted::file_address(&master)]);
    args.extend(["-map".into(), OsString::from(format!("0:{}", job.stream))]);
    args.extend(["-c:s", "webvtt"].map(OsString::from));
    args.extend(BITEXACT.map(OsString::from));
    args.extend(["-f".into(), "webvtt".into(), OsString::from(format!("file:{}", job.file_name))]);
    let child = Child::new(&tools.ffmpeg, format!("read the subtitles of stream {}", job.stream));
    let finished = child
        .args(args)
        .read(&master)
        .write_dir(&folder)
        .reports_progress()
        .patience(PATIENCE)
        .run(Stdout::Null, &mut |_| {})
        .await?;
    Ok(finished.usage)
}
