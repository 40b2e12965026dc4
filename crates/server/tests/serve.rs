//! The whole stack: a film is prepared by one process and served by another; every address that the API names works.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use support::{Server, film, matinee, prepare};

/// An answer of the server.
struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

/// One request on a connection of its own (RFC 9112), with the header fields and the body that follow its first lines.
fn request(server: &Server, method: &str, path: &str, rest: &str) -> Answer {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let rest = if rest.contains("\r\n\r\n") { rest.to_owned() } else { format!("{rest}\r\n") };
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{rest}").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, headers: head.to_lowercase(), body: bytes[end + 4..].to_vec() }
}

#[test]
fn a_prepared_film_is_served_whole() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let film = film(folder.path());
    let prepared = support::json(&prepare(&data, &film));
    let server = Server::start(&data);

    let grant_path = format!("/api/titles/{}/play", prepared["id"].as_str().unwrap());
    let grant: Value =
        serde_json::from_slice(&request(&server, "POST", &grant_path, "Content-Length: 0\r\n").body).unwrap();
    assert_eq!((&grant["hls_url"], &grant["dash_url"]), (&prepared["hls"], &prepared["dash"]));

    for path in [&grant["hls_url"], &grant["dash_url"], &grant["title"]["poster_url"]] {
        let answer = request(&server, "GET", path.as_str().unwrap(), "");
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            answer.headers.contains("cache-control: public, max-age=31536000, immutable"),
            "{}",
            answer.headers
        );
    }
    let base = grant["base_url"].as_str().unwrap();
    for kind in ["video", "audio"] {
        let track = if kind == "video" { &grant["video"]["tracks"][0] } else { &grant["audio"][0] };
        let offsets: Vec<u64> =
            track["offsets"].as_array().unwrap().iter().map(|o| o.as_u64().unwrap()).collect();
        let path = format!("{base}{}", track["path"].as_str().unwrap());
        let whole = request(&server, "GET", &path, "").body;
        assert_eq!(
            whole.len() as u64,
            *offsets.last().unwrap(),
            "{kind}: the segments end where the file ends"
        );
        let (first, next) = (offsets[0] as usize, offsets[1] as usize);
        let answer = request(&server, "GET", &path, &format!("Range: bytes={first}-{}\r\n", next - 1));
        assert_eq!((answer.status, &answer.body[..]), (206, &whole[first..next]));
        assert_eq!(&answer.body[4..8], b"moof", "{kind}: a segment begins with its fragment");
        let beyond = request(&server, "GET", &path, &format!("Range: bytes={}-\r\n", whole.len()));
        assert_eq!(beyond.status, 416);
    }
    assert_eq!(request(&server, "GET", &format!("{base}nothing.mp4"), "").status, 404);
    assert_eq!(request(&server, "GET", "/media/../matinee.db", "").status, 404);
    a_licence_is_given_for_it_once_it_is_protected(&data, &film);
}

/// Posts JSON, with header fields.
fn posted(server: &Server, path: &str, headers: &str, body: &Value) -> Answer {
    let body = body.to_string();
    request(server, "POST", path, &format!("{headers}Content-Length: {}\r\n\r\n{body}", body.len()))
}

/// Prepares it again, which is a matter of seconds.
fn a_licence_is_given_for_it_once_it_is_protected(data: &Path, film: &Path) {
    let mut again = matinee(data);
    again.arg("prepare").arg(film).args(["--title", "Test Film", "--protection", "cbcs", "--json"]);
    let prepared = support::json(&again.output().unwrap());
    let server = Server::start(data);
    let path = format!("/api/titles/{}", prepared["id"].as_str().unwrap());
    let device = json!({ "device": "tv", "profile": "kids", "security": "software" });
    let grant = posted(&server, &format!("{path}/play"), "", &device);
    let grant: Value = serde_json::from_slice(&grant.body).unwrap();
    let key_id = grant["video"]["tracks"][0]["protection"]["key_ids"][0].as_str().unwrap();
    let key_id = u128::from_str_radix(key_id, 16).unwrap().to_be_bytes();
    let wanted = json!({ "kids": [URL_SAFE_NO_PAD.encode(key_id)], "type": "temporary" });
    let token = grant["protection"]["token"].as_str().unwrap();
    let headers = format!("Authorization: Bearer {token}\r\nMatinee-Device: tv\r\nMatinee-Profile: kids\r\n");
    let licence = posted(&server, &format!("{path}/licences/clearkey"), &headers, &wanted);
    let keys: Value = serde_json::from_slice(&licence.body).unwrap();
    assert_eq!((licence.status, &keys["keys"][0]["kid"]), (200, &wanted["kids"][0]), "{keys}");
    assert_eq!(URL_SAFE_NO_PAD.decode(keys["keys"][0]["k"].as_str().unwrap()).unwrap().len(), 16);
}

#[test]
fn the_report_tells_how_a_title_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    support::json(&prepare(&data, &film(folder.path())));
    let report = support::json(&matinee(&data).args(["report", "Test Film", "--json"]).output().unwrap());
    assert_eq!(report["title"], "Test Film");
    let page = folder.path().join("report.html");
    let status = matinee(&data).args(["report", "Test Film", "--html"]).arg(&page).status().unwrap();
    assert!(status.success());
    assert!(std::fs::read_to_string(page).unwrap().contains("<svg"));
    let missing = matinee(&data).args(["report", "No Such Film"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("matinee list"));
}
