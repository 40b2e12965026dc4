//! HTTP/2, with hyper's client on the other side.

use super::support::{FILE_BYTES, Running, SHORT, bodies, has_way, part};
use super::tls::usual;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use listen::{Limits, Options};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

type Client = SendRequest<Empty<Bytes>>;

/// A client, and how its connection ends.
async fn client(server: &Running) -> (Client, JoinHandle<hyper::Result<()>>) {
    connected(server).await
}

/// The same for bodies of any kind.
async fn connected<B>(server: &Running) -> (SendRequest<B>, JoinHandle<hyper::Result<()>>)
where
    B: hyper::body::Body<Data = Bytes, Error = Infallible> + Send + Unpin + 'static,
{
    let mut config = (*usual()).clone();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let stream = TcpStream::connect(server.address).await.unwrap();
    let name = "first.test".try_into().unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (client, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    (client, tokio::spawn(connection))
}

async fn asked(client: &mut Client, method: Method, path: &str) -> hyper::Result<Response<Incoming>> {
    let request = Request::builder().method(method).uri(format!("https://first.test{path}"));
    client.send_request(request.body(Empty::new()).unwrap()).await
}

async fn body(response: Response<Incoming>) -> hyper::Result<Bytes> {
    Ok(response.into_body().collect().await?.to_bytes())
}

/// Posts `bytes` to `/read`, with or without a word of how many they are; gives the answer's status and body.
pub(crate) async fn posted(server: &Running, bytes: Vec<u8>, says_length: bool) -> (StatusCode, Bytes) {
    let sent = Full::new(Bytes::from(bytes));
    // A stream of frames has no length that anybody could know.
    let sent = if says_length { sent.boxed() } else { sent.map_frame(|frame| frame).boxed() };
    let (mut client, _) = connected(server).await;
    let request = Request::post("https://first.test/read").body(sent).unwrap();
    let answer = client.send_request(request).await.unwrap();
    (answer.status(), body(answer).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_of_every_kind_come_whole() {
    let server = Running::secure(Options::default());
    let (mut client, _) = client(&server).await;
    for (path, expected) in bodies() {
        let got = asked(&mut client, Method::GET, path).await.unwrap();
        assert_eq!(got.status(), StatusCode::OK);
        assert!(got.headers().contains_key("date"));
        assert!(body(got).await.unwrap() == expected, "{path}");
        assert_eq!(server.done(), (path.to_owned(), expected.len() as u64));
        let request = server.asked.recv().unwrap();
        assert!(has_way(&request));
        assert_eq!(
            (request.uri.to_string(), &request.headers["host"]),
            (path.into(), &"first.test".parse().unwrap())
        );
    }
    let head = asked(&mut client, Method::HEAD, "/file").await.unwrap();
    assert_eq!(head.headers()["content-length"], FILE_BYTES.to_string());
    assert!(body(head).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_do_not_mix() {
    let server = Running::secure(Options::default());
    let (client, _) = client(&server).await;
    let all = (0..50).map(|number| {
        let mut client = client.clone();
        tokio::spawn(async move {
            let path = format!("/part/{number}/200000");
            let got = asked(&mut client, Method::GET, &path).await.unwrap();
            assert!(body(got).await.unwrap() == part(number, 200_000), "{path}");
        })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_breaks_off_is_reset_and_the_others_go_on() {
    let server = Running::secure(Options::default());
    let (mut client, _) = client(&server).await;
    for path in ["/short", "/broken", "/long", "/beyond"] {
        let broken = async { body(asked(&mut client, Method::GET, path).await?).await };
        broken.await.unwrap_err();
        assert_eq!(server.done().0, path);
        let got = asked(&mut client, Method::GET, "/fine").await.unwrap();
        assert_eq!(body(got).await.unwrap(), "/fine");
        assert_eq!(server.done(), ("/fine".into(), 5));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_given_up_leaves_the_others() {
    let server = Running::secure(Options::default());
    let (mut client, _) = client(&server).await;
    let given_up = asked(&mut client, Method::GET, "/file").await.unwrap();
    let stays = asked(&mut client, Method::GET, "/part/1/4000000").await.unwrap();
    drop(given_up);
    assert!(body(stays).await.unwrap() == part(1, 4_000_000));
    let mut ends = [server.done(), server.done()];
    ends.sort();
    assert_eq!(ends[1], ("/part/1/4000000".into(), 4_000_000));
    assert!(ends[0].1 < FILE_BYTES as u64, "{ends:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_request_is_refused() {
    let server = Running::secure(Options::default());
    let (mut client, _) = client(&server).await;
    let long = format!("/{}", "x".repeat(9000));
    for (method, path, status) in
        [(Method::GET, long.as_str(), StatusCode::URI_TOO_LONG), (Method::POST, "/post", StatusCode::OK)]
    {
        assert_eq!(asked(&mut client, method, path).await.unwrap().status(), status, "{path:.20}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_progress_is_answered_before_the_end() {
    let mut server = Running::secure(Options::default());
    let (mut client, connection) = client(&server).await;
    let mut other = client.clone();
    let waits = tokio::spawn(async move { body(asked(&mut other, Method::GET, "/wait").await?).await });
    while server.asked.try_recv().is_err() {
        tokio::task::yield_now().await;
    }
    server.stop();
    server.go.send(()).await.unwrap();
    assert_eq!(waits.await.unwrap().unwrap(), "/wait");
    connection.await.unwrap().unwrap();
    asked(&mut client, Method::GET, "/late").await.unwrap_err();
    server.ended();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_nothing_is_let_go() {
    let limits = Limits { idle: SHORT, ..Limits::default() };
    let server = Running::secure(Options { limits, ..Options::default() });
    let (mut client, connection) = client(&server).await;
    // Its window is full long before the file is.
    let _unread = asked(&mut client, Method::GET, "/file").await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), connection).await.unwrap().unwrap().unwrap_err();
    let (path, bytes) = server.done();
    assert!(path == "/file" && bytes < FILE_BYTES as u64, "{bytes}");
}
