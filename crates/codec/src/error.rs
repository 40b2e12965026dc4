//! What can go wrong with a child process, in words that name the tool, the work and the next step.

use std::io;
use std::path::{Path, PathBuf};

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
    /// accord, hung on the file, or said more about it than anybody reads.
    pub fn blames_the_input(&self) -> bool {
        match self {
            Error::Failed { status, stderr, .. } => {
                status.starts_with("exit") && !stderr.iter().any(|line| line.contains("No space left"))
            }
            Error::Stalled { .. } | Error::TooLong { .. } | Error::TooMuchOutput { .. } => true,
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

/// The lines that a person needs: the last few.
fn last_words(stderr: &[String]) -> String {
    const LINES: usize = 3;
    match stderr {
        [] => "it gave no reason".into(),
        lines => lines[lines.len().saturating_sub(LINES)..].join(" | "),
    }
}
