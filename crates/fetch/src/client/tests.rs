//! Exchanges with real servers, in the clear and under TLS.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use hyper::HeaderMap;
use hyper::body::Bytes;
use hyper::header::HeaderValue;

use super::*;
use crate::testing::{ROOT_PEM, tls_before};
use crate::{Part, Trust};

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(10),
    total: Duration::from_secs(20),
    body_bytes_max: 100,
    redirects_max: 2,
};

/// Says what it was told, and on which connection: servers count those by the ports that they come from.
async fn tell(headers: HeaderMap, body: Bytes) -> String {
    let told = |name: &str| headers.get(name).map_or("-", |value| value.to_str().unwrap()).to_owned();
    format!("{} {} {}", told("x-word"), told("content-length"), String::from_utf8_lossy(&body))
}

async fn part(headers: HeaderMap) -> impl IntoResponse {
    (StatusCode::PARTIAL_CONTENT, headers[RANGE].to_str().unwrap().to_owned())
}

async fn count(State(asked): State<Arc<AtomicUsize>>) -> StatusCode {
    asked.fetch_add(1, Ordering::Relaxed);
    StatusCode::INTERNAL_SERVER_ERROR
}

/// A server for the length of a test.
async fn serve() -> (SocketAddr, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let app = Router::new()
        .route("/tell", post(tell).get(tell))
        .route("/part", get(part))
        .route("/long", get(|| async { "x".repeat(101) }))
        .route("/once", get(|| async { Redirect::temporary("/tell") }))
        .route("/round", get(|| async { Redirect::temporary("/round") }))
        .route("/silent", get(std::future::pending::<()>))
        .route("/count", post(count))
        .with_state(asked.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, app).into_future());
    (address, asked)
}

fn client() -> Client {
    Client::new(Trust::public().with_pem(ROOT_PEM.as_bytes(), "a test").unwrap()).unwrap()
}

fn word() -> HeaderMap {
    HeaderMap::from_iter([("x-word".parse().unwrap(), HeaderValue::from_static("secret"))])
}

async fn told(client: &Client, request: Request) -> (u16, String) {
    let answer = client.send(&request, &LIMITS).await.unwrap();
    (answer.status.as_u16(), String::from_utf8(answer.body.to_vec()).unwrap())
}

#[tokio::test]
async fn requests_go_in_the_clear_and_under_tls() {
    let (plain, _) = serve().await;
    let secure = tls_before(plain, Ipv4Addr::LOCALHOST).await;
    let client = client();
    for base in [
        format!("http://{plain}"),
        format!("https://{secure}"),
        format!("https://localhost:{}", secure.port()),
    ] {
        let body = Bytes::from_static(b"message");
        for _ in 0..2 {
            let request = Request::post(&format!("{base}/tell"), body.clone()).with_headers(word());
            assert_eq!(told(&client, request).await, (200, "secret 7 message".to_owned()), "{base}");
        }
        assert_eq!(told(&client, Request::get(&format!("{base}/tell"))).await, (200, "- - ".to_owned()));
        assert_eq!(told(&client, Request::get(&format!("{base}/missing"))).await.0, 404);
        let part = Request::get(&format!("{base}/part")).of_part(Part { offset: 3, length: 12 });
        assert_eq!(told(&client, part).await, (206, "bytes=3-14".to_owned()));
    }
    assert_eq!(
        client.0.idle.lock().unwrap().len(),
        3,
        "one connection for each server was kept and used again"
    );
}

#[tokio::test]
async fn servers_that_prove_nothing_are_not_spoken_to() {
    let (plain, _) = serve().await;
    let secure = tls_before(plain, Ipv4Addr::LOCALHOST).await;
    let misnamed = tls_before(plain, Ipv4Addr::new(127, 0, 0, 2)).await;
    let stranger = Client::new(Trust::public()).unwrap();
    for (client, address) in [(&stranger, secure), (&client(), misnamed), (&client(), plain)] {
        let request = Request::get(&format!("https://{address}/tell?key=secret"));
        let error = client.send(&request, &LIMITS).await.unwrap_err();
        assert!(matches!(&error, Error::Tls { .. }), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn redirections_are_followed_so_far() {
    let (first, _) = serve().await;
    let secure = tls_before(first, Ipv4Addr::LOCALHOST).await;
    let to_http = format!("http://{first}/tell");
    let to_https = format!("https://{secure}/tell");
    let app = Router::new()
        .route("/away", get(async move || Redirect::temporary(&to_https)))
        .route("/down", get(async move || Redirect::temporary(&to_http)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let second = listener.local_addr().unwrap();
    let second_secure = tls_before(second, Ipv4Addr::LOCALHOST).await;
    tokio::spawn(axum::serve(listener, app).into_future());

    let client = client();
    let get = |url: String| Request::get(&url).with_headers(word());
    assert_eq!(told(&client, get(format!("http://{first}/once"))).await, (200, "secret - ".to_owned()));
    let away = told(&client, get(format!("http://{second}/away"))).await;
    assert_eq!(away, (200, "- - ".to_owned()), "headers stay with the server that they were for");
    let error = client.send(&get(format!("https://{second_secure}/down")), &LIMITS).await.unwrap_err();
    assert!(matches!(&error, Error::Elsewhere { .. }), "{error}");
    let error = client.send(&get(format!("http://{first}/round")), &LIMITS).await.unwrap_err();
    assert!(matches!(&error, Error::Redirects { redirects_max: 2, .. }), "{error}");
    let stay = Limits { redirects_max: 0, ..LIMITS };
    let answer = client.send(&get(format!("http://{first}/once")), &stay).await.unwrap();
    assert_eq!(answer.status.as_u16(), 307);
}

#[tokio::test]
async fn limits_hold() {
    let (server, _) = serve().await;
    let client = client();
    let ask = |path: &str| Request::get(&format!("http://{server}{path}?key=secret"));
    let error = client.send(&ask("/long"), &LIMITS).await.unwrap_err();
    assert!(matches!(&error, Error::TooLong { bytes_max: 100, .. }), "{error}");
    let narrow = ask("/part").of_part(Part { offset: 0, length: 3 });
    let error = client.send(&narrow, &LIMITS).await.unwrap_err();
    assert!(matches!(&error, Error::TooLong { bytes_max: 3, .. }), "{error}");
    let hasty = Limits { total: Duration::from_millis(50), ..LIMITS };
    let error = client.send(&ask("/silent"), &hasty).await.unwrap_err();
    assert!(matches!(&error, Error::Late { .. }) && !error.to_string().contains("secret"), "{error}");
    let nobody = Request::get("http://127.0.0.1:1/");
    assert!(matches!(client.send(&nobody, &LIMITS).await.unwrap_err(), Error::Connect { .. }));
}

#[tokio::test]
async fn so_many_exchanges_go_on_at_a_time() {
    let (server, _) = serve().await;
    let client = client();
    let request = Request::get(&format!("http://{server}/tell"));
    let hasty = Limits { total: Duration::from_millis(50), ..LIMITS };
    let taken = client.0.places.acquire_many(EXCHANGES_MAX as u32).await.unwrap();
    let error = client.send(&request, &hasty).await.unwrap_err();
    assert!(matches!(&error, Error::Late { .. }), "it waits, and not for ever: {error}");
    drop(taken);
    assert_eq!(told(&client, request).await.0, 200);
    assert_eq!(client.0.places.available_permits(), EXCHANGES_MAX, "each gives its place back");
}

#[tokio::test]
async fn nothing_is_done_twice() {
    let (server, asked) = serve().await;
    let client = client();
    for expected in 1..=3 {
        let request = Request::post(&format!("http://{server}/count"), Bytes::new());
        assert_eq!(told(&client, request).await.0, 500);
        assert_eq!(asked.load(Ordering::Relaxed), expected);
    }
}

/// Answers one request on each connection and closes it without a word, as servers do with connections that wait.
async fn serve_once_each() -> SocketAddr {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 1024];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
        }
    });
    address
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_made_anew() {
    let server = serve_once_each().await;
    let client = client();
    for _ in 0..3 {
        assert_eq!(told(&client, Request::get(&format!("http://{server}/"))).await, (200, "ok".to_owned()));
    }
}
