//! Bodies of requests that are read, over all versions of HTTP.

use super::frames::{self, DATA, END_HEADERS, END_STREAM, Frames, HEADERS, RST_STREAM, frame};
use super::http2;
use super::http3;
use super::support::{BODY_BYTES_MAX, Client, Got, Running, SHORT, answer, get, part};
use super::tls;
use http::StatusCode;
use listen::{Limits, Options};
use std::io::ErrorKind;
use std::net::Shutdown;

/// A request with this body, and how that is framed.
fn post(framing: &str, body: &str) -> String {
    format!("POST /read HTTP/1.1\r\nHost: test\r\n{framing}\r\n\r\n{body}")
}

/// A body of `length` bytes in chunks of `chunk`.
fn chunked(length: usize, chunk: usize) -> Vec<u8> {
    let mut bytes = post("Transfer-Encoding: chunked", "").into_bytes();
    for at in (0..length).step_by(chunk) {
        let data = part(at, chunk.min(length - at));
        bytes.extend(format!("{:x}\r\n", data.len()).into_bytes());
        bytes.extend(data);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"0\r\n\r\n");
    bytes
}

/// The answer to `bytes`, after which the connection has to end.
fn last(server: &Running, bytes: impl AsRef<[u8]>) -> Got {
    let mut client = server.sent(bytes);
    let got = client.answer();
    assert!(got.head.contains("connection: close\r\n"), "{}", got.head);
    client.stream.shutdown(Shutdown::Write).unwrap();
    match client.rest() {
        Ok(rest) => assert!(rest.is_empty(), "{}", String::from_utf8_lossy(&rest)),
        // What it had sent was not read to its end.
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    got
}

fn text(mut client: Client) -> String {
    String::from_utf8(client.answer().body).unwrap()
}

#[test]
fn they_come_whole_and_the_next_request_comes_behind_them() {
    let server = Running::new(Options::default());
    let framed = |body: &str| post(&format!("Content-Length: {}", body.len()), body);
    let mut client = server.sent(get("/a") + &framed("12345") + &framed("6") + &get("/b"));
    let got: Vec<Got> = (0..4).map(|_| client.answer()).collect();
    assert_eq!(got.iter().map(Got::text).collect::<Vec<_>>(), ["/a", "12345", "6", "/b"]);
    for (length, chunk) in [(0, 1), (1, 1), (1000, 1), (100_000, 4096), (BODY_BYTES_MAX, 70_001)] {
        client.send(chunked(length, chunk));
        client.send(get("/next"));
        let got = client.answer();
        assert_eq!((got.status, got.body == part(0, length)), (200, true), "{length} in chunks of {chunk}");
        assert_eq!(client.answer().text(), "/next");
    }
    client.send(post("Transfer-Encoding: chunked", "1;x=y\r\na\r\n0\r\nHost: other\r\n\r\n"));
    assert_eq!(client.answer().text(), "a");
    let asked: Vec<_> = server.asked.try_iter().collect();
    assert_eq!(asked.last().unwrap().headers["host"], "test", "trailers are dropped");
}

#[test]
fn who_waits_to_be_told_is_told_where_the_body_is_wanted() {
    let server = Running::new(Options::default());
    let waits = |length: usize| post(&format!("Content-Length: {length}\r\nExpect: 100-continue"), "");
    let mut client = server.sent(waits(5));
    assert_eq!(client.answer().head, "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("12345".to_owned() + &get("/next"));
    assert_eq!((client.answer().text(), client.answer().text()), ("12345", "/next"));
    assert_eq!(text(server.sent(waits(5) + "12345")), "12345", "who has sent it needs no word");
    assert_eq!(last(&server, waits(BODY_BYTES_MAX + 1)).status, 413);
    assert_eq!(last(&server, waits(5).replace("/read", "/unread")).text(), "/unread");
}

#[test]
fn what_is_too_long_is_refused_however_it_is_framed() {
    let server = Running::new(Options::default());
    for bytes in [
        post(&format!("Content-Length: {}", BODY_BYTES_MAX + 1), "begun").into_bytes(),
        post(&format!("Content-Length: {}", u64::MAX), "begun").into_bytes(),
        chunked(BODY_BYTES_MAX + 1, 50_000),
        chunked(BODY_BYTES_MAX + 1, BODY_BYTES_MAX + 1),
        post(
            "Transfer-Encoding: chunked",
            &format!("ffffffffffffffff\r\n{}", "x".repeat(BODY_BYTES_MAX + 1)),
        )
        .into_bytes(),
    ] {
        assert_eq!(last(&server, bytes).status, 413);
    }
}

#[test]
fn what_could_be_read_as_another_request_is_refused() {
    let server = Running::new(Options::default());
    let smuggled = get("/smuggled");
    for framing in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 0",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 5",
    ] {
        assert_eq!(last(&server, post(framing, "0\r\n\r\n") + &smuggled).status, 400, "{framing}");
    }
    assert!(server.asked.try_recv().is_err(), "no handler was asked");
    for body in
        ["5 \r\n12345\r\n0\r\n\r\n", "2\r\nabc\r\n0\r\n\r\n", "1\na\r\n0\r\n\r\n", "0\r\n bad\r\n\r\n"]
    {
        let got = last(&server, post("Transfer-Encoding: chunked", body) + &smuggled);
        assert_eq!(got.status, 400, "{body:?}");
    }
    assert!(server.asked.try_iter().all(|asked| asked.uri.path() == "/read"));
}

#[test]
fn what_does_not_come_in_time_is_not_waited_for() {
    let begun = post("Content-Length: 10", "12345");
    for limits in
        [Limits { head: SHORT, ..Limits::default() }, Limits { body_stall: SHORT, ..Limits::default() }]
    {
        let server = Running::limited(limits);
        assert_eq!(last(&server, &begun).status, 408);
    }
}

#[test]
fn what_breaks_off_is_nothing() {
    let server = Running::new(Options::default());
    for bytes in [post("Content-Length: 10", "12345"), post("Transfer-Encoding: chunked", "5\r\n12345\r\n")] {
        let mut client = server.sent(bytes);
        client.stream.shutdown(Shutdown::Write).unwrap();
        let got = client.answer();
        assert_eq!((got.status, got.text()), (400, "the request's body broke off"));
    }
}

#[test]
fn all_together_they_have_as_much_memory_as_there_is() {
    let server = Running::limited(Limits { bodies_bytes: 100, ..Limits::default() });
    let mut client = server.sent(post("Content-Length: 100", &"x".repeat(100)));
    assert_eq!(client.answer().status, 200);
    client.send(post("Content-Length: 100", &"y".repeat(100)));
    assert_eq!(client.answer().status, 200, "it was given back");
    client.send(post("Content-Length: 101", &"z".repeat(101)));
    assert_eq!(client.answer().status, 503);
}

#[test]
fn they_come_over_tls_as_well() {
    let server = Running::secure(Options::default());
    let mut client = tls::client(server.address, &tls::usual(), "first.test");
    for (length, chunk) in [(1, 1), (BODY_BYTES_MAX, 16_384)] {
        std::io::Write::write_all(&mut client, &chunked(length, chunk)).unwrap();
        let got = answer(&mut client).unwrap();
        assert_eq!((got.status, got.body == part(0, length)), (200, true), "{length}");
    }
}

/// Lengths of bodies, and the statuses that they get.
const LENGTHS: [(usize, StatusCode); 4] = [
    (0, StatusCode::OK),
    (1, StatusCode::OK),
    (BODY_BYTES_MAX, StatusCode::OK),
    (BODY_BYTES_MAX + 1, StatusCode::PAYLOAD_TOO_LARGE),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_come_over_http_2() {
    let server = Running::secure(Options::default());
    for says_length in [true, false] {
        for (length, status) in LENGTHS {
            let (got, body) = http2::posted(&server, part(0, length), says_length).await;
            let whole = status != StatusCode::OK || body == part(0, length);
            assert_eq!((got, whole), (status, true), "{length} bytes, said: {says_length}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_come_over_http_3() {
    let server = Running::http3(Options::default());
    for (length, status) in LENGTHS {
        let (got, body) = http3::posted(&server, part(0, length), length).await.unwrap();
        let whole = status != StatusCode::OK || body == part(0, length);
        assert_eq!((got, whole), (status, true), "{length} bytes");
    }
    for said in [99, 101] {
        let (got, body) = http3::posted(&server, part(0, 100), said).await.unwrap();
        assert_eq!(got, StatusCode::BAD_REQUEST, "{said}: {body:?}");
    }
}

/// A connection with HTTP/2 that has the answer to a request whose body, on stream 1, is still to come.
fn answered_early(server: &Running) -> Frames {
    let mut client = Frames::begun(server, &[]);
    client.send(&frame(HEADERS, END_HEADERS, 1, &frames::request("/hello", &[]))).unwrap();
    assert_eq!(client.body(1), b"/hello");
    client
}

#[test]
fn over_http_2_who_was_answered_early_may_end_his_request() {
    let limits = Limits { body_bytes: 100, ..Limits::default() };
    let server = Running::secure(Options { limits, ..Options::default() });
    let says = |frame: &frames::Frame| [HEADERS, RST_STREAM].contains(&frame.kind);

    let mut client = answered_early(&server);
    client.send(&[frame(DATA, END_STREAM, 1, &[0; 100]), frames::get(3, "/hello")].concat()).unwrap();
    let next = std::iter::from_fn(|| client.next()).find(says).unwrap();
    assert_eq!((next.kind, next.stream), (HEADERS, 3), "the first is not reset");

    let mut client = answered_early(&server);
    client.send(&frame(DATA, 0, 1, &[0; 101])).unwrap();
    let next = std::iter::from_fn(|| client.next()).find(says).unwrap();
    assert_eq!((next.kind, next.stream, next.code()), (RST_STREAM, 1, 0), "NO_ERROR (RFC 9113, 8.1)");
    client.send(&frames::get(3, "/hello")).unwrap();
    assert_eq!(client.body(3), b"/hello");
}
