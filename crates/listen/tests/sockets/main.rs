//! A server on real sockets, and clients that behave and misbehave.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail as tests do")]

mod drain;
mod frames;
mod http1;
mod http2;
mod http2_offences;
mod http3;
mod http3_offences;
mod request_bodies;
mod support;
mod tls;
