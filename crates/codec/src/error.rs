//! What can go wrong with a child process, in words that name the tool, the work and the next step.

use crate::child::HANG_S;
use std::io;
use std::path::{Path, PathBuf};

/// What the C library says of the machine's faults (strerror(3)), which ffmpeg repeats: a full disk, a quota, too few
/// file handles, a folder that cannot be written. Not "Input/output error" and "Permission denied": demuxers say the
/// first of broken files too, and the sandbox the second to files that point at others.
const MACHINE_FAULTS: [&str; 4] =
    ["No space left", "Disk quota exceeded", "Too many open files", "Read-only file system"];

/// Why a tool did not deliver.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A tool is on none of the places where it is looked for.
    #[error("{name} was not found (looked in {searched}); {remedy}")]
    ToolMissing {
        /// `ffmpeg` or `ffprobe`.
        name: &'static str,
        /// The folders, separated by commas.
        searched: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The sandbox could not be set up, so the tool was not started.
    #[error("the sandbox for {tool} could not be set up: {reason}")]
    Sandbox {
        /// The tool.
        tool: &'static str,
        /// What failed.
        reason: String,
    },
    /// The operating system did not start the tool.
    #[error("{tool} could not be started to {doing}")]
    Start {
        /// The tool.
        tool: &'static str,
        /// The work, as in "to read the master".
        doing: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The tool ended with an error.
    #[error("{tool} could not {doing} ({status}): {}", last_words(.stderr))]
    Failed {
        /// The tool.
        tool: &'static str,
        /// The work.
        doing: String,
        /// How it ended: `exit status 1`, `signal 11`.
        status: String,
        /// The last lines it said.
        stderr: Vec<String>,
    },
    /// The tool stood still and was stopped.
    #[error("{tool} made no progress for {seconds} s while asked to {doing} and was stopped")]
    Stalled {
        /// The tool.
        tool: &'static str,
        /// The work.
        doing: String,
        /// For how long.
        seconds: u32,
    },
    /// The tool ran longer than this work may take and was stopped.
    #[error("{tool} needed more than {seconds} s to {doing} and was stopped")]
    TooLong {
        /// The tool.
        tool: &'static str,
        /// The work.
        doing: String,
        /// The limit.
        seconds: u32,
    },
    /// The tool printed more than is kept.
    #[error("{tool} printed more than {bytes_max} bytes when asked to {doing}")]
    TooMuchOutput {
        /// The tool.
        tool: &'static str,
        /// The work.
        doing: String,
        /// The limit.
        bytes_max: usize,
    },
    /// The tool's answer is not what it promises.
    #[error("the answer of {tool} could not be understood: {reason}")]
    Answer {
        /// The tool.
        tool: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl Error {
    /// Whether the file that was read is at fault, rather than this machine: the tool ended with an error of its own
    /// accord that names no fault of the machine, hung on the file for at least two minutes, or said more about it
    /// than anybody reads.
    pub fn blames_the_input(&self) -> bool {
        match self {
            Error::Failed { status, stderr, .. } => {
                status.starts_with("exit") && !stderr.iter().any(|line| names_machine_fault(line))
            }
            Error::Stalled { seconds, .. } | Error::TooLong { seconds, .. } => *seconds >= HANG_S,
            Error::TooMuchOutput { .. } => true,
            Error::ToolMissing { .. }
            | Error::Sandbox { .. }
            | Error::Start { .. }
            | Error::Answer { .. }
            | Error::File { .. } => false,
        }
    }

    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_path_buf();
        move |source| Error::File { path, source }
    }
}

fn names_machine_fault(line: &str) -> bool {
    MACHINE_FAULTS.iter().any(|fault| line.contains(fault))
}

/// The lines that a person needs: the last few.
fn last_words(stderr: &[String]) -> String {
    const LINES: usize = 3;
    match stderr {
        [] => "it gave no reason".into(),
        lines => lines[lines.len().saturating_sub(LINES)..].join(" | "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(status: &str, stderr: &[&str]) -> Error {
        let stderr = stderr.iter().map(|line| (*line).to_string()).collect();
        Error::Failed { tool: "ffmpeg", doing: "decode".into(), status: status.into(), stderr }
    }

    #[test]
    fn the_file_is_blamed_for_its_own_faults_alone() {
        let stalled = |seconds| Error::Stalled { tool: "ffmpeg", doing: "decode".into(), seconds };
        let too_long = |seconds| Error::TooLong { tool: "ffprobe", doing: "read".into(), seconds };
        for (error, expected) in [
            (
                failed("exit status 1", &["moov atom not found", "Invalid data found when processing input"]),
                true,
            ),
            (failed("exit status 1", &[]), true),
            (failed("signal 9", &[]), false),
            (
                failed(
                    "exit status 1",
                    &["av_interleaved_write_frame(): No space left on device", "Conversion failed!"],
                ),
                false,
            ),
            (failed("exit status 1", &["Error writing trailer: Disk quota exceeded"]), false),
            (failed("exit status 1", &["m.mp4: Too many open files"]), false),
            (failed("exit status 1", &["m.mp4: Read-only file system"]), false),
            (failed("exit status 1", &["m.mp4: Permission denied"]), true),
            (failed("exit status 1", &["m.mp4: Input/output error"]), true),
            (stalled(119), false),
            (stalled(120), true),
            (too_long(119), false),
            (too_long(120), true),
            (Error::TooMuchOutput { tool: "ffprobe", doing: "read".into(), bytes_max: 1 }, true),
            (Error::Answer { tool: "ffprobe", reason: "not JSON".into() }, false),
            (Error::Sandbox { tool: "ffprobe", reason: "no".into() }, false),
        ] {
            assert_eq!(error.blames_the_input(), expected, "{error}");
        }
    }
}
