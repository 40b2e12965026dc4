//! Bytes as they are: memory by `sendmsg`, files by `sendfile`.

use bytes::BytesMut;
use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::time::Duration;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{READ_BYTES, Turn};
use crate::{FilePart, pages};

/// Bytes that are held for what follows them, at most; more of them go out at once.
const HELD_BYTES_MAX: usize = 16 << 10;

/// A connection that is not encrypted.
#[derive(Debug)]
pub(crate) struct Plain {
    stream: TcpStream,
    /// Bytes that go out with the next.
    held: Vec<u8>,
    /// Whether the kernel waits for packets to fill up.
    gathers: bool,
    out: u64,
    stall: Duration,
    turn: Turn,
}

impl Plain {
    pub(crate) fn new(stream: TcpStream, stall: Duration) -> Plain {
        Plain { stream, held: Vec::new(), gathers: false, out: 0, stall, turn: Turn::default() }
    }

    pub(crate) async fn read(&mut self, into: &mut BytesMut) -> io::Result<usize> {
        read(&self.stream, into).await
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.held.len() + bytes.len() <= HELD_BYTES_MAX {
            self.held.extend_from_slice(bytes);
            return Ok(());
        }
        self.send(bytes, SendFlags::empty()).await
    }

    pub(crate) fn gather(&mut self) {
        if !self.gathers {
            self.gathers = true;
            cork(&self.stream, true);
        }
    }

    pub(crate) async fn end(&mut self, more: bool) -> io::Result<()> {
        match more {
            true if self.held.is_empty() => {}
            true => self.send(&[], SendFlags::empty()).await?,
            false => self.flush().await?,
        }
        self.turn.end().await;
        Ok(())
    }

    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        if !self.held.is_empty() {
            self.send(&[], SendFlags::empty()).await?;
        }
        if self.gathers {
            self.gathers = false;
            cork(&self.stream, false);
        }
        Ok(())
    }

    /// Sends what is held and `bytes`.
    async fn send(&mut self, bytes: &[u8], flags: SendFlags) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        let (mut sent, all) = (0, held.len() + bytes.len());
        while sent < all {
            let slices = [
                IoSlice::new(held.get(sent..).unwrap_or_default()),
                IoSlice::new(&bytes[sent.saturating_sub(held.len())..]),
            ];
            let step = self.when_writable(|stream| {
                let none = &mut SendAncillaryBuffer::default();
                Ok(sendmsg(stream, &slices, none, flags | SendFlags::NOSIGNAL)?)
            });
            let step = step.await?;
            sent += step;
            self.out += step as u64;
            self.turn.spend(step as u64).await;
        }
        self.held = held;
        self.held.clear();
        Ok(())
    }

    pub(crate) async fn write_file(&mut self, part: &FilePart) -> io::Result<()> {
        if !self.held.is_empty() {
            self.send(&[], SendFlags::MORE).await?;
        }
        let (mut at, end) = (part.offset, part.offset + part.length);
        // How far the file is known to be in memory.
        let mut settled = at;
        while at < end {
            if settled == at {
                settled = end.min(at + self.turn.left());
                pages::settle(&part.file, at, settled - at).await?;
            }
            let (mut offset, count) = (at, usize::try_from(settled - at).unwrap_or(usize::MAX));
            let step = self.when_writable(|stream| {
                Ok(rustix::fs::sendfile(stream, &*part.file, Some(&mut offset), count)?)
            });
            let step = step.await? as u64;
            if step == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            at += step;
            self.out += step;
            self.turn.spend(step).await;
        }
        Ok(())
    }

    /// Does what may find the socket full, as often as it does; not for ever.
    async fn when_writable<T>(&self, mut send: impl FnMut(&TcpStream) -> io::Result<T>) -> io::Result<T> {
        loop {
            match self.stream.try_io(Interest::WRITABLE, || send(&self.stream)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    timeout(self.stall, self.stream.writable()).await??;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => return done,
            }
        }
    }

    pub(crate) fn out(&self) -> u64 {
        self.out
    }

    pub(crate) fn finish(&self) -> io::Result<()> {
        socket2::SockRef::from(&self.stream).shutdown(Shutdown::Write)
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }
}

/// Appends what comes. A buffer that is empty is given back while there is nothing: most connections are idle.
async fn read(stream: &TcpStream, into: &mut BytesMut) -> io::Result<usize> {
    loop {
        into.reserve(READ_BYTES);
        match stream.try_read_buf(into) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if into.is_empty() {
                    *into = BytesMut::new();
                }
                stream.readable().await?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// Has the kernel wait for packets to fill up, or send the last one as it is. The kernel waits 200 ms at most.
fn cork(stream: &TcpStream, is_set: bool) {
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_cork(is_set) {
        tracing::debug!(%error, "a connection sends as it likes");
    }
}
