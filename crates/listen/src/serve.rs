//! The threads that serve: each takes connections and runs them, until the server is to stop.

use futures_util::FutureExt as _;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::connection::{Connection, State};
use crate::http2;
use crate::listener::BACKLOG;
use crate::places::{Place, Places};
use crate::tls::{self, Tls};
use crate::wire::{Plain, Wire};
use crate::{Certificates, Handler, Listener, Options, Peer};

/// Threads beside each that serves, which wait for its disk. More are of use only to disks that no edge has.
const DISK_THREADS: usize = 16;

/// How long to wait after connections could not be taken, for lack of files or memory: others end meanwhile.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a thread takes connections on.
type Socket = (TcpListener, Option<Arc<Certificates>>);

/// What threads share.
struct Server<H> {
    handler: Arc<H>,
    options: Arc<Options>,
    places: Arc<Places>,
    connections: AtomicU64,
    stop: watch::Receiver<bool>,
}

/// Serves on all of `listeners` until `stop` ends, and then until all answers in progress are sent or
/// [`Limits::drain`](crate::Limits::drain) is over.
///
/// # Errors
/// Where threads or sockets cannot be set up; nothing is served then.
pub async fn serve<H: Handler>(
    listeners: Vec<Listener>,
    handler: Arc<H>,
    options: Options,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    for listener in &listeners {
        listener.prepare(options.limits.stall, options.congestion.as_deref())?;
    }
    let (stopping, stopped) = watch::channel(false);
    let places = Places::new(&options.limits);
    let threads = options.threads.max(1);
    let server =
        Server { handler, options: Arc::new(options), places, connections: AtomicU64::new(0), stop: stopped };
    let server = Arc::new(server);
    let mut ends = Vec::new();
    for thread in 0..threads {
        ends.push(start(thread, &listeners, server.clone())?);
    }
    // The threads have sockets of their own; with these open, connections would be taken that nobody sees.
    drop(listeners);
    stop.await;
    stopping.send_replace(true);
    for end in ends {
        end.await.map_err(|_| io::Error::other("a thread that serves has died"))?;
    }
    Ok(())
}

/// Starts a thread; what it gives ends with it.
fn start<H: Handler>(
    thread: usize,
    listeners: &[Listener],
    server: Arc<Server<H>>,
) -> io::Result<oneshot::Receiver<()>> {
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(DISK_THREADS).build()?;
    let sockets = {
        let _within = runtime.enter();
        let sockets = listeners.iter().map(|listener| {
            let socket = TcpListener::from_std(listener.of_thread(thread)?)?;
            Ok((socket, listener.certificates()))
        });
        sockets.collect::<io::Result<Vec<_>>>()?
    };
    let (ending, end) = oneshot::channel();
    std::thread::Builder::new().name(format!("listen-{thread}")).spawn(move || {
        run(runtime, sockets, server);
        // Fails where nobody waits any more.
        let _ = ending.send(());
    })?;
    Ok(end)
}

fn run<H: Handler>(runtime: Runtime, sockets: Vec<Socket>, server: Arc<Server<H>>) {
    let (drain, mut stop) = (server.options.limits.drain, server.stop.clone());
    runtime.block_on(async move {
        let (alive, mut ended) = mpsc::channel(1);
        for socket in sockets {
            tokio::spawn(take_all(socket, server.clone(), alive.clone()));
        }
        drop(alive);
        // Fails where nobody waits for the server any more, which is a signal as good.
        let _ = stop.wait_for(|stop| *stop).await;
        // Nothing is ever sent: it ends when the last connection does. Late ones are cut off.
        let _ = timeout(drain, ended.recv()).await;
    });
    // What waits for a dead disk is not waited for.
    runtime.shutdown_background();
}

/// Takes connections until the server is to stop. Each holds `alive`.
async fn take_all<H: Handler>(
    (socket, certificates): Socket,
    server: Arc<Server<H>>,
    alive: mpsc::Sender<Infallible>,
) {
    let mut stop = server.stop.clone();
    loop {
        let (stream, address, place) = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            taken = take(&socket, &server.places) => taken,
        };
        begin(Taken { stream, address, place, alive: alive.clone() }, certificates.clone(), &server);
    }
    // Those whom the kernel let in before are not turned away.
    for _ in 0..BACKLOG {
        let Some((stream, address, place)) = take(&socket, &server.places).now_or_never() else { break };
        begin(Taken { stream, address, place, alive: alive.clone() }, certificates.clone(), &server);
    }
}

/// The next connection, once there is a place for it.
async fn take(socket: &TcpListener, places: &Arc<Places>) -> (TcpStream, SocketAddr, Place) {
    loop {
        let one_of_all = places.one_of_all().await;
        match socket.accept().await {
            Ok((stream, address)) => match places.taken(one_of_all, address.ip()) {
                Some(place) => return (stream, address, place),
                None => tracing::debug!(%address, "a client has more connections than it may"),
            },
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                passed(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// A connection that was taken.
struct Taken {
    stream: TcpStream,
    address: SocketAddr,
    place: Place,
    alive: mpsc::Sender<Infallible>,
}

fn begin<H: Handler>(taken: Taken, certificates: Option<Arc<Certificates>>, server: &Arc<Server<H>>) {
    let server = server.clone();
    tokio::spawn(async move {
        let Taken { stream, address, place, alive } = taken;
        let limits = &server.options.limits;
        let ended = match certificates {
            None => {
                let plain = Plain::new(stream, limits.stall);
                connection(Wire::Plain(plain), address, &server).run().await;
                Ok(())
            }
            Some(certificates) => secured(stream, address, &certificates, &server).await,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, %address, "a handshake failed");
        }
        drop((place, alive));
    });
}

fn connection<H: Handler>(wire: Wire, address: SocketAddr, server: &Server<H>) -> Connection<H> {
    Connection {
        peer: peer(address, matches!(wire, Wire::Tls(_)), server),
        wire,
        handler: server.handler.clone(),
        options: server.options.clone(),
        stop: server.stop.clone(),
        state: State::default(),
    }
}

fn peer<H>(address: SocketAddr, secure: bool, server: &Server<H>) -> Peer {
    Peer { address, connection: server.connections.fetch_add(1, Ordering::Relaxed), secure }
}

/// Shakes hands, in time, and speaks what was agreed on.
async fn secured<H: Handler>(
    mut stream: TcpStream,
    address: SocketAddr,
    certificates: &Certificates,
    server: &Server<H>,
) -> io::Result<()> {
    let limits = &server.options.limits;
    let established = timeout(limits.head, tls::accept(&mut stream, certificates.configs())).await??;
    let is_http2 = established.protocol.as_deref() == Some(tls::HTTP_2);
    let tls = Box::new(Tls::new(stream, established, limits.stall)?);
    if is_http2 {
        let (handler, options) = (server.handler.clone(), server.options.clone());
        http2::run(tls, peer(address, true, server), handler, options, server.stop.clone()).await;
    } else {
        connection(Wire::Tls(tls), address, server).run().await;
    }
    Ok(())
}

/// Ends when `duration` is over.
async fn passed(duration: Duration) {
    let mut deadline = tokio::time::interval(duration);
    deadline.tick().await;
    deadline.tick().await;
}
