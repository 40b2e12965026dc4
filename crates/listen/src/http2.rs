//! One connection with HTTP/2: hyper's frames on our records.
//!
//! Owns what goes in and out of hyper, and how long such a connection may be without anything going on. hyper asks for a flush
//! after every frame; they go out when it has nothing more to say for the moment, as many as fit into a batch of records.

mod io;

use http::{HeaderValue, Request, Response};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::TokioExecutor;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use crate::exchange::exchanged;
use crate::request_body::Content;
use crate::serve::{Server, stopped};
use crate::tls::Tls;
use crate::{Handler, Peer, Streamed};
use io::{Shared, SharedTls};

/// Requests at once on a connection: what browsers take for granted.
const STREAMS_MAX: u32 = 100;

/// Bytes of each answer that wait in memory for the client to take them, before one more read of 64 KiB: with [`STREAMS_MAX`] of
/// them, 19 MiB for a client that opens its windows and reads next to nothing. More made nothing cheaper.
const SEND_BYTES_MAX: usize = 128 << 10;

/// Bytes of bodies that a client may send before anybody reads them (RFC 9113, 6.9.2, has no less).
const RECEIVE_BYTES: u32 = (64 << 10) - 1;

/// Streams that a client may reset before we have looked at them (CVE-2023-44487).
const RESETS_MAX: usize = 20;

/// Periods of [`Limits::idle`](crate::Limits::idle) without a byte in either direction: after the first a connection without
/// requests is asked to end, after these it is gone.
const SILENT_PERIODS_MAX: u32 = 2;

/// Answers until the client, its limits or the server's stop end it.
pub(crate) async fn run<H: Handler>(
    tls: Box<Tls>,
    peer: Peer,
    server: Arc<Server<H>>,
    alternative: Option<HeaderValue>,
) {
    let shared = Shared::new(tls);
    let (limits, mut stop) = (server.options.limits, server.stop.clone());
    let ways = shared.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let peer = Peer { path: ways.path(), ..peer };
        let answering = answered(request, peer, server.clone(), alternative.clone());
        async { Ok::<_, Infallible>(answering.await) }
    });
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .auto_date_header(false)
        .max_concurrent_streams(STREAMS_MAX)
        .initial_stream_window_size(RECEIVE_BYTES)
        .initial_connection_window_size(RECEIVE_BYTES)
        .max_send_buf_size(SEND_BYTES_MAX)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(RESETS_MAX);
    let mut connection = pin!(builder.serve_connection(SharedTls(shared.clone()), service));
    let mut period = tokio::time::interval(limits.idle);
    period.tick().await;
    let (mut seen, mut silent) = (shared.moved(), 0);
    let mut stopping = false;
    loop {
        tokio::select! {
            biased;
            ended = driven(connection.as_mut(), &shared) => {
                if let Err(error) = ended {
                    tracing::debug!(%error, peer = %peer.address, "a connection ended early");
                }
                break;
            }
            () = stopped(&mut stop), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            _ = period.tick() => {
                let moved = shared.moved();
                silent = if moved == seen { silent + 1 } else { 0 };
                seen = moved;
                match silent {
                    0 => {}
                    SILENT_PERIODS_MAX.. => break,
                    _ => connection.as_mut().graceful_shutdown(),
                }
            }
        }
    }
}

/// The answer to a request; what nobody read of the request is thrown away behind it.
async fn answered<H: Handler>(
    request: Request<Incoming>,
    peer: Peer,
    server: Arc<Server<H>>,
    alternative: Option<HeaderValue>,
) -> Response<Streamed> {
    let (parts, mut body) = request.into_parts();
    let response = exchanged(parts, Content::Http2(&mut body), peer, &server, alternative).await;
    if !body.is_end_stream() {
        // What is left when this ends, hyper resets.
        tokio::spawn(async move {
            Content::Http2(&mut body).passed_over(&server.options.limits, server.stop.clone()).await
        });
    }
    response
}

/// Polls hyper, and then sends what it wrote.
async fn driven<C>(mut connection: Pin<&mut C>, shared: &Shared) -> hyper::Result<()>
where
    C: Future<Output = hyper::Result<()>>,
{
    poll_fn(|context| {
        let polled = connection.as_mut().poll(context);
        // An error comes up again when hyper next reads or writes.
        let flushed = shared.poll_flush(context);
        match polled {
            // The last frames are still to go.
            Poll::Ready(Ok(())) if flushed.is_pending() => Poll::Pending,
            polled => polled,
        }
    })
    .await
}
