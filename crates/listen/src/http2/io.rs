//! A TLS connection as hyper wants to see it, shared with who sends what hyper wrote.

use bytes::BytesMut;
use hyper::rt::{Read, ReadBufCursor, Write};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use crate::Path;
use crate::path::Looks;
use crate::tls::Tls;

/// A connection between hyper and its driver.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<Mutex<State>>);

/// hyper's end of it.
#[derive(Debug)]
pub(super) struct SharedTls(pub(super) Shared);

#[derive(Debug)]
struct State {
    tls: Box<Tls>,
    /// What came and hyper had no room for.
    inbox: BytesMut,
    read: u64,
    looks: Looks,
}

impl Shared {
    pub(super) fn new(tls: Box<Tls>) -> Shared {
        Shared(Arc::new(Mutex::new(State { tls, inbox: BytesMut::new(), read: 0, looks: Looks::default() })))
    }

    /// Never contended: both ends are polled by one task.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends what was written.
    pub(super) fn poll_flush(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.state().tls.poll_flush(context)
    }

    /// The way to the client.
    pub(super) fn path(&self) -> Option<Path> {
        let State { tls, looks, .. } = &mut *self.state();
        looks.look(tls.stream(), tls.out())
    }

    /// Bytes that went either way; grows while something happens.
    pub(super) fn moved(&self) -> u64 {
        let state = self.state();
        state.read + state.tls.out()
    }
}

impl Read for SharedTls {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let State { tls, inbox, read, .. } = &mut *self.0.state();
        if inbox.is_empty() {
            *read += ready!(tls.poll_read(context, inbox))? as u64;
        }
        let taken = inbox.split_to(inbox.len().min(into.remaining()));
        into.put_slice(&taken);
        Poll::Ready(Ok(()))
    }
}

impl Write for SharedTls {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.state().tls.poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let tls = &mut self.0.state().tls;
        let mut written = 0;
        for slice in slices.iter().filter(|slice| !slice.is_empty()) {
            match tls.poll_write(context, slice) {
                Poll::Ready(Ok(step)) => {
                    written += step;
                    if step < slice.len() {
                        break;
                    }
                }
                // What was taken already has to be told first.
                _ if written > 0 => break,
                other => return other,
            }
        }
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Nothing: whoever polls hyper flushes when it is done for the moment.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let tls = &mut self.0.state().tls;
        ready!(tls.poll_flush(context))?;
        tls.close()?;
        ready!(tls.poll_send(context))?;
        Poll::Ready(socket2::SockRef::from(tls.stream()).shutdown(std::net::Shutdown::Write))
    }
}
