//! Clients of HTTP/2 that break its rules: each is told by the code that RFC 9113 has for it, on the stream or on the
//! connection, and no other connection notices.

use super::frames::{
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, Frame, Frames, GOAWAY, HEADERS, PADDED, PING,
    PUSH_PROMISE, RST_STREAM, SETTINGS, WINDOW_UPDATE, fields, frame, get, request, setting,
};
use super::support::Running;
use listen::{Limits, Options};
use std::time::Duration;

/// Error codes (RFC 9113, 7).
const PROTOCOL_ERROR: u32 = 1;
const FLOW_CONTROL_ERROR: u32 = 3;
const STREAM_CLOSED: u32 = 5;
const FRAME_SIZE_ERROR: u32 = 6;
const COMPRESSION_ERROR: u32 = 9;
const ENHANCE_YOUR_CALM: u32 = 11;

/// `:status: 400` in a head (RFC 7541, appendix A).
const STATUS_400: u8 = 0x8c;

/// The setting of that name.
const INITIAL_WINDOW_SIZE: u16 = 4;

/// Requests at once that a client may count on (RFC 9113, 6.5.2).
const STREAMS_MAX: u32 = 100;

/// Time after which who sends and gets no further is not read any more.
const BLOCKED: Duration = Duration::from_millis(300);

/// More than the buffers of two sockets hold.
const UNREAD_BYTES_MAX: usize = 32 << 20;

/// What a connection may cost that takes nothing: 192 KiB a stream, and the buffers of two sockets.
const SLOW_BYTES_MAX: u64 = 32 << 20;

/// Frames that a flood has in one record, or so many pairs of them.
const FRAMES_AT_ONCE: u32 = 90;

/// Bytes that a frame may have (`SETTINGS_MAX_FRAME_SIZE`, its first value).
const FRAME_BYTES_MAX: usize = 16_384;

/// How the server is to take it.
#[derive(Debug, Clone, Copy)]
enum End {
    /// The connection ends with this code.
    Connection(u32),
    /// Stream 1 ends with this code.
    Stream(u32),
    /// It is answered 400 (8.1.1 leaves that open).
    Refused,
}

/// What is done wrong, with its section, as bytes behind an orderly beginning.
type Offence = (&'static str, Vec<u8>, End);

/// Frames where they do not belong.
fn misplaced() -> Vec<Offence> {
    let protocol = End::Connection(PROTOCOL_ERROR);
    let open = frame(HEADERS, END_HEADERS | END_STREAM, 1, &request("/wait", &[]));
    let begun = frame(HEADERS, END_STREAM, 1, &request("/hello", &[]));
    let promise = [&2_u32.to_be_bytes()[..], &request("/hello", &[])].concat();
    vec![
        ("6.1: DATA on stream 0", frame(DATA, 0, 0, b"x"), protocol),
        ("6.2: HEADERS on stream 0", get(0, "/hello"), protocol),
        ("6.4: RST_STREAM on stream 0", frame(RST_STREAM, 0, 0, &[0; 4]), protocol),
        ("6.5: SETTINGS on stream 1", frame(SETTINGS, 0, 1, &[]), protocol),
        ("6.7: PING on stream 1", frame(PING, 0, 1, &[0; 8]), protocol),
        ("6.8: GOAWAY on stream 1", frame(GOAWAY, 0, 1, &[0; 8]), protocol),
        ("6.10: CONTINUATION on stream 0", frame(CONTINUATION, END_HEADERS, 0, &[]), protocol),
        ("5.1.1: an even stream", get(2, "/hello"), protocol),
        ("5.1: DATA on an idle stream", frame(DATA, 0, 1, b"x"), protocol),
        ("5.1: RST_STREAM on an idle stream", frame(RST_STREAM, 0, 1, &[0; 4]), protocol),
        ("5.1: WINDOW_UPDATE on an idle stream", frame(WINDOW_UPDATE, 0, 1, &[0, 0, 0, 1]), protocol),
        (
            "5.1: DATA after the end of a request",
            [open.clone(), frame(DATA, 0, 1, b"x")].concat(),
            End::Stream(STREAM_CLOSED),
        ),
        ("6.10: CONTINUATION of nothing", frame(CONTINUATION, END_HEADERS, 1, &[]), protocol),
        (
            "6.2: a head that something interrupts",
            [begun.clone(), frame(PING, 0, 0, &[0; 8])].concat(),
            protocol,
        ),
        (
            "6.10: another's CONTINUATION",
            [begun, frame(CONTINUATION, END_HEADERS, 3, &[])].concat(),
            protocol,
        ),
        (
            "8.4: a client's PUSH_PROMISE",
            [open, frame(PUSH_PROMISE, END_HEADERS, 1, &promise)].concat(),
            protocol,
        ),
    ]
}

/// Frames of a wrong size, or with what they must not hold.
fn misshapen() -> Vec<Offence> {
    let size = End::Connection(FRAME_SIZE_ERROR);
    let protocol = End::Connection(PROTOCOL_ERROR);
    let flow = End::Connection(FLOW_CONTROL_ERROR);
    let compression = End::Connection(COMPRESSION_ERROR);
    let set = |name, value| frame(SETTINGS, 0, 0, &setting(name, value));
    let head = |block: &[u8]| frame(HEADERS, END_HEADERS | END_STREAM, 1, block);
    let overflow = (i32::MAX as u32).to_be_bytes();
    vec![
        ("4.2: a frame that is too long", frame(0x77, 0, 0, &[0; FRAME_BYTES_MAX + 1]), size),
        ("4.2: a head that is too long", frame(HEADERS, END_HEADERS, 1, &[0; FRAME_BYTES_MAX + 1]), size),
        ("6.4: RST_STREAM of 3 bytes", [get(1, "/wait"), frame(RST_STREAM, 0, 1, &[0; 3])].concat(), size),
        ("6.5: SETTINGS of 5 bytes", frame(SETTINGS, 0, 0, &[0; 5]), size),
        ("6.5: an acknowledgement that says something", frame(SETTINGS, ACK, 0, &setting(1, 1)), size),
        ("6.7: PING of 7 bytes", frame(PING, 0, 0, &[0; 7]), size),
        ("6.9: WINDOW_UPDATE of 3 bytes", frame(WINDOW_UPDATE, 0, 0, &[0; 3]), size),
        ("6.5.2: ENABLE_PUSH that is no truth value", set(2, 2), protocol),
        ("6.5.2: a window beyond all", set(4, 1 << 31), flow),
        ("6.5.2: MAX_FRAME_SIZE below the least", set(5, 16_383), protocol),
        ("6.5.2: MAX_FRAME_SIZE beyond the most", set(5, 1 << 24), protocol),
        ("6.9: WINDOW_UPDATE by nothing", frame(WINDOW_UPDATE, 0, 0, &[0; 4]), protocol),
        ("6.9.1: a connection's window beyond all", frame(WINDOW_UPDATE, 0, 0, &overflow), flow),
        (
            "6.9.1: a stream's window beyond all",
            [get(1, "/wait"), frame(WINDOW_UPDATE, 0, 1, &overflow)].concat(),
            End::Stream(FLOW_CONTROL_ERROR),
        ),
        ("6.2: more padding than frame", frame(HEADERS, END_HEADERS | PADDED, 1, &[200, 0x82]), protocol),
        ("RFC 7541, 2.3.3: a field that no table has", head(&[0xff, 0x7f]), compression),
        ("RFC 7541, 5.2: a string that does not end", head(&[0, 100, b'a']), compression),
        ("RFC 7541, 6.3: a table larger than agreed", head(&[0x3f, 0xff, 0xff, 0x7f]), compression),
    ]
}

/// Requests that are malformed (RFC 9113, 8.1.1).
fn malformed() -> Vec<Offence> {
    let stream = End::Stream(PROTOCOL_ERROR);
    let head = |block: Vec<u8>| frame(HEADERS, END_HEADERS | END_STREAM, 1, &block);
    let more = |name, value| head(request("/hello", &[(name, value)]));
    let without = |pseudo: &str| {
        let all = [(":method", "GET"), (":scheme", "https"), (":path", "/hello")];
        head(fields(&all.into_iter().filter(|(name, _)| *name != pseudo).collect::<Vec<_>>()))
    };
    let posted = frame(HEADERS, END_HEADERS, 1, &request("/wait", &[("content-length", "3")]));
    vec![
        ("8.2.1: a name in upper case", more("X-Name", "x"), stream),
        ("8.2.1: a value with a line's end", more("x-name", "a\r\nb"), stream),
        ("8.2.2: Connection", more("connection", "close"), stream),
        ("8.2.2: TE beyond trailers", more("te", "gzip"), stream),
        (
            "8.3: a pseudo-header behind a field",
            head([fields(&[("x-name", "x")]), request("/hello", &[])].concat()),
            stream,
        ),
        ("8.3: a pseudo-header of answers", more(":status", "200"), stream),
        ("8.3: an unknown pseudo-header", more(":unknown", "x"), stream),
        ("8.3.1: two paths", more(":path", "/other"), stream),
        ("8.3.1: no method", without(":method"), stream),
        ("8.3.1: no scheme", without(":scheme"), stream),
        ("8.3.1: no path", without(":path"), End::Refused),
        ("8.1.1: more body than was said", [posted, frame(DATA, END_STREAM, 1, b"12345")].concat(), stream),
    ]
}

/// The next frame that says what comes of stream 1 or of the connection.
fn end(frames: &mut Frames) -> Option<Frame> {
    let is_end = |frame: &Frame| {
        frame.kind == GOAWAY || frame.stream == 1 && [HEADERS, RST_STREAM].contains(&frame.kind)
    };
    std::iter::from_fn(|| frames.next()).find(is_end)
}

fn check(server: &Running, what: &str, bytes: &[u8], expected: End) {
    let mut frames = Frames::begun(server, &[]);
    frames.send(bytes).unwrap();
    let end = end(&mut frames).unwrap_or_else(|| panic!("{what}: nothing was said"));
    match (expected, end.kind) {
        // The unspecific code is as good (7).
        (End::Connection(code), GOAWAY) => {
            assert!([code, PROTOCOL_ERROR].contains(&end.code()), "{what}: {end:?}")
        }
        (End::Stream(code), RST_STREAM) => assert_eq!(end.code(), code, "{what}"),
        // What is an error of the stream may end the connection (5.4.1).
        (End::Stream(_), GOAWAY) => assert_eq!(end.code(), PROTOCOL_ERROR, "{what}"),
        (End::Refused, HEADERS) => assert_eq!(end.payload[0], STATUS_400, "{what}"),
        _ => panic!("{what}: {end:?}"),
    }
    if end.kind == GOAWAY {
        while frames.next().is_some() {}
    } else {
        frames.send(&get(3, "/hello")).unwrap();
        assert_eq!(frames.body(3), b"/hello", "{what}: the connection goes on");
    }
}

#[test]
fn whoever_breaks_the_rules_is_told_how() {
    let server = Running::secure(Options::default());
    let mut other = Frames::begun(&server, &[]);
    let offences = [misplaced(), misshapen(), malformed()].concat();
    for ((what, bytes, expected), stream) in offences.into_iter().zip((1..).step_by(2)) {
        check(&server, what, &bytes, expected);
        other.send(&get(stream, "/hello")).unwrap();
        assert_eq!(other.body(stream), b"/hello", "{what}: another connection goes on");
    }
}

#[test]
fn who_does_not_begin_with_the_preface_is_closed() {
    let server = Running::secure(Options::default());
    for begun in [&b"GET / HTTP/1.1\r\nHost: first.test\r\n\r\n"[..], b"PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n"] {
        let mut frames = Frames::new(&server);
        frames.send(begun).unwrap();
        assert!(std::iter::from_fn(|| frames.next()).all(|frame| frame.kind != HEADERS), "{begun:?}");
    }
    assert!(server.asked.try_recv().is_err(), "no handler was asked");
}

/// Sends what is `next` again and again until the connection ends, which it does with this code; until then buffers take much of
/// it that the server never does.
fn flooded(server: &Running, begun: &[u8], mut next: impl FnMut(u32) -> Vec<u8>) {
    let mut frames = Frames::begun(server, &[]);
    frames.send(begun).unwrap();
    let (mut sent, mut number) = (0, 0);
    while sent < UNREAD_BYTES_MAX {
        let burst: Vec<u8> = (0..FRAMES_AT_ONCE).flat_map(|at| next(number + at)).collect();
        if frames.send(&burst).is_err() {
            break;
        }
        (sent, number) = (sent + burst.len(), number + FRAMES_AT_ONCE);
    }
    assert!(sent < UNREAD_BYTES_MAX, "{sent} bytes were taken");
    let end = std::iter::from_fn(|| frames.next()).find(|frame| frame.kind == GOAWAY);
    // It may be lost with the connection that it ends.
    assert!(end.is_none_or(|end| end.code() == ENHANCE_YOUR_CALM), "it ended otherwise");
}

#[test]
fn heads_without_end_end_the_connection() {
    let server = Running::secure(Options::default());
    let begun = frame(HEADERS, END_STREAM, 1, &request("/hello", &[]));
    let block = fields(&[("x-name", &"x".repeat(100))]).repeat(100);
    for block in [&block[..], &[]] {
        flooded(&server, &begun, |_| frame(CONTINUATION, 0, 1, block));
    }
    assert!(server.asked.try_recv().is_err(), "no handler was asked");
}

#[test]
fn who_asks_and_resets_at_once_is_closed() {
    let server = Running::secure(Options::default());
    let reset = |number: u32| {
        let stream = 2 * number + 1;
        [get(stream, "/wait"), frame(RST_STREAM, 0, stream, &[0, 0, 0, 8])].concat()
    };
    flooded(&server, &[], reset);
}

#[test]
fn who_has_his_requests_reset_is_closed() {
    let server = Running::secure(Options::default());
    let overflow = (i32::MAX as u32).to_be_bytes();
    let malformed = |number: u32| {
        let head = request("/hello", &[("connection", "close")]);
        frame(HEADERS, END_HEADERS | END_STREAM, 2 * number + 1, &head)
    };
    flooded(&server, &[], malformed);
    let overflowing = |number: u32| {
        let stream = 2 * number + 1;
        [get(stream, "/wait"), frame(WINDOW_UPDATE, 0, stream, &overflow)].concat()
    };
    flooded(&server, &[], overflowing);
}

#[test]
fn who_wants_answers_and_takes_none_is_not_read_any_more() {
    let server = Running::secure(Options::default());
    for wanting in [frame(PING, 0, 0, &[0; 8]), frame(SETTINGS, 0, 0, &setting(1, 4096))] {
        let mut frames = Frames::begun(&server, &[]);
        frames.set_write_timeout(BLOCKED);
        let burst = wanting.repeat(1000);
        let sent = std::iter::repeat_with(|| frames.send(&burst)).take_while(Result::is_ok);
        let bytes = sent.take(UNREAD_BYTES_MAX / burst.len()).count() * burst.len();
        assert!(bytes < UNREAD_BYTES_MAX - burst.len(), "{bytes} bytes were taken");
    }
}

#[test]
fn who_opens_windows_and_reads_nothing_costs_little() {
    let limits = Limits { idle: BLOCKED, ..Limits::default() };
    let server = Running::secure(Options { limits, ..Options::default() });
    let mut frames = Frames::begun(&server, &setting(INITIAL_WINDOW_SIZE, i32::MAX as u32));
    let wide = (i32::MAX as u32 - 65_535).to_be_bytes();
    let mut all = frame(WINDOW_UPDATE, 0, 0, &wide);
    all.extend((0..STREAMS_MAX).flat_map(|number| get(2 * number + 1, "/file")));
    frames.send(&all).unwrap();
    // It is let go in the end, which tells how much of each file was read for it.
    let bytes: u64 = (0..STREAMS_MAX).map(|_| server.done().1).sum();
    assert!(bytes < SLOW_BYTES_MAX, "{bytes} bytes were read");
}
