//! A proxy that does harm: it stands before a server and spoils its answers in the way that it is told.
//!
//! Owns HTTP/1.1 as far as tiers speak it among themselves: requests without bodies, answers with a length.

#![expect(clippy::disallowed_methods, reason = "to be late is what it is for")]

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How long an answer is late that is only late.
const DELAY: Duration = Duration::from_millis(100);

/// What trickles: so much at a time, and so long between. A block takes seconds.
const DROP_BYTES: usize = 256;
const DROP_PAUSE: Duration = Duration::from_millis(10);

/// Longest head.
const HEAD_BYTES_MAX: usize = 16 << 10;

/// What is done to an answer. Numbers say where in its body, counted in bytes, around and around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// It comes late.
    Delay,
    /// From there on it comes a few bytes at a time.
    Trickle(u64),
    /// The connection is closed there, in order: a short body under the right head.
    Cut(u64),
    /// The connection is reset there.
    Reset(u64),
    /// Nothing comes from there on.
    HangAt(u64),
    /// The request is taken, and nothing comes.
    Hang,
    /// The connection is reset once the request is read.
    Refuse,
    /// Another server's page with this status.
    Status(u16),
    /// Something that is no HTTP.
    Garbage,
    /// This bit of the body is another one.
    Corrupt(u64),
    /// `Content-Length` and body are shorter by a byte.
    Shorter,
    /// `Content-Length` and body are longer by a byte.
    Longer,
    /// `Content-Range` tells of other bytes of the object.
    OtherRange,
    /// `Content-Range` tells of a longer object.
    OtherLength,
    /// `ETag` is another one.
    OtherTag,
    /// The part comes as if it were the whole.
    Whole,
    /// The digests are those of other bytes.
    OtherDigests,
    /// The digests cannot be read.
    NoDigests,
    /// The answer says that it is compressed.
    Compressed,
    /// `Cache-Control` is this: no harm, but a life that ends.
    Lives(&'static str),
}

impl Fault {
    /// All that do harm, at `at`.
    pub(crate) fn all(at: u64) -> Vec<Fault> {
        use Fault::*;
        vec![
            Delay,
            Trickle(at),
            Cut(at),
            Reset(at),
            HangAt(at),
            Hang,
            Refuse,
            Status(500),
            Status(502),
            Status(403),
            Garbage,
            Corrupt(at),
            Shorter,
            Longer,
            OtherRange,
            OtherLength,
            OtherTag,
            Whole,
            OtherDigests,
            NoDigests,
            Compressed,
        ]
    }

    /// Whether it costs the one who asks its whole patience.
    pub(crate) fn is_slow(self) -> bool {
        matches!(self, Fault::Trickle(_) | Fault::HangAt(_) | Fault::Hang)
    }
}

/// What each next answer suffers.
type Plan = Box<dyn FnMut() -> Fault + Send>;

/// A proxy before one server.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    target: Mutex<SocketAddr>,
    plan: Mutex<Plan>,
    requests: AtomicU64,
    spoilt: AtomicU64,
}

impl Proxy {
    /// One before `target`, that does no harm yet.
    pub(crate) async fn start(target: SocketAddr) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            target: Mutex::new(target),
            plan: Mutex::new(Box::new(|| Fault::None)),
            requests: AtomicU64::new(0),
            spoilt: AtomicU64::new(0),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                // What goes wrong on a connection is its client's concern.
                tokio::spawn(async move { drop(serve(&shared, client).await) });
            }
        });
        Proxy { address, shared }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on all answers suffer `fault`.
    pub(crate) fn set(&self, fault: Fault) {
        self.plan(move || fault);
    }

    /// From now on each answer suffers what `plan` says.
    pub(crate) fn plan(&self, plan: impl FnMut() -> Fault + Send + 'static) {
        *self.shared.plan.lock().unwrap() = Box::new(plan);
    }

    /// Requests so far.
    pub(crate) fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// Answers so far that were spoilt.
    pub(crate) fn spoilt(&self) -> u64 {
        self.shared.spoilt.load(Ordering::Relaxed)
    }
}

/// Serves a connection for as long as both ends stay.
async fn serve(shared: &Shared, mut client: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    loop {
        let mut request = Vec::new();
        read_head(&mut client, &mut request).await?;
        shared.requests.fetch_add(1, Ordering::Relaxed);
        let fault = (shared.plan.lock().unwrap())();
        shared.spoilt.fetch_add(u64::from(fault != Fault::None), Ordering::Relaxed);
        match fault {
            Fault::Refuse => return reset(client),
            Fault::Hang => return hang(client).await,
            Fault::Garbage => return client.write_all(b"\0\0\xff not HTTP\r\n\r\n").await,
            Fault::Status(status) => {
                let page = format!("HTTP/1.1 {status} Trouble\r\ncontent-length: 5\r\n\r\noops\n");
                client.write_all(page.as_bytes()).await?;
            }
            fault => {
                let target = *shared.target.lock().unwrap();
                let Ok(server) = TcpStream::connect(target).await else { return reset(client) };
                if !exchange(&mut client, server, &request, fault).await? {
                    return match fault {
                        Fault::Reset(_) => reset(client),
                        Fault::HangAt(_) => hang(client).await,
                        _ => Ok(()),
                    };
                }
            }
        }
    }
}

/// One request and its spoilt answer; whether the connection goes on.
async fn exchange(
    client: &mut TcpStream,
    mut server: TcpStream,
    request: &[u8],
    fault: Fault,
) -> io::Result<bool> {
    server.write_all(request).await?;
    let mut read = Vec::new();
    let end = read_head(&mut server, &mut read).await?;
    let head = String::from_utf8(read[..end].to_vec()).map_err(io::Error::other)?;
    let is_head_alone = request.starts_with(b"HEAD ") || head.starts_with("HTTP/1.1 304");
    let length = if is_head_alone { 0 } else { length_of(&head) };
    if fault == Fault::Delay {
        tokio::time::sleep(DELAY).await;
    }
    client.write_all(spoilt_head(&head, fault).as_bytes()).await?;
    let mut body = Body { at: 0, length, fault };
    if !body.pass(client, &mut read[end..]).await? {
        return Ok(false);
    }
    let mut buffer = vec![0; 32 << 10];
    while body.at < length {
        let count = server.read(&mut buffer).await?;
        if count == 0 || !body.pass(client, &mut buffer[..count]).await? {
            return Ok(false);
        }
    }
    match fault {
        Fault::Longer if length > 0 => client.write_all(b"x").await.map(|()| true),
        // It is not known how the client takes it.
        Fault::Shorter | Fault::Whole => Ok(false),
        _ => Ok(true),
    }
}

/// A body on its way.
struct Body {
    at: u64,
    length: u64,
    fault: Fault,
}

impl Body {
    /// Passes the next bytes on, as far as the fault lets them; whether more may follow.
    async fn pass(&mut self, client: &mut TcpStream, bytes: &mut [u8]) -> io::Result<bool> {
        let start = self.at;
        self.at += bytes.len() as u64;
        let place = |at: u64| at.checked_rem(self.length).unwrap_or_default();
        // Where in these bytes it is, if it is in them.
        let within = |at: u64| (start..self.at).contains(&at).then(|| (at - start) as usize);
        match self.fault {
            Fault::Cut(at) | Fault::Reset(at) | Fault::HangAt(at) => {
                if let Some(at) = within(place(at)) {
                    client.write_all(&bytes[..at]).await?;
                    return Ok(false);
                }
            }
            Fault::Trickle(at) if self.at > place(at) => {
                for drop in bytes.chunks(DROP_BYTES) {
                    client.write_all(drop).await?;
                    tokio::time::sleep(DROP_PAUSE).await;
                }
                return Ok(true);
            }
            Fault::Corrupt(bit) => {
                if let Some(at) = within(place(bit / 8)) {
                    bytes[at] ^= 1 << (bit % 8);
                }
            }
            Fault::Shorter if self.at == self.length && !bytes.is_empty() => {
                client.write_all(&bytes[..bytes.len() - 1]).await?;
                return Ok(true);
            }
            _ => {}
        }
        client.write_all(bytes).await?;
        Ok(true)
    }
}

/// The answer's head as the client gets it.
fn spoilt_head(head: &str, fault: Fault) -> String {
    let mut spoilt = String::new();
    for line in head.trim_end().split("\r\n") {
        let line = match line.split_once(": ") {
            None => spoilt_status(line, fault),
            Some((name, value)) => match spoilt_value(&name.to_ascii_lowercase(), value, fault) {
                Some(value) => format!("{name}: {value}"),
                None => continue,
            },
        };
        spoilt += &line;
        spoilt += "\r\n";
    }
    let added = if fault == Fault::Compressed { "content-encoding: gzip\r\n" } else { "" };
    spoilt + added + "\r\n"
}

fn spoilt_status(line: &str, fault: Fault) -> String {
    let is_whole = fault == Fault::Whole && line.contains(" 206 ");
    if is_whole { "HTTP/1.1 200 OK".to_owned() } else { line.to_owned() }
}

/// A header's value; none where the header is left out.
fn spoilt_value(name: &str, value: &str, fault: Fault) -> Option<String> {
    let number =
        |change: i64| value.parse::<i64>().map(|number| number + change).unwrap_or_default().to_string();
    Some(match (name, fault) {
        ("content-length", Fault::Shorter) if value != "0" => number(-1),
        ("content-length", Fault::Longer) => number(1),
        ("content-range", Fault::OtherRange) => value.replacen("bytes ", "bytes 1", 1),
        ("content-range", Fault::OtherLength) => format!("{value}0"),
        ("content-range", Fault::Whole) => return None,
        ("etag", Fault::OtherTag) => "\"another\"".to_owned(),
        ("block-digests", Fault::OtherDigests) => value.chars().rev().collect(),
        ("block-digests", Fault::NoDigests) => "?".to_owned(),
        ("cache-control", Fault::Lives(life)) => life.to_owned(),
        _ => value.to_owned(),
    })
}

fn length_of(head: &str) -> u64 {
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(": "));
    let line = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    line.and_then(|(_, value)| value.parse().ok()).unwrap_or_default()
}

/// Reads until a head is whole; where it ends.
async fn read_head(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<usize> {
    loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            return Ok(at + 4);
        }
        if bytes.len() > HEAD_BYTES_MAX || stream.read_buf(bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Says nothing until the client goes.
async fn hang(mut client: TcpStream) -> io::Result<()> {
    while client.read(&mut [0; 64]).await? > 0 {}
    Ok(())
}

fn reset(client: TcpStream) -> io::Result<()> {
    client.set_zero_linger()
}
