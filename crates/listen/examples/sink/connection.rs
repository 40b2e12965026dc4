//! One connection: a first answer that is read, and all others that are thrown away.

use rustix::net::{RecvFlags, recv};
use rustls::ClientConnection;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use stdx::clock::{Clock as _, SystemClock};
use tokio::io::Interest;

use super::arguments::Arguments;
use super::figures::Figures;
use super::trust;
use crate::Result;

/// Bytes that are discarded at once; that many are never written, but have to be addressable.
const DISCARD_BYTES: usize = 4 << 20;

/// Answers that are read before those that are discarded: the first may come with what a handshake leaves.
const READ_ANSWERS: usize = 2;

/// A connection after its first answers.
pub(crate) struct Connection {
    stream: TcpStream,
    tls: Option<ClientConnection>,
    /// Bytes of an answer on the wire.
    answer_bytes: u64,
    /// The turn with which it begins.
    first: usize,
}

/// Counts what is read.
struct Counted<'a> {
    stream: &'a TcpStream,
    bytes: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.stream.read(into)?;
        self.bytes += bytes as u64;
        Ok(bytes)
    }
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Connection {
    pub(crate) fn open(arguments: &Arguments, first: usize, expected: Option<&[u8]>) -> Result<Connection> {
        let stream = TcpStream::connect(arguments.address)?;
        stream.set_nodelay(true)?;
        let mut tls = None;
        if arguments.tls {
            tls = Some(ClientConnection::new(trust::config()?, "localhost".try_into()?)?);
        }
        let mut answer_bytes = 0;
        for _ in 0..READ_ANSWERS {
            let mut counted = Counted { stream: &stream, bytes: 0 };
            let body = match &mut tls {
                Some(tls) => exchange(&mut rustls::Stream::new(tls, &mut counted), arguments)?,
                None => exchange(&mut counted, arguments)?,
            };
            if expected.is_some_and(|expected| expected != body) {
                return Err("the body is not the file".into());
            }
            answer_bytes = counted.bytes;
        }
        Ok(Connection { stream, tls, answer_bytes, first })
    }

    /// Asks and discards until the runtime ends.
    pub(crate) async fn run(
        mut self,
        arguments: &Arguments,
        phase: Duration,
        clock: &SystemClock,
        figures: &RefCell<Figures>,
    ) -> Result<()> {
        self.stream.set_nonblocking(true)?;
        let stream = tokio::net::TcpStream::from_std(self.stream.try_clone()?)?;
        let mut asked = VecDeque::new();
        // Connections begin at different files.
        let mut turn = self.first;
        let mut discarded = 0;
        let mut scratch = vec![0; DISCARD_BYTES];
        let _ = tokio::time::timeout(phase, std::future::pending::<()>()).await;
        let mut pace = arguments.every.map(tokio::time::interval);
        loop {
            while asked.len() < arguments.depth {
                if let Some(pace) = &mut pace {
                    pace.tick().await;
                }
                self.ask(&stream, &arguments.path_of(turn)).await?;
                turn += 1;
                asked.push_back(clock.monotonic());
            }
            let bytes = discard(&stream, &mut scratch).await?;
            let (now, mut figures) = (clock.monotonic(), figures.borrow_mut());
            figures.bytes += bytes;
            let mut left = bytes;
            while left > 0 {
                let begin = *asked.front().ok_or("more came than was asked for")?;
                if discarded == 0 {
                    figures.first_byte.push(now - begin);
                }
                let step = left.min(self.answer_bytes - discarded);
                (discarded, left) = (discarded + step, left - step);
                if discarded == self.answer_bytes {
                    asked.pop_front();
                    discarded = 0;
                    figures.answers += 1;
                }
            }
        }
    }

    async fn ask(&mut self, stream: &tokio::net::TcpStream, path: &str) -> Result<()> {
        let mut bytes = request(path).into_bytes();
        if let Some(tls) = &mut self.tls {
            tls.writer().write_all(&bytes)?;
            bytes.clear();
            tls.write_tls(&mut bytes)?;
        }
        let mut sent = 0;
        while sent < bytes.len() {
            stream.writable().await?;
            match stream.try_write(&bytes[sent..]) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                step => sent += step?,
            }
        }
        Ok(())
    }
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: sink\r\nAccept: */*\r\n\r\n")
}

async fn discard(stream: &tokio::net::TcpStream, scratch: &mut [u8]) -> Result<u64> {
    loop {
        let discarded =
            stream.try_io(Interest::READABLE, || Ok(recv(stream, &mut *scratch, RecvFlags::TRUNC)?.1));
        match discarded {
            Ok(0) => return Err("the server closed".into()),
            Ok(bytes) => return Ok(bytes as u64),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.readable().await?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Asks and reads the whole answer; gives its body.
fn exchange(stream: &mut (impl Read + Write), arguments: &Arguments) -> Result<Vec<u8>> {
    stream.write_all(request(&arguments.path_of(0)).as_bytes())?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8(head)?.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.ok_or("the answer has no Content-Length")?.parse()?];
    stream.read_exact(&mut body)?;
    if head.starts_with("http/1.1 200 ") { Ok(body) } else { Err(head.into()) }
}
