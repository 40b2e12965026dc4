//! An answer's body as other HTTP servers take one, frame by frame: files are read piece by piece, by another thread where that
//! waits for the disk.

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::io::{self, IoSliceMut};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::{Answer, Body, Done, FilePart, Piece, Pieces, pages};

/// Bytes of a file that are read at once.
const READ_BYTES: u64 = 64 << 10;

/// A read on another thread.
type Reading = Pin<Box<dyn Future<Output = io::Result<Bytes>> + Send>>;

/// A body that is read into memory as it is taken. It ends in an error where it is not as long as it was said to be.
pub struct Streamed {
    rest: Body,
    /// What is read of `part` at the moment.
    part: Option<FilePart>,
    reading: Option<Reading>,
    /// Bytes that are still to come, and those that were given on.
    left: u64,
    given: u64,
    done: Option<Done>,
}

impl Answer {
    /// The answer for a server of the `http` crate's kind.
    pub fn streamed(self) -> http::Response<Streamed> {
        let said = self.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let length = match &self.body {
            Body::Empty => 0,
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::File(part) => part.length,
            // Without a length nothing fits, and the client hears of it.
            Body::Pieces(_) => said.unwrap_or(0),
        };
        self.streamed_as(length)
    }

    /// The same, once it is known that `length` bytes follow.
    pub(crate) fn streamed_as(self, length: u64) -> http::Response<Streamed> {
        let mut response = http::Response::new(Streamed::new(self.body, length, self.done));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

impl Streamed {
    /// A body of `length` bytes.
    fn new(body: Body, length: u64, done: Option<Done>) -> Streamed {
        Streamed { rest: body, part: None, reading: None, left: length, given: 0, done }
    }

    fn poll_bytes(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        loop {
            if self.part.is_some() {
                return self.poll_part(context).map_ok(Some);
            }
            match std::mem::replace(&mut self.rest, Body::Empty) {
                Body::Empty => return Poll::Ready(Ok(None)),
                Body::Bytes(bytes) => return Poll::Ready(Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))),
                Body::File(part) => self.part = Some(part),
                Body::Pieces(pieces) => match self.poll_piece(pieces, context)? {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(None) => return Poll::Ready(Ok(None)),
                    Poll::Ready(Some(Piece::Memory(bytes))) => return Poll::Ready(Ok(Some(bytes))),
                    Poll::Ready(Some(Piece::File(part))) => self.part = Some(part),
                },
            }
        }
    }

    /// The next piece; all further ones are the rest.
    fn poll_piece(
        &mut self,
        mut pieces: Pieces,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Piece>>> {
        let piece = pieces.as_mut().poll_next(context)?;
        if !matches!(piece, Poll::Ready(None)) {
            self.rest = Body::Pieces(pieces);
        }
        piece.map(Ok)
    }

    fn poll_part(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let Some(part) = &mut self.part else { return Poll::Ready(Ok(Bytes::new())) };
        let bytes = match &mut self.reading {
            Some(reading) => ready!(reading.as_mut().poll(context)),
            None => match read(part, pages::read_now) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let part = part.clone();
                    let mut reading: Reading = Box::pin(pages::elsewhere(move || read(&part, pages::read)));
                    let read = reading.as_mut().poll(context);
                    self.reading = Some(reading);
                    ready!(read)
                }
                read => read,
            },
        };
        self.reading = None;
        let bytes = bytes?;
        part.offset += bytes.len() as u64;
        part.length -= bytes.len() as u64;
        if part.length == 0 {
            self.part = None;
        }
        Poll::Ready(Ok(bytes))
    }
}

/// How a file is read: [`pages::read_now`] or [`pages::read`].
type Read = fn(&std::fs::File, &mut [IoSliceMut<'_>], u64) -> io::Result<usize>;

/// The beginning of a part.
fn read(part: &FilePart, read: Read) -> io::Result<Bytes> {
    let mut bytes = BytesMut::zeroed(usize::try_from(part.length.min(READ_BYTES)).unwrap_or(0));
    let length = read(&part.file, &mut [IoSliceMut::new(&mut bytes)], part.offset)?;
    bytes.truncate(length);
    Ok(bytes.freeze())
}

impl HttpBody for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        let next = ready!(this.poll_bytes(context)?);
        let length = next.as_ref().map_or(0, |bytes| bytes.len() as u64);
        Poll::Ready(match next {
            None if this.left == 0 => None,
            Some(bytes) if length > 0 && length <= this.left => {
                (this.left, this.given) = (this.left - length, this.given + length);
                Some(Ok(Frame::data(bytes)))
            }
            _ => Some(Err(io::Error::other("an answer's pieces are not as long as it is"))),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl Drop for Streamed {
    /// Tells how much was given on; of an answer that was broken off, some of that may never have gone out.
    fn drop(&mut self) {
        if let Some(done) = self.done.take() {
            done(self.given);
        }
    }
}

impl std::fmt::Debug for Streamed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streamed")
            .field("left", &self.left)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}
