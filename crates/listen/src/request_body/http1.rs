//! A body that comes over HTTP/1.1, between two heads.

use bytes::{Bytes, BytesMut};

use super::framing::{Framing, Taken};
use super::{BodyFault, broken};
use crate::wire::Wire;

/// What a client is told that waits for it (RFC 9110, 10.1.1).
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// A body, as far as it did not come yet.
pub(crate) struct Http1Body<'a> {
    wire: &'a mut Wire,
    /// What came and is not taken yet; behind the body it is the next request.
    inbox: &'a mut BytesMut,
    framing: Framing,
    /// Whether the client still waits to be told to send it.
    expects_continue: bool,
}

impl<'a> Http1Body<'a> {
    pub(crate) fn new(
        wire: &'a mut Wire,
        inbox: &'a mut BytesMut,
        framing: Framing,
        expects_continue: bool,
    ) -> Http1Body<'a> {
        Http1Body { wire, inbox, framing, expects_continue }
    }

    /// The next data; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, BodyFault> {
        loop {
            match self.framing.take(self.inbox).map_err(BodyFault::Malformed)? {
                Taken::Data(data) => return Ok(Some(data)),
                Taken::Over => return Ok(None),
                Taken::Nothing => self.read().await?,
            }
        }
    }

    async fn read(&mut self) -> Result<(), BodyFault> {
        // A client that has begun to send waits no more.
        if std::mem::take(&mut self.expects_continue) && self.inbox.is_empty() {
            self.wire.write(CONTINUE).await.map_err(|error| broken(&error))?;
            self.wire.flush().await.map_err(|error| broken(&error))?;
        }
        match self.wire.read(self.inbox).await {
            Ok(0) => Err(BodyFault::BrokenOff),
            Ok(_) => Ok(()),
            Err(error) => Err(broken(&error)),
        }
    }

    /// Bytes that will come without a word of ours, where anybody knows how many.
    pub(super) fn unasked(&self) -> Option<u64> {
        match self.framing {
            Framing::Length(bytes) if !self.expects_continue => Some(bytes),
            _ => None,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.framing.is_over()
    }
}
