//! `matinee serve` on real sockets: pages, API and media in the clear and under TLS, by HTTP/1.1 and HTTP/2.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "the test starts the programs that a user would start")]

mod support;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use support::{Server, certificate, matinee};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// What revokes; fewer characters are no token.
const OPERATOR: &str = "an operator of tests alone";

/// A session that nobody has.
const SESSION: &str = "0a6c4a3bd0f94d1e8a33c2b47d5e9f01";

/// What the API takes of a body, as `crates/control/src/api.rs` says.
const BODY_BYTES_MAX: usize = 64 << 10;

/// Bytes of the file below `/media/0f/film.mp4`: more than sockets hold.
const FILM_BYTES: usize = 64 << 20;

/// How requests come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Clear,
    Tls,
    Http2,
}

fn byte(at: usize) -> u8 {
    (at / 251) as u8 ^ at as u8
}

/// A data folder with something to serve, and a server of it.
fn served(folder: &Path) -> Server {
    let data = folder.join("data");
    let films = data.join("objects/packages/0f");
    std::fs::create_dir_all(&films).unwrap();
    std::fs::write(films.join("film.mp4"), (0..FILM_BYTES).map(byte).collect::<Vec<u8>>()).unwrap();
    let set = |name: &str, value: &Path| format!("serve.{name}={}", value.display());
    let (chain, key) = (set("certificate", &folder.join("site.pem")), set("key", &folder.join("site.key")));
    put_certificate(folder, "first");
    let operator = format!("serve.operator_token={OPERATOR}");
    Server::start_with(&data, &["serve.tls_listen=127.0.0.1:0", "serve.http3=false", &chain, &key, &operator])
}

/// Puts the certificate for `name.test` where the server of [`served`] reads it.
fn put_certificate(folder: &Path, name: &str) {
    std::fs::copy(certificate(&format!("{name}.pem")), folder.join("site.pem")).unwrap();
    std::fs::copy(certificate(&format!("{name}-key.pem")), folder.join("site.key")).unwrap();
}

/// A connection under TLS with whoever says to be `name`.
async fn secured(
    server: &Server,
    name: &'static str,
    protocol: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate("root.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(server.secure.as_ref().unwrap()).await.unwrap();
    TlsConnector::from(Arc::new(config)).connect(name.try_into().unwrap(), stream).await
}

/// The answer to a request, on a connection of its own.
async fn asked(
    server: &Server,
    way: Way,
    line: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Response<Bytes> {
    let (method, path) = line.split_once(' ').unwrap();
    let target = if way == Way::Http2 { format!("https://first.test{path}") } else { path.to_owned() };
    let mut request = Request::builder().method(method).uri(target);
    if way != Way::Http2 {
        request = request.header("host", "first.test");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::copy_from_slice(body))).unwrap();
    let response = match way {
        Way::Clear => {
            let stream = TcpStream::connect(&server.address).await.unwrap();
            let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            client.send_request(request).await
        }
        Way::Tls => {
            let stream = secured(server, "first.test", b"http/1.1").await.unwrap();
            let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            client.send_request(request).await
        }
        Way::Http2 => {
            let stream = secured(server, "first.test", b"h2").await.unwrap();
            let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
            let (mut client, connection) = handshake.unwrap();
            tokio::spawn(connection);
            client.send_request(request).await
        }
    };
    let (parts, body) = response.unwrap().into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

fn json(answer: &Response<Bytes>) -> Value {
    assert_eq!(answer.headers()["content-type"], "application/json");
    serde_json::from_slice(answer.body()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_api_and_media_are_served_in_every_way() {
    let folder = tempfile::tempdir().unwrap();
    let server = served(folder.path());
    for way in [Way::Clear, Way::Tls, Way::Http2] {
        page(&server, way).await;
        api(&server, way).await;
        media(&server, way).await;
    }
}

async fn page(server: &Server, way: Way) {
    let whole = asked(server, way, "GET /", &[], b"").await;
    assert_eq!(
        (whole.status().as_u16(), &whole.headers()["content-type"]),
        (200, &"text/html; charset=utf-8".parse().unwrap())
    );
    assert!(whole.headers().contains_key("content-security-policy") && whole.headers().contains_key("date"));
    assert!(!whole.headers().contains_key("strict-transport-security"), "{way:?}: http goes on as well");
    let head = asked(server, way, "HEAD /", &[], b"").await;
    assert_eq!(head.headers()["content-length"], whole.body().len().to_string());
    assert!(head.body().is_empty());
    let tag = whole.headers()["etag"].to_str().unwrap();
    let same = asked(server, way, "GET /", &[("if-none-match", tag)], b"").await;
    assert_eq!(same.status(), 304);
    assert_eq!(
        same.headers().get("content-length"),
        None,
        "{way:?}: not that of the page, so none (RFC 9110, 8.6)"
    );
}

async fn api(server: &Server, way: Way) {
    let authorization = format!("Bearer {OPERATOR}");
    let headers = [("authorization", authorization.as_str())];
    let body = format!("{{\"subject\": \"{SESSION}\"}}");
    let revoked = asked(server, way, "POST /api/revocations", &headers, body.as_bytes()).await;
    assert_eq!((revoked.status().as_u16(), &json(&revoked)["subject"]), (200, &SESSION.into()), "{way:?}");
    let line = format!("DELETE /api/revocations/{SESSION}");
    assert_eq!(asked(server, way, &line, &headers, b"").await.status(), 204, "{way:?}");
    for (line, length, status, code) in [
        ("POST /api/titles/none/licences/clearkey", BODY_BYTES_MAX, 401, "token_missing"),
        ("POST /api/titles/none/licences/clearkey", BODY_BYTES_MAX + 1, 413, "body_too_large"),
        ("PUT /api/titles", 10, 405, "method_not_allowed"),
        ("POST /api/titles/none/play", 0, 404, "title_not_found"),
    ] {
        let got = asked(server, way, line, &[], &vec![b' '; length]).await;
        let expected = (status, Value::from(code));
        assert_eq!(
            (got.status().as_u16(), json(&got)["error"]["code"].clone()),
            expected,
            "{way:?}: {line}, {length} bytes"
        );
    }
}

async fn media(server: &Server, way: Way) {
    let (first, last) = (1_000_003, 3_000_000);
    let range = format!("bytes={first}-{last}");
    let part = asked(server, way, "GET /media/0f/film.mp4", &[("range", &range)], b"").await;
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], format!("bytes {first}-{last}/{FILM_BYTES}"));
    assert!(part.body().iter().copied().eq((first..=last).map(byte)), "{way:?}");
    for (line, status) in
        [("GET /media/0f/none.mp4", 404), ("POST /media/0f/film.mp4", 405), ("GET /media", 404)]
    {
        let got = asked(server, way, line, &[], b"").await;
        assert_eq!(
            (got.status().as_u16(), &got.headers()["access-control-allow-origin"]),
            (status, &"*".parse().unwrap()),
            "{way:?}: {line}"
        );
    }
    assert_eq!(asked(server, way, "GET /mediathek", &[], b"").await.status(), 200, "a route of the page");
}

/// What comes for `bytes` until the server closes.
fn raw(server: &Server, bytes: &str) -> String {
    let mut stream = std::net::TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    all
}

#[test]
fn bodies_may_come_in_chunks_and_nothing_is_smuggled_behind_them() {
    let folder = tempfile::tempdir().unwrap();
    let server = served(folder.path());
    let post = |framing: &str, body: &str| {
        format!(
            "POST /api/revocations HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {OPERATOR}\r\n{framing}\r\n\r\n{body}"
        )
    };
    let last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let chunks =
        format!("c\r\n{{\"subject\":\"\r\n0022;x=y\r\n{SESSION}\"}}\r\n0\r\nContent-Length: 9\r\n\r\n");
    let all = raw(&server, &(post("Transfer-Encoding: chunked", &chunks) + last));
    assert!(
        all.contains("HTTP/1.1 200 OK\r\n") && all.contains(&format!("{{\"subject\":\"{SESSION}\"")),
        "{all}"
    );
    assert!(all.ends_with("{\"status\":\"ok\"}"), "the next request is the one behind the chunks: {all}");
    let too_long = format!("{:x}\r\n{}\r\n0\r\n\r\n", BODY_BYTES_MAX + 1, " ".repeat(BODY_BYTES_MAX + 1));
    for (framing, body, status, code) in [
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n", 400, ""),
        ("Content-Length: 5\r\nContent-Length: 5", "12345", 400, ""),
        ("Transfer-Encoding: chunked", "5 \r\n12345\r\n0\r\n\r\n", 400, "body_broken"),
        ("Transfer-Encoding: chunked", &too_long, 413, "body_too_large"),
        ("Content-Length: 65537\r\nExpect: 100-continue", "", 413, "body_too_large"),
    ] {
        let all = raw(&server, &(post(framing, body) + last));
        assert!(all.starts_with(&format!("HTTP/1.1 {status} ")) && all.contains(code), "{framing:?}: {all}");
        assert_eq!(all.matches("HTTP/1.1").count(), 1, "{framing:?}: nothing more is answered: {all}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewed_certificate_is_shown_after_sighup_and_no_connection_ends() {
    let folder = tempfile::tempdir().unwrap();
    let server = served(folder.path());
    let stream = secured(&server, "first.test", b"http/1.1").await.unwrap();
    let (mut before, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    assert!(secured(&server, "second.test", b"h2").await.is_err(), "it is not that one yet");
    put_certificate(folder.path(), "second");
    server.signal("HUP");
    // The signal is taken when it is taken; there is nobody to ask but the server.
    let renewed = async { while secured(&server, "second.test", b"h2").await.is_err() {} };
    tokio::time::timeout(PATIENCE, renewed).await.unwrap();
    let request =
        Request::get("/healthz").header("host", "first.test").body(Full::new(Bytes::new())).unwrap();
    assert_eq!(before.send_request(request).await.unwrap().status(), 200);
}

#[test]
fn what_is_in_progress_ends_before_the_server_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = served(folder.path());
    let mut stream = std::net::TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET /media/0f/film.mp4 HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    stream.read_exact(&mut [0]).unwrap();
    let idle = std::net::TcpStream::connect(&server.address).unwrap();
    server.signal("TERM");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    let body = rest.len() - FILM_BYTES;
    assert!(
        rest[..body].ends_with(b"\r\n\r\n") && rest[body..].iter().copied().eq((0..FILM_BYTES).map(byte))
    );
    assert!(server.child.wait().unwrap().success(), "it ends in order");
    drop(idle);
}

#[test]
fn who_has_no_certificate_outlasts_sighup() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&folder.path().join("data"));
    for name in ["HUP", "TERM"] {
        server.signal(name);
    }
    assert!(server.child.wait().unwrap().success(), "it ends in order");
}

#[test]
fn what_is_missing_for_https_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let set = |name: &str, value: &Path| format!("serve.{name}={}", value.display());
    let chain = set("certificate", &certificate("first.pem"));
    let no_file = set("certificate", &folder.path().join("none.pem"));
    for (settings, expected) in [
        (vec!["serve.tls_listen=127.0.0.1:0"], "serve.certificate"),
        (vec!["serve.tls_listen=127.0.0.1:0", &chain], "serve.certificate names 1 files and serve.key 0"),
        (vec!["serve.tls_listen=127.0.0.1:0", "serve.key=x", &no_file], "none.pem"),
        (vec!["serve.listen="], "neither serve.listen nor serve.tls_listen"),
        (vec!["serve.listen=", &chain], "nothing listens for HTTPS, though serve.certificate is set"),
        (vec!["serve.listen=192.0.2.1:0"], "listening on 192.0.2.1:0 (setting serve.listen)"),
    ] {
        let mut command = matinee(&data);
        command.args(settings.iter().flat_map(|setting| ["--set", setting])).arg("serve");
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.contains(expected), "{settings:?}: {said}");
    }
}

/// What curl makes of `arguments`: status and body. `None` where there is no curl.
fn curl(server: &Server, arguments: &[&str], path: &str) -> Option<(String, String)> {
    let address = server.secure.as_ref().unwrap();
    let port = address.rsplit_once(':').unwrap().1;
    let output = Command::new("curl")
        .args([
            "-q",
            "--silent",
            "--max-time",
            "20",
            "--write-out",
            "\n%{http_code} %{http_version}",
            "--cacert",
        ])
        .arg(certificate("root.pem"))
        .args(["--resolve", &format!("first.test:{port}:127.0.0.1")])
        .args(["--header", &format!("Authorization: Bearer {OPERATOR}")])
        .args(arguments)
        .arg(format!("https://first.test:{port}{path}"))
        .output()
        .ok()?;
    let said = String::from_utf8(output.stdout).unwrap();
    let (body, status) = said.rsplit_once('\n').unwrap();
    Some((status.to_owned(), body.to_owned()))
}

#[test]
fn curl_is_served_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let server = served(folder.path());
    let long = folder.path().join("long");
    std::fs::write(&long, " ".repeat(2 << 20)).unwrap();
    let (body, long) = (format!("{{\"subject\": \"{SESSION}\"}}"), format!("@{}", long.display()));
    let chunked = "Transfer-Encoding: chunked";
    for (arguments, expected, holds) in [
        (vec!["--http1.1", "--data", &body], "200 1.1", SESSION),
        (vec!["--http1.1", "--header", chunked, "--data", &body], "200 1.1", SESSION),
        (vec!["--http1.1", "--header", "Expect: 100-continue", "--data", &body], "200 1.1", SESSION),
        (vec!["--http2", "--data", &body], "200 2", SESSION),
        (vec!["--http1.1", "--data-binary", &long], "413 1.1", "body_too_large"),
    ] {
        let Some((status, got)) = curl(&server, &arguments, "/api/revocations") else {
            eprintln!("SKIPPED: there is no curl: what it makes of the server was not tried");
            return;
        };
        assert!(status == expected && got.contains(holds), "{arguments:?}: {status}, {got}");
    }
}
