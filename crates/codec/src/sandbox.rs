//! What a child may touch: the tool itself, the system's libraries, its inputs, one output folder. No network.
//!
//! Layers, each of which holds without the others:
//! - Landlock (kernel 5.13 and later): file access by the table in [`ruleset`]; TCP refused from kernel 6.7 on; no
//!   signals and no abstract sockets to the outside from 6.12 on;
//! - a network namespace of its own, without any interface that is up: needs root or unprivileged user namespaces;
//! - resource limits ([`Limits`]) and `no_new_privs`.
//!
//! A kernel that lacks a layer does not stop the work: [`Applied`] says which layers held, a warning says it once,
//! and the doctor shows it. A layer that the kernel has and that fails stops the child.

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetError, Scope,
};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Once;

/// The newest Landlock interface that is asked for; older kernels give what they have.
const LANDLOCK_ABI: ABI = ABI::V7;

/// Where the system keeps libraries; absent ones are passed over.
const LIBRARY_PLACES: [&str; 5] = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"];
/// Program loaders, which the kernel executes on a program's behalf.
const LOADERS: [&str; 4] = [
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
];
/// Devices that tools read, and the one they write.
const DEVICES_READ: [&str; 3] = ["/dev/null", "/dev/urandom", "/dev/random"];
const DEVICE_WRITE: &str = "/dev/null";

/// Caps on what one child may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of private memory. Decoding 8K 10-bit with a few frame threads needs about 2 GB.
    pub memory_bytes_max: u64,
    /// Bytes of any one file written. A lossless 1080p mezzanine of a 4-hour film can reach 300 GB.
    pub file_bytes_max: u64,
    /// Open files: input, output, log, pipes and libraries are fewer than 30.
    pub open_files_max: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { memory_bytes_max: 6 << 30, file_bytes_max: 512 << 30, open_files_max: 64 }
    }
}

/// Which files a child may touch.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) execute: PathBuf,
    pub(crate) read: Vec<PathBuf>,
    pub(crate) write_dir: Option<PathBuf>,
    pub(crate) landlock: bool,
}

impl Policy {
    /// Lets `tool` run and nothing more.
    pub(crate) fn of(tool: &Path) -> Policy {
        Policy { execute: tool.to_path_buf(), read: Vec::new(), write_dir: None, landlock: true }
    }
}

/// Which layers held for a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// File access limited by Landlock.
    pub landlock: bool,
    /// No network, by a namespace of its own.
    pub network_namespace: bool,
}

impl Applied {
    const LANDLOCK: u8 = 1;
    const NETWORK: u8 = 2;

    pub(crate) fn from_byte(byte: u8) -> Applied {
        Applied { landlock: byte & Self::LANDLOCK != 0, network_namespace: byte & Self::NETWORK != 0 }
    }

    /// Tells the operator, once, that children run with less than the whole sandbox.
    pub(crate) fn warn_once(self) {
        static ONCE: Once = Once::new();
        if !self.landlock {
            ONCE.call_once(|| {
                tracing::warn!(
                    "this kernel has no Landlock: media tools can read what this process can read"
                );
            });
        }
    }
}

/// The Landlock interface version of the running kernel; 0 where it has none.
pub fn landlock_abi() -> u32 {
    const VERSION: libc::c_uint = 1; // LANDLOCK_CREATE_RULESET_VERSION (linux/landlock.h)
    // SAFETY: with this flag the call takes no memory and only answers a number.
    let answer =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0usize, VERSION) };
    u32::try_from(answer).unwrap_or(0)
}

/// The Landlock rules for `policy`; `None` where the kernel has no Landlock.
///
/// # Errors
/// A sentence where an input or the output folder cannot be opened, or the kernel refuses a rule.
pub(crate) fn ruleset(policy: &Policy) -> Result<Option<OwnedFd>, String> {
    if !policy.landlock {
        return Ok(None);
    }
    let mut rules = handled().map_err(|error| error.to_string())?;
    let read = BitFlags::from(AccessFs::ReadFile);
    for place in LIBRARY_PLACES.iter().chain(&DEVICES_READ).map(Path::new).filter(|place| place.exists()) {
        let access = if place.is_dir() { read | AccessFs::ReadDir } else { read };
        rules = allow(rules, place, access)?;
    }
    for loader in LOADERS.iter().map(Path::new).filter(|loader| loader.exists()) {
        rules = allow(rules, loader, read | AccessFs::Execute)?;
    }
    rules = allow(rules, Path::new(DEVICE_WRITE), read | AccessFs::WriteFile)?;
    rules = allow(rules, &policy.execute, read | AccessFs::Execute)?;
    for input in &policy.read {
        rules = allow(rules, input, read)?;
    }
    if let Some(folder) = &policy.write_dir {
        let access = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate;
        let access = access | AccessFs::ReadDir | AccessFs::MakeReg | AccessFs::RemoveFile;
        rules = allow(rules, folder, access)?;
    }
    Ok(rules.into())
}

/// A ruleset that refuses everything it knows of.
fn handled() -> Result<RulesetCreated, RulesetError> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(LANDLOCK_ABI))?
        .handle_access(AccessNet::from_all(LANDLOCK_ABI))?
        .scope(Scope::from_all(LANDLOCK_ABI))?
        .create()
}

fn allow(rules: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> Result<RulesetCreated, String> {
    let place = PathFd::new(path).map_err(|error| error.to_string())?;
    rules.add_rule(PathBeneath::new(place, access)).map_err(|error| error.to_string())
}

/// What a forked child does to itself before it becomes the tool. Set up before the fork, as nothing may be
/// allocated between fork and exec.
#[derive(Debug)]
pub(crate) struct Entry {
    limits: [(libc::__rlimit_resource_t, u64); 4],
    ruleset: Option<OwnedFd>,
    layers: OwnedFd,
    inherit: Option<OwnedFd>,
    parent: libc::pid_t,
    is_root: bool,
}

impl Entry {
    /// `layers` takes one byte that tells which layers hold; `inherit` stays open in the tool.
    pub(crate) fn new(
        limits: Limits,
        ruleset: Option<OwnedFd>,
        layers: OwnedFd,
        inherit: Option<OwnedFd>,
    ) -> Entry {
        let limits = [
            (libc::RLIMIT_DATA, limits.memory_bytes_max),
            (libc::RLIMIT_FSIZE, limits.file_bytes_max),
            (libc::RLIMIT_NOFILE, limits.open_files_max),
            (libc::RLIMIT_CORE, 0),
        ];
        // SAFETY: both calls take nothing and cannot fail.
        let (parent, user) = unsafe { (libc::getpid(), libc::geteuid()) };
        Entry { limits, ruleset, layers, inherit, parent, is_root: user == 0 }
    }

    /// Enters the sandbox. Only async-signal-safe system calls, no allocation.
    pub(crate) fn enter(&self) -> io::Result<()> {
        let mut layers = 0;
        if self.leave_network() {
            layers |= Applied::NETWORK;
        }
        self.die_with_parent()?;
        for &(resource, limit) in &self.limits {
            lower(resource, limit)?;
        }
        // SAFETY: plain system call on numbers.
        check(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) })?;
        if let Some(inherit) = &self.inherit {
            // SAFETY: plain system call on an open descriptor.
            check(unsafe { libc::fcntl(inherit.as_raw_fd(), libc::F_SETFD, 0) })?;
        }
        if let Some(ruleset) = &self.ruleset {
            // SAFETY: plain system call on an open descriptor.
            let answer = unsafe { libc::syscall(libc::SYS_landlock_restrict_self, ruleset.as_raw_fd(), 0) };
            check(answer as libc::c_int)?;
            layers |= Applied::LANDLOCK;
        }
        // SAFETY: `layers` lives through the call, which reads its one byte.
        check(unsafe { libc::write(self.layers.as_raw_fd(), (&raw const layers).cast(), 1) } as libc::c_int)
    }

    /// Best effort: root needs no user namespace, others get the network namespace by way of one.
    fn leave_network(&self) -> bool {
        let flags = if self.is_root { libc::CLONE_NEWNET } else { libc::CLONE_NEWUSER | libc::CLONE_NEWNET };
        // SAFETY: plain system call on numbers; concerns this process alone.
        unsafe { libc::unshare(flags) == 0 }
    }

    /// After the namespaces, as a change of credentials clears the setting (prctl(2)).
    fn die_with_parent(&self) -> io::Result<()> {
        // SAFETY: plain system call on numbers.
        check(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) })?;
        // SAFETY: takes nothing and cannot fail.
        if unsafe { libc::getppid() } != self.parent {
            return Err(io::Error::from_raw_os_error(libc::ESRCH)); // the parent died before the setting
        }
        Ok(())
    }
}

/// Lowers a limit to `limit`; one that is lower already stays.
fn lower(resource: libc::__rlimit_resource_t, limit: u64) -> io::Result<()> {
    let mut now = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `now` lives through the call.
    check(unsafe { libc::getrlimit(resource, &mut now) })?;
    let limit = limit.min(now.rlim_max);
    let new = libc::rlimit { rlim_cur: limit, rlim_max: limit };
    // SAFETY: `new` lives through the call.
    check(unsafe { libc::setrlimit(resource, &new) })
}

fn check(answer: libc::c_int) -> io::Result<()> {
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
