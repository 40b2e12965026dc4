//! A connection's two directions after the handshake.

use bytes::BytesMut;
use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};
use rustls::kernel::KernelConnection;
use rustls::server::ServerConnectionData;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::batch::{self, Batch, Ticket};
use super::handshake::Established;
use super::record::{self, Fault, Keys, Kind};
use crate::wire::{READ_BYTES, Turn};
use crate::{FilePart, pages};

/// New keys that a peer may announce between two records of data; each costs us some microseconds.
const UPDATES_MAX: u32 = 32;

/// A KeyUpdate message (RFC 8446, 4.6.3), but for its one byte.
const KEY_UPDATE: [u8; 4] = [24, 0, 0, 1];

const CLOSE_NOTIFY: [u8; 2] = [1, 0];

/// Alert `user_canceled`, after which close_notify follows (RFC 8446, 6.1).
const USER_CANCELED: u8 = 90;

/// A connection that is encrypted.
pub(crate) struct Tls {
    stream: TcpStream,
    session: KernelConnection<ServerConnectionData>,
    receive: Keys,
    transmit: Keys,
    /// What came and is not deciphered yet.
    incoming: BytesMut,
    /// Whether the peer said that nothing more comes.
    is_over: bool,
    /// KeyUpdates since the last data.
    updates: u32,
    /// Whether the peer is owed a KeyUpdate.
    owes_update: bool,
    outgoing: Outgoing,
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
        let Established { secrets, session, incoming, .. } = established;
        let keys = |(sequence, secrets)| Keys::new(sequence, &secrets).map_err(io::Error::other);
        Ok(Tls {
            stream,
            session,
            receive: keys(secrets.rx)?,
            transmit: keys(secrets.tx)?,
            incoming,
            is_over: false,
            updates: 0,
            owes_update: false,
            outgoing: Outgoing::default(),
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
        while !self.is_over {
            match self.take_record(into) {
                Ok(None) => {}
                Ok(Some(0)) => continue,
                Ok(Some(bytes)) => return Poll::Ready(Ok(bytes)),
                Err(fault) => return Poll::Ready(Err(self.fail(fault))),
            }
            if self.incoming.is_empty() {
                // Most connections are idle; so they hold nothing.
                self.incoming = BytesMut::new();
            }
            ready!(self.stream.poll_read_ready(context))?;
            self.incoming.reserve(READ_BYTES);
            match self.stream.try_read_buf(&mut self.incoming) {
                Ok(0) => break,
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Poll::Ready(Err(error)),
                _ => {}
            }
        }
        Poll::Ready(Ok(0))
    }

    /// Opens the next record, if it is there; gives how much data it had.
    fn take_record(&mut self, into: &mut BytesMut) -> Result<Option<usize>, Fault> {
        let Some(length) = record::whole(&self.incoming)? else { return Ok(None) };
        let mut record = self.incoming.split_to(length);
        let (kind, data) = self.receive.open(&mut record)?;
        let data = &record[data];
        match kind {
            Kind::Data => {
                into.extend_from_slice(data);
                self.updates = 0;
                return Ok(Some(data.len()));
            }
            Kind::Handshake => self.update(data)?,
            Kind::Alert => match *data {
                [_, 0] => self.is_over = true,
                [_, USER_CANCELED] => {}
                [_, _] => return Err(Fault::PeerAlert),
                _ => return Err(Fault::DecodeError),
            },
        }
        Ok(Some(0))
    }

    /// Takes a message that is a KeyUpdate, or has no place here.
    fn update(&mut self, message: &[u8]) -> Result<(), Fault> {
        let Some(&[is_asked]) = message.strip_prefix(&KEY_UPDATE) else {
            return Err(Fault::UnexpectedMessage);
        };
        self.updates += 1;
        if is_asked > 1 || self.updates > UPDATES_MAX {
            return Err(Fault::UnexpectedMessage);
        }
        let (sequence, secrets) = self.session.update_rx_secret().map_err(|_| Fault::InternalError)?;
        self.receive = Keys::new(sequence, &secrets)?;
        self.owes_update |= is_asked == 1;
        Ok(())
    }

    /// Tells the peer what it did, and the caller.
    fn fail(&mut self, fault: Fault) -> io::Error {
        const FATAL: u8 = 2;
        self.is_over = true;
        if let Some(alert) = fault.alert().filter(|_| self.outgoing.is_empty()) {
            // The connection ends here; if the alert finds no room, so it does without.
            let record = self.transmit.sealed(&[FATAL, alert], Kind::Alert).unwrap_or_default();
            let _ = self.stream.try_write(&record);
        }
        io::Error::new(io::ErrorKind::InvalidData, fault)
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
        if self.owes_update || self.transmit.is_worn() {
            let [a, b, c, d] = KEY_UPDATE;
            let message =
                self.transmit.sealed(&[a, b, c, d, 0], Kind::Handshake).map_err(io::Error::other)?;
            outgoing.control.extend(message);
            let (sequence, secrets) = self.session.update_tx_secret().map_err(io::Error::other)?;
            self.transmit = Keys::new(sequence, &secrets).map_err(io::Error::other)?;
            self.owes_update = false;
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

    /// Has close_notify sent after all else.
    ///
    /// # Errors
    /// Where it cannot be sealed.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        self.outgoing.control = self.transmit.sealed(&CLOSE_NOTIFY, Kind::Alert).map_err(io::Error::other)?;
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
