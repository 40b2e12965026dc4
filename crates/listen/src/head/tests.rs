//! Heads, right and wrong, with what RFC 9112 says of them.

use super::*;

fn whole(text: &str) -> Result<Head, Refused> {
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    let limits = Limits::default();
    let (begin, end) = Scan::default().find(&bytes, &limits)?.expect("the head ends");
    parse(&bytes.slice(begin..end), &limits)
}

#[test]
fn right_heads_are_read() {
    // Text; path, host, body, whether it closes.
    let table = [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "/", "a", 0, false),
        ("\r\n\r\nGET /x?y=1 HTTP/1.1\r\nhost:a:80\r\n\r\n", "/x?y=1", "a:80", 0, false),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", "/", "", 0, false),
        ("GET //b/c HTTP/1.1\r\nHost: a\r\n\r\n", "//b/c", "a", 0, false),
        ("GET http://b/c HTTP/1.1\r\nHost: a\r\n\r\n", "/c", "b", 0, false),
        ("GET http://b HTTP/1.1\r\nHost: a\r\n\r\n", "/", "b", 0, false),
        ("GET http://b?c HTTP/1.1\r\nHost: a\r\n\r\n", "/?c", "b", 0, false),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "*", "a", 0, false),
        ("GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n", "/", "[2001:db8::1]:80", 0, false),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", "/", "a", 0, true),
        ("GET / HTTP/1.0\r\nHost: a\r\n\r\n", "/", "a", 0, true),
        ("GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n", "/", "a", 0, false),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 007\r\n\r\n", "/", "a", 7, false),
    ];
    for (text, path, host, body, close) in table {
        let head = whole(text).unwrap_or_else(|refused| panic!("{text:?}: {refused:?}"));
        assert_eq!(head.request.uri.to_string(), path, "{text:?}");
        assert_eq!(head.request.headers[HOST], host, "{text:?}");
        assert_eq!((head.body, head.close), (BodyLength::Bytes(body), close), "{text:?}");
    }
    let chunked =
        whole("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nExpect: 100-Continue\r\n\r\n");
    let chunked = chunked.unwrap();
    assert_eq!((chunked.body, chunked.expects_continue), (BodyLength::Chunked, true));
    let fields = whole(
        "GET / HTTP/1.1\r\nHost: a\r\nRange: \t bytes=0-1 \r\nX-\u{7f}"
            .replace('\u{7f}', "1: \u{e9}\r\n\r\n")
            .as_str(),
    );
    let fields = fields.unwrap().request.headers;
    assert_eq!(
        (&fields["range"], fields["x-1"].as_bytes()),
        (&"bytes=0-1".parse().unwrap(), "\u{e9}".as_bytes())
    );
}

#[test]
fn wrong_heads_are_refused() {
    let long_target = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(9000));
    let many_fields = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(100));
    let table = [
        // Lines and the request line.
        (400, "GET / HTTP/1.1\nHost: a\n\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\n\r\n"),
        (400, "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n"),
        (400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / http/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /\r\nHost: a\r\n\r\n"),
        (400, "G\u{7f}T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n"),
        (505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        (505, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        (414, &long_target),
        // Targets and hosts (RFC 9112, 3.2).
        (400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET http://b#c/d HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET http://u@b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        (501, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        // Header fields (RFC 9112, 5).
        (400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n"),
        (431, &many_fields),
        // Bodies (RFC 9112, 6).
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (400, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
        (
            501,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        ),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{b}chunked\r\n\r\n"),
        (417, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n"),
    ];
    for (status, text) in table {
        match whole(text) {
            Err(refused) => assert_eq!(refused.status.as_u16(), status, "{text:?}: {refused:?}"),
            Ok(head) => panic!("{text:?}: {head:?}"),
        }
    }
}

#[test]
fn the_end_is_found_wherever_the_pieces_are_cut() {
    let text = b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next";
    let limits = Limits::default();
    for cut in 0..text.len() {
        let mut scan = Scan::default();
        let early = scan.find(&text[..cut], &limits).unwrap();
        assert_eq!(early, (cut >= 29).then_some((2, 29)), "after {cut} bytes");
        if early.is_none() {
            assert_eq!(scan.find(text, &limits), Ok(Some((2, 29))), "cut at {cut}");
        }
    }
}

#[test]
fn a_head_that_does_not_end_is_refused_at_its_limit() {
    let limits = Limits { head_bytes: 100, target_bytes: 20, ..Limits::default() };
    for (status, begin, fill) in [
        (414, "GET /", "x"),
        (414, "", "\r\n"),
        (431, "GET / HTTP/1.1\r\n", "x"),
        (431, "GET / HTTP/1.1\r\n", "a: b\r\n"),
    ] {
        let text = format!("{begin}{}", fill.repeat(120));
        let refused = Scan::default().find(text.as_bytes(), &limits).unwrap_err();
        assert_eq!(refused.status.as_u16(), status, "{begin:?} {fill:?}");
    }
}
