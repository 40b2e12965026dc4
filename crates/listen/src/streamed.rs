//! An answer's body as other HTTP servers take one: in memory, frame by frame.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, future, stream};
use http_body::{Frame, SizeHint};

use crate::{Answer, Body, Done, FilePart, Piece};

/// Longest frame that is read from a file: long enough that the hop to a blocking thread costs little.
const FRAME_BYTES: u64 = 256 << 10;

/// A body that is read into memory as it is taken.
pub struct Streamed {
    frames: Option<Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>>,
    sent: u64,
    done: Option<Done>,
}

impl Answer {
    /// The answer for a server of the `http` crate's kind.
    pub fn streamed(self) -> http::Response<Streamed> {
        let frames = match self.body {
            Body::Empty => None,
            Body::Bytes(bytes) => Some(stream::once(future::ready(Ok(bytes))).boxed()),
            Body::File(part) => Some(frames(part).boxed()),
            Body::Pieces(pieces) => Some(pieces.map_ok(of_piece).try_flatten().boxed()),
        };
        let mut response = http::Response::new(Streamed { frames, sent: 0, done: self.done });
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

fn of_piece(piece: Piece) -> impl Stream<Item = io::Result<Bytes>> + Send {
    match piece {
        Piece::Memory(bytes) => stream::once(future::ready(Ok(bytes))).left_stream(),
        Piece::File(part) => frames(part).right_stream(),
    }
}

/// The bytes of a part, read in blocking threads.
fn frames(part: FilePart) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::try_unfold(part, async |mut part| {
        if part.length == 0 {
            return Ok(None);
        }
        let length = part.length.min(FRAME_BYTES);
        let bytes = read(Arc::clone(&part.file), part.offset, length as usize).await?;
        part.offset += length;
        part.length -= length;
        Ok(Some((bytes, part)))
    })
}

async fn read(file: Arc<File>, offset: u64, length: usize) -> io::Result<Bytes> {
    let read = move || {
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, offset).map(|()| bytes.into())
    };
    tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
}

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let Some(frames) = &mut self.frames else { return Poll::Ready(None) };
        let next = ready!(frames.as_mut().poll_next(cx));
        if let Some(Ok(bytes)) = &next {
            self.sent += bytes.len() as u64;
        }
        Poll::Ready(next.map(|bytes| bytes.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        if self.frames.is_none() { SizeHint::with_exact(0) } else { SizeHint::default() }
    }
}

impl Drop for Streamed {
    fn drop(&mut self) {
        if let Some(done) = self.done.take() {
            done(self.sent);
        }
    }
}

impl std::fmt::Debug for Streamed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streamed").field("sent", &self.sent).finish_non_exhaustive()
    }
}
