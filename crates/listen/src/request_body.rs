//! A request's body, which is read where a handler asks for it, and passed over where it does not.
//!
//! Owns what a body may cost: its length, its time, and the memory of all of them together. How it is framed is
//! [`framing`]'s for HTTP/1.1; hyper and h3 take their frames apart themselves.

pub(crate) mod framing;
mod http1;

use bytes::{Buf as _, Bytes, BytesMut};
use http::StatusCode;
use http_body::Body as _;
use hyper::body::Incoming;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::timeout;

use crate::serve::stopped;
use crate::{Limits, http3};
pub(crate) use http1::Http1Body;

/// The body of a request, of which nothing is in memory yet.
pub struct RequestBody<'a> {
    content: Content<'a>,
    /// Bytes that it has, where its head says so.
    length: Option<u64>,
    limits: &'a Limits,
    room: &'a Semaphore,
    held: Option<SemaphorePermit<'a>>,
}

/// Where a body comes from.
pub(crate) enum Content<'a> {
    Http1(Http1Body<'a>),
    Http2(&'a mut Incoming),
    Http3(&'a mut http3::Stream),
}

/// Why a body cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// It is longer than its reader takes.
    #[error("the request's body is too long")]
    TooLong,
    /// It, or the next byte of it, did not come in time.
    #[error("the request's body took too long to come")]
    TooSlow,
    /// It breaks a rule of HTTP.
    #[error("the request's body is malformed: {0}")]
    Malformed(&'static str),
    /// The client left, or took it back.
    #[error("the request's body broke off")]
    BrokenOff,
    /// Too many others are being read.
    #[error("too many requests have bodies at the moment")]
    NoRoom,
}

impl BodyFault {
    /// The status that tells a client (RFC 9110, 15.5 and 15.6).
    pub fn status(self) -> StatusCode {
        match self {
            BodyFault::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            BodyFault::TooSlow => StatusCode::REQUEST_TIMEOUT,
            BodyFault::Malformed(_) | BodyFault::BrokenOff => StatusCode::BAD_REQUEST,
            BodyFault::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl<'a> RequestBody<'a> {
    pub(crate) fn new(
        content: Content<'a>,
        length: Option<u64>,
        limits: &'a Limits,
        room: &'a Semaphore,
    ) -> RequestBody<'a> {
        RequestBody { content, length, limits, room, held: None }
    }

    /// All of it, which is at most `bytes_max` bytes; a client that waits to be told to send it is told. What is read is held
    /// against [`Limits::bodies_bytes`] until this value goes. To be called once.
    ///
    /// # Errors
    /// Where it is longer, does not come in time ([`Limits::head`], [`Limits::body_stall`]), is malformed or breaks off, or
    /// there is no room. A connection with HTTP/1.1 ends with the answer then, unless all of it came.
    pub async fn read(&mut self, bytes_max: usize) -> Result<Bytes, BodyFault> {
        if self.length.is_some_and(|length| length > bytes_max as u64) {
            return Err(BodyFault::TooLong);
        }
        timeout(self.limits.head, self.whole(bytes_max)).await.unwrap_or(Err(BodyFault::TooSlow))
    }

    async fn whole(&mut self, bytes_max: usize) -> Result<Bytes, BodyFault> {
        let mut whole = BytesMut::new();
        loop {
            let next = timeout(self.limits.body_stall, self.content.next()).await;
            let Some(data) = next.unwrap_or(Err(BodyFault::TooSlow))? else { break };
            if whole.len() + data.len() > bytes_max {
                return Err(BodyFault::TooLong);
            }
            self.hold(data.len())?;
            whole.extend_from_slice(&data);
        }
        match self.length {
            Some(length) if length != whole.len() as u64 => {
                Err(BodyFault::Malformed("it is not as long as the request says"))
            }
            _ => Ok(whole.freeze()),
        }
    }

    /// Takes room for so many bytes more.
    fn hold(&mut self, bytes: usize) -> Result<(), BodyFault> {
        let permits = u32::try_from(bytes).map_err(|_| BodyFault::TooLong)?;
        let more = self.room.try_acquire_many(permits).map_err(|_| BodyFault::NoRoom)?;
        match &mut self.held {
            Some(held) => held.merge(more),
            held => *held = Some(more),
        }
        Ok(())
    }

    /// Throws away what comes over HTTP/1.1, where that is short enough ([`Limits::body_bytes`]) and comes in time, so that the
    /// next request can. Of other versions it is thrown away behind the answer.
    pub async fn pass_over(&mut self) {
        let Content::Http1(body) = &mut self.content else { return };
        if body.unasked().is_some_and(|bytes| bytes <= self.limits.body_bytes) {
            let rest = async { while let Ok(Some(_)) = body.next().await {} };
            // Whoever takes longer finds the connection closed.
            let _ = timeout(self.limits.head, rest).await;
        }
    }

    /// Whether all of it came, so that what comes next is another request. Of HTTP/1.1 alone.
    pub(crate) fn is_over(&self) -> bool {
        matches!(&self.content, Content::Http1(body) if body.is_over())
    }
}

impl Content<'_> {
    /// Throws away what nobody read of a body in frames, once its answer is on its way; tells whether that was all. Of a long one
    /// ([`Limits::body_bytes`]) the rest is to be refused, without an error (RFC 9113, 8.1; RFC 9114, 4.1): some clients forget the
    /// answer then, and so short ones may end. Of who still sends when the server is to stop, no more is waited for.
    pub(crate) async fn passed_over(mut self, limits: &Limits, mut stop: watch::Receiver<bool>) -> bool {
        let whole = async {
            let mut bytes = 0;
            while let Ok(Some(data)) = self.next().await {
                bytes += data.len() as u64;
                if bytes > limits.body_bytes {
                    return false;
                }
            }
            true
        };
        tokio::select! {
            biased;
            is_whole = timeout(limits.head, whole) => is_whole.unwrap_or(false),
            () = stopped(&mut stop) => false,
        }
    }

    /// The next data; none at the end. Trailers are dropped.
    async fn next(&mut self) -> Result<Option<Bytes>, BodyFault> {
        match self {
            Content::Http1(body) => body.next().await,
            Content::Http2(body) => next_of_http2(body).await,
            Content::Http3(stream) => match stream.recv_data().await {
                Ok(data) => Ok(data.map(|mut data| data.copy_to_bytes(data.remaining()))),
                Err(error) => Err(broken(&error)),
            },
        }
    }
}

async fn next_of_http2(body: &mut Incoming) -> Result<Option<Bytes>, BodyFault> {
    let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
    let frame = frame.transpose().map_err(|error| broken(&error))?;
    Ok(frame.and_then(|frame| frame.into_data().ok()))
}

fn broken(error: &dyn std::error::Error) -> BodyFault {
    tracing::debug!(%error, "a request's body broke off");
    BodyFault::BrokenOff
}

impl fmt::Debug for RequestBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").field("length", &self.length).finish_non_exhaustive()
    }
}
