//! ffmpeg and ffprobe for the bench.

use crate::root::tools;
use crate::shell::{Result, command, quiet};
use std::path::Path;
use std::process::Command;

/// ffmpeg that says only what is wrong and asks nothing.
pub(super) fn ffmpeg() -> Command {
    let mut ffmpeg = command(tools().join("bin/ffmpeg"));
    ffmpeg.args(["-hide_banner", "-v", "error", "-nostdin"]);
    ffmpeg
}

/// What ffprobe says of the video of `file`: an entry a line, its fields divided by bars.
pub(super) fn probe(file: &Path, arguments: &[&str]) -> Result<String> {
    let mut probe = command(tools().join("bin/ffprobe"));
    probe.args(["-v", "error", "-select_streams", "v:0", "-of", "compact=p=0:nk=1"]);
    quiet(probe.args(arguments).arg(file))
}
