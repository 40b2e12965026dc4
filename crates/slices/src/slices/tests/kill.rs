//! A process that is killed in the midst of it, again and again, on the same folder.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use super::*;

/// Tells the process that is killed where to work, and which numbers to begin with.
const FOLDER: &str = "SLICES_KILLED_FOLDER";
const FIRST: &str = "SLICES_KILLED_FIRST";

/// Objects that a thread has at a time.
const ALIVE: u64 = 6;

/// Acknowledged puts after which the process is killed.
const PUTS: usize = 15;

/// What a process said it had done before it was killed.
#[derive(Default)]
struct Said {
    put: BTreeSet<String>,
    going: BTreeSet<String>,
    gone: BTreeSet<String>,
}

#[test]
fn what_was_acknowledged_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut said = Said::default();
    for round in 0..3 {
        run_and_kill(folder.path(), round * 1000, &mut said);
        let (slices, recovered) = Slices::open(options(&folder)).unwrap();
        assert!(!recovered.clean);
        assert_eq!((recovered.lost.slices, recovered.lost.volumes), (0, 0));
        assert_eq!(check_bytes(&slices), 0, "damaged slices");
        for key in said.put.difference(&said.going) {
            let known = slices.object(key).unwrap_or_else(|| panic!("{key} is lost"));
            assert!((0..count(&known)).all(|index| slices.find(&known, index).is_some()), "{key}");
        }
        for key in &said.gone {
            assert!(slices.object(key).is_none(), "{key} is there again");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the test needs a process that it can kill")]
fn run_and_kill(folder: &std::path::Path, first: u64, said: &mut Said) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "slices::tests::kill::plays_the_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut puts = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let Ok(line) = line else { break };
        match line.split_once(' ') {
            Some(("put", key)) => drop(said.put.insert(key.into())),
            Some(("going", key)) => drop(said.going.insert(key.into())),
            Some(("gone", key)) => drop(said.gone.insert(key.into())),
            _ => continue,
        }
        puts += usize::from(line.starts_with("put"));
        if puts == PUTS {
            child.kill().unwrap(); // SIGKILL: no handler of ours runs
        }
    }
    child.wait().unwrap();
    assert!(puts >= PUTS);
}

#[test]
#[ignore = "the part of the process that is killed in the test above"]
fn plays_the_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let first: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    let options = Options { volume_bytes: VOLUME_BYTES, ..Options::new(folder) };
    let (slices, _) = Slices::open(options).unwrap();
    let slices = &slices;
    std::thread::scope(|scope| {
        for thread in ["a", "b"] {
            scope.spawn(move || {
                for number in first..first + 10_000 {
                    put_whole(slices, object(&format!("{thread}{number}"), MIB + 70_000, "1"));
                    say("put", thread, number);
                    if number >= first + ALIVE {
                        say("going", thread, number - ALIVE);
                        slices.remove_object(&format!("{thread}{}", number - ALIVE)).noted.unwrap();
                        say("gone", thread, number - ALIVE);
                    }
                }
            });
        }
    });
}

fn say(what: &str, thread: &str, number: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what} {thread}{number}").unwrap();
    out.flush().unwrap();
}
