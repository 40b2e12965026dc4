//! The edge behind a real server and socket: what arrives is what is stored, byte for byte.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use bytes::Bytes;
use edge::Edge;
use stdx::clock::ManualClock;
use store::{Key, Local, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Serves an object of `bytes` at `/media/film.mp4`; gives the address.
async fn serve(folder: &std::path::Path, bytes: Bytes) -> std::net::SocketAddr {
    let store = Local::open(folder).await.unwrap();
    store.put(&Key::new("packages/film.mp4").unwrap(), bytes).await.unwrap();
    let edge = Edge::origin(Arc::new(store), Key::new("packages").unwrap(), Arc::new(ManualClock::default()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().nest_service("/media", edge);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Head and body of the answer to a request as it is on the wire.
async fn exchange(address: std::net::SocketAddr, line: &str, headers: &str) -> (String, Vec<u8>) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!("{line} HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n{headers}\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
}

#[tokio::test]
async fn bytes_arrive_as_they_are_stored() {
    let folder = tempfile::tempdir().unwrap();
    // Three pieces of a stream and a little, in a pattern that shows a shift.
    let length = 3 * store::CHUNK_BYTES + 17;
    let bytes: Bytes = (0..length).map(|i| (i / 253) as u8 ^ i as u8).collect::<Vec<_>>().into();
    let address = serve(folder.path(), bytes.clone()).await;

    let (head, body) = exchange(address, "GET /media/film.mp4", "").await;
    assert!(
        head.starts_with("HTTP/1.1 200 ") && head.contains(&format!("content-length: {length}")),
        "{head}"
    );
    assert!(body == bytes, "the whole object");

    let (first, last) = (store::CHUNK_BYTES - 3, 2 * store::CHUNK_BYTES + 5);
    let (head, body) =
        exchange(address, "GET /media/film.mp4", &format!("Range: bytes={first}-{last}\r\n")).await;
    assert!(head.starts_with("HTTP/1.1 206 "), "{head}");
    assert!(head.contains(&format!("content-range: bytes {first}-{last}/{length}")), "{head}");
    assert!(body == bytes[first as usize..=last as usize], "a part of it");

    let (head, body) = exchange(address, "HEAD /media/film.mp4", "").await;
    assert!(head.contains(&format!("content-length: {length}")) && body.is_empty(), "{head}");
}

#[tokio::test]
async fn paths_as_only_a_raw_client_sends_them_lead_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), "secret").unwrap();
    let address = serve(folder.path(), "film".into()).await;
    for path in [
        "/media/../secret",
        "/media/../../secret",
        "/media/%2e%2e/secret",
        "/media/..%2fsecret",
        "/media//secret",
        "/media/film.mp4%00",
    ] {
        let (head, body) = exchange(address, &format!("GET {path}"), "").await;
        assert!(head.starts_with("HTTP/1.1 404 "), "{path}: {head}");
        assert!(!body.ends_with(b"secret"), "{path}");
    }
}
