//! What an edge's HTTP/2 costs beside its peers', asked by `h2load`.
//!
//! `h2load` decrypts all it gets, and so is the slower side: what counts is the servers' processor time for a gigabyte.

use super::network::Side;
use super::servers::{Kind, Server, find};
use super::{BYTES_OF_SIZE, Bench, CONNECTIONS, DEPTH, Figure, OURS, median};
use crate::root::tools;
use crate::shell::Result;
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// Bytes of each file that is asked for, called so.
const FILE: (&str, usize) = ("1m", 1 << 20);

/// The processor seconds a gigabyte of each server over HTTP/2, and what ours need of what the others do.
pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    // Setup fetches it where the machine has none.
    let fetched = Some(tools().join("nghttp2/h2load")).filter(|program| program.is_file());
    let Some(h2load) = fetched.or_else(|| find("h2load")) else {
        println!("SKIPPED: h2load is not here; `cargo xtask setup` fetches it");
        return Ok(Vec::new());
    };
    let kinds = Kind::ALL.into_iter().filter(|kind| kind.has_tls());
    let mut rows: Vec<(Kind, Vec<f64>)> = kinds.map(|kind| (kind, Vec::new())).collect();
    super::films(&bench.place, FILE.0, FILE.1)?;
    println!("h2 {}\tCPU s/GB", FILE.0);
    for _ in 0..bench.rounds {
        for (kind, costs) in &mut rows {
            let Some(server) = bench.start(*kind)? else { continue };
            bench.client.warm(&server, &path("{}"), BYTES_OF_SIZE / FILE.1, &bench.network)?;
            let cost = cost(&server, &h2load, bench)?;
            println!("{}\t{cost:.3}", kind.name());
            costs.push(cost);
        }
    }
    rows.retain(|(_, costs)| !costs.is_empty());
    let rows: Vec<(Kind, f64)> =
        rows.into_iter().map(|(kind, costs)| (kind, median(costs.into_iter()))).collect();
    Ok(figures(&rows))
}

fn figures(rows: &[(Kind, f64)]) -> Vec<Figure> {
    let named = |kind: &Kind, what: &str| format!("h2 {}, {}: {what}", FILE.0, kind.name());
    let mut figures: Vec<Figure> =
        rows.iter().map(|(kind, cost)| Figure::new(named(kind, "cost"), *cost, "CPU s/GB")).collect();
    for (ours, cost) in rows.iter().filter(|(kind, _)| OURS.contains(kind)) {
        for (peer, of_peer) in rows.iter().filter(|(kind, _)| !OURS.contains(kind)) {
            let name = named(ours, &format!("{} costs", peer.name()));
            figures.push(Figure::new(name, of_peer / cost, "times"));
        }
    }
    figures
}

fn path(number: &str) -> String {
    format!("/media/b/{}-{number}.bin", FILE.0)
}

/// Loads a server; its processor seconds for a gigabyte of bodies.
fn cost(server: &Server, h2load: &Path, bench: &Bench) -> Result<f64> {
    let network = &bench.network;
    let address = server.address(true);
    let list: String = (0..BYTES_OF_SIZE / FILE.1)
        .map(|number| format!("https://{address}{}\n", path(&format!("{number:04}"))))
        .collect();
    let urls = bench.place.join("urls");
    fs::write(&urls, list)?;
    let mut asking = network.command(Side::Client, h2load);
    // One that was fetched has its libraries beside it.
    asking.envs(h2load.parent().map(|folder| ("LD_LIBRARY_PATH", folder))).arg("-i").arg(&urls);
    for (option, value) in [("-D", bench.seconds), ("-c", CONNECTIONS), ("-m", DEPTH), ("-t", 1)] {
        asking.arg(format!("{option}{value}"));
    }
    let before = network.cpu_s(server.pid())?;
    let output = asking.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    let spent = network.cpu_s(server.pid())? - before;
    let said = String::from_utf8_lossy(&output.stdout);
    match bytes(&said) {
        Some(bytes) if output.status.success() => Ok(spent / (bytes / 1e9)),
        _ => Err(format!("h2load did not get what it asked for: {said}").into()),
    }
}

/// Bytes of bodies as h2load tells them; none where an answer was not as it should be.
fn bytes(said: &str) -> Option<f64> {
    let line = |begin: &str| said.lines().find(|line| line.starts_with(begin));
    let is_whole =
        line("requests: ")?.contains(" 0 failed") && line("status codes: ")?.contains(" 0 4xx, 0 5xx");
    let (_, data) = line("traffic: ")?.strip_suffix(" data")?.rsplit_once('(')?;
    data.strip_suffix(')')?.parse().ok().filter(|bytes| is_whole && *bytes > 0.0)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn what_h2load_tells() {
        let told = |failed, status| {
            format!(
                "finished in 3.00s, 1878.00 req/s, 1.84GB/s\n\
                 requests: 5634 total, 5666 started, 5634 done, 5634 succeeded, {failed} failed, 0 errored, 0 timeout\n\
                 status codes: 5638 2xx, 0 3xx, {status} 4xx, 0 5xx\n\
                 traffic: 5.51GB (5913337114) total, 258.82KB (265028) headers (space savings 90.62%), 5.50GB (5909774336) data\n"
            )
        };
        assert_eq!(bytes(&told(0, 0)), Some(5_909_774_336.0));
        assert_eq!(bytes(&told(1, 0)), None);
        assert_eq!(bytes(&told(0, 1)), None);
        assert_eq!(bytes(""), None);
    }
}
