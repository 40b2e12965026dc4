//! `matinee serve` by HTTP/3: pages, API and media, with h3's client on the other side.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use h3::client::SendRequest;
use h3_quinn::OpenStreams;
use hyper::Request;
use hyper::body::{Buf as _, Bytes};
use quinn::crypto::rustls::QuicClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use support::{Server, certificate};

/// Starts until a port is free for TCP and UDP.
const STARTS_MAX: usize = 10;

const FILM: &[u8] = b"not much of a film";

fn served(data: &Path) -> Server {
    let films = data.join("objects/packages/0f");
    std::fs::create_dir_all(&films).unwrap();
    std::fs::write(films.join("film.mp4"), FILM).unwrap();
    let set = |name: &str, file: &str| format!("serve.{name}={}", certificate(file).display());
    let (chain, key) = (set("certificate", "first.pem"), set("key", "first-key.pem"));
    let settings = ["serve.tls_listen=127.0.0.1:0", &chain, &key];
    (0..STARTS_MAX).find_map(|_| Server::try_start(data, &settings)).unwrap()
}

fn config() -> quinn::ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate("root.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = builder.unwrap().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h3".to_vec()];
    quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(config).unwrap()))
}

type Client = SendRequest<OpenStreams, Bytes>;

/// Status and body of an answer.
async fn asked(client: &mut Client, line: &str, range: &str, body: &[u8]) -> (u16, String) {
    let (method, path) = line.split_once(' ').unwrap();
    let request = Request::builder().method(method).uri(format!("https://first.test{path}"));
    let request = request.header("range", range).body(()).unwrap();
    let mut stream = client.send_request(request).await.unwrap();
    if !body.is_empty() {
        stream.send_data(Bytes::copy_from_slice(body)).await.unwrap();
    }
    stream.finish().await.unwrap();
    let response = stream.recv_response().await.unwrap();
    let mut all = Vec::new();
    while let Some(mut data) = stream.recv_data().await.unwrap() {
        all.extend_from_slice(&data.copy_to_bytes(data.remaining()));
    }
    (response.status().as_u16(), String::from_utf8(all).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_api_and_media_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let server = served(&folder.path().join("data"));
    let endpoint = quinn::Endpoint::client("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = server.secure.as_ref().unwrap().parse().unwrap();
    let connection = endpoint.connect_with(config(), address, "first.test").unwrap().await.unwrap();
    let (mut driver, mut client) = h3::client::new(h3_quinn::Connection::new(connection)).await.unwrap();
    tokio::spawn(async move { driver.wait_idle().await });
    for (line, range, body, status, expected) in [
        ("GET /", "", b"".as_slice(), 200, "<title>Matinee"),
        ("GET /media/0f/film.mp4", "bytes=4-7", b"", 206, "much"),
        ("GET /healthz", "", b"", 200, "{\"status\":\"ok\"}"),
        ("POST /api/titles/none/play", "", b"{}", 404, "title_not_found"),
        ("POST /api/titles/none/play", "", b"[", 400, "play_request_malformed"),
        ("POST /api/titles/none/play", "", &[b' '; 70_000], 413, "body_too_large"),
        ("POST /media/0f/film.mp4", "", b"more", 405, "objects can only be read"),
    ] {
        let (got, text) = asked(&mut client, line, range, body).await;
        assert!(got == status && text.contains(expected), "{line}: {got}, {text}");
    }
}
