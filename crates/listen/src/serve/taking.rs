//! Taking connections from a socket, and what each of them begins with.

use futures_util::FutureExt as _;
use http::HeaderValue;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{Server, stopped};
use crate::connection::Connection;
use crate::http2;
use crate::ktls;
use crate::listener::BACKLOG;
use crate::places::{Place, Places};
use crate::tls::{self, Established, KernelTls, Tls};
use crate::wire::{Plain, Wire};
use crate::{Certificates, Handler, Listener};

/// How long to wait after connections could not be taken, for lack of files or memory: others end meanwhile.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a thread takes connections on.
pub(super) struct Socket {
    listener: TcpListener,
    certificates: Option<Arc<Certificates>>,
    alternative: Option<HeaderValue>,
}

impl Socket {
    /// One thread's socket of a listener.
    pub(super) fn new(listener: &Listener, thread: usize) -> io::Result<Socket> {
        Ok(Socket {
            listener: TcpListener::from_std(listener.of_thread(thread)?)?,
            certificates: listener.certificates(),
            alternative: listener.alternative()?,
        })
    }
}

/// Takes connections until the server is to stop. Each holds `alive`.
pub(super) async fn take_all<H: Handler>(
    socket: Socket,
    server: Arc<Server<H>>,
    alive: mpsc::Sender<Infallible>,
) {
    let mut stop = server.stop.clone();
    loop {
        let (stream, address, place) = tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            taken = take(&socket.listener, &server.places) => taken,
        };
        begin(Taken { stream, address, place, alive: alive.clone() }, &socket, &server);
    }
    // Those whom the kernel let in before are not turned away.
    for _ in 0..BACKLOG {
        let Some((stream, address, place)) = take(&socket.listener, &server.places).now_or_never() else {
            break;
        };
        begin(Taken { stream, address, place, alive: alive.clone() }, &socket, &server);
    }
}

/// The next connection, once there is a place for it.
async fn take(socket: &TcpListener, places: &Arc<Places>) -> (TcpStream, SocketAddr, Place) {
    loop {
        match socket.accept().await {
            // It waits here, and all others in the kernel, so that no socket holds a place for nobody.
            Ok((stream, address)) => match places.taken(places.one_of_all().await, address.ip()) {
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

fn begin<H: Handler>(taken: Taken, socket: &Socket, server: &Arc<Server<H>>) {
    let (server, certificates) = (server.clone(), socket.certificates.clone());
    let alternative = socket.alternative.clone();
    tokio::spawn(async move {
        let Taken { stream, address, place, alive } = taken;
        let stall = server.options.limits.stall;
        let ended = match certificates {
            None => {
                let wire = Wire::Plain(Plain::new(stream, stall));
                Connection::new(wire, server.peer(address, false), server, alternative).run().await;
                Ok(())
            }
            Some(certificates) => secured(stream, address, &certificates, server, alternative).await,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, %address, "a handshake failed");
        }
        drop((place, alive));
    });
}

/// Shakes hands, in time, and speaks what was agreed on.
async fn secured<H: Handler>(
    mut stream: TcpStream,
    address: SocketAddr,
    certificates: &Certificates,
    server: Arc<Server<H>>,
    alternative: Option<HeaderValue>,
) -> io::Result<()> {
    let limits = &server.options.limits;
    let established = timeout(limits.head, tls::accept(&mut stream, certificates.configs())).await??;
    let is_http2 = established.protocol.as_deref() == Some(tls::HTTP_2);
    let peer = server.peer(address, true);
    let stall = limits.stall;
    if is_http2 {
        let tls = Box::new(Tls::new(stream, established, stall)?);
        http2::run(tls, peer, server, alternative).await;
    } else {
        let wire = secure_wire(stream, established, stall, server.options.kernel_tls)?;
        Connection::new(wire, peer, server, alternative).run().await;
    }
    Ok(())
}

/// Has the kernel make records where it is to and can, or makes them here.
fn secure_wire(
    stream: TcpStream,
    established: Established,
    stall: Duration,
    kernel: bool,
) -> io::Result<Wire> {
    let (sequence, secrets) = &established.secrets.tx;
    if kernel && ktls::begin(&stream, *sequence, secrets).is_ok() {
        return Ok(Wire::Kernel(Box::new(KernelTls::new(stream, established, stall)?)));
    }
    Ok(Wire::Tls(Box::new(Tls::new(stream, established, stall)?)))
}

/// Ends when `duration` is over.
async fn passed(duration: Duration) {
    let mut deadline = tokio::time::interval(duration);
    deadline.tick().await;
    deadline.tick().await;
}
