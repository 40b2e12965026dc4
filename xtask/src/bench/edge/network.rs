//! Where a bench of servers runs: a network of its own, and a core for each side.
//!
//! Owns the namespace, the pinning, and what the kernel tells of a process and its children.

use crate::shell::{Result, command};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Makes the network usable, paces all that goes over it as most servers do, says so, and stays.
const KEEPER: &str = "ip link set lo up \
    && ip route replace local 127.0.0.0/8 dev lo table local src 127.0.0.1 congctl cubic \
    && ip route replace local 127.0.0.1 dev lo table local src 127.0.0.1 congctl cubic \
    && echo up && exec cat";

/// Clock ticks a second in `/proc` (`USER_HZ`).
const TICKS_PER_S: f64 = 100.0;

/// The autogroup's priority while measuring; nothing of lower value takes time from it (sched(7)).
const PRIORITY: &str = "-16";

/// A side of a measurement.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    Server,
    Client,
}

/// A network, as long as this lives.
pub(super) struct Network {
    /// Who keeps the namespace; none where one may not be made.
    keeper: Option<Child>,
}

impl Network {
    pub(super) fn new() -> Result<Network> {
        if fs::write("/proc/self/autogroup", PRIORITY).is_err() {
            println!("NOTE: this process may not take precedence; let nothing else run");
        }
        let mut keeper = command("unshare");
        keeper.args(["--net", "sh", "-c", KEEPER]);
        let spawned = keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        if let Ok(mut keeper) = spawned {
            let mut line = String::new();
            if let Some(stdout) = keeper.stdout.take() {
                BufReader::new(stdout).read_line(&mut line)?;
            }
            if line.trim() == "up" {
                return Ok(Network { keeper: Some(keeper) });
            }
            let _ = keeper.kill();
            let _ = keeper.wait();
        }
        println!(
            "NOTE: no network of its own (that takes root, unshare and ip); the system's congestion control counts"
        );
        Ok(Network { keeper: None })
    }

    /// A command that runs `program` in this network on the core of `side`.
    pub(super) fn command(&self, side: Side, program: &Path) -> Command {
        let core = match side {
            Side::Server => "0",
            Side::Client => "1",
        };
        let mut pinned = match &self.keeper {
            Some(keeper) => {
                let mut inside = command("nsenter");
                inside.args(["--target", &keeper.id().to_string(), "--net", "taskset"]);
                inside
            }
            None => command("taskset"),
        };
        pinned.args(["--cpu-list", core]).arg(program);
        pinned
    }

    /// Processor seconds so far of a process and its children.
    pub(super) fn cpu_s(&self, pid: u32) -> Result<f64> {
        let ticks = tree(pid)?.into_iter().map(|pid| ticks(pid).unwrap_or_default());
        Ok(ticks.sum::<f64>() / TICKS_PER_S)
    }

    /// Bytes in memory of a process and its children.
    pub(super) fn memory(&self, pid: u32) -> Result<f64> {
        Ok(tree(pid)?.into_iter().map(|pid| memory(pid).unwrap_or_default()).sum())
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            let _ = keeper.kill();
            let _ = keeper.wait();
        }
    }
}

/// A process and all below it.
fn tree(root: u32) -> Result<Vec<u32>> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if let Some(parent) = field(pid, 1).and_then(|parent| u32::try_from(parent).ok()) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let mut all = vec![root];
    let mut next = 0;
    while let Some(pid) = all.get(next) {
        all.extend(children.remove(pid).unwrap_or_default());
        next += 1;
    }
    Ok(all)
}

/// A number of `/proc/PID/stat`, counted from the state, which follows the name (proc(5)).
fn field(pid: u32, place: usize) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(place)?.parse().ok()
}

/// Ticks in user and system mode.
fn ticks(pid: u32) -> Option<f64> {
    Some((field(pid, 11)? + field(pid, 12)?) as f64)
}

fn memory(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_in_its_own_tree_and_costs_something() {
        let pid = std::process::id();
        assert_eq!(tree(pid).unwrap()[0], pid);
        assert!(memory(pid).unwrap() > 100_000.0);
        assert!(ticks(pid).is_some());
    }
}
