//! A `matinee serve` that a command starts, asks things over plain HTTP/1.1, and stops.
//!
//! Owns the process: it ends with this value. The requests are as plain as they can be, so that what they prove does
//! not lean on our own client.

use crate::json::Json;
use crate::shell::{Result, command};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

/// Longest wait for the server's first line and for each answer: it needs milliseconds, a busy machine a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest answer that is read: a first segment has a few MB at most.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// A running server.
pub(crate) struct Served {
    child: Child,
    /// Address and port: `127.0.0.1:40123`.
    pub(crate) address: String,
}

impl Served {
    /// Serves the data folder `data` with the binary `matinee` on a free port of this machine.
    pub(crate) fn start(matinee: &Path, data: &Path) -> Result<Served> {
        Served::start_with(matinee, data, &[])
    }

    /// Serves it under `settings`, each `key=value`.
    pub(crate) fn start_with(matinee: &Path, data: &Path, settings: &[&str]) -> Result<Served> {
        let mut serve = command(matinee);
        serve
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(settings.iter().flat_map(|setting| ["--set", setting]))
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child =
            serve.spawn().map_err(|error| format!("cannot start {}: {error}", matinee.display()))?;
        let stdout = child.stdout.take().ok_or("the server has no standard output")?;
        let (sender, receiver) = sync_channel(1);
        // The thread ends with the server: it reads on, so that the server never waits for a full pipe.
        std::thread::spawn(move || {
            BufReader::new(stdout).lines().map_while(|line| line.ok()).for_each(|line| {
                if let Some(address) = address(&line) {
                    let _ = sender.try_send(address.to_owned());
                }
            })
        });
        let mut served = Served { child, address: String::new() };
        served.address = receiver.recv_timeout(PATIENCE).map_err(|_| "`matinee serve` printed no address")?;
        Ok(served)
    }

    /// `GET path`, of it only the bytes `range` (first and last) where one is given.
    pub(crate) fn get(&self, path: &str, range: Option<(u64, u64)>) -> Result<Answer> {
        let range = range.map(|(first, last)| format!("Range: bytes={first}-{last}\r\n")).unwrap_or_default();
        self.ask("GET", path, &range)
    }

    /// `POST path` without a body.
    pub(crate) fn post(&self, path: &str) -> Result<Answer> {
        self.ask("POST", path, "Content-Length: 0\r\n")
    }

    fn ask(&self, method: &str, path: &str, headers: &str) -> Result<Answer> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n",
            self.address
        )?;
        let mut bytes = Vec::new();
        stream
            .take(ANSWER_BYTES_MAX)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("{method} {path}: {error}"))?;
        Answer::read(&bytes).ok_or_else(|| format!("{method} {path}: not an HTTP/1.1 answer").into())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An HTTP answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    /// Status code.
    pub(crate) status: u16,
    /// Content.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The content as JSON; an error where the status is not 200 or the content is none.
    pub(crate) fn json(&self) -> Result<Json> {
        let text = String::from_utf8_lossy(&self.body);
        if self.status != 200 {
            return Err(format!("status {}: {text}", self.status).into());
        }
        Ok(Json::read(&text)?)
    }

    /// Reads an answer to a request that asked for the connection to be closed.
    fn read(bytes: &[u8]) -> Option<Answer> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?.to_ascii_lowercase();
        let status = head.strip_prefix("http/1.1 ")?.get(..3)?.parse().ok()?;
        let body = &bytes[end + 4..];
        let chunked =
            head.lines().any(|line| line.starts_with("transfer-encoding:") && line.contains("chunked"));
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        match length {
            _ if chunked => Some(Answer { status, body: unchunked(body)? }),
            Some(length) if length != body.len() => None,
            _ => Some(Answer { status, body: body.to_vec() }),
        }
    }
}

/// The content of a chunked body (RFC 9112, 7.1) without trailers.
fn unchunked(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(bytes.get(end + 2..end + 2 + size)?);
        bytes = bytes.get(end + 2 + size + 2..)?;
    }
}

/// Address and port in a line such as `Serving at http://127.0.0.1:40123/`.
fn address(line: &str) -> Option<&str> {
    let rest = line.split_once("http://")?.1;
    rest.split(|c: char| c == '/' || c.is_whitespace()).next().filter(|address| address.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_lines() {
        for (line, expected) in [
            ("Serving at http://127.0.0.1:40123/ (Ctrl-C stops)", Some("127.0.0.1:40123")),
            ("http://[::1]:80", Some("[::1]:80")),
            ("http://nowhere/", None),
            ("Starting", None),
        ] {
            assert_eq!(address(line), expected, "{line}");
        }
    }

    #[test]
    fn answers_are_read() {
        for (text, expected) in [
            ("HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\n\r\nabc", Some((206, "abc"))),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n",
                Some((200, "abc0123456789")),
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", None),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", None),
            ("SSH-2.0", None),
        ] {
            let expected = expected.map(|(status, body): (u16, &str)| Answer { status, body: body.into() });
            assert_eq!(Answer::read(text.as_bytes()), expected, "{text}");
        }
    }
}
