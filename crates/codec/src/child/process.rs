//! One process: started, waited for and, where its owner lets go, killed.
//!
//! Each process has a thread of its own that forks it and reaps it. That is no waste: `PR_SET_PDEATHSIG` fires
//! when the *thread* that forked ends, so a pooled thread would kill children when the pool shrinks; and only
//! `wait4` tells what this very child used.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// What a child used.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usage {
    /// Processor time in seconds, user and system, all threads.
    pub cpu_s: f64,
    /// Most memory resident at once, in bytes.
    pub memory_bytes_peak: u64,
}

impl Usage {
    /// This run and another one after it.
    pub fn then(self, next: Usage) -> Usage {
        Usage {
            cpu_s: self.cpu_s + next.cpu_s,
            memory_bytes_peak: self.memory_bytes_peak.max(next.memory_bytes_peak),
        }
    }
}

/// How a child ended.
#[derive(Debug)]
pub(super) struct Exit {
    pub(super) status: ExitStatus,
    pub(super) usage: Usage,
}

/// The process id while there is a process to kill; `None` from the moment it is reaped, as its number may then
/// name another process.
type Alive = Arc<Mutex<Option<libc::pid_t>>>;

/// A running process. Dropping it kills its process group.
#[derive(Debug)]
pub(super) struct Process {
    alive: Alive,
    exit: oneshot::Receiver<io::Result<Exit>>,
}

impl Process {
    /// Starts `command`, which must be set up as the leader of its own process group. The command is dropped as
    /// soon as the process runs, and with it this side's copies of the pipes' write ends.
    pub(super) async fn start(command: Command) -> io::Result<Process> {
        let alive: Alive = Arc::default();
        let (started, has_started) = oneshot::channel();
        let (exited, exit) = oneshot::channel();
        let process = Process { alive: Arc::clone(&alive), exit };
        std::thread::Builder::new()
            .name("child".into())
            .spawn(move || supervise(command, &alive, started, exited))?;
        has_started.await.map_err(|_| io::Error::other("the supervising thread ended"))??;
        Ok(process)
    }

    /// Kills the process group; nothing where it has ended.
    pub(super) fn kill(&self) {
        kill_group(&self.alive);
    }

    /// Waits for the end.
    pub(super) async fn wait(&mut self) -> io::Result<Exit> {
        (&mut self.exit).await.map_err(|_| io::Error::other("the supervising thread ended"))?
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn kill_group(alive: &Alive) {
    let alive = alive.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pid) = *alive {
        // SAFETY: plain system call; `pid` leads a process group of ours and is not reaped while the lock is held.
        unsafe { libc::kill(-pid, libc::SIGKILL) };
    }
}

fn supervise(
    mut command: Command,
    alive: &Alive,
    started: oneshot::Sender<io::Result<()>>,
    exited: oneshot::Sender<io::Result<Exit>>,
) {
    let pid = match command.spawn() {
        Ok(child) => child.id() as libc::pid_t,
        Err(error) => {
            let _ = started.send(Err(error)); // nobody waits any more: nothing was started either
            return;
        }
    };
    *alive.lock().unwrap_or_else(PoisonError::into_inner) = Some(pid);
    drop(command);
    if started.send(Ok(())).is_err() {
        kill_group(alive);
    }
    let _ = exited.send(reap(pid, alive)); // an owner that let go does not ask
}

/// Waits for the end without reaping, then reaps under the lock, so that nobody kills a number that is free again.
fn reap(pid: libc::pid_t, alive: &Alive) -> io::Result<Exit> {
    retry_interrupted(|| {
        // SAFETY: `siginfo_t` is plain data, for which all zeros is a value.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        // SAFETY: `info` lives through the call; `pid` is a child of this process.
        unsafe { libc::waitid(libc::P_PID, pid as libc::id_t, &mut info, libc::WEXITED | libc::WNOWAIT) }
    })?;
    let mut alive = alive.lock().unwrap_or_else(PoisonError::into_inner);
    let mut status = 0;
    // SAFETY: `rusage` is plain data, for which all zeros is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `status` and `usage` live through the call; `pid` is a child of this process, not reaped before.
    retry_interrupted(|| unsafe { libc::wait4(pid, &mut status, 0, &mut usage) })?;
    *alive = None;
    Ok(Exit { status: ExitStatus::from_raw(status), usage: read_usage(&usage) })
}

fn retry_interrupted(mut call: impl FnMut() -> libc::c_int) -> io::Result<()> {
    loop {
        if call() >= 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

fn read_usage(usage: &libc::rusage) -> Usage {
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    Usage {
        cpu_s: seconds(usage.ru_utime) + seconds(usage.ru_stime),
        memory_bytes_peak: usage.ru_maxrss.max(0) as u64 * 1024, // Linux counts kibibytes (getrusage(2))
    }
}
