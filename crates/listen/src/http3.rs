//! HTTP/3: quinn's connections and h3's frames.
//!
//! Owns the endpoint, what a client may cost there, and its end. One thread has it: datagrams of a connection find no other
//! when its client moves to another address. Each byte is copied and encrypted by quinn, packet by packet, so that this costs
//! several times what HTTP/1.1 does: it is for clients that ask for it.

use bytes::Bytes;
use futures_util::FutureExt as _;
use h3::error::Code;
use h3::server::{RequestResolver, RequestStream};
use h3_quinn::BidiStream;
use http_body::Body as _;
use quinn::crypto::rustls::QuicServerConfig;
use quinn::{Endpoint, EndpointConfig, Incoming, ServerConfig, TokioRuntime, TransportConfig, VarInt};
use std::future::poll_fn;
use std::io;
use std::net::UdpSocket;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::exchange::exchanged;
use crate::places::Place;
use crate::request_body::Content;
use crate::serve::{Server, stopped};
use crate::{Certificates, Handler, Limits, Path, Peer, Streamed};

/// Requests at once on a connection.
const STREAMS_MAX: u32 = 100;

/// Streams in one direction that a client opens: one for control, two for QPACK (RFC 9114, 6.2), and some that are unknown.
const ONE_WAY_STREAMS_MAX: u32 = 8;

/// Bytes that a client may send unasked.
const RECEIVE_BYTES: u32 = 256 << 10;

/// Bytes of answers that a connection holds until they are acknowledged: 100 Mbit/s at 160 ms.
const SEND_BYTES_MAX: u64 = 2 << 20;

/// Bytes that a client may send beyond as many as it is sent, which leaves room for acknowledgements: thousands of requests with
/// long heads. h3 holds a frame until all of it is there, however long that says it is.
const RECEIVED_BYTES_MAX: u64 = 16 << 20;

/// How often that is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Code for who sends too much (RFC 9114, 8.1).
const EXCESSIVE_LOAD: VarInt = VarInt::from_u32(0x107);

/// Code of an orderly end (RFC 9114, 8.1).
const NO_ERROR: VarInt = VarInt::from_u32(0x100);

/// Requests after the last one taken that a client that is told to go may think are answered. What GOAWAY names is the first that
/// is not; h3 counts from the last that is.
const AFTER_LAST: usize = 1;

/// Type of a stream that says nothing, to be passed over (RFC 9114, 6.2.3).
const MEANINGLESS: u8 = 0x21;

/// A request's stream.
pub(crate) type Stream = RequestStream<BidiStream<Bytes>, Bytes>;

/// An endpoint on `socket`.
///
/// # Errors
/// Where TLS or the socket cannot be set up.
pub(crate) fn endpoint(
    socket: UdpSocket,
    certificates: &Certificates,
    limits: &Limits,
) -> io::Result<Endpoint> {
    let tls = certificates.quic().map_err(io::Error::other)?;
    let tls = QuicServerConfig::try_from(tls).map_err(io::Error::other)?;
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(STREAMS_MAX.into())
        .max_concurrent_uni_streams(ONE_WAY_STREAMS_MAX.into())
        .receive_window(RECEIVE_BYTES.into())
        .stream_receive_window(RECEIVE_BYTES.into())
        .send_window(SEND_BYTES_MAX)
        .max_idle_timeout(Some(limits.idle.try_into().map_err(io::Error::other)?));
    let mut config = ServerConfig::with_crypto(Arc::new(tls));
    config.transport_config(Arc::new(transport));
    Endpoint::new(EndpointConfig::default(), Some(config), socket, Arc::new(TokioRuntime))
}

/// Answers until the server is to stop, and then what is in progress.
pub(crate) async fn run<H: Handler>(endpoint: Endpoint, server: Arc<Server<H>>) {
    let mut stop = server.stop.clone();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            incoming = endpoint.accept() => match incoming {
                Some(incoming) => taken(incoming, &server, &mut connections),
                None => break,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    while connections.join_next().await.is_some() {}
    endpoint.close(NO_ERROR, b"");
    endpoint.wait_idle().await;
}

/// Begins a connection, where there is a place for it and its client is where it says.
fn taken<H: Handler>(incoming: Incoming, server: &Arc<Server<H>>, connections: &mut JoinSet<()>) {
    if !incoming.remote_address_validated() {
        // An address that nobody has shown to be his own costs no place; this asks him to.
        if let Err(error) = incoming.retry() {
            error.into_incoming().refuse();
        }
        return;
    }
    let address = incoming.remote_address();
    let one_of_all = server.places.one_of_all().now_or_never();
    let place = one_of_all.and_then(|one_of_all| server.places.taken(one_of_all, address.ip()));
    let Some(place) = place else { return incoming.refuse() };
    let server = server.clone();
    connections.spawn(async move {
        if let Err(error) = connected(incoming, place, server).await {
            tracing::debug!(%error, %address, "a connection ended early");
        }
    });
}

/// Answers until the client, its limits or the server's stop end it. After the stop nothing more is begun, and the client is
/// told so (GOAWAY, RFC 9114, 5.2).
async fn connected<H: Handler>(incoming: Incoming, _place: Place, server: Arc<Server<H>>) -> io::Result<()> {
    let limits = &server.options.limits;
    let peer = server.peer(incoming.remote_address(), true);
    let quic = timeout(limits.head, incoming).await?.map_err(io::Error::other)?;
    let mut builder = h3::server::builder();
    builder.max_field_section_size(limits.head_bytes as u64);
    let connection = builder.build(h3_quinn::Connection::new(quic.clone())).await;
    let mut connection = connection.map_err(io::Error::other)?;
    let mut stop = server.stop.clone();
    let mut requests = JoinSet::new();
    let mut looks = tokio::time::interval(LOOK);
    let mut stopping = false;
    let ended = loop {
        if stopping && requests.is_empty() {
            break Ok(());
        }
        tokio::select! {
            biased;
            () = stopped(&mut stop), if !stopping => {
                stopping = true;
                if let Err(error) = connection.shutdown(AFTER_LAST).await {
                    break Err(io::Error::other(error));
                }
            }
            _ = looks.tick() => if sends_too_much(&quic) {
                quic.close(EXCESSIVE_LOAD, b"");
                break Err(io::Error::other("the client sends more than requests"));
            },
            accepted = connection.accept() => match accepted {
                Ok(Some(request)) => {
                    let peer = Peer { path: Some(path(&quic)), ..peer };
                    requests.spawn(request_answered(request, peer, server.clone()));
                }
                Ok(None) => break Ok(()),
                Err(error) if error.is_h3_no_error() => break Ok(()),
                Err(error) => break Err(io::Error::other(error)),
            },
            Some(_) = requests.join_next() => {}
        }
    };
    if ended.is_ok() {
        while requests.join_next().await.is_some() {}
        arrived(&quic).await;
    }
    ended
}

/// Ends when the client has acknowledged all that was sent, or is gone: a connection that is closed forgets the rest. A window of one
/// byte lets a byte through when nothing else is held for it.
async fn arrived(quic: &quinn::Connection) {
    quic.set_send_window(1);
    if let Ok(mut stream) = quic.open_uni().await {
        // Fails where the client is gone.
        let _ = stream.write_all(&[MEANINGLESS]).await;
    }
}

fn path(quic: &quinn::Connection) -> Path {
    Path { round_trip: quic.rtt(), window_bytes: quic.stats().path.cwnd }
}

fn sends_too_much(quic: &quinn::Connection) -> bool {
    let moved = quic.stats();
    moved.udp_rx.bytes > moved.udp_tx.bytes.saturating_add(RECEIVED_BYTES_MAX)
}

async fn request_answered<H: Handler>(
    request: RequestResolver<h3_quinn::Connection, Bytes>,
    peer: Peer,
    server: Arc<Server<H>>,
) {
    let answered = async {
        let limits = &server.options.limits;
        let resolved = timeout(limits.head, request.resolve_request()).await?;
        let (request, mut stream) = resolved.map_err(io::Error::other)?;
        let (parts, ()) = request.into_parts();
        let response = exchanged(parts, Content::Http3(&mut stream), peer, &server, None).await;
        let sent = sent(response, &mut stream, limits).await;
        match sent {
            Ok(()) => {
                if !Content::Http3(&mut stream).passed_over(limits, server.stop.clone()).await {
                    stream.stop_sending(Code::H3_NO_ERROR);
                }
            }
            Err(_) => stream.stop_stream(Code::H3_INTERNAL_ERROR),
        }
        sent
    };
    if let Err(error) = answered.await {
        tracing::debug!(%error, peer = %peer.address, "an answer broke off");
    }
}

/// Sends an answer, whole or with an error; not for ever.
async fn sent(response: http::Response<Streamed>, stream: &mut Stream, limits: &Limits) -> io::Result<()> {
    let (head, body) = response.into_parts();
    let mut body = pin!(body);
    let head = timeout(limits.stall, stream.send_response(http::Response::from_parts(head, ())));
    head.await?.map_err(io::Error::other)?;
    while let Some(frame) = next_frame(body.as_mut()).await? {
        timeout(limits.stall, stream.send_data(frame)).await?.map_err(io::Error::other)?;
    }
    timeout(limits.stall, stream.finish()).await?.map_err(io::Error::other)
}

async fn next_frame(mut body: Pin<&mut Streamed>) -> io::Result<Option<Bytes>> {
    let frame = poll_fn(|context| body.as_mut().poll_frame(context)).await.transpose()?;
    Ok(frame.and_then(|frame| frame.into_data().ok()))
}
