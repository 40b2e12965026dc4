//! HTTP/3, with h3's client on the other side.

use super::support::{FILE_BYTES, PATIENCE, Running, SHORT, bodies, get, has_way};
use super::tls::usual;
use bytes::{Buf as _, Bytes};
use h3::client::{RequestStream, SendRequest};
use h3_quinn::{BidiStream, OpenStreams};
use http::{Method, Request, StatusCode};
use listen::{Limits, Options};
use quinn::crypto::rustls::QuicClientConfig;
use std::sync::Arc;
use tokio::time::timeout;

type Client = SendRequest<OpenStreams, Bytes>;
type Stream = RequestStream<BidiStream<Bytes>, Bytes>;
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A connection, before HTTP/3 is spoken on it; its endpoint lives with it.
pub(crate) async fn connected(server: &Running) -> (quinn::Connection, quinn::Endpoint) {
    let mut config = (*usual()).clone();
    config.alpn_protocols = vec![b"h3".to_vec()];
    let config = quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(config).unwrap()));
    let endpoint = quinn::Endpoint::client("127.0.0.1:0".parse().unwrap()).unwrap();
    let connection = endpoint.connect_with(config, server.address, "first.test").unwrap().await.unwrap();
    (connection, endpoint)
}

/// A client; its endpoint lives with it.
async fn client(server: &Running) -> (Client, quinn::Endpoint) {
    let (connection, endpoint) = connected(server).await;
    let (mut driver, client) = h3::client::new(h3_quinn::Connection::new(connection)).await.unwrap();
    tokio::spawn(async move { driver.wait_idle().await });
    (client, endpoint)
}

async fn asked(client: &mut Client, method: Method, path: &str) -> Result<Stream> {
    let request = Request::builder().method(method).uri(format!("https://first.test{path}")).body(())?;
    let mut stream = client.send_request(request).await?;
    stream.finish().await?;
    Ok(stream)
}

async fn answer(stream: &mut Stream) -> Result<(http::Response<()>, Vec<u8>)> {
    let response = stream.recv_response().await?;
    let mut body = Vec::new();
    while let Some(mut data) = stream.recv_data().await? {
        while data.has_remaining() {
            let chunk = data.chunk().len();
            body.extend_from_slice(data.chunk());
            data.advance(chunk);
        }
    }
    Ok((response, body))
}

async fn got(client: &mut Client, path: &str) -> Result<(http::Response<()>, Vec<u8>)> {
    answer(&mut asked(client, Method::GET, path).await?).await
}

/// Posts `bytes` to `/read`, said to be `length`; gives the answer's status and body.
pub(crate) async fn posted(server: &Running, bytes: Vec<u8>, length: usize) -> Result<(StatusCode, Vec<u8>)> {
    let (mut client, _endpoint) = client(server).await;
    let request = Request::post("https://first.test/read").header("content-length", length).body(())?;
    let mut stream = client.send_request(request).await?;
    // A server that refuses stops it.
    if stream.send_data(Bytes::from(bytes)).await.is_ok() {
        let _ = stream.finish().await;
    }
    let (response, body) = answer(&mut stream).await?;
    Ok((response.status(), body))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_of_every_kind_come_whole() {
    let server = Running::http3(Options::default());
    let (mut client, _endpoint) = client(&server).await;
    for (path, expected) in bodies() {
        let (response, body) = got(&mut client, path).await.unwrap();
        assert_eq!((response.status(), body == expected), (StatusCode::OK, true), "{path}");
        assert!(response.headers().contains_key("date"));
        assert_eq!(server.done(), (path.to_owned(), expected.len() as u64));
        let request = server.asked.recv().unwrap();
        assert!(has_way(&request));
        assert_eq!(
            (request.uri.to_string(), &request.headers["host"]),
            (path.into(), &"first.test".parse().unwrap())
        );
    }
    let (head, body) = answer(&mut asked(&mut client, Method::HEAD, "/file").await.unwrap()).await.unwrap();
    assert_eq!(
        (&head.headers()["content-length"], body.len()),
        (&FILE_BYTES.to_string().parse().unwrap(), 0)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_breaks_off_is_reset_and_the_others_go_on() {
    let server = Running::http3(Options::default());
    let (mut client, _endpoint) = client(&server).await;
    for path in ["/short", "/broken", "/long", "/beyond"] {
        let broken = got(&mut client, path).await;
        assert!(broken.is_err(), "{path}: {broken:?}");
        assert_eq!(server.done().0, path);
        assert_eq!(got(&mut client, "/fine").await.unwrap().1, b"/fine");
        assert_eq!(server.done(), ("/fine".into(), 5));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_progress_is_answered_before_the_end() {
    let mut server = Running::http3(Options::default());
    let (mut client, _endpoint) = client(&server).await;
    let mut other = client.clone();
    let waits = tokio::spawn(async move { got(&mut other, "/wait").await });
    while server.asked.try_recv().is_err() {
        tokio::task::yield_now().await;
    }
    server.stop();
    // Whoever is told to go asks no more, though the connection is there still.
    let refused = async { while got(&mut client, "/more").await.is_ok() {} };
    timeout(PATIENCE, refused).await.unwrap();
    server.go.send(()).await.unwrap();
    assert_eq!(waits.await.unwrap().unwrap().1, b"/wait");
    server.ended();
    assert!(got(&mut client, "/late").await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_on_its_way_arrives_before_the_end() {
    let mut server = Running::http3(Options::default());
    let (mut client, _endpoint) = client(&server).await;
    let mut slow = asked(&mut client, Method::GET, "/file").await.unwrap();
    slow.recv_response().await.unwrap();
    server.stop();
    // The last of it, which is more than the client has room for, leaves this process long before it arrives.
    let mut bytes = 0;
    while let Some(data) = slow.recv_data().await.unwrap() {
        bytes += data.remaining();
    }
    assert_eq!(bytes, FILE_BYTES);
    server.ended();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_nothing_is_reset() {
    let limits = Limits { stall: SHORT, ..Limits::default() };
    let server = Running::http3(Options { limits, ..Options::default() });
    let (mut client, _endpoint) = client(&server).await;
    // Its window is full long before the file is.
    let mut unread = asked(&mut client, Method::GET, "/file").await.unwrap();
    let (path, bytes) = tokio::task::block_in_place(|| server.done());
    assert!(path == "/file" && bytes < FILE_BYTES as u64, "{bytes}");
    assert!(timeout(PATIENCE, answer(&mut unread)).await.unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_without_end_ends_the_connection() {
    let server = Running::http3(Options::default());
    let (connection, _endpoint) = connected(&server).await;
    let mut control = connection.open_uni().await.unwrap();
    // A control stream whose SETTINGS have 2^40 bytes (RFC 9114, 6.2.1, 7.2.4).
    control.write_all(&[0, 4, 0xc0, 0, 1, 0, 0, 0, 0, 0]).await.unwrap();
    let mut sent = 0;
    while sent < 1 << 30 && control.write_all(&[0; 64 << 10]).await.is_ok() {
        sent += 64 << 10;
    }
    assert!(sent < 1 << 30, "all of {sent} bytes were taken");
}

#[test]
fn who_comes_over_tcp_is_told() {
    let server = Running::http3(Options::default());
    let told = format!("alt-svc: h3=\":{}\"; ma=86400\r\n", server.address.port());
    assert!(super::tls::got(&server, "/a").head.contains(&told));
    let plain = Running::new(Options::default());
    assert!(!plain.sent(get("/a")).answer().head.contains("alt-svc"));
}
