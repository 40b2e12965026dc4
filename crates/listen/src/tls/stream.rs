//! A connection's two directions after the handshake.

use bytes::BytesMut;
use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::batch::{self, Batch, Ticket};
use super::handshake::Established;
use super::receive::{self, CLOSE_NOTIFY, KEY_UPDATE, Receiver};
use super::record::{Keys, Kind};
use crate::wire::Turn;
use crate::{FilePart, pages};

/// A connection that is encrypted.
pub(crate) struct Tls {
    stream: TcpStream,
    receiver: Receiver,
    transmit: Keys,
    outgoing: Outgoing,
    /// Whether close_notify was sealed.
    is_closed: bool,
    stall: Duration,
    turn: Turn,
}

/// What is to be sent.
#[derive(Debug, Default)]
struct Outgoing {
    /// Sealed records that are no data; they go first.
    control: Vec<u8>,
    /// Data, if there is any.
    batch: Option<Batch>,
    ticket: Option<Ticket>,
    /// Bytes of the batch that are sealed; none while it is being filled.
    sealed: usize,
    /// Bytes of those, of `control` first, that were sent.
    sent: usize,
    /// Bytes of data that were sent in all, but for those of this batch.
    out: u64,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("stream", &self.stream).finish_non_exhaustive()
    }
}

impl Tls {
    /// # Errors
    /// Where the handshake agreed on what is not known here.
    pub(crate) fn new(stream: TcpStream, established: Established, stall: Duration) -> io::Result<Tls> {
        let (sequence, secrets) = &established.secrets.tx;
        let transmit = Keys::new(*sequence, secrets).map_err(io::Error::other)?;
        Ok(Tls {
            stream,
            receiver: Receiver::new(established)?,
            transmit,
            outgoing: Outgoing::default(),
            is_closed: false,
            stall,
            turn: Turn::default(),
        })
    }

    pub(crate) async fn read(&mut self, into: &mut BytesMut) -> io::Result<usize> {
        poll_fn(|context| self.poll_read(context, into)).await
    }

    /// Appends data of the next record that has some; 0 at the end.
    pub(crate) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        into: &mut BytesMut,
    ) -> Poll<io::Result<usize>> {
        let read = ready!(self.receiver.poll_read(&self.stream, context, into));
        Poll::Ready(read.map_err(|fault| self.fail(fault)))
    }

    /// Tells the peer what it did, and the caller.
    fn fail(&mut self, error: io::Error) -> io::Error {
        let alert = receive::alert_for(&error);
        if let Some(alert) = alert.filter(|_| self.outgoing.is_empty()) {
            // The connection ends here; if the alert finds no room, so it does without.
            let record = self.transmit.sealed(&alert, Kind::Alert).unwrap_or_default();
            let _ = self.stream.try_write(&record);
        }
        error
    }

    pub(crate) async fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let taken = self.outgoing.batch().push(bytes);
            bytes = &bytes[taken..];
            if !bytes.is_empty() {
                self.send().await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn write_file(&mut self, part: &FilePart) -> io::Result<()> {
        let (mut at, end) = (part.offset, part.offset + part.length);
        while at < end {
            let left = usize::try_from(end - at).unwrap_or(usize::MAX);
            let batch = self.outgoing.batch();
            if batch.room() == 0 {
                self.send().await?;
                continue;
            }
            at += match pages::read_now(&part.file, &mut batch.spaces(left), at) {
                Ok(bytes) => {
                    batch.advance(bytes);
                    bytes as u64
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.outgoing.fill_elsewhere(part, at, left).await?
                }
                Err(error) => return Err(error),
            };
        }
        Ok(())
    }

    /// Sends what is held, and gives its room back.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.send().await?;
        self.outgoing.give_back();
        Ok(())
    }

    pub(crate) async fn end(&mut self) -> io::Result<()> {
        self.flush().await?;
        self.turn.end().await;
        Ok(())
    }

    /// Seals what is held and sends it; not for ever.
    async fn send(&mut self) -> io::Result<()> {
        let before = self.outgoing.out;
        self.seal()?;
        loop {
            let seen = self.outgoing.sent;
            let stall = self.stall;
            match timeout(stall, poll_fn(|context| self.poll_send(context))).await {
                Ok(sent) => break sent?,
                // Slow is no stall.
                Err(_) if self.outgoing.sent > seen => {}
                Err(late) => return Err(late.into()),
            }
        }
        self.turn.spend(self.outgoing.out - before).await;
        Ok(())
    }

    /// Makes records of what is held. New keys are told of before, where they are due.
    pub(crate) fn seal(&mut self) -> io::Result<()> {
        let outgoing = &mut self.outgoing;
        let Some(batch) = outgoing.batch.as_mut().filter(|batch| batch.filled() > 0 && outgoing.sealed == 0)
        else {
            return Ok(());
        };
        if self.receiver.owes_update() || self.transmit.is_worn() {
            let message = self.transmit.sealed(&KEY_UPDATE, Kind::Handshake).map_err(io::Error::other)?;
            outgoing.control.extend(message);
            let (sequence, secrets) = self.receiver.next_transmit()?;
            self.transmit = Keys::new(sequence, &secrets).map_err(io::Error::other)?;
        }
        outgoing.sealed = batch.seal(&mut self.transmit).map_err(io::Error::other)?;
        Ok(())
    }

    /// Sends what is sealed.
    pub(crate) fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.is_empty() {
            ready!(self.stream.poll_write_ready(context))?;
            let sent = self.stream.try_io(Interest::WRITABLE, || {
                let slices = self.outgoing.slices();
                let none = &mut SendAncillaryBuffer::default();
                Ok(sendmsg(&self.stream, &slices, none, SendFlags::NOSIGNAL)?)
            });
            match sent {
                Ok(sent) => self.outgoing.sent += sent,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
            self.outgoing.settle();
        }
        Poll::Ready(Ok(()))
    }

    pub(crate) fn out(&self) -> u64 {
        self.outgoing.out()
    }

    /// Sends close_notify, and then nothing more.
    pub(crate) async fn finish(&mut self) -> io::Result<()> {
        self.flush().await?;
        self.close()?;
        self.send().await?;
        socket2::SockRef::from(&self.stream).shutdown(std::net::Shutdown::Write)
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Takes as much of `bytes` as there is room for, and sends when there is none left; gives how much it took.
    pub(crate) fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.outgoing.batch().room() == 0 {
            self.seal()?;
        }
        // What is sealed cannot be added to.
        if self.outgoing.sealed > 0 {
            ready!(self.poll_send(context))?;
        }
        Poll::Ready(Ok(self.outgoing.batch().push(bytes)))
    }

    /// Seals and sends all there is, and gives its room back.
    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            self.seal()?;
            ready!(self.poll_send(context))?;
            if self.outgoing.batch.as_ref().is_none_or(|batch| batch.filled() == 0) {
                self.outgoing.give_back();
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Has close_notify sent, after all else is.
    ///
    /// # Errors
    /// Where it cannot be sealed.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        if !self.is_closed {
            self.is_closed = true;
            self.outgoing.control =
                self.transmit.sealed(&CLOSE_NOTIFY, Kind::Alert).map_err(io::Error::other)?;
        }
        Ok(())
    }
}

impl Outgoing {
    /// The batch to be filled, which must not be under way.
    fn batch(&mut self) -> &mut Batch {
        self.batch.get_or_insert_with(|| {
            let (batch, ticket) = Batch::taken();
            self.ticket = ticket;
            batch
        })
    }

    fn is_empty(&self) -> bool {
        self.sent == self.control.len() + self.sealed
    }

    fn slices(&self) -> [IoSlice<'_>; 2] {
        let data = self.batch.as_ref().map_or(&[][..], |batch| &batch.bytes()[..self.sealed]);
        let of_data = self.sent.saturating_sub(self.control.len());
        [IoSlice::new(self.control.get(self.sent..).unwrap_or_default()), IoSlice::new(&data[of_data..])]
    }

    /// Once all is sent, begins anew.
    fn settle(&mut self) {
        if self.is_empty() {
            if let Some(batch) = self.batch.as_mut().filter(|_| self.sealed > 0) {
                self.out += batch.filled() as u64;
                batch.clear();
            }
            self.control.clear();
            (self.sealed, self.sent) = (0, 0);
        }
    }

    fn out(&self) -> u64 {
        self.out + batch::data_in(self.sent.saturating_sub(self.control.len())) as u64
    }

    fn give_back(&mut self) {
        if let Some(batch) = self.batch.take_if(|batch| batch.filled() == 0) {
            batch.give_back(self.ticket.take());
        }
    }

    /// Fills the batch from a file on a thread that may wait for the disk; gives how many bytes that were.
    async fn fill_elsewhere(&mut self, part: &FilePart, at: u64, left: usize) -> io::Result<u64> {
        self.batch();
        let Some(mut batch) = self.batch.take() else { return Ok(0) };
        let file = part.file.clone();
        let (batch, bytes) = pages::elsewhere(move || {
            let bytes = pages::read(&file, &mut batch.spaces(left), at)?;
            batch.advance(bytes);
            Ok((batch, bytes))
        })
        .await?;
        self.batch = Some(batch);
        Ok(bytes as u64)
    }
}

#[cfg(test)]
mod tests;
