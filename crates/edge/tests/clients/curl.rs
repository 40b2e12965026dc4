//! curl's ranges and conditions over HTTPS, by HTTP/1.1 and HTTP/2, on one connection each.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::served::{FILM_BYTES, HOST, Served, certificate, program};

const LAST: usize = FILM_BYTES - 1;

/// A request, and what RFC 9110 says of its answer.
struct Case {
    /// Lines of curl's configuration.
    asks: String,
    status: u16,
    /// `Content-Range`.
    range: String,
    /// The part of the film that is the body; `None` where it is something else.
    body: Option<std::ops::Range<usize>>,
}

/// RFC 9110, 14.1.2: a range and the bytes that it means.
fn ranges() -> Vec<Case> {
    let part = |range: &str, first: usize, last: usize| Case {
        asks: format!("range = \"{range}\"\n"),
        status: 206,
        range: format!("bytes {first}-{last}/{FILM_BYTES}"),
        body: Some(first..last + 1),
    };
    let mut cases = vec![
        part("0-0", 0, 0),
        part("0-", 0, LAST),
        part("-1", LAST, LAST),
        part("-16385", FILM_BYTES - 16_385, LAST),
        part(&format!("-{}", FILM_BYTES + 1), 0, LAST),
        part(&format!("{LAST}-"), LAST, LAST),
        part(&format!("{LAST}-{}", LAST + 1), LAST, LAST),
        part(&format!("1-{}", u64::MAX), 1, LAST),
    ];
    // Around what is a record, a page, a window, and a read of the disk.
    for unit in [4096, 16_384, 65_535, 65_536, 262_144, 1 << 20] {
        cases.push(part(&format!("{}-{}", unit - 1, unit + 1), unit - 1, unit + 1));
        cases.push(part(&format!("1-{unit}"), 1, unit));
    }
    cases
}

/// RFC 9110, 13.2.2 and 15.5.17: what is not a part of the film.
fn others(tag: &str) -> Vec<Case> {
    let header = |lines: &[&str]| -> String {
        lines.iter().map(|line| format!("header = \"{}\"\n", line.replace('"', "\\\""))).collect()
    };
    let case = |asks: String, status, range: &str, body| Case { asks, status, range: range.into(), body };
    let whole = Some(0..FILM_BYTES);
    let first = format!("bytes 0-9/{FILM_BYTES}");
    vec![
        case(String::new(), 200, "", whole.clone()),
        case("head\n".into(), 200, "", None),
        case(format!("range = \"{FILM_BYTES}-\"\n"), 416, &format!("bytes */{FILM_BYTES}"), None),
        case("range = \"5-4\"\n".into(), 200, "", whole.clone()),
        case(header(&["Range: bytes=0-9", &format!("If-Range: {tag}")]), 206, &first, Some(0..10)),
        case(header(&["Range: bytes=0-9", "If-Range: \"other\""]), 200, "", whole),
        case(header(&[&format!("If-None-Match: {tag}")]), 304, "", None),
        case(header(&["If-Match: \"other\""]), 412, "", None),
    ]
}

/// Runs curl with `config`.
fn curl(curl: &Path, served: &Served, config: &str) -> Output {
    let file = served.folder.path().join("curl.conf");
    std::fs::write(&file, config).unwrap();
    // Not the configuration of whoever runs the test.
    Command::new(curl).arg("-q").arg("--config").arg(file).output().unwrap()
}

/// What every request needs.
fn common(served: &Served, version: &str) -> String {
    let port = served.address.port();
    format!(
        "url = \"{}\"\nresolve = \"{HOST}:{port}:127.0.0.1\"\ncacert = \"{}\"\n{version}\nsilent\nmax-time = 20\n",
        served.url(),
        certificate("root.pem").display()
    )
}

/// The film's tag.
fn tag(program: &Path, served: &Served) -> String {
    let config = common(served, "http1.1") + "head\nwrite-out = \"%header{etag}\"\noutput = /dev/null\n";
    String::from_utf8(curl(program, served, &config).stdout).unwrap()
}

/// Has curl ask for all `cases` in one run, and compares.
fn check(program: &Path, served: &Served, (version, number): (&str, &str), cases: &[Case]) {
    let mut config = String::new();
    let out = |case: usize| served.folder.path().join(format!("{number}-{case}"));
    for (number, case) in cases.iter().enumerate() {
        let told = "%{http_code} %{http_version} %{num_connects} %header{content-range}\\n";
        config += &common(served, version);
        writeln!(config, "{}output = \"{}\"\nwrite-out = \"{told}\"\nnext", case.asks, out(number).display())
            .unwrap();
    }
    let output = curl(program, served, config.trim_end_matches("next\n"));
    assert!(output.status.success(), "{version}: {output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told.lines().count(), cases.len(), "{told}");
    for ((case, told), at) in cases.iter().zip(told.lines()).zip(0..) {
        // All on the connection of the first.
        let expected = format!("{} {number} {} {}", case.status, u8::from(at == 0), case.range);
        assert_eq!(told, expected, "{version}: {}", case.asks);
        let Some(range) = &case.body else { continue };
        let body = std::fs::read(out(at)).unwrap();
        assert!(body == served.film[range.clone()], "{version}: {}: {} bytes", case.asks, body.len());
    }
}

#[test]
fn every_range_has_the_bytes_of_the_file() {
    let Some(curl) = program("curl", "bin") else { return };
    let served = Served::start();
    let tag = tag(&curl, &served);
    let cases: Vec<Case> = ranges().into_iter().chain(others(&tag)).collect();
    for version in [("http1.1", "1.1"), ("http2", "2")] {
        check(&curl, &served, version, &cases);
    }
}

#[test]
fn every_suite_of_tls_1_3_is_spoken_and_no_older_version() {
    let Some(program) = program("curl", "bin") else { return };
    let served = Served::start();
    for suite in ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"] {
        let config = common(&served, "http1.1") + &format!("tls13-ciphers = {suite}\n");
        assert!(curl(&program, &served, &config).stdout == served.film, "{suite}");
    }
    let refused = curl(&program, &served, &(common(&served, "http1.1") + "tls-max = 1.2\n"));
    // CURLE_SSL_CONNECT_ERROR
    assert_eq!(refused.status.code(), Some(35), "{refused:?}");
}
