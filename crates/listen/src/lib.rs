//! Listening: takes connections and moves bytes over them, as fast as the machine does.
//!
//! Owns sockets, what a client may cost, HTTP on the wire and TLS. Does not know what is asked: a [`Handler`] says what to
//! answer, in pieces of memory and of files, and this crate sends them by the shortest way there is.

mod answer;
mod streamed;

pub use answer::{Answer, Body, Done, FilePart, Handler, Peer, Piece, Pieces};
pub use streamed::Streamed;
