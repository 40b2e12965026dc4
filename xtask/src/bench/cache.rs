//! `bench cache`: what an edge's cache hits, beside other policies on the same traces, and what a decision costs.
//!
//! Owns the figures made of what `sim`'s judge tells, and the peers of libCacheSim; those live in the git-ignored
//! `.tools/peers` and are left out, aloud, where they are not installed.

use super::{Figure, Target};
use crate::build::target;
use crate::root::{root, tools};
use crate::shell::{Result, cargo, command, quiet, run};
use std::path::Path;

/// The trace that the product is made for; on the others it must do no harm.
const SERVICE: &str = "service";
/// Of the way from LRU to knowing the future.
const GAP: Target = Target::AtLeast(70.0);
/// Points of byte hit ratio over S3-FIFO on other traces.
const HARMLESS: Target = Target::AtLeast(0.0);
const MICROSECONDS: Target = Target::AtMost(2.0);

/// How a policy did on a trace.
struct Row {
    trace: String,
    percent: String,
    policy: String,
    hit: f64,
    micros: f64,
}

pub(super) fn measure(arguments: &[&str]) -> Result<Vec<Figure>> {
    super::no_arguments(arguments)?;
    run(cargo().args(["build", "--locked", "--release", "--package", "sim", "--example", "judge"]))?;
    let judge = target().join("release/examples/judge");
    let rows: Vec<Row> = quiet(&mut command(&judge))?.lines().filter_map(row).collect();
    println!("trace\tcache %\tpolicy\tbyte hit %\tus a request");
    for Row { trace, percent, policy, hit, micros } in &rows {
        println!("{trace}\t{percent}\t{policy}\t{hit:.2}\t{micros:.2}");
    }
    peers(&judge)?;
    figures(&rows)
}

fn row(line: &str) -> Option<Row> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [trace, percent, policy, hit, micros] = fields.as_slice() else { return None };
    Some(Row {
        trace: (*trace).into(),
        percent: (*percent).into(),
        policy: (*policy).into(),
        hit: hit.parse().ok()?,
        micros: micros.parse().ok()?,
    })
}

/// The figures of all rows; those of a cache of a trace follow each other.
fn figures(rows: &[Row]) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for same in rows.chunk_by(|one, other| (&one.trace, &one.percent) == (&other.trace, &other.percent)) {
        let of =
            |policy: &str| same.iter().find(|row| row.policy == policy).ok_or("the judge left a policy out");
        let (lru, s3fifo, ours, belady) = (of("LRU")?, of("S3-FIFO")?, of("foresight")?, of("Belady")?);
        let named = |what: &str| format!("{what}, {}, cache of {} %", ours.trace, ours.percent);
        let gap = |row: &Row| 100.0 * (row.hit - lru.hit) / (belady.hit - lru.hit);
        if ours.trace == SERVICE {
            figures.push(Figure::new(named("gap closed by S3-FIFO"), gap(s3fifo), "%"));
            figures.push(Figure::new(named("gap closed"), gap(ours), "%").target(GAP));
        } else {
            figures
                .push(Figure::new(named("over S3-FIFO"), ours.hit - s3fifo.hit, "points").target(HARMLESS));
        }
        figures.push(Figure::new(named("a decision"), ours.micros, "us").target(MICROSECONDS));
    }
    Ok(figures)
}

/// Prints what libCacheSim's policies make of the same trace: ours among them must come to the same.
fn peers(judge: &Path) -> Result {
    let python = tools().join("peers/bin/python");
    if !python.exists() {
        println!("SKIPPED: libCacheSim: .tools/peers is not here; see xtask/cache_peers.py");
        return Ok(());
    }
    let file = target().join("bench/service.oracleGeneral");
    std::fs::create_dir_all(target().join("bench"))?;
    let caches = quiet(command(judge).arg("write").arg(&file))?;
    let mut peers = command(python);
    peers.arg(root().join("xtask/cache_peers.py")).arg(&file);
    peers.args(caches.lines().map(|cache| cache.replace('\t', ":")));
    println!("cache %\tlibCacheSim\tbyte hit %");
    run(&mut peers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(trace: &str, policy: &str, hit: f64) -> String {
        format!("{trace}\t5\t{policy}\t{hit}\t1.5")
    }

    #[test]
    fn a_service_is_judged_by_the_gap_and_others_by_no_harm() {
        let of = |trace: &str| {
            [("LRU", 20.0), ("S3-FIFO", 25.0), ("foresight", 34.0), ("Belady", 40.0)]
                .map(|(policy, hit)| line(trace, policy, hit))
        };
        let rows: Vec<Row> =
            [of("service"), of("zipf")].as_flattened().iter().filter_map(|line| row(line)).collect();
        let lines: Vec<String> = figures(&rows).unwrap().iter().map(Figure::line).collect();
        assert_eq!(
            lines,
            [
                "gap closed by S3-FIFO, service, cache of 5 %\t25.00\t%\t-\t-",
                "gap closed, service, cache of 5 %\t70.00\t%\t>= 70\tmet",
                "a decision, service, cache of 5 %\t1.50\tus\t<= 2\tmet",
                "over S3-FIFO, zipf, cache of 5 %\t9.00\tpoints\t>= 0\tmet",
                "a decision, zipf, cache of 5 %\t1.50\tus\t<= 2\tmet",
            ]
        );
    }
}
