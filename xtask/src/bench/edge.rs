//! `bench edge`: what one core of an edge sends, beside nginx, h2o and Varnish in the same run.
//!
//! Owns the figures and their targets. Ours is measured twice: as the origin, whose files are those of the store, and as a tier,
//! which has all slices by then. Server and client have a core each, in a network of their own without BBR; rounds of
//! all servers take turns, and the median counts. Loopback has no network card: ratios are what it can tell, never bits
//! a second of a machine.

mod client;
mod http2;
mod network;
mod servers;

use self::client::{Client, Measured};
use self::network::Network;
use self::servers::{Kind, Server};
use super::{Figure, Target};
use crate::build::{self, target};
use crate::shell::{Result, cargo, run};
use std::fs;
use std::path::{Path, PathBuf};

/// Files of each size: far more than the processor's caches hold, and less than memory.
const BYTES_OF_SIZE: usize = 128 << 20;

/// Connections of the client, as in the published baselines.
const CONNECTIONS: usize = 16;

/// Requests under way on each, as there: a server never waits for its client.
const DEPTH: usize = 2;

/// Rounds of each measurement, where it is not said.
const ROUNDS: usize = 3;

/// Seconds of one measurement, where it is not said.
const SECONDS: usize = 4;

/// Paced clients for the time to the first byte: each asks for a megabyte a few times a second.
const PACED: usize = 200;

/// Connections that do nothing.
const IDLE: usize = 10_000;

/// What is asked for, and how.
struct Load {
    name: &'static str,
    /// Files of this size, called so.
    file: &'static str,
    bytes: usize,
    depth: usize,
}

const LOADS: [Load; 4] = [
    Load { name: "64k", file: "64k", bytes: 64 << 10, depth: DEPTH },
    // As players ask: each waits for its answer.
    Load { name: "64k in turn", file: "64k", bytes: 64 << 10, depth: 1 },
    Load { name: "1m", file: "1m", bytes: 1 << 20, depth: DEPTH },
    Load { name: "4m", file: "4m", bytes: 4 << 20, depth: DEPTH },
];

/// Least ratios of what a core sends to what it sends with a peer, by scheme, size and peer.
const RATIOS: &[(bool, &str, Kind, f64)] = &[
    (true, "64k", Kind::Nginx, 2.0),
    (true, "64k in turn", Kind::Nginx, 2.0),
    (true, "1m", Kind::Nginx, 2.5),
    (true, "4m", Kind::Nginx, 2.5),
    (true, "1m", Kind::H2o, 1.6),
    (true, "4m", Kind::H2o, 1.6),
    (false, "64k", Kind::Nginx, 1.0),
    (false, "64k in turn", Kind::Nginx, 1.0),
    (false, "1m", Kind::Nginx, 1.0),
    (false, "4m", Kind::Nginx, 1.0),
    (false, "1m", Kind::Varnish, 2.5),
    (false, "4m", Kind::Varnish, 2.5),
];

/// Servers whose sizes and costs are beside ours, in the order of the rows.
const OURS: [Kind; 2] = [Kind::Matinee, Kind::Tier];

pub(super) fn measure(arguments: &[&str]) -> Result<Vec<Figure>> {
    let (rounds, seconds) = match arguments {
        [] => (ROUNDS, SECONDS),
        [rounds, seconds] => (rounds.parse()?, seconds.parse()?),
        _ => return Err("this bench takes rounds and seconds, or nothing".into()),
    };
    build::release()?;
    let matinee = build::Profile::Release.matinee();
    run(cargo().args(["build", "--locked", "--release", "--package", "listen", "--example", "sink"]))?;
    let place = target().join("bench/edge");
    let network = Network::new()?;
    let client = Client::new(target().join("release/examples/sink"));
    let bench = Bench { client, matinee, place, network, rounds, seconds };
    let mut figures = Vec::new();
    for is_secure in [false, true] {
        for load in &LOADS {
            figures.extend(bench.throughput(is_secure, load)?);
        }
    }
    figures.extend(http2::measure(&bench)?);
    figures.extend(bench.first_bytes()?);
    figures.extend(bench.idle()?);
    Ok(figures)
}

/// The files of one size, the same for all servers. Made anew before each measurement: those that the system dropped and read back
/// lie in memory in smaller pages, which cost every server more, and a tier's slices would have an advantage that is none of its
/// own.
fn films(place: &Path, file: &str, bytes: usize) -> Result {
    let folder = place.join("data/objects/packages/b");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut random = stdx::random::Random::new(7);
    for number in 0..BYTES_OF_SIZE / bytes {
        fs::write(folder.join(format!("{file}-{number:04}.bin")), random.bytes(bytes))?;
    }
    Ok(())
}

/// What all measurements need.
struct Bench {
    client: Client,
    matinee: PathBuf,
    place: PathBuf,
    network: Network,
    rounds: usize,
    seconds: usize,
}

/// A server with its rounds.
struct Row {
    kind: Kind,
    rounds: Vec<Measured>,
}

impl Row {
    /// Bytes a second, the median.
    fn speed(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.bytes / round.seconds))
    }

    /// Processor seconds of the server for a gigabyte, the median.
    fn cost(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.cpu_s / (round.bytes / 1e9)))
    }
}

impl Bench {
    fn start(&self, kind: Kind) -> Result<Option<Server>> {
        Server::start(kind, &self.matinee, &self.place, &self.network)
    }

    fn throughput(&self, is_secure: bool, load: &Load) -> Result<Vec<Figure>> {
        let scheme = if is_secure { "https" } else { "http" };
        films(&self.place, load.file, load.bytes)?;
        let mut rows = Vec::new();
        for kind in Kind::ALL {
            rows.push(Row { kind, rounds: Vec::new() });
        }
        println!("{scheme} {}\tGbit/s\tanswers/s\tCPU s/GB\tp99 first byte us", load.name);
        for _ in 0..self.rounds {
            for row in &mut rows {
                if is_secure && !row.kind.has_tls() {
                    continue;
                }
                let Some(server) = self.start(row.kind)? else { continue };
                let files = BYTES_OF_SIZE / load.bytes;
                let path = format!("/media/b/{}-{{}}.bin", load.file);
                let file = self.place.join(format!("data/objects/packages/b/{}-0000.bin", load.file));
                let words = [format!("files={files}"), format!("file={}", file.display())];
                self.client.warm(&server, &path, files, &self.network)?;
                let asked = [CONNECTIONS, self.seconds, load.depth];
                let round = self.client.run(&server, is_secure, &path, asked, &words, &self.network)?;
                println!(
                    "{}\t{:.1}\t{:.0}\t{:.3}\t{}",
                    row.kind.name(),
                    round.bytes * 8.0 / round.seconds / 1e9,
                    round.answers / round.seconds,
                    round.cpu_s / (round.bytes / 1e9),
                    round.p99_us
                );
                row.rounds.push(round);
            }
        }
        rows.retain(|row| !row.rounds.is_empty());
        Ok(ratios(scheme, is_secure, load, &rows))
    }

    /// The time to the first byte of a paced crowd that asks for half of what nginx sends at most.
    fn first_bytes(&self) -> Result<Vec<Figure>> {
        let mut figures = Vec::new();
        films(&self.place, "1m", 1 << 20)?;
        let Some(nginx) = self.start(Kind::Nginx)? else { return Ok(figures) };
        let (path, files) = ("/media/b/1m-{}.bin", BYTES_OF_SIZE >> 20);
        let words = [format!("files={files}")];
        let most = self.client.run(&nginx, true, path, [CONNECTIONS, 2, DEPTH], &words, &self.network)?;
        drop(nginx);
        // Each of the crowd asks once in so many milliseconds.
        let every_ms = (PACED as f64 / (most.answers / most.seconds / 2.0) * 1000.0).round() as usize;
        let words = [words[0].clone(), format!("every={every_ms}")];
        let mut rows = [(Kind::Matinee, Vec::new()), (Kind::Nginx, Vec::new())];
        for _ in 0..self.rounds {
            for (kind, rounds) in &mut rows {
                let Some(server) = self.start(*kind)? else { continue };
                let asked = [PACED, self.seconds, 1];
                rounds.push(self.client.run(&server, true, path, asked, &words, &self.network)?);
            }
        }
        let p99 = |rounds: &[Measured]| median(rounds.iter().map(|round| round.p99_us));
        let (ours, nginx) = (p99(&rows[0].1), p99(&rows[1].1));
        figures.push(Figure::new("https 1m at half load: p99 to first byte, nginx", nginx, "us"));
        let figure = Figure::new("https 1m at half load: p99 to first byte", ours, "us");
        figures.push(figure.target(Target::AtMost(nginx)));
        Ok(figures)
    }

    /// What connections cost that do nothing.
    fn idle(&self) -> Result<Vec<Figure>> {
        let mut figures = Vec::new();
        films(&self.place, "64k", 64 << 10)?;
        for (is_secure, scheme) in [(false, "http"), (true, "https")] {
            for kind in [Kind::Matinee, Kind::Nginx] {
                let Some(server) = self.start(kind)? else { continue };
                let before = self.network.memory(server.pid())?;
                let held =
                    self.client.hold(&server, is_secure, "/media/b/64k-0000.bin", IDLE, &self.network)?;
                let each = (self.network.memory(server.pid())? - before) / IDLE as f64 / 1000.0;
                drop(held);
                let name = format!("{scheme}: {IDLE} idle connections, {}", kind.name());
                figures.push(Figure::new(name, each, "kB each"));
            }
        }
        Ok(figures)
    }
}

/// What a load came to: ratios to each peer, and the cost of each server.
fn ratios(scheme: &str, is_secure: bool, load: &Load, rows: &[Row]) -> Vec<Figure> {
    let mut figures = Vec::new();
    for ours in rows.iter().filter(|row| OURS.contains(&row.kind)) {
        let named = |what: &str| format!("{scheme} {}, {}: {what}", load.name, ours.kind.name());
        figures.push(Figure::new(named("a core"), ours.speed() * 8.0 / 1e9, "Gbit/s"));
        figures.push(Figure::new(named("cost"), ours.cost(), "CPU s/GB"));
        for peer in rows.iter().filter(|row| !OURS.contains(&row.kind)) {
            let figure = Figure::new(
                named(&format!("beside {}", peer.kind.name())),
                ours.speed() / peer.speed(),
                "times",
            );
            let least = RATIOS
                .iter()
                .find(|(secure, name, kind, _)| (*secure, *name, *kind) == (is_secure, load.name, peer.kind));
            figures.push(match least {
                Some((.., least)) => figure.target(Target::AtLeast(*least)),
                None => figure,
            });
        }
    }
    for peer in rows.iter().filter(|row| !OURS.contains(&row.kind)) {
        let name = format!("{scheme} {}, {}: cost", load.name, peer.kind.name());
        figures.push(Figure::new(name, peer.cost(), "CPU s/GB"));
    }
    figures
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
