//! HTTP/1.1 without TLS.

use super::support::{Client, FILE_BYTES, Running, SHORT, bodies, get, has_way, part};
use listen::{Limits, Options};
use std::io::ErrorKind;
use std::net::Shutdown;

#[test]
fn bodies_of_every_kind_come_whole() {
    let server = Running::new(Options::default());
    let mut client = server.client();
    for (path, body) in bodies() {
        client.send(get(path));
        let got = client.answer();
        assert_eq!((got.status, got.body == body), (200, true), "{path}");
        assert!(got.head.contains("\r\ndate: ") && !got.head.contains("connection:"), "{}", got.head);
        assert_eq!(server.done(), (path.to_owned(), body.len() as u64));
        assert!(has_way(&server.asked.recv().unwrap()));
    }
}

#[test]
fn heads_are_answered_without_a_body() {
    let server = Running::new(Options::default());
    let mut client = server.sent("HEAD /file HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    let rest = String::from_utf8(client.rest().unwrap()).unwrap();
    assert!(
        rest.contains(&format!("content-length: {FILE_BYTES}\r\n")) && rest.ends_with("\r\n\r\n"),
        "{rest}"
    );
    assert!(rest.contains("connection: close\r\n"), "{rest}");
    assert_eq!(server.done(), ("/file".into(), 0));
}

#[test]
fn requests_in_a_row_are_answered_in_order() {
    let server = Running::new(Options::default());
    let mut requests = String::new();
    for number in 0..200 {
        requests += &get(&format!("/{number}"));
        requests += &get(&format!("/part/{number}/1000"));
    }
    let mut client = server.sent(requests);
    for number in 0..200 {
        assert_eq!(client.answer().text(), format!("/{number}"));
        assert_eq!(client.answer().body, part(number, 1000));
    }
}

#[test]
fn a_request_may_come_byte_by_byte_and_half_closed() {
    let server = Running::new(Options::default());
    let mut client = server.client();
    client.stream.set_nodelay(true).unwrap();
    for byte in get("/slow").bytes() {
        client.send([byte]);
    }
    client.stream.shutdown(Shutdown::Write).unwrap();
    assert!(String::from_utf8(client.rest().unwrap()).unwrap().ends_with("\r\n\r\n/slow"));
}

#[test]
fn http_1_0_is_closed_unless_it_asks_otherwise() {
    let server = Running::new(Options::default());
    let mut client = server.sent("GET /a HTTP/1.0\r\n\r\n");
    let rest = String::from_utf8(client.rest().unwrap()).unwrap();
    assert!(rest.starts_with("HTTP/1.1 200 OK\r\n") && rest.contains("connection: close\r\n"), "{rest}");
    let mut client = server.sent("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert!(client.answer().head.contains("connection: keep-alive\r\n"));
    client.send(get("/b"));
    assert_eq!(client.answer().text(), "/b");
}

#[test]
fn short_bodies_of_requests_are_passed_over_and_long_ones_end_the_connection() {
    let server = Running::new(Options::default());
    let post = |length: usize, more: &str| {
        format!("POST /post HTTP/1.1\r\nHost: test\r\nContent-Length: {length}\r\n{more}\r\n")
    };
    let mut client = server.sent(post(5, "") + "12345" + &get("/next"));
    assert_eq!((client.answer().text(), client.answer().text()), ("/post", "/next"));
    for request in [
        post(65 << 10, "") + "begun",
        post(5, "Expect: 100-continue\r\n"),
        "POST /post HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n"
            .into(),
    ] {
        let mut client = server.sent(&request);
        let rest = String::from_utf8(client.rest().unwrap()).unwrap();
        assert!(rest.contains("connection: close\r\n") && rest.ends_with("/post"), "{request:?}: {rest}");
        assert!(rest.starts_with("HTTP/1.1 200 OK\r\n"), "{request:?}: {rest}");
    }
}

#[test]
fn what_is_no_request_is_refused_and_ends_the_connection() {
    let server = Running::new(Options::default());
    let flood = format!("GET / HTTP/1.1\r\nHost: test\r\nX: {}\r\n\r\n", "x".repeat(128 << 10));
    let smuggled = format!(
        "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\nContent-Length: 40\r\n\r\n{}",
        get("/")
    );
    for (status, bytes) in [
        (400, "\u{16}\u{3}\u{1}\0\u{5}hello\r\n\r\n"),
        (400, &smuggled),
        (431, &flood),
        (505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ] {
        let rest = String::from_utf8(server.sent(bytes).rest().unwrap()).unwrap();
        assert!(rest.starts_with(&format!("HTTP/1.1 {status} ")), "{bytes:.20?}: {rest}");
        assert_eq!(rest.matches("HTTP/1.1").count(), 1 + usize::from(status == 505), "{rest}");
    }
    assert!(server.asked.try_recv().is_err(), "no handler was asked");
}

/// Reads on until the connection breaks; gives what came.
fn broken(mut client: Client) -> Vec<u8> {
    let mut all = Vec::new();
    let error = std::io::Read::read_to_end(&mut client.stream, &mut all).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    all
}

#[test]
fn an_answer_that_breaks_off_is_a_reset_never_an_end() {
    let server = Running::new(Options::default());
    for (path, sent) in [("/short", 0..=3), ("/broken", 0..=3), ("/long", 0..=3), ("/beyond", 0..=10)] {
        broken(server.sent(get(path)));
        let (done, bytes) = server.done();
        assert_eq!(done, path);
        assert!(sent.contains(&bytes), "{path}: {bytes}");
    }
}

#[test]
fn who_leaves_is_noticed_and_what_went_out_is_told() {
    let server = Running::new(Options::default());
    let mut client = server.sent(get("/file"));
    std::io::Read::read_exact(&mut client.stream, &mut [0; 1000]).unwrap();
    drop(client);
    let (path, bytes) = server.done();
    assert_eq!(path, "/file");
    assert!(bytes <= FILE_BYTES as u64, "{bytes}");
}

#[test]
fn a_head_that_does_not_end_is_not_waited_for() {
    let server = Running::limited(Limits { head: SHORT, ..Limits::default() });
    for (begun, expected) in [("", ""), ("GET / HTTP/1.1\r\nHost: te", "HTTP/1.1 408 Request Timeout")] {
        let rest = String::from_utf8(server.sent(begun).rest().unwrap()).unwrap();
        assert!(rest.starts_with(expected) && rest.is_empty() == expected.is_empty(), "{begun:?}: {rest}");
    }
    let post = "POST /post HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n123";
    assert!(server.sent(post).rest().unwrap().ends_with(b"/post"), "nor is its body");
}

#[test]
fn who_says_nothing_more_is_closed() {
    let server = Running::limited(Limits { idle: SHORT, ..Limits::default() });
    let mut client = server.sent(get("/a"));
    assert_eq!(client.answer().text(), "/a");
    assert!(client.rest().unwrap().is_empty());
}

#[test]
fn who_takes_nothing_is_reset() {
    let server = Running::limited(Limits { stall: SHORT, ..Limits::default() });
    // More than all buffers between us hold.
    let requests: String = (0..20).map(|_| get("/file")).collect();
    let client = server.sent(requests);
    let (mut path, mut bytes) = server.done();
    while bytes == FILE_BYTES as u64 {
        (path, bytes) = server.done();
    }
    assert_eq!(path, "/file");
    drop(client);
}

#[test]
fn after_so_many_requests_the_connection_ends() {
    let server = Running::limited(Limits { requests: 2, ..Limits::default() });
    let mut client = server.sent(get("/a") + &get("/b") + &get("/c"));
    assert_eq!(client.answer().text(), "/a");
    let last = client.answer();
    assert!(last.head.contains("connection: close\r\n") && last.text() == "/b", "{}", last.head);
    assert!(client.rest().unwrap().is_empty());
}

#[test]
fn who_comes_when_all_places_are_taken_waits_for_one() {
    let server = Running::limited(Limits { connections: 1, ..Limits::default() });
    let mut first = server.sent(get("/wait"));
    server.asked.recv().unwrap();
    let mut second = server.sent(get("/second"));
    server.go.try_send(()).unwrap();
    assert_eq!(first.answer().text(), "/wait");
    assert!(server.asked.try_recv().is_err(), "the second waits for the first to leave");
    drop(first);
    assert_eq!(second.answer().text(), "/second");
}

#[test]
fn a_client_with_too_many_connections_is_turned_away() {
    let server = Running::limited(Limits { connections_of_client: 1, ..Limits::default() });
    let mut first = server.sent(get("/first"));
    assert_eq!(first.answer().text(), "/first");
    let mut second = server.client();
    assert!(second.rest().map_or(true, |bytes| bytes.is_empty()));
    first.send(get("/again"));
    assert_eq!(first.answer().text(), "/again");
}

#[test]
fn what_is_in_progress_is_answered_before_the_end() {
    let mut server = Running::new(Options { threads: 2, ..Options::default() });
    let mut idle = server.sent(get("/idle"));
    assert_eq!(idle.answer().text(), "/idle");
    let mut busy = server.sent(get("/wait"));
    server.asked.recv().unwrap();
    server.asked.recv().unwrap();
    server.stop();
    assert!(idle.rest().unwrap().is_empty(), "who waits for nothing is closed");
    server.go.try_send(()).unwrap();
    let last = busy.answer();
    assert!(last.head.contains("connection: close\r\n") && last.text() == "/wait", "{}", last.head);
    drop(busy);
    server.ended();
    assert!(std::net::TcpStream::connect(server.address).is_err(), "nobody else is let in");
}

#[test]
fn nor_is_the_end_put_off_for_ever() {
    let mut server = Running::limited(Limits { drain: SHORT, ..Limits::default() });
    let waits = server.sent(get("/wait"));
    server.asked.recv().unwrap();
    let slow = server.sent((0..20).map(|_| get("/file")).collect::<String>());
    server.asked.recv().unwrap();
    server.stop();
    server.ended();
    drop((waits, slow));
    while let Ok((_, bytes)) = server.done.try_recv() {
        assert!(bytes <= FILE_BYTES as u64);
    }
}
