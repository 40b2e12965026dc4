//! The threads that serve, and their end.

mod taking;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::http3;
use crate::ktls;
use crate::places::Places;
use crate::{Handler, Listener, Options, Peer};
use taking::{Socket, take_all};

/// Threads beside each that serves, which wait for its disk. More are of use only to disks that no edge has.
const DISK_THREADS: usize = 16;

/// An endpoint of HTTP/3 is one thread's alone.
const HTTP3_THREAD: usize = 0;

/// What threads share.
pub(crate) struct Server<H> {
    pub(crate) handler: Arc<H>,
    pub(crate) options: Options,
    pub(crate) places: Arc<Places>,
    /// Bytes of requests' bodies that there is room for.
    pub(crate) room: Semaphore,
    /// Turns true when the server is to stop.
    pub(crate) stop: watch::Receiver<bool>,
    /// Threads that have connections, or may have some still.
    busy: watch::Sender<usize>,
    connections: AtomicU64,
}

impl<H> Server<H> {
    /// Whoever is at `address`, on a new connection.
    pub(crate) fn peer(&self, address: SocketAddr, secure: bool) -> Peer {
        let connection = self.connections.fetch_add(1, Ordering::Relaxed);
        Peer { address, connection, secure, path: None }
    }
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
    if options.kernel_tls {
        match ktls::probe() {
            Ok(()) => tracing::info!("the kernel encrypts what is sent"),
            Err(error) => tracing::info!(%error, "the kernel has no TLS; records are made here"),
        }
    }
    let (stopping, stopped) = watch::channel(false);
    let places = Places::new(&options.limits);
    let room = Semaphore::new(options.limits.bodies_bytes.min(Semaphore::MAX_PERMITS));
    let threads = options.threads.max(1);
    let (connections, busy) = (AtomicU64::new(0), watch::Sender::new(threads));
    let server = Arc::new(Server { handler, options, places, room, connections, stop: stopped, busy });
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

/// Ends when the server is to stop.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // Fails where nobody waits for the server any more, which is a signal as good.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Ends when no thread has connections any more, this one being the next that has none: what a handler began on one thread, the
/// answers of others may wait for.
async fn idle(busy: &watch::Sender<usize>) {
    let mut left = busy.subscribe();
    busy.send_modify(|busy| *busy -= 1);
    // The sender is borrowed, so there is no end without one.
    let _ = left.wait_for(|&left| left == 0).await;
}

/// Starts a thread; what it gives ends with it.
fn start<H: Handler>(
    thread: usize,
    listeners: &[Listener],
    server: Arc<Server<H>>,
) -> io::Result<oneshot::Receiver<()>> {
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(DISK_THREADS).build()?;
    let mut sockets = Vec::new();
    let mut endpoints = Vec::new();
    {
        let _within = runtime.enter();
        for listener in listeners {
            sockets.push(Socket::new(listener, thread)?);
            if let Some((datagrams, certificates)) = listener.http3()?.filter(|_| thread == HTTP3_THREAD) {
                endpoints.push(http3::endpoint(datagrams, &certificates, &server.options.limits)?);
            }
        }
    }
    let (ending, end) = oneshot::channel();
    std::thread::Builder::new().name(format!("listen-{thread}")).spawn(move || {
        run(&runtime, sockets, endpoints, &server);
        // What waits for a dead disk is not waited for.
        runtime.shutdown_background();
        // Fails where nobody waits any more.
        let _ = ending.send(());
    })?;
    Ok(end)
}

fn run<H: Handler>(
    runtime: &Runtime,
    sockets: Vec<Socket>,
    endpoints: Vec<quinn::Endpoint>,
    server: &Arc<Server<H>>,
) {
    let mut stop = server.stop.clone();
    runtime.block_on(async move {
        let (alive, mut ended) = mpsc::channel(1);
        for socket in sockets {
            tokio::spawn(take_all(socket, server.clone(), alive.clone()));
        }
        for endpoint in endpoints {
            let (server, alive) = (server.clone(), alive.clone());
            tokio::spawn(async move {
                http3::run(endpoint, server).await;
                drop(alive);
            });
        }
        drop(alive);
        // Fails where nobody waits for the server any more, which is a signal as good.
        let () = stopped(&mut stop).await;
        // Late ones are cut off.
        let _ = timeout(server.options.limits.drain, async {
            // Nothing is ever sent: it ends when the last connection does.
            let _ = ended.recv().await;
            idle(&server.busy).await;
        })
        .await;
    });
}
