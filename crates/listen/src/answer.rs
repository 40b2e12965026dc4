//! What a handler gives: an answer, whose body is pieces of memory and of files.

use std::any::Any;
use std::fmt;
use std::fs::File;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, StatusCode, request};

use crate::{Path, RequestBody};

/// Answers requests.
pub trait Handler: Send + Sync + 'static {
    /// The answer to `request`, which has no body. Answers every request, if need be with an error status. An answer
    /// to `HEAD` has the headers of the one to `GET` and an empty body.
    fn answer(&self, request: request::Parts, peer: Peer) -> impl Future<Output = Answer> + Send;

    /// The answer to `request`, which has or may have a `body`: none of it is in memory before it is read. By default it is
    /// passed over unread, and the answer is the one that there would be without.
    fn answer_with(
        &self,
        request: request::Parts,
        body: &mut RequestBody<'_>,
        peer: Peer,
    ) -> impl Future<Output = Answer> + Send {
        async move {
            body.pass_over().await;
            self.answer(request, peer).await
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The other end of the connection.
    pub address: SocketAddr,
    /// A number that no other connection of this process has.
    pub connection: u64,
    /// Whether what is said goes encrypted.
    pub secure: bool,
    /// The way to it, as measured within the last megabyte that was sent there, where that is known.
    pub path: Option<Path>,
}

/// Called once with how many bytes of the body went out: all of them, or fewer where the client left.
pub type Done = Box<dyn FnOnce(u64) + Send>;

/// An answer under way.
pub struct Answer {
    /// Its status, never an interim one.
    pub status: StatusCode,
    /// Its headers; whoever makes the answer sees to `Content-Length`, the connection to all that concerns itself alone
    /// (`Connection`, `Date`, `Transfer-Encoding`).
    pub headers: HeaderMap,
    /// What follows them.
    pub body: Body,
    /// What to do when it has been sent, or given up.
    pub done: Option<Done>,
}

/// A body.
pub enum Body {
    /// None: answers to `HEAD`, 204 and 304 have it.
    Empty,
    /// Something short.
    Bytes(Bytes),
    /// One part of a file.
    File(FilePart),
    /// Pieces as they come.
    Pieces(Pieces),
}

/// The pieces of a body in order, as many bytes in all as `Content-Length` says; ends after the first error, upon which
/// the connection breaks, so that nobody takes the beginning for the whole.
pub type Pieces = Pin<Box<dyn Stream<Item = io::Result<Piece>> + Send>>;

/// A piece of a body, at least one byte.
#[derive(Debug, Clone)]
pub enum Piece {
    /// In memory.
    Memory(Bytes),
    /// In a file.
    File(FilePart),
}

/// A part of a file, which keeps its bytes for as long as this lives.
#[derive(Clone)]
pub struct FilePart {
    /// The file, open for reading.
    pub file: Arc<File>,
    /// Where the part begins.
    pub offset: u64,
    /// Its bytes, at least 1.
    pub length: u64,
    /// What keeps the bytes there, where the file alone does not.
    pub hold: Option<Arc<dyn Any + Send + Sync>>,
}

impl Piece {
    /// How many bytes it is.
    pub fn length(&self) -> u64 {
        match self {
            Piece::Memory(bytes) => bytes.len() as u64,
            Piece::File(part) => part.length,
        }
    }
}

impl fmt::Debug for FilePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilePart")
            .field("offset", &self.offset)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}
