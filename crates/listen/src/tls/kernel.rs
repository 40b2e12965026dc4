//! A connection whose records the kernel makes: it sends as one in clear does, files by `sendfile` included.

use bytes::BytesMut;
use std::future::poll_fn;
use std::io;
use std::time::Duration;
use tokio::net::TcpStream;

use super::handshake::Established;
use super::receive::{self, CLOSE_NOTIFY, KEY_UPDATE, Receiver};
use super::record::Kind;
use crate::ktls;
use crate::wire::Plain;

/// Bytes that are sent on one connection: half of what AES-GCM's keys are good for in full records (RFC 8446, 5.5), since not all
/// are full, and few kernels take new keys.
const BYTES_MAX: u64 = 1 << 37;

/// A connection with kernel TLS.
#[derive(Debug)]
pub(crate) struct KernelTls {
    /// Sends; the kernel encrypts.
    pub(crate) plain: Plain,
    receiver: Receiver,
}

impl KernelTls {
    /// A connection whose keys the kernel has taken ([`ktls::begin`]).
    ///
    /// # Errors
    /// Where the handshake agreed on what is not known here.
    pub(crate) fn new(stream: TcpStream, established: Established, stall: Duration) -> io::Result<KernelTls> {
        Ok(KernelTls { plain: Plain::new(stream, stall), receiver: Receiver::new(established)? })
    }

    pub(crate) async fn read(&mut self, into: &mut BytesMut) -> io::Result<usize> {
        let (receiver, stream) = (&mut self.receiver, self.plain.stream());
        let read = poll_fn(|context| receiver.poll_read(stream, context, into)).await;
        if let Err(alert) = read.as_ref().map_err(receive::alert_for)
            && let Some(alert) = alert
        {
            // The connection ends here; if the alert finds no room, so it does without.
            let _ = ktls::send_control(stream, Kind::Alert as u8, &alert);
        }
        if read.is_ok() && self.receiver.owes_update() {
            self.update()?;
        }
        read
    }

    /// Tells the peer of new keys, and gives them to the kernel. Between answers, when there is room for a few bytes.
    fn update(&mut self) -> io::Result<()> {
        ktls::send_control(self.plain.stream(), Kind::Handshake as u8, &KEY_UPDATE)?;
        let (sequence, secrets) = self.receiver.next_transmit()?;
        ktls::set_keys(self.plain.stream(), sequence, &secrets)
    }

    /// Whether this connection has sent as much as it may.
    pub(crate) fn is_worn(&self) -> bool {
        self.plain.out() >= BYTES_MAX
    }

    pub(crate) async fn finish(&mut self) -> io::Result<()> {
        self.plain.flush().await?;
        ktls::send_control(self.plain.stream(), Kind::Alert as u8, &CLOSE_NOTIFY)?;
        self.plain.finish()
    }
}
