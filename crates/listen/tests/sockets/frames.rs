//! A client of HTTP/2 that sends whatever it is told to, frame by frame, and reads frames as they come (RFC 9113, 4.1).

use super::support::Running;
use super::tls::{self, usual};
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

/// Kinds of frames (RFC 9113, 6).
pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PUSH_PROMISE: u8 = 5;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

/// Flags of frames; `ACK` of SETTINGS and PING is the same bit as `END_STREAM`.
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const ACK: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;
pub(crate) const PADDED: u8 = 8;

/// How a client begins (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Header fields as HPACK has them without any table (RFC 7541, 6.2.2): each shorter than 127 bytes.
pub(crate) fn fields(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).ok().filter(|&length| length < 127).unwrap());
            block.extend(text.as_bytes());
        }
    }
    block
}

/// The fields of a request for `path`, with `more` behind them.
pub(crate) fn request(path: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let pseudo = [(":method", "GET"), (":scheme", "https"), (":authority", "first.test"), (":path", path)];
    fields(&[&pseudo[..], more].concat())
}

/// A whole request for `path`.
pub(crate) fn get(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | END_STREAM, stream, &request(path, &[]))
}

/// A setting (RFC 9113, 6.5.1).
pub(crate) fn setting(name: u16, value: u32) -> Vec<u8> {
    [&name.to_be_bytes()[..], &value.to_be_bytes()].concat()
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    /// The error code of RST_STREAM or GOAWAY.
    pub(crate) fn code(&self) -> u32 {
        let at = if self.kind == GOAWAY { 4 } else { 0 };
        u32::from_be_bytes(self.payload[at..at + 4].try_into().unwrap())
    }
}

/// A connection.
pub(crate) struct Frames {
    tls: tls::Client,
}

impl Frames {
    /// A connection that has begun as it should, with these settings.
    pub(crate) fn begun(server: &Running, settings: &[u8]) -> Frames {
        let mut frames = Frames::new(server);
        frames.send(&[PREFACE, &frame(SETTINGS, 0, 0, settings)].concat()).unwrap();
        frames
    }

    /// A connection on which nothing was said.
    pub(crate) fn new(server: &Running) -> Frames {
        let mut config = (*usual()).clone();
        config.alpn_protocols = vec![b"h2".to_vec()];
        Frames { tls: tls::client(server.address, &Arc::new(config), "first.test") }
    }

    /// Sends, whole or with an error.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.tls.write_all(bytes)?;
        self.tls.flush()
    }

    /// The next frame; `None` at the end of the connection, in order or not.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.tls.read_exact(&mut head).ok()?;
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        self.tls.read_exact(&mut payload).ok()?;
        Some(Frame { kind, flags, stream: u32::from_be_bytes(stream), payload })
    }

    /// The body on `stream`, whose answer is the next; other frames are passed over.
    pub(crate) fn body(&mut self, stream: u32) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let next = self.next().unwrap();
            if next.stream != stream {
                assert_ne!(next.kind, GOAWAY, "{next:?}");
                continue;
            }
            assert!([DATA, HEADERS].contains(&next.kind), "{next:?}");
            if next.kind == DATA {
                body.extend(next.payload);
            }
            if next.flags & END_STREAM != 0 {
                return body;
            }
        }
    }

    /// Has [`Frames::send`] fail where nothing goes out for so long.
    pub(crate) fn set_write_timeout(&self, timeout: Duration) {
        self.tls.sock.set_write_timeout(Some(timeout)).unwrap();
    }
}
