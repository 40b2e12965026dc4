//! TLS in the kernel, on a kernel that has it: a virtual machine runs the listener's tests of TLS, and curl, with and without.
//!
//! Owns the machine and what is on it; `ktls.sh`, its first process, owns what is tried. Not part of all tests: it wants qemu,
//! a kernel and half a minute.

use super::count::{Count, Runner};
use crate::build::target;
use crate::json::Json;
use crate::phases::Phases;
use crate::root::root;
use crate::setup::kernel::{self, Kernel};
use crate::shell::{Result, cargo, command, present, quiet, run as run_command, tee};
use std::path::{Path, PathBuf};

const QEMU: &str = "qemu-system-x86_64";

/// What the machine says in the end where all went well.
const VERDICT: &str = "ktls: all bytes came";

/// Seconds after which a machine that does not end is ended.
const SECONDS_MAX: &str = "300";

/// Builds the machine and runs it.
pub(super) fn run(phases: &mut Phases) -> Result<Count> {
    if !present(QEMU) {
        return Err(format!(
            "`{QEMU}` was not found: sudo apt-get install -y --no-install-recommends qemu-system-x86"
        )
        .into());
    }
    let kernel = phases.time("fetch a kernel", kernel::ensure)?;
    let programs = phases.time("build the listener's tests", programs)?;
    let disk = phases.time("make the machine", || disk(&kernel, &programs))?;
    let (text, succeeded) = phases.time("run it", || tee(&mut machine(&kernel, &disk)))?;
    if !succeeded || !text.lines().any(|line| line.trim() == VERDICT) {
        return Err("the machine did not come to its end; its output above says why".into());
    }
    Ok(Runner::Rust.count(&text))
}

/// The programs that the machine runs, with their names there.
fn programs() -> Result<Vec<(&'static str, PathBuf)>> {
    let tests = ["test", "--no-run", "--test", "sockets"];
    let example = ["build", "--example", "serve_file"];
    let curl = quiet(command("sh").args(["-c", "command -v curl"]))
        .map_err(|error| format!("curl was not found: sudo apt-get install -y curl\n{error}"))?;
    Ok(vec![
        ("sockets", built(&tests)?),
        ("serve_file", built(&example)?),
        ("curl", PathBuf::from(curl.trim())),
    ])
}

/// Has cargo make one program of `listen`; gives its path.
fn built(arguments: &[&str]) -> Result<PathBuf> {
    let build = || {
        let mut build = cargo();
        build.args(arguments).args(["--locked", "--package", "listen"]);
        build
    };
    run_command(&mut build())?;
    // All is built; it only tells.
    let said = quiet(build().arg("--message-format=json"))?;
    let path = |line: &str| Json::read(line).ok()?.at("executable")?.text().map(PathBuf::from);
    let path = said.lines().rev().find_map(path);
    path.ok_or_else(|| format!("`cargo {}` made no program", arguments.join(" ")).into())
}

/// The file system that the kernel begins with, as a cpio archive.
fn disk(kernel: &Kernel, programs: &[(&str, PathBuf)]) -> Result<PathBuf> {
    let folder = target().join("ktls");
    let disk = folder.join("root");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    quiet(command("cp").arg("-r").arg(&kernel.root).arg(&disk))?;
    for empty in ["proc", "dev", "tmp"] {
        std::fs::create_dir(disk.join(empty))?;
    }
    for (name, path) in programs {
        // Without what only debuggers read, which is most of it.
        quiet(command("strip").arg("--strip-debug").arg("-o").arg(disk.join("bin").join(name)).arg(path))?;
        for library in libraries(path)? {
            copy(&library, &within(&disk, &library))?;
        }
    }
    let certificates = root().join("crates/listen/tests/certificates");
    let place = within(&disk, &certificates);
    std::fs::create_dir_all(place.parent().unwrap_or(&disk))?;
    quiet(command("cp").arg("-r").arg(&certificates).arg(disk.join("certificates")))?;
    // The tests look for them where they were built.
    std::os::unix::fs::symlink("/certificates", place)?;
    let first = disk.join("init");
    copy(&root().join("xtask/src/test/ktls.sh"), &first)?;
    quiet(command("chmod").arg("+x").arg(&first))?;
    let archive = folder.join("disk.cpio");
    let pack = "find . | bin/busybox cpio -o -H newc > ../disk.cpio";
    quiet(command("sh").args(["-c", pack]).current_dir(&disk))?;
    Ok(archive)
}

/// The shared libraries of a program, and the one that loads them.
fn libraries(program: &Path) -> Result<Vec<PathBuf>> {
    let said = quiet(command("ldd").arg(program))?;
    let words = said.split_whitespace().filter(|word| word.starts_with('/'));
    Ok(words.map(PathBuf::from).collect())
}

/// Where the machine has what is at `path` here.
fn within(disk: &Path, path: &Path) -> PathBuf {
    disk.join(path.strip_prefix("/").unwrap_or(path))
}

fn copy(from: &Path, to: &Path) -> Result {
    std::fs::create_dir_all(to.parent().unwrap_or(to))?;
    std::fs::copy(from, to)?;
    Ok(())
}

/// The machine: one core, acted by qemu, which does everywhere, and with every instruction that it knows; no network but its own.
fn machine(kernel: &Kernel, disk: &Path) -> std::process::Command {
    let mut machine = command("timeout");
    machine.args([SECONDS_MAX, QEMU, "-accel", "tcg", "-cpu", "max", "-m", "1024"]);
    machine.args(["-display", "none", "-vga", "none", "-net", "none", "-serial", "stdio", "-no-reboot"]);
    machine.args(["-append", "console=ttyS0 quiet panic=-1"]);
    machine.arg("-kernel").arg(&kernel.image).arg("-initrd").arg(disk);
    machine
}
