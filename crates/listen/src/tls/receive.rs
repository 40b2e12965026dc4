//! What comes over a connection after the handshake: data, KeyUpdates, alerts.

use bytes::BytesMut;
use rustls::ConnectionTrafficSecrets;
use rustls::kernel::KernelConnection;
use rustls::server::ServerConnectionData;
use std::io;
use std::task::{Context, Poll, ready};
use tokio::net::TcpStream;

use super::handshake::Established;
use super::record::{self, Fault, Keys, Kind};
use crate::wire::READ_BYTES;

/// New keys that a peer may announce between two records of data; each costs us some microseconds.
const UPDATES_MAX: u32 = 32;

/// A KeyUpdate message that asks for none in return (RFC 8446, 4.6.3).
pub(crate) const KEY_UPDATE: [u8; 5] = [24, 0, 0, 1, 0];

/// The alert with which a side ends.
pub(crate) const CLOSE_NOTIFY: [u8; 2] = [1, 0];

/// Alert `user_canceled`, after which close_notify follows (RFC 8446, 6.1).
const USER_CANCELED: u8 = 90;

/// The direction towards us, and the keys to come of both.
pub(crate) struct Receiver {
    session: KernelConnection<ServerConnectionData>,
    keys: Keys,
    /// What came and is not deciphered yet.
    incoming: BytesMut,
    /// Whether nothing more comes.
    is_over: bool,
    /// KeyUpdates since the last data.
    updates: u32,
    /// Whether the peer waits for a KeyUpdate of ours.
    owes_update: bool,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").field("keys", &self.keys).finish_non_exhaustive()
    }
}

impl Receiver {
    /// # Errors
    /// Where the handshake agreed on what is not known here.
    pub(crate) fn new(established: Established) -> io::Result<Receiver> {
        let Established { secrets, session, incoming, .. } = established;
        let (sequence, secrets) = secrets.rx;
        let keys = Keys::new(sequence, &secrets).map_err(io::Error::other)?;
        Ok(Receiver { session, keys, incoming, is_over: false, updates: 0, owes_update: false })
    }

    /// Appends data of the next record that has some; 0 at the end.
    pub(crate) fn poll_read(
        &mut self,
        stream: &TcpStream,
        context: &mut Context<'_>,
        into: &mut BytesMut,
    ) -> Poll<io::Result<usize>> {
        while !self.is_over {
            match self.take_record(into) {
                Ok(None) => {}
                Ok(Some(0)) => continue,
                Ok(Some(bytes)) => return Poll::Ready(Ok(bytes)),
                Err(fault) => {
                    self.is_over = true;
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, fault)));
                }
            }
            if self.incoming.is_empty() {
                // Most connections are idle; so they hold nothing.
                self.incoming = BytesMut::new();
            }
            ready!(stream.poll_read_ready(context))?;
            self.incoming.reserve(READ_BYTES);
            match stream.try_read_buf(&mut self.incoming) {
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
        let (kind, data) = self.keys.open(&mut record)?;
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
        let Some(&[is_asked]) = message.strip_prefix(&KEY_UPDATE[..4]) else {
            return Err(Fault::UnexpectedMessage);
        };
        self.updates += 1;
        if is_asked > 1 || self.updates > UPDATES_MAX {
            return Err(Fault::UnexpectedMessage);
        }
        let (sequence, secrets) = self.session.update_rx_secret().map_err(|_| Fault::InternalError)?;
        self.keys = Keys::new(sequence, &secrets)?;
        self.owes_update |= is_asked == 1;
        Ok(())
    }

    /// Whether the next record of ours must tell of new keys.
    pub(crate) fn owes_update(&self) -> bool {
        self.owes_update
    }

    /// The keys for what we send from now on, with the number of the first record. [`KEY_UPDATE`] goes before it.
    ///
    /// # Errors
    /// Where rustls cannot make them, which it has no reason to.
    pub(crate) fn next_transmit(&mut self) -> io::Result<(u64, ConnectionTrafficSecrets)> {
        self.owes_update = false;
        self.session.update_tx_secret().map_err(io::Error::other)
    }
}

/// The alert that a peer is told after `error`, if it is one of reading that deserves one.
pub(crate) fn alert_for(error: &io::Error) -> Option<[u8; 2]> {
    const FATAL: u8 = 2;
    let fault = error.get_ref()?.downcast_ref::<Fault>()?;
    Some([FATAL, fault.alert()?])
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Has a receiver take `messages`, as if its peer had sealed each with the keys that are next; gives the last result.
    pub(crate) fn forced(
        receiver: &mut Receiver,
        messages: &[Vec<u8>],
        kind: Kind,
    ) -> Result<Option<usize>, Fault> {
        let mut taken = Ok(None);
        for message in messages {
            let (sequence, secrets) = receiver.session.update_rx_secret().unwrap();
            let mut theirs = Keys::new(sequence, &secrets).unwrap();
            receiver.keys = Keys::new(sequence, &secrets).unwrap();
            receiver.incoming.extend_from_slice(&theirs.sealed(message, kind).unwrap());
            taken = receiver.take_record(&mut BytesMut::new());
        }
        taken
    }

    /// More KeyUpdates than are taken in a row.
    pub(crate) fn flood() -> Vec<Vec<u8>> {
        vec![KEY_UPDATE.to_vec(); UPDATES_MAX as usize + 1]
    }
}
