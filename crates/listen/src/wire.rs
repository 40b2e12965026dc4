//! What carries a connection's bytes, clear or encrypted.

mod plain;

use bytes::BytesMut;
use std::io;

use crate::FilePart;
pub(crate) use plain::Plain;

/// Bytes that one connection may be given in a row before all others have their turn: some 100 microseconds' worth.
const TURN_BYTES: u64 = 1 << 20;

/// What an answer costs at least, counted in bytes of a [`TURN_BYTES`].
const ANSWER_BYTES: u64 = 16 << 10;

/// Room that is made for what comes.
const READ_BYTES: usize = 4 << 10;

/// A connection's two directions.
#[derive(Debug)]
pub(crate) enum Wire {
    Plain(Plain),
}

impl Wire {
    /// Appends what comes to `into`; gives how many bytes that was, 0 at the end. Nothing is lost where this is given up.
    pub(crate) async fn read(&mut self, into: &mut BytesMut) -> io::Result<usize> {
        match self {
            Wire::Plain(plain) => plain.read(into).await,
        }
    }

    /// Sends `bytes`, or holds them until the next call or [`Wire::flush`].
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Wire::Plain(plain) => plain.write(bytes).await,
        }
    }

    /// Sends a part of a file, or holds its end.
    pub(crate) async fn write_file(&mut self, part: &FilePart) -> io::Result<()> {
        match self {
            Wire::Plain(plain) => plain.write_file(part).await,
        }
    }

    /// Sends what is held.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        match self {
            Wire::Plain(plain) => plain.flush().await,
        }
    }

    /// Bytes that the kernel took, as they were before any encryption.
    pub(crate) fn out(&self) -> u64 {
        match self {
            Wire::Plain(plain) => plain.out(),
        }
    }

    /// Says that nothing more comes.
    pub(crate) async fn finish(&mut self) -> io::Result<()> {
        match self {
            Wire::Plain(plain) => plain.finish(),
        }
    }

    /// Makes that the connection, once dropped, is reset: the other side sees that something is missing.
    pub(crate) fn reset(&self) {
        match self {
            Wire::Plain(plain) => plain.reset(),
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
            self.spent = 0;
            tokio::task::yield_now().await;
        }
    }

    /// Counts an answer.
    pub(crate) async fn answer(&mut self) {
        self.spend(ANSWER_BYTES).await;
    }

    /// Bytes that are left of this turn, at least 1.
    pub(crate) fn left(&self) -> u64 {
        TURN_BYTES - self.spent.min(TURN_BYTES - 1)
    }
}
