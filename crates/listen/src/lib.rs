//! Listening: takes connections and moves bytes over them, as fast as the machine does.
//!
//! Owns sockets, what a client may cost, HTTP on the wire and TLS. Does not know what is asked: a [`Handler`] says what to
//! answer, in pieces of memory and of files, and this crate sends them by the shortest way there is.
//!
//! Each thread that serves has a runtime and listening sockets of its own, and a connection stays on the thread that took it.
//! Plain HTTP/1.1 goes out by `sendfile`: bytes of a file never enter this process. A page that is not in memory is read in
//! by another thread, so that nobody else waits for the disk.

mod answer;
mod connection;
mod date;
mod exchange;
mod head;
mod http2;
mod http3;
pub mod ktls;
mod listener;
mod options;
mod pages;
mod path;
mod places;
#[doc(hidden)]
pub mod probe;
mod request_body;
mod respond;
mod serve;
pub mod systemd;
mod tls;
mod streamed;
mod wire;

pub use answer::{Answer, Body, Done, FilePart, Handler, Peer, Piece, Pieces};
pub use listener::Listener;
pub use options::{Limits, Options};
pub use path::Path;
pub use request_body::{BodyFault, RequestBody};
pub use serve::serve;
pub use streamed::Streamed;
pub use tls::{CertificateError, Certificates, KeyPair};
