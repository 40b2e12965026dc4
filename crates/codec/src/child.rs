//! One run of a tool: arguments in; exit, output, progress and usage out.
//!
//! Every child has no standard input, an empty environment, its own process group, the sandbox of
//! `sandbox`, and dies with this process. Nothing here knows what the tool does.

mod process;
mod progress;
mod tail;

pub use process::Usage;
pub use progress::{OnProgress, Progress};
pub use tail::Counts;

use crate::error::Error;
use crate::sandbox::{self, Limits, Policy};
use crate::tools::Tool;
use process::{Exit, Process};
use progress::Reports;
use std::ffi::OsString;
use std::io::{self, PipeWriter};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;
use tail::Tail;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::time::{Interval, MissedTickBehavior};

/// Bytes read from a pipe at once: a Linux pipe holds 64 KiB by default (pipe(7)).
const READ_BYTES: usize = 64 * 1024;

/// Seconds of standing still that are the file's fault: whatever is read answers sooner, even on a machine with much
/// else to do.
pub(crate) const HANG_S: u32 = 120;

/// Time limits of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Seconds without a new frame, later time or output byte after which the child is stopped.
    pub stall_s: u32,
    /// Seconds after which it is stopped in any case.
    pub total_s: u32,
}

impl Patience {
    /// For work over a whole film: two minutes without a frame means that it hangs; two days are more than the
    /// longest film needs on the slowest machine.
    pub const LONG: Patience = Patience { stall_s: HANG_S, total_s: 48 * 3600 };
    /// For short questions, such as a probe, which need under a second where the machine is idle.
    pub const SHORT: Patience = Patience { stall_s: HANG_S, total_s: HANG_S };
}

/// Where the child's standard output goes.
pub enum Stdout<'a> {
    /// Nowhere.
    Null,
    /// Into memory, at most this many bytes.
    Capture(usize),
    /// To a function, piece by piece as it comes.
    Stream(&'a mut (dyn FnMut(&[u8]) + Send)),
}

/// What a child that ended well left.
#[derive(Debug, Default)]
pub struct Finished {
    /// Captured standard output.
    pub stdout: Vec<u8>,
    /// The last lines of standard error, without memory addresses.
    pub stderr: Vec<String>,
    /// The lines of standard error that were asked for, at most 256 (see [`Child::asks`]).
    pub asked: Vec<String>,
    /// Number of lines of standard error that counted (see [`Child::counts`]).
    pub counted: u64,
    /// What it used.
    pub usage: Usage,
    /// Which layers of the sandbox held.
    pub sandbox: sandbox::Applied,
}

/// A run of a tool, being set up.
#[derive(Debug)]
pub struct Child<'a> {
    tool: &'a Tool,
    doing: String,
    args: Vec<OsString>,
    policy: Policy,
    limits: Limits,
    patience: Patience,
    counts: Counts,
    asks: Counts,
    reports_progress: bool,
}

impl<'a> Child<'a> {
    /// A run of `tool` to `doing`, which completes the sentence "it could not ..." of an error.
    pub fn new(tool: &'a Tool, doing: impl Into<String>) -> Child<'a> {
        Child {
            tool,
            doing: doing.into(),
            args: Vec::new(),
            policy: Policy::of(&tool.path),
            limits: Limits::default(),
            patience: Patience::LONG,
            counts: |_| false,
            asks: |_| false,
            reports_progress: false,
        }
    }

    /// Adds arguments.
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Lets the child read this file.
    pub fn read(mut self, path: &Path) -> Self {
        self.policy.read.push(path.to_path_buf());
        self
    }

    /// Lets the child read and write in this folder, which becomes its working folder.
    pub fn write_dir(mut self, path: &Path) -> Self {
        self.policy.write_dir = Some(path.to_path_buf());
        self
    }

    /// Sets other time limits than [`Patience::LONG`].
    pub fn patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Says which lines of standard error are counted.
    pub fn counts(mut self, counts: Counts) -> Self {
        self.counts = counts;
        self
    }

    /// Says which lines of standard error are kept, wherever they stand.
    pub fn asks(mut self, asks: Counts) -> Self {
        self.asks = asks;
        self
    }

    /// Asks ffmpeg for progress reports, on a pipe of their own.
    pub fn reports_progress(mut self) -> Self {
        self.reports_progress = true;
        self
    }

    /// Sets other caps than [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Leaves this layer of the sandbox away, to prove what the others do alone.
    #[cfg(test)]
    pub(crate) fn without_landlock(mut self) -> Self {
        self.policy.landlock = false;
        self
    }

    /// Runs the child to its end. Dropping the future kills it.
    ///
    /// # Errors
    /// [`Error::Failed`] where it does not exit with 0; [`Error::Stalled`], [`Error::TooLong`] and
    /// [`Error::TooMuchOutput`] where it was stopped; [`Error::Start`] and [`Error::Sandbox`] where it never ran.
    pub async fn run(self, stdout: Stdout<'_>, on_progress: OnProgress<'_>) -> Result<Finished, Error> {
        let (pipes, mut process) = self.start(matches!(stdout, Stdout::Null)).await?;
        let mut run = Run {
            child: &self,
            stdout,
            kept: Vec::new(),
            tail: Tail::new(self.counts, self.asks),
            on_progress,
        };
        let outcome = run.drain(pipes).await;
        if outcome.is_err() {
            process.kill();
        }
        let exit = process.wait().await.map_err(|source| self.start_error(source))?;
        let sandbox = outcome?;
        sandbox.warn_once();
        let Run { kept, tail, .. } = run;
        let heard = tail.finish();
        self.judge(&exit, heard.last).map(|stderr| Finished {
            stdout: kept,
            stderr,
            asked: heard.asked,
            counted: heard.counted,
            usage: exit.usage,
            sandbox,
        })
    }

    fn judge(&self, exit: &Exit, stderr: Vec<String>) -> Result<Vec<String>, Error> {
        if exit.status.success() {
            return Ok(stderr);
        }
        let status = describe(exit.status);
        Err(Error::Failed { tool: self.tool.name, doing: self.doing.clone(), status, stderr })
    }

    async fn start(&self, silent: bool) -> Result<(Pipes, Process), Error> {
        let sandbox_error = |reason| Error::Sandbox { tool: self.tool.name, reason };
        let ruleset = sandbox::ruleset(&self.policy).map_err(sandbox_error)?;
        let (pipes, command) = self.command(ruleset, silent).map_err(|source| self.start_error(source))?;
        let process = Process::start(command).await.map_err(|source| self.start_error(source))?;
        Ok((pipes, process))
    }

    fn start_error(&self, source: io::Error) -> Error {
        Error::Start { tool: self.tool.name, doing: self.doing.clone(), source }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that starts child processes, sandboxed"
    )]
    fn command(&self, ruleset: Option<OwnedFd>, silent: bool) -> io::Result<(Pipes, Command)> {
        let (stderr, stderr_end) = pipe_pair()?;
        let (layers, layers_end) = pipe_pair()?;
        let mut command = Command::new(&self.tool.path);
        command.env_clear().env("LC_ALL", "C").stdin(Stdio::null()).stderr(stderr_end).process_group(0);
        command.current_dir(self.policy.write_dir.as_deref().unwrap_or(Path::new("/")));
        let (progress, progress_end) = if self.reports_progress {
            let (progress, end) = pipe_pair()?;
            command.args(["-nostats", "-progress", &format!("pipe:{}", end.as_raw_fd())]);
            (Some(progress), Some(end))
        } else {
            (None, None)
        };
        command.args(&self.args);
        let stdout = if silent {
            command.stdout(Stdio::null());
            None
        } else {
            let (stdout, end) = pipe_pair()?;
            command.stdout(end);
            Some(stdout)
        };
        let entry =
            sandbox::Entry::new(self.limits, ruleset, layers_end.into(), progress_end.map(OwnedFd::from));
        // SAFETY: between fork and exec, `Entry::enter` makes only async-signal-safe system calls and allocates nothing.
        unsafe { command.pre_exec(move || entry.enter()) };
        Ok((Pipes { stdout, stderr: Some(stderr), progress, layers: Some(layers) }, command))
    }
}

/// The read ends of a child's pipes; `None` once at their end.
struct Pipes {
    stdout: Option<pipe::Receiver>,
    stderr: Option<pipe::Receiver>,
    progress: Option<pipe::Receiver>,
    layers: Option<pipe::Receiver>,
}

fn pipe_pair() -> io::Result<(pipe::Receiver, PipeWriter)> {
    let (reader, writer) = io::pipe()?;
    Ok((pipe::Receiver::from_owned_fd(reader.into())?, writer))
}

/// What comes out of a running child and where it goes.
struct Run<'c, 's, 'p> {
    child: &'c Child<'c>,
    stdout: Stdout<'s>,
    kept: Vec<u8>,
    tail: Tail,
    on_progress: OnProgress<'p>,
}

impl Run<'_, '_, '_> {
    /// Reads all pipes to their ends, or to the end of patience.
    async fn drain(&mut self, mut pipes: Pipes) -> Result<sandbox::Applied, Error> {
        let mut buffers = [const { Vec::new() }; 3];
        let [out, err, prog] = &mut buffers;
        let mut reports = Reports::default();
        let mut last = Progress::default();
        let (mut seconds, mut idle_s) = (0, 0);
        let mut ticks = ticks();
        while pipes.stdout.is_some() || pipes.stderr.is_some() || pipes.progress.is_some() {
            let mut moved = false;
            tokio::select! {
                _ = ticks.tick() => { seconds += 1; idle_s += 1; }
                open = read(&mut pipes.stdout, out), if pipes.stdout.is_some() => {
                    moved = open;
                    if !open { pipes.stdout = None; }
                    self.take_stdout(out)?;
                }
                open = read(&mut pipes.stderr, err), if pipes.stderr.is_some() => {
                    if !open { pipes.stderr = None; }
                    self.tail.push(err);
                }
                open = read(&mut pipes.progress, prog), if pipes.progress.is_some() => {
                    if !open { pipes.progress = None; }
                    reports.push(prog, |progress| {
                        moved |= (progress.frames, progress.time_s) != (last.frames, last.time_s);
                        last = progress;
                        (self.on_progress)(progress);
                    });
                }
            }
            if moved {
                idle_s = 0;
            }
            self.check_patience(seconds, idle_s)?;
        }
        read(&mut pipes.layers, err).await; // written before the tool began, so it is there
        Ok(sandbox::Applied::from_byte(err.first().copied().unwrap_or(0)))
    }

    fn take_stdout(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match &mut self.stdout {
            Stdout::Null => {}
            Stdout::Capture(bytes_max) => {
                if self.kept.len() + bytes.len() > *bytes_max {
                    let (tool, doing) = (self.child.tool.name, self.child.doing.clone());
                    return Err(Error::TooMuchOutput { tool, doing, bytes_max: *bytes_max });
                }
                self.kept.extend_from_slice(bytes);
            }
            Stdout::Stream(take) => take(bytes),
        }
        Ok(())
    }

    fn check_patience(&self, seconds: u32, idle_s: u32) -> Result<(), Error> {
        let (tool, doing, patience) = (self.child.tool.name, self.child.doing.clone(), self.child.patience);
        if seconds > patience.total_s {
            return Err(Error::TooLong { tool, doing, seconds: patience.total_s });
        }
        if idle_s > patience.stall_s {
            return Err(Error::Stalled { tool, doing, seconds: patience.stall_s });
        }
        Ok(())
    }
}

/// One tick a second, late ones not made up for.
fn ticks() -> Interval {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Reads what there is into `buffer`; false at the end of the pipe.
async fn read(pipe: &mut Option<pipe::Receiver>, buffer: &mut Vec<u8>) -> bool {
    buffer.resize(READ_BYTES, 0);
    let read = match pipe {
        Some(pipe) => pipe.read(buffer).await.unwrap_or(0),
        None => 0,
    };
    buffer.truncate(read);
    read > 0
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "unknown end".into(),
    }
}

/// A path as an absolute one, so that it means the same in the child's working folder.
///
/// # Errors
/// [`Error::File`] where the path is empty or there is no current folder.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(Error::file(path))
}
