//! Listening: takes connections, holds each to its limits, and lets them end when the program is to stop.
//!
//! Owns what one client may cost: places, time for a request's head, time without taking what is sent. Knows nothing of
//! requests; those are the router's.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A request's head at most, in bytes: several times what browsers send with a token and all that is known of the client.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// Files that are open for other reasons than connections.
const OTHER_FILES: u64 = 256;

/// Files that a connection may hold: itself, and the object that it is sent.
const FILES_OF_CONNECTION: u64 = 2;

/// How long to wait after connections could not be taken, for lack of files or memory: others end meanwhile.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What connections may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Connections at once. The next waits to be taken until one ends.
    pub(crate) connections: usize,
    /// Time to send a request's head, and so to say nothing between two requests.
    pub(crate) head: Duration,
    /// Time to take nothing of what is sent, and not to answer at all.
    pub(crate) stall: Duration,
    /// Time to end after the signal to stop.
    pub(crate) drain: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            // Some 12 kB each once they have asked for something: 200 MB.
            connections: 16_384,
            head: Duration::from_secs(30),
            // Longer than a network is gone when a train is in a tunnel.
            stall: Duration::from_secs(120),
            // A segment takes well under a second, and a process manager kills after 10 s at the earliest.
            drain: Duration::from_secs(5),
        }
    }
}

impl Limits {
    /// These, with no more connections than this process may have files for.
    pub(crate) fn within_files(self) -> Limits {
        let connections = connections_within_files(OTHER_FILES, FILES_OF_CONNECTION);
        Limits { connections: self.connections.min(connections), ..self }
    }
}

/// Connections that this process may have files for, after it was given as many as the system lets it: each holds `each`, and
/// `others` are open for other reasons.
pub(crate) fn connections_within_files(others: u64, each: u64) -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut files = getrlimit(Resource::Nofile);
    files.current = files.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, files) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
    connections_of(getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX), others, each)
}

/// Connections for which so many files are enough; at least one.
fn connections_of(files: u64, others: u64, each: u64) -> usize {
    let connections = files.saturating_sub(others) / each;
    usize::try_from(connections).unwrap_or(usize::MAX).max(1)
}

/// Serves until `stop`, and then until all requests in progress are answered or the time for that is over.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(HEAD_BYTES_MAX);
    let mut stop = pin!(stop);
    loop {
        let (stream, place) = tokio::select! {
            taken = take(&listener, &places) => taken,
            () = &mut stop => break,
        };
        prepare(&stream, limits.stall);
        let service = TowerToHyperService::new(router.clone());
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = passed(limits.drain) => {}
    }
}

/// The next connection, once there is a place for it.
async fn take(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    loop {
        // The semaphore is never closed; an error would leave nothing to do but ask again.
        let Ok(place) = places.clone().acquire_owned().await else { continue };
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                passed(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Sets what the kernel is to do with a connection.
fn prepare(stream: &TcpStream, stall: Duration) {
    let socket = socket2::SockRef::from(stream);
    // Answers are written whole, and the last packet of a segment must not wait for a full one.
    let set = socket.set_tcp_nodelay(true).and_then(|()| socket.set_tcp_user_timeout(Some(stall)));
    if let Err(error) = set {
        tracing::debug!(%error, "a connection goes without its options");
    }
}

/// Ends when `duration` is over.
async fn passed(duration: Duration) {
    let mut deadline = tokio::time::interval(duration);
    deadline.tick().await;
    deadline.tick().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::{mpsc, oneshot};

    const SHORT: Duration = Duration::from_millis(50);
    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: test\r\n\r\n";

    /// A server whose one answer waits for a word from the test, and tells when it was asked.
    struct Running {
        address: SocketAddr,
        asked: mpsc::Receiver<oneshot::Sender<()>>,
        stop: oneshot::Sender<()>,
        ended: tokio::task::JoinHandle<()>,
    }

    async fn running(limits: Limits) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (asking, asked) = mpsc::channel(8);
        let answer = move || {
            let asking = asking.clone();
            async move {
                let (go, gone) = oneshot::channel::<()>();
                asking.send(go).await.unwrap();
                gone.await.unwrap();
                "here"
            }
        };
        let (stop, stopped) = oneshot::channel();
        let stopped = async { stopped.await.unwrap_or_default() };
        let router = Router::new().route("/", get(answer));
        let ended = tokio::spawn(serve(listener, router, limits, stopped));
        Running { address, asked, stop, ended }
    }

    async fn sent(address: SocketAddr, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// What comes until the server closes.
    async fn rest(mut stream: TcpStream) -> String {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[tokio::test]
    async fn a_head_that_does_not_end_is_not_waited_for() {
        let server = running(Limits { head: SHORT, ..Limits::default() }).await;
        for begun in ["", "GET / HTTP/1.1\r\nHost: te"] {
            let got = rest(sent(server.address, begun.as_bytes()).await).await;
            assert!(!got.contains("200"), "{begun:?}: {got}");
        }
    }

    #[tokio::test]
    async fn a_head_without_measure_is_refused() {
        let server = running(Limits::default()).await;
        let flood = format!("GET / HTTP/1.1\r\nHost: test\r\nX: {}\r\n\r\n", "x".repeat(2 * HEAD_BYTES_MAX));
        let mut stream = sent(server.address, flood.as_bytes()).await;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 431");
    }

    #[tokio::test]
    async fn who_comes_when_all_places_are_taken_waits_for_one() {
        let mut server = running(Limits { connections: 1, ..Limits::default() }).await;
        let first = sent(server.address, REQUEST).await;
        let go_first = server.asked.recv().await.unwrap();
        let second = sent(server.address, b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").await;
        assert!(server.asked.try_recv().is_err(), "the second waits");
        go_first.send(()).unwrap();
        drop(first);
        server.asked.recv().await.unwrap().send(()).unwrap();
        assert!(rest(second).await.ends_with("here"));
    }

    #[tokio::test]
    async fn what_is_in_progress_is_answered_before_the_end() {
        let mut server = running(Limits::default()).await;
        let stream = sent(server.address, REQUEST).await;
        let go = server.asked.recv().await.unwrap();
        server.stop.send(()).unwrap();
        go.send(()).unwrap();
        assert!(rest(stream).await.ends_with("here"));
        server.ended.await.unwrap();
        assert!(TcpStream::connect(server.address).await.is_err(), "nobody else is let in");
    }

    #[tokio::test]
    async fn nor_is_the_end_put_off_for_ever() {
        let mut server = running(Limits { drain: SHORT, ..Limits::default() }).await;
        let _stream = sent(server.address, REQUEST).await;
        let _never = server.asked.recv().await.unwrap();
        server.stop.send(()).unwrap();
        server.ended.await.unwrap();
    }

    #[test]
    fn connections_leave_files_for_all_else() {
        for (files, expected) in [(0, 1), (256, 1), (1024, 384), (1 << 20, 524_160)] {
            assert_eq!(connections_of(files, OTHER_FILES, FILES_OF_CONNECTION), expected, "{files} files");
        }
    }
}
