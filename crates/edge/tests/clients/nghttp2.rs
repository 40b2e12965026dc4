//! nghttp2's clients: many streams at once, small windows, padding, priorities and heads in many frames.

use std::path::Path;
use std::process::{Command, Output};

use crate::served::{Served, program};

/// Windows of a stream as powers of two: what RFC 9113 begins with (64 KiB less one), and more than there is.
const WINDOW_BITS: [&str; 2] = ["16", "30"];

/// Runs one of the clients, with the libraries beside it where they are ours.
fn run(client: &Path, arguments: &[&str]) -> Output {
    let libraries = client.parent().unwrap();
    Command::new(client).env("LD_LIBRARY_PATH", libraries).args(arguments).output().unwrap()
}

/// The address by number: these clients resolve names by the system alone.
fn url(served: &Served) -> String {
    format!("https://{}/film.mp4", served.address)
}

#[test]
fn hundreds_of_streams_end_well() {
    let Some(h2load) = program("h2load", "nghttp2") else { return };
    let served = Served::start();
    for bits in WINDOW_BITS {
        let load = [
            "--requests=400",
            "--clients=4",
            "--max-concurrent-streams=50",
            "--header=range: bytes=7-100006",
        ];
        let windows = [format!("--window-bits={bits}"), format!("--connection-window-bits={bits}")];
        let address = url(&served);
        let arguments = [&load[..], &[&windows[0], &windows[1], &address]].concat();
        let output = run(&h2load, &arguments);
        let told = String::from_utf8_lossy(&output.stdout);
        for line in [
            "Application protocol: h2",
            "requests: 400 total, 400 started, 400 done, 400 succeeded, 0 failed, 0 errored, 0 timeout",
            "status codes: 400 2xx, 0 3xx, 0 4xx, 0 5xx",
            // 400 of 100,000 bytes.
            "(40000000) data",
        ] {
            assert!(told.contains(line), "windows of 2^{bits}: {line:?} is not in {told}");
        }
    }
}

#[test]
fn ranges_have_the_bytes_of_the_file_however_they_are_asked_for() {
    let Some(nghttp) = program("nghttp", "nghttp2") else { return };
    let served = Served::start();
    let ways: [&[&str]; 6] = [
        &["--window-bits=16", "--connection-window-bits=16"],
        &["--window-bits=30", "--connection-window-bits=30"],
        &["--padding=255", "--no-dep"],
        // PRIORITY of RFC 7540: to be taken and not heeded (RFC 9113, 5.3.2).
        &["--weight=256"],
        &["--continuation"],
        &["--header-table-size=0", "--encoder-header-table-size=0"],
    ];
    let ranges = [(0, 0), (1, 300_000), (65_534, 65_537)];
    for (way, (first, last)) in ways.iter().flat_map(|way| ranges.map(|range| (*way, range))) {
        let range = format!("--header=range: bytes={first}-{last}");
        let address = url(&served);
        let arguments = [way, &["--no-verify-peer", &range, &address]].concat();
        let output = run(&nghttp, &arguments);
        assert!(output.status.success(), "{way:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout == served.film[first..=last], "{way:?}: {} bytes", output.stdout.len());
    }
}

#[test]
fn the_whole_file_comes_many_times_at_once_through_small_windows() {
    let Some(nghttp) = program("nghttp", "nghttp2") else { return };
    let served = Served::start();
    let address = url(&served);
    let windows =
        ["--window-bits=16", "--connection-window-bits=16", "--no-verify-peer", "--stat", "--null-out"];
    let output = run(&nghttp, &[&windows[..], &["--multiply=20", &address]].concat());
    let told = String::from_utf8_lossy(&output.stdout);
    let whole = told.lines().filter(|line| line.contains(" 200 ") && line.contains("1M")).count();
    assert!(output.status.success() && whole == 20, "{told}");
}
