//! What carries a connection's bytes, clear or encrypted.

mod plain;

use bytes::BytesMut;
use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::Duration;
use tokio::net::TcpStream;

use crate::FilePart;
use crate::tls::{KernelTls, Tls};
pub(crate) use plain::Plain;

/// Bytes that one connection may be given in a row before all others have their turn: some 100 microseconds' worth.
const TURN_BYTES: u64 = 1 << 20;

/// Room that is made for what comes.
pub(crate) const READ_BYTES: usize = 4 << 10;

/// A connection's two directions.
#[derive(Debug)]
pub(crate) enum Wire {
    Plain(Plain),
    Tls(Box<Tls>),
    Kernel(Box<KernelTls>),
}

impl Wire {
    /// Appends what comes to `into`; gives how many bytes that was, 0 at the end. Nothing is lost where this is given up.
    pub(crate) async fn read(&mut self, into: &mut BytesMut) -> io::Result<usize> {
        match self {
            Wire::Plain(plain) => plain.read(into).await,
            Wire::Tls(tls) => tls.read(into).await,
            Wire::Kernel(kernel) => kernel.read(into).await,
        }
    }

    /// Sends `bytes`, or holds them until the next call or [`Wire::flush`].
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Wire::Plain(plain) => plain.write(bytes).await,
            Wire::Tls(tls) => tls.write(bytes).await,
            Wire::Kernel(kernel) => kernel.plain.write(bytes).await,
        }
    }

    /// Sends a part of a file, or holds its end.
    pub(crate) async fn write_file(&mut self, part: &FilePart) -> io::Result<()> {
        match self {
            Wire::Plain(plain) => plain.write_file(part).await,
            Wire::Tls(tls) => tls.write_file(part).await,
            Wire::Kernel(kernel) => kernel.plain.write_file(part).await,
        }
    }

    /// Lets packets fill up with what follows, as more answers will, until [`Wire::flush`].
    pub(crate) fn gather(&mut self) {
        match self {
            Wire::Plain(plain) => plain.gather(),
            // Its records go out many at once as it is.
            Wire::Tls(_) => {}
            Wire::Kernel(kernel) => kernel.plain.gather(),
        }
    }

    /// Ends an answer, after which there may be `more`; lets others go on.
    pub(crate) async fn end(&mut self, more: bool) -> io::Result<()> {
        match self {
            Wire::Plain(plain) => plain.end(more).await,
            Wire::Tls(tls) => tls.end().await,
            Wire::Kernel(kernel) => kernel.plain.end(more).await,
        }
    }

    /// Sends all there is.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        match self {
            Wire::Plain(plain) => plain.flush().await,
            Wire::Tls(tls) => tls.flush().await,
            Wire::Kernel(kernel) => kernel.plain.flush().await,
        }
    }

    /// Bytes that the kernel took, as they were before any encryption.
    pub(crate) fn out(&self) -> u64 {
        match self {
            Wire::Plain(plain) => plain.out(),
            Wire::Tls(tls) => tls.out(),
            Wire::Kernel(kernel) => kernel.plain.out(),
        }
    }

    /// Whether this answer must be the last.
    pub(crate) fn is_worn(&self) -> bool {
        matches!(self, Wire::Kernel(kernel) if kernel.is_worn())
    }

    /// Says that nothing more comes.
    pub(crate) async fn finish(&mut self) -> io::Result<()> {
        match self {
            Wire::Plain(plain) => plain.finish(),
            Wire::Tls(tls) => tls.finish().await,
            Wire::Kernel(kernel) => kernel.finish().await,
        }
    }

    /// What carries it all.
    pub(crate) fn stream(&self) -> &TcpStream {
        match self {
            Wire::Plain(plain) => plain.stream(),
            Wire::Tls(tls) => tls.stream(),
            Wire::Kernel(kernel) => kernel.plain.stream(),
        }
    }

    /// Makes that the connection, once dropped, is reset: the other side sees that something is missing.
    pub(crate) fn reset(&self) {
        if let Err(error) = socket2::SockRef::from(self.stream()).set_linger(Some(Duration::ZERO)) {
            tracing::debug!(%error, "a connection that broke is closed as if it had not");
        }
    }
}

/// Whose turn it is.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    spent: u64,
}

impl Turn {
    /// Counts what was sent, and lets others go on where that was enough in a row.
    pub(crate) async fn spend(&mut self, bytes: u64) {
        self.spent += bytes;
        if self.spent >= TURN_BYTES {
            self.end().await;
        }
    }

    /// Lets others go on. After every answer: a client that asks for many in a row gets one a round, and reads the last one
    /// meanwhile.
    pub(crate) async fn end(&mut self) {
        self.spent = 0;
        let mut is_over = false;
        // Tokio's own way to yield begins the next round with who came last in this one: just the client that has not taken
        // yet what it was given, and whose socket its kernel is busy with.
        poll_fn(|context| {
            if is_over {
                return Poll::Ready(());
            }
            is_over = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// Bytes that are left of this turn, at least 1.
    pub(crate) fn left(&self) -> u64 {
        TURN_BYTES - self.spent.min(TURN_BYTES - 1)
    }
}
