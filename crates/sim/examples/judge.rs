//! Judges caches on the made-up traces, for `cargo xtask bench cache`.
//!
//!     judge             plays every trace to every policy
//!     judge write FILE  writes the trace of the service in libCacheSim's form, for other judges
//!
//! Owns the reading of arguments and the writing of lines. A line of the first is tab-separated: trace, cache in percent
//! of the trace's footprint, policy, byte hit ratio in percent, processor microseconds a request. Of the second: percent, bytes of
//! the cache, and the second from which requests count.

use cache::eviction::{Foresight, Policy, Request, S3Fifo};
use sim::belady::{Belady, next_uses};
use sim::judge::{footprint_bytes, judge};
use sim::lru::Lru;
use sim::{strangers, vod};
use std::io::{BufWriter, Result, Write};

/// Caches, in percent of all bytes that are asked for.
const PERCENT: [u64; 3] = [2, 5, 10];
const SEED: u64 = 1;
/// Requests of a trace that nobody walks through; a hundred come in a second.
const STRANGERS: u64 = 1_000_000;
/// A third of a trace warms the cache up.
const WARM_UP: u64 = 3;
/// Clock ticks a second in `/proc` (`USER_HZ`).
const TICKS_PER_S: f64 = 100.0;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let out = &mut std::io::stdout().lock();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => all(out),
        ["write", file] => write(file, out),
        _ => Err(std::io::Error::other("judge takes nothing, or `write FILE`")),
    }
}

fn all(out: &mut impl Write) -> Result<()> {
    one(out, "service", &service())?;
    // The same requests, by somebody else each time.
    let unknown: Vec<Request> =
        service().into_iter().map(|request| Request { walker: None, ..request }).collect();
    one(out, "service, viewers unknown", &unknown)?;
    for kind in strangers::Kind::ALL {
        one(out, kind.name(), &strangers::trace(kind, SEED, STRANGERS))?;
    }
    Ok(())
}

fn service() -> Vec<Request> {
    vod::trace(&vod::Params { seed: SEED, ..vod::Params::default() })
}

fn one(out: &mut impl Write, name: &str, trace: &[Request]) -> Result<()> {
    let footprint = footprint_bytes(trace);
    for percent in PERCENT {
        let bytes = footprint * percent / 100;
        let policies: [(&str, Box<dyn Policy>); 4] = [
            ("LRU", Box::new(Lru::new(bytes))),
            ("S3-FIFO", Box::new(S3Fifo::new(bytes))),
            ("foresight", Box::new(Foresight::new(bytes))),
            ("Belady", Box::new(Belady::new(bytes, trace))),
        ];
        for (policy, mut cache) in policies {
            let before_s = cpu_s()?;
            let hit = judge(&mut *cache, trace, counted_from_ms(trace)).byte_hit_percent();
            let micros = (cpu_s()? - before_s) * 1e6 / trace.len() as f64;
            writeln!(out, "{name}\t{percent}\t{policy}\t{hit:.3}\t{micros:.3}")?;
        }
    }
    Ok(())
}

fn counted_from_ms(trace: &[Request]) -> u64 {
    trace.last().map_or(0, |last| last.at_ms / WARM_UP)
}

/// libCacheSim's `oracleGeneral`: second, object, bytes, next request for it or -1; little-endian.
fn write(file: &str, out: &mut impl Write) -> Result<()> {
    let trace = service();
    let mut records = BufWriter::new(std::fs::File::create(file)?);
    for (request, next) in trace.iter().zip(next_uses(&trace)) {
        let object = request.slice.object.rotate_left(32) ^ u64::from(request.slice.index);
        records.write_all(&((request.at_ms / 1000) as u32).to_le_bytes())?;
        records.write_all(&object.to_le_bytes())?;
        records.write_all(&request.bytes.to_le_bytes())?;
        records.write_all(&next.map_or(-1, |next| next as i64).to_le_bytes())?;
    }
    records.flush()?;
    let footprint = footprint_bytes(&trace);
    for percent in PERCENT {
        writeln!(out, "{percent}\t{}\t{}", footprint * percent / 100, counted_from_ms(&trace) / 1000)?;
    }
    Ok(())
}

/// Processor seconds that this process has used.
fn cpu_s() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // After the program's name: user and system time are fields 14 and 15 of proc(5), the name the second.
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(11).take(2));
    let ticks: f64 = fields.into_iter().flatten().filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS_PER_S)
}
