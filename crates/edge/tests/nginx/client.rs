//! A client of HTTP/1.1 that takes answers apart, multipart ones too, by the letter of RFC 9110 and RFC 2046.

use std::ops::Range;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) content: Content,
}

/// What an answer holds.
pub(crate) enum Content {
    /// All bytes: of a 200.
    Whole(Vec<u8>),
    /// Some bytes: of a 206. One part without a multipart body, or the parts of one.
    Parts(Vec<Part>),
    /// None of the object.
    Other,
}

/// A part of an object.
#[derive(PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) range: Range<usize>,
    /// Length of the object.
    pub(crate) total: usize,
    pub(crate) content_type: String,
    pub(crate) bytes: Vec<u8>,
}

/// Without the bytes, which nobody could read.
impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Content::Whole(bytes) => write!(f, "whole, {} bytes", bytes.len()),
            Content::Parts(parts) => f.debug_list().entries(parts.iter().map(|part| &part.range)).finish(),
            Content::Other => write!(f, "other"),
        }
    }
}

impl Answer {
    /// The value of header `name`, in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.0 == name).map(|header| header.1.as_str())
    }

    fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>, has_body: bool) -> Answer {
        let mut answer = Answer { status, headers, content: Content::Other };
        answer.content = match status {
            200 if has_body => Content::Whole(body),
            206 if has_body => Content::Parts(answer.parts(body)),
            _ => Content::Other,
        };
        answer
    }

    fn parts(&self, body: Vec<u8>) -> Vec<Part> {
        let content_type = self.header("content-type").unwrap();
        match content_type.strip_prefix("multipart/byteranges; boundary=") {
            Some(boundary) => {
                assert_eq!(self.header("content-range"), None, "RFC 9110 section 15.3.7.2");
                multipart(boundary, &body)
            }
            None => vec![part(self.header("content-range").unwrap(), content_type, body)],
        }
    }
}

/// One connection, one request at a time.
pub(crate) struct Connection {
    stream: BufReader<UnixStream>,
    socket: PathBuf,
    /// nginx ends a connection after a 412, without saying so.
    ends_after_412: bool,
}

impl Connection {
    pub(crate) async fn open(socket: &Path, ends_after_412: bool) -> Connection {
        let stream = BufReader::new(UnixStream::connect(socket).await.unwrap());
        Connection { stream, socket: socket.to_owned(), ends_after_412 }
    }

    pub(crate) async fn ask(&mut self, method: &str, path: &str, headers: &[(&str, String)]) -> Answer {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!("{method} {path} HTTP/1.1\r\nHost: referee\r\n{headers}\r\n");
        self.stream.get_mut().write_all(request.as_bytes()).await.unwrap();
        let status = self.line().await.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        while let Some((name, value)) = self.line().await.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let has_body = method != "HEAD" && status != 304;
        let length = headers.iter().find(|header| has_body && header.0 == "content-length");
        let mut body = vec![0; length.map_or(0, |length| length.1.parse().unwrap())];
        self.stream.read_exact(&mut body).await.unwrap();
        if status == 412 && self.ends_after_412 {
            *self = Connection::open(&self.socket, true).await;
        }
        Answer::new(status, headers, body, has_body)
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).await.unwrap();
        line.trim_end_matches("\r\n").to_owned()
    }
}

/// The part that `Content-Range` says `bytes` are.
fn part(content_range: &str, content_type: &str, bytes: Vec<u8>) -> Part {
    let (range, total) = content_range.strip_prefix("bytes ").unwrap().split_once('/').unwrap();
    let (first, last) = range.split_once('-').unwrap();
    let range = first.parse().unwrap()..last.parse::<usize>().unwrap() + 1;
    assert_eq!(range.len(), bytes.len(), "{content_range}");
    Part { range, total: total.parse().unwrap(), content_type: content_type.to_owned(), bytes }
}

/// The parts of a body: between delimiters, whose line end before them belongs to them (RFC 2046 section 5.1.1).
fn multipart(boundary: &str, body: &[u8]) -> Vec<Part> {
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    let mut places = (0..body.len()).filter(|&at| body[at..].starts_with(&delimiter)).peekable();
    let mut parts = Vec::new();
    while let (Some(at), Some(&next)) = (places.next(), places.peek()) {
        let rest = &body[at + delimiter.len()..next];
        let end = rest.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = std::str::from_utf8(&rest[..end]).unwrap();
        let header = |name: &str| {
            let mut headers = head.split("\r\n").filter_map(|line| line.split_once(": "));
            headers.find(|header| header.0.eq_ignore_ascii_case(name)).unwrap().1
        };
        parts.push(part(header("content-range"), header("content-type"), rest[end + 4..].to_vec()));
    }
    assert!(body.ends_with(&[&delimiter[..], b"--\r\n"].concat()), "the body has no end");
    parts
}
