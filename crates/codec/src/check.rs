//! Check: decodes a finished track from start to end and listens for complaints.
//!
//! A player is patient with small faults and a viewer is not, so a track with any complaint is not whole.

use crate::child::{Child, Progress, Stdout, Usage, absolute};
use crate::error::Error;
use crate::{Tools, untrusted};
use std::ffi::OsString;
use std::path::Path;

/// What a decode came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// Frames that the decoder put out; for sound, frames of the encoder's length.
    pub frames: u64,
    /// What demuxer and decoder said, warnings included, one line each; the last lines where it was much.
    pub complaints: Vec<String>,
    /// What it used.
    pub usage: Usage,
}

/// Decodes the MP4 track at `path`.
///
/// # Errors
/// Those of the run; a track that only draws complaints is no error.
pub async fn decode(tools: &Tools, path: &Path) -> Result<Checked, Error> {
    let path = absolute(path)?;
    let mut args: Vec<OsString> = untrusted::QUIET.map(OsString::from).into();
    args.extend(["-v", "warning"].map(OsString::from));
    args.extend(untrusted::own_options().map(OsString::from));
    args.extend(["-threads", "1", "-i"].map(OsString::from));
    args.push(untrusted::file_address(&path));
    args.extend(["-map", "0", "-fps_mode", "passthrough"].map(OsString::from));
    // The file's own ticks: in those of its usual frame, one that is shorter would come at the same time as the next.
    args.extend(["-enc_time_base:v", "demux", "-f", "null", "-"].map(OsString::from));
    let mut frames = 0;
    let finished = Child::new(&tools.ffmpeg, "decode a joined track")
        .args(args)
        .read(&path)
        .reports_progress()
        .run(Stdout::Null, &mut |progress: Progress| frames = progress.frames)
        .await?;
    Ok(Checked { frames, complaints: finished.stderr, usage: finished.usage })
}
