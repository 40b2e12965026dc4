//! Tiers as processes of their own: killed with SIGKILL under load, and started again on what they had.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use support::matinee;

/// Films, and the bytes of each: some slices, the last not whole.
const FILMS: usize = 6;
const BYTES: usize = (5 << 20) / 2;

/// Clients at once.
const CLIENTS: usize = 4;

/// Answers after which a tier is killed.
const ANSWERS: usize = 40;

fn content(film: usize) -> Vec<u8> {
    let mut state = film as u64 + 1;
    let step = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(step).take(BYTES).collect()
}

/// A tier that runs; killed when dropped.
struct Tier {
    child: Mutex<Child>,
    address: String,
    /// Stays open, as a terminal's would.
    _out: BufReader<ChildStdout>,
}

impl Tier {
    /// Starts it before `parents`; with none it is an origin.
    fn start(data: &Path, parents: &[&Tier]) -> Tier {
        let urls: Vec<String> =
            parents.iter().map(|parent| format!("http://{}/media/", parent.address)).collect();
        let mut child = matinee(data)
            .args(["--set", "edge.listen=127.0.0.1:0", "--set", "edge.threads=1"])
            .args(["--set", &format!("edge.parents={}", urls.join(",")), "edge"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let (_, rest) = line.split_once("http://").unwrap();
        let address = rest.split_once('/').unwrap().0.to_owned();
        Tier { child: Mutex::new(child), address, _out: out }
    }

    /// SIGKILL: no handler of ours runs.
    fn kill(&self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// The bytes `range` of a film, or why they did not come. Panics where what came is wrong.
    fn get(&self, film: usize, range: &Range<usize>, expected: &[u8]) -> Result<String, String> {
        let mut stream = TcpStream::connect(&self.address).map_err(|error| error.to_string())?;
        let (first, last) = (range.start, range.end - 1);
        let request = format!(
            "GET /media/{film}/film.mp4 HTTP/1.1\r\nHost: test\r\nConnection: close\r\nRange: bytes={first}-{last}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes).map_err(|error| error.to_string());
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let Some(end) = end else { return Err(format!("no answer: {read:?}")) };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let body = &bytes[end + 4..];
        assert!(head.starts_with("HTTP/1.1 206 "), "{head}");
        assert!(expected[range.clone()].starts_with(body), "film {film}, {range:?}: wrong bytes");
        match body.len() == range.len() {
            true => Ok(head),
            false => Err(format!("{} bytes of {}: {read:?}", body.len(), range.len())),
        }
    }
}

impl Drop for Tier {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An origin with films in `data`.
fn origin(data: &Path) -> (Tier, Vec<Vec<u8>>) {
    let films: Vec<_> = (0..FILMS).map(content).collect();
    for (film, bytes) in films.iter().enumerate() {
        let folder = data.join(format!("objects/packages/{film}"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("film.mp4"), bytes).unwrap();
    }
    (Tier::start(data, &[]), films)
}

/// Asks `tier` with all clients at once until `stop`; `answered` counts answers. Why those failed that did.
fn load(tier: &Tier, films: &[Vec<u8>], stop: &AtomicBool, answered: &AtomicUsize) -> Vec<String> {
    let client = |client: usize| {
        let mut failures = Vec::new();
        for turn in (client..).step_by(CLIENTS) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            // A step is about a slice, and no fraction of a film.
            let (film, start) = (turn % FILMS, turn / FILMS * 1_000_003 % (BYTES - 400_000));
            match tier.get(film, &(start..start + 400_000), &films[film]) {
                Ok(_) => drop(answered.fetch_add(1, Ordering::Relaxed)),
                Err(failure) => failures.push(failure),
            }
        }
        failures
    };
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

/// Waits for so many more answers.
fn wait_for(more: usize, answered: &AtomicUsize) {
    let before = answered.load(Ordering::Relaxed);
    while answered.load(Ordering::Relaxed) < before + more {
        std::thread::yield_now();
    }
}

#[test]
fn a_tier_that_is_killed_has_what_it_had_and_nothing_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let (origin, films) = origin(&folder.path().join("origin"));
    let data = folder.path().join("edge");
    for _ in 0..3 {
        let tier = Tier::start(&data, &[&origin]);
        let (stop, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            let loaded = scope.spawn(|| load(&tier, &films, &stop, &answered));
            wait_for(ANSWERS, &answered);
            tier.kill();
            stop.store(true, Ordering::Relaxed);
            loaded.join().unwrap();
        });
        let tier = Tier::start(&data, &[&origin]);
        let get = |film: usize| tier.get(film, &(0..BYTES), &films[film]).unwrap();
        let hits = (0..FILMS).map(get).filter(|head| head.contains("matinee; hit")).count();
        assert!(hits > 0, "what was kept is there");
    }
    // What all had in the end is there without anybody else.
    drop(origin);
    let tier = Tier::start(&data, &[&Tier::start(&folder.path().join("none"), &[])]);
    for (film, bytes) in films.iter().enumerate() {
        assert!(tier.get(film, &(0..BYTES), bytes).unwrap().contains("matinee; hit"), "{film}");
    }
}

#[test]
fn no_client_notices_that_a_parent_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (origin, films) = origin(&folder.path().join("origin"));
    let a = Tier::start(&folder.path().join("a"), &[&origin]);
    let b = Tier::start(&folder.path().join("b"), &[&origin]);
    let edge = Tier::start(&folder.path().join("edge"), &[&a, &b]);
    let (stop, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let failures = std::thread::scope(|scope| {
        let loaded = scope.spawn(|| load(&edge, &films, &stop, &answered));
        wait_for(CLIENTS, &answered);
        drop(a);
        wait_for(ANSWERS, &answered);
        stop.store(true, Ordering::Relaxed);
        loaded.join().unwrap()
    });
    assert!(failures.is_empty(), "{failures:?}");
}
