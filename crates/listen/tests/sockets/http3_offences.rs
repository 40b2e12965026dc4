//! Clients of HTTP/3 that break its rules: each is told by the code that RFC 9114 has for it, on the stream or on the connection,
//! and no other connection notices.

use super::http3::connected;
use super::support::{PATIENCE, Running};
use listen::Options;
use quinn::{Connection, ConnectionError, ReadError, ReadToEndError, SendStream};
use tokio::time::timeout;

/// Kinds of frames (RFC 9114, 7.2).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const GOAWAY: u8 = 7;

/// Type of the stream in one direction that controls the connection (RFC 9114, 6.2.1).
const CONTROL: u8 = 0;

/// Error codes (RFC 9114, 8.1; RFC 9204, 6).
const STREAM_CREATION_ERROR: u64 = 0x103;
const CLOSED_CRITICAL_STREAM: u64 = 0x104;
const FRAME_UNEXPECTED: u64 = 0x105;
const FRAME_ERROR: u64 = 0x106;
const SETTINGS_ERROR: u64 = 0x109;
const MISSING_SETTINGS: u64 = 0x10a;
const MESSAGE_ERROR: u64 = 0x10e;
const QPACK_DECOMPRESSION_FAILED: u64 = 0x200;

/// `:status: 400` in a head (RFC 9204, appendix A).
const STATUS_400: [u8; 2] = [0xff, 4];

/// More than any answer here has.
const ANSWER_BYTES_MAX: usize = 1 << 16;

/// A stream that a client opens, and what it says there.
#[derive(Debug, Clone)]
enum Said {
    /// In one direction, and open to the end.
    OneWay(Vec<u8>),
    /// The same, ended.
    Ended(Vec<u8>),
    /// A request, ended.
    Request(Vec<u8>),
}

/// What is done wrong, with its section; the streams; and the code.
type Offence = (&'static str, Vec<Said>, u64);

/// A frame of less than 64 bytes.
fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).ok().filter(|&length| length < 64).unwrap();
    [&[kind, length], payload].concat()
}

/// A head without any table (RFC 9204, 4.5.1 and 4.5.6): names and values are shorter than 127 bytes.
fn head(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = vec![0, 0];
    for (name, value) in fields {
        let (name_length, value_length) =
            (u8::try_from(name.len()).unwrap(), u8::try_from(value.len()).unwrap());
        match name_length {
            0..7 => block.push(0x20 | name_length),
            _ => block.extend([0x27, name_length - 7]),
        }
        block.extend(name.as_bytes());
        block.push(value_length);
        block.extend(value.as_bytes());
    }
    block
}

/// HEADERS of as many bytes as it takes.
fn headers(block: &[u8]) -> Vec<u8> {
    let length = u16::try_from(block.len()).unwrap() | 0x4000;
    [&[HEADERS][..], &length.to_be_bytes(), block].concat()
}

/// The fields of a request, without `left_out` and with `more` behind them.
fn request(left_out: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let pseudo =
        [(":method", "GET"), (":scheme", "https"), (":authority", "first.test"), (":path", "/hello")];
    let kept = pseudo.into_iter().filter(|(name, _)| *name != left_out);
    headers(&head(&kept.chain(more.iter().copied()).collect::<Vec<_>>()))
}

/// A control stream that begins as it should.
fn control(more: &[u8]) -> Vec<u8> {
    [&[CONTROL][..], &frame(SETTINGS, &[]), more].concat()
}

/// What ends the connection. A client's push stream (6.2.2) should, and h3 passes over it.
fn of_connections() -> Vec<Offence> {
    use Said::{Ended, OneWay, Request};
    let get = request("", &[]);
    let on_control = |more: Vec<u8>| vec![OneWay(control(&more))];
    let asked = |bytes: &[&[u8]]| vec![OneWay(control(&[])), Request(bytes.concat())];
    vec![
        (
            "6.2.1: no SETTINGS",
            vec![OneWay([&[CONTROL][..], &frame(GOAWAY, &[0])].concat())],
            MISSING_SETTINGS,
        ),
        (
            "6.2.1: two control streams",
            vec![OneWay(control(&[])), OneWay(control(&[]))],
            STREAM_CREATION_ERROR,
        ),
        ("6.2.1: a control stream that ends", vec![Ended(control(&[]))], CLOSED_CRITICAL_STREAM),
        ("7.2.1: DATA on the control stream", on_control(frame(DATA, b"x")), FRAME_UNEXPECTED),
        ("7.2.2: HEADERS on the control stream", on_control(get.clone()), FRAME_UNEXPECTED),
        ("7.2.4: SETTINGS again", on_control(frame(SETTINGS, &[])), FRAME_UNEXPECTED),
        (
            "7.2.4.1: a setting of HTTP/2",
            vec![OneWay([&[CONTROL][..], &frame(SETTINGS, &[2, 0])].concat())],
            SETTINGS_ERROR,
        ),
        (
            "7.2.4: a setting twice",
            vec![OneWay([&[CONTROL][..], &frame(SETTINGS, &[6, 1, 6, 1])].concat())],
            SETTINGS_ERROR,
        ),
        ("7.2.8: a frame of HTTP/2", on_control(frame(2, &[0; 5])), FRAME_UNEXPECTED),
        ("7.2.4: SETTINGS on a request's stream", asked(&[&frame(SETTINGS, &[]), &get]), FRAME_UNEXPECTED),
        ("4.1: DATA before HEADERS", asked(&[&frame(DATA, b"x"), &get]), FRAME_UNEXPECTED),
        ("7.2.5: a client's PUSH_PROMISE", asked(&[&frame(PUSH_PROMISE, &[0])]), FRAME_UNEXPECTED),
        ("7.1: a frame that does not end", asked(&[&get[..get.len() - 1]]), FRAME_ERROR),
        (
            "RFC 9204, 2.2.3: a field that no table has",
            asked(&[&headers(&[2, 0, 0x80])]),
            QPACK_DECOMPRESSION_FAILED,
        ),
        (
            "RFC 9204, 4.5.6: a name that does not end",
            asked(&[&headers(&[0, 0, 0x26, b'a'])]),
            QPACK_DECOMPRESSION_FAILED,
        ),
    ]
}

/// Requests that are malformed (4.1.2), and whether their stream is reset, or they are answered 400. h3 lets some pass: two paths,
/// of which it takes one, and `:status`.
fn malformed() -> Vec<(&'static str, Vec<u8>, bool)> {
    let more = |name, value| request("", &[(name, value)]);
    let late =
        headers(&head(&[("x-name", "x"), (":method", "GET"), (":scheme", "https"), (":path", "/hello")]));
    vec![
        ("4.2: a name in upper case", more("X-Name", "x"), true),
        ("4.2: a value with a line's end", more("x-name", "a\r\nb"), true),
        ("4.2: Connection", more("connection", "close"), false),
        ("4.2: Keep-Alive", more("keep-alive", "max=5"), false),
        ("4.2: Proxy-Connection", more("proxy-connection", "close"), false),
        ("4.2: Transfer-Encoding", more("transfer-encoding", "chunked"), false),
        ("4.2: Upgrade", more("upgrade", "websocket"), false),
        ("4.2: TE beyond trailers", more("te", "gzip"), false),
        ("4.3: a pseudo-header behind a field", late, true),
        ("4.3: an unknown pseudo-header", more(":unknown", "x"), true),
        ("4.3.1: no method", request(":method", &[]), true),
        ("4.3.1: no scheme", request(":scheme", &[]), true),
        ("4.3.1: no path", request(":path", &[]), true),
    ]
}

/// A connection on which all that was said; the streams in one direction stay as they are.
struct Spoken {
    connection: Connection,
    _one_way: Vec<SendStream>,
    /// What came for the request, if there was one.
    answer: Option<Result<Vec<u8>, ReadToEndError>>,
}

/// Says it on a connection of its own. Streams may be stopped and the connection closed while it is said.
async fn spoken(connection: Connection, streams: Vec<Said>) -> Spoken {
    let (mut one_way, mut answer) = (Vec::new(), None);
    for said in streams {
        match said {
            Said::OneWay(bytes) => {
                let mut stream = connection.open_uni().await.unwrap();
                let _ = stream.write_all(&bytes).await;
                one_way.push(stream);
            }
            Said::Ended(bytes) => {
                let mut stream = connection.open_uni().await.unwrap();
                let _ = stream.write_all(&bytes).await;
                let _ = stream.finish();
                one_way.push(stream);
            }
            Said::Request(bytes) => {
                let (mut out, mut back) = connection.open_bi().await.unwrap();
                let _ = out.write_all(&bytes).await;
                let _ = out.finish();
                answer = Some(timeout(PATIENCE, back.read_to_end(ANSWER_BYTES_MAX)).await.unwrap());
            }
        }
    }
    Spoken { connection, _one_way: one_way, answer }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_breaks_the_rules_of_connections_is_told_how() {
    let server = Running::http3(Options::default());
    let (other, _other_endpoint) = connected(&server).await;
    for (what, streams, code) in of_connections() {
        let (connection, _endpoint) = connected(&server).await;
        let spoken = spoken(connection, streams).await;
        let closed = timeout(PATIENCE, spoken.connection.closed()).await.unwrap();
        let ConnectionError::ApplicationClosed(closed) = closed else { panic!("{what}: {closed:?}") };
        assert_eq!(closed.error_code.into_inner(), code, "{what}");
    }
    assert!(other.close_reason().is_none(), "another connection goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_wrongly_is_told_how_and_may_ask_again() {
    let server = Running::http3(Options::default());
    for (what, bytes, is_reset) in malformed() {
        let (connection, _endpoint) = connected(&server).await;
        let spoken = spoken(connection, vec![Said::OneWay(control(&[])), Said::Request(bytes)]).await;
        match spoken.answer.unwrap() {
            Err(ReadToEndError::Read(ReadError::Reset(code))) => {
                assert_eq!((code.into_inner(), is_reset), (MESSAGE_ERROR, true), "{what}");
            }
            answer => {
                let answer = answer.unwrap();
                assert!(!is_reset && answer.windows(2).any(|pair| pair == STATUS_400), "{what}: {answer:?}");
            }
        }
        let again = self::spoken(spoken.connection, vec![Said::Request(request("", &[]))]).await;
        assert!(again.answer.unwrap().unwrap().ends_with(b"/hello"), "{what}: the connection goes on");
    }
}
