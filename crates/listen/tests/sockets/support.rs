//! A server whose answers tests can predict, and a client that says exactly what it is told to.

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderValue, StatusCode, header, request};
use listen::{
    Answer, Body, Certificates, FilePart, Handler, KeyPair, Limits, Listener, Options, Peer, Piece,
    RequestBody,
};
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Bytes of the file that is served.
pub(crate) const FILE_BYTES: usize = 5 << 20;

/// Longer than anything here takes; a test that waits so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Longest body of a request for `/read`.
pub(crate) const BODY_BYTES_MAX: usize = 200_000;

/// Ports that are tried until one is free for TCP and UDP.
const PORTS_MAX: usize = 10;

/// Environment variable that has the kernel encrypt in all tests, where it can (`cargo xtask test ktls`).
const KERNEL_TLS: &str = "LISTEN_KERNEL_TLS";

/// A limit that is reached on purpose.
pub(crate) const SHORT: Duration = Duration::from_millis(50);

/// A certificate of `tests/certificates`, with its key.
pub(crate) fn pair(name: &str) -> KeyPair {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates");
    KeyPair { chain: folder.join(format!("{name}.pem")), key: folder.join(format!("{name}-key.pem")) }
}

/// Byte `at` of the file.
pub(crate) fn byte(at: usize) -> u8 {
    (at as u32).wrapping_mul(2_654_435_761).to_be_bytes()[0]
}

/// So many bytes of the file.
pub(crate) fn part(from: usize, length: usize) -> Vec<u8> {
    (from..from + length).map(byte).collect()
}

/// Paths with the bodies that they have, one of each kind.
pub(crate) fn bodies() -> [(&'static str, Vec<u8>); 5] {
    let pieces = [b"abc".to_vec(), part(3, 100_000), b"xyz".to_vec()].concat();
    [
        ("/hello", b"/hello".to_vec()),
        ("/file", part(0, FILE_BYTES)),
        ("/part/70000/1", part(70_000, 1)),
        ("/part/4095/300001", part(4095, 300_001)),
        ("/pieces", pieces),
    ]
}

/// Answers by path; what it sent of each it tells to the test.
pub(crate) struct Told {
    file: Arc<std::fs::File>,
    done: mpsc::SyncSender<(String, u64)>,
    /// Each `/wait` takes one word.
    go: tokio::sync::Mutex<tokio::sync::mpsc::Receiver<()>>,
    asked: mpsc::SyncSender<request::Parts>,
}

/// A running server.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) done: mpsc::Receiver<(String, u64)>,
    pub(crate) go: tokio::sync::mpsc::Sender<()>,
    pub(crate) asked: mpsc::Receiver<request::Parts>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<io::Result<()>>>,
}

/// Whether the listener knew the way to who asked: a window of at least RFC 6928's ten least segments.
pub(crate) fn has_way(request: &request::Parts) -> bool {
    let peer = request.extensions.get::<Peer>().unwrap();
    peer.path.is_some_and(|path| path.window_bytes >= 5360 && path.bytes_per_s().is_some())
}

impl Handler for Told {
    async fn answer(&self, mut request: request::Parts, peer: Peer) -> Answer {
        let path = request.uri.path().to_owned();
        request.extensions.insert(peer);
        self.asked.try_send(request).unwrap();
        if path == "/wait" {
            self.go.lock().await.recv().await.unwrap();
        }
        let (said, body) = self.body(&path);
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, said.into());
        headers.insert("x-path", HeaderValue::from_str(&path).unwrap());
        let done = self.done.clone();
        let done = Box::new(move |bytes| done.try_send((path, bytes)).unwrap());
        Answer { status: StatusCode::OK, headers, body, done: Some(done) }
    }

    /// `/read` has the body of its request, or says what is wrong with it.
    async fn answer_with(&self, request: request::Parts, body: &mut RequestBody<'_>, peer: Peer) -> Answer {
        if request.uri.path() != "/read" {
            body.pass_over().await;
            return self.answer(request, peer).await;
        }
        self.asked.try_send(request).unwrap();
        let (status, body) = match body.read(BODY_BYTES_MAX).await {
            Ok(bytes) => (StatusCode::OK, bytes),
            Err(fault) => (fault.status(), Bytes::from(fault.to_string())),
        };
        Answer { status, headers: HeaderMap::new(), body: Body::Bytes(body), done: None }
    }
}

impl Told {
    /// `/file`, `/part/FROM/LENGTH`, `/pieces`, `/short`, `/long`, `/broken`; or the path itself.
    fn body(&self, path: &str) -> (u64, Body) {
        let part =
            |offset: u64, length: u64| FilePart { file: self.file.clone(), offset, length, hold: None };
        let words: Vec<&str> = path.split('/').collect();
        let pieces =
            |said, pieces: Vec<io::Result<Piece>>| (said, Body::Pieces(Box::pin(stream::iter(pieces))));
        let memory = |text: &'static [u8]| Ok(Piece::Memory(Bytes::from_static(text)));
        match words[..] {
            [_, "file"] => (FILE_BYTES as u64, Body::File(part(0, FILE_BYTES as u64))),
            [_, "part", from, length] => {
                let (from, length) = (from.parse().unwrap(), length.parse().unwrap());
                (length, Body::File(part(from, length)))
            }
            [_, "pieces"] => {
                let file = Ok(Piece::File(part(3, 100_000)));
                pieces(100_006, vec![memory(b"abc"), file, memory(b"xyz")])
            }
            [_, "short"] => pieces(10, vec![memory(b"abc")]),
            [_, "long"] => pieces(4, vec![memory(b"abc"), memory(b"def")]),
            [_, "broken"] => pieces(10, vec![memory(b"abc"), Err(io::Error::other("the disk is gone"))]),
            [_, "beyond"] => (100, Body::File(part(FILE_BYTES as u64 - 10, 100))),
            _ => (path.len() as u64, Body::Bytes(Bytes::from(path.to_owned()))),
        }
    }
}

fn secure_listener(threads: usize) -> Listener {
    let certificates = Certificates::load(vec![pair("first")]).unwrap();
    Listener::bind("127.0.0.1:0".parse().unwrap(), threads).unwrap().with_tls(Arc::new(certificates))
}

impl Running {
    pub(crate) fn new(options: Options) -> Running {
        Running::with(Listener::bind("127.0.0.1:0".parse().unwrap(), options.threads).unwrap(), options)
    }

    pub(crate) fn limited(limits: Limits) -> Running {
        Running::new(Options { limits, ..Options::default() })
    }

    /// With TLS, and the certificate of `first.test`.
    pub(crate) fn secure(options: Options) -> Running {
        Running::with(secure_listener(options.threads), options)
    }

    /// With HTTP/3 besides.
    pub(crate) fn http3(options: Options) -> Running {
        // The port is free for TCP; of UDP somebody else may have it.
        let listener = (0..PORTS_MAX).find_map(|_| secure_listener(options.threads).with_http3().ok());
        Running::with(listener.unwrap(), options)
    }

    pub(crate) fn with(listener: Listener, options: Options) -> Running {
        let kernel_tls = options.kernel_tls || std::env::var_os(KERNEL_TLS).is_some();
        let options = Options { kernel_tls, ..options };
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..FILE_BYTES).map(byte).collect();
        file.write_all(&bytes).unwrap();
        let (done_in, done) = mpsc::sync_channel(10_000);
        let (asked_in, asked) = mpsc::sync_channel(10_000);
        let (go, go_out) = tokio::sync::mpsc::channel(100);
        let told = Told { file: Arc::new(file), done: done_in, go: go_out.into(), asked: asked_in };
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let address = listener.address().unwrap();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let stop = async { stopped.await.unwrap_or_default() };
            runtime.block_on(listen::serve(vec![listener], Arc::new(told), options, stop))
        });
        Running { address, done, go, asked, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn client(&self) -> Client {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Client { stream }
    }

    /// A client that has sent `bytes`.
    pub(crate) fn sent(&self, bytes: impl AsRef<[u8]>) -> Client {
        let mut client = self.client();
        client.stream.write_all(bytes.as_ref()).unwrap();
        client
    }

    pub(crate) fn done(&self) -> (String, u64) {
        self.done.recv_timeout(PATIENCE).unwrap()
    }

    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    pub(crate) fn ended(&mut self) {
        self.thread.take().unwrap().join().unwrap().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let (Some(stop), Some(thread)) = (self.stop.take(), self.thread.take()) {
            let _ = stop.send(());
            if !std::thread::panicking() {
                thread.join().unwrap().unwrap();
            }
        }
    }
}

/// A connection, byte for byte.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
}

/// An answer as it came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A request for `path` that leaves the connection open.
pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: test\r\n\r\n")
}

/// Reads one answer.
pub(crate) fn answer(stream: &mut impl io::Read) -> io::Result<Got> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body)?;
    Ok(Got { status: head[9..12].parse().unwrap(), head, body })
}

impl Client {
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    pub(crate) fn answer(&mut self) -> Got {
        answer(&mut self.stream).unwrap()
    }

    /// What comes until the end.
    pub(crate) fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.stream.read_to_end(&mut bytes).map(|_| bytes)
    }
}
