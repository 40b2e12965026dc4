//! Answers that are taken as they come, for who hands them on.

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::{HeaderMap, StatusCode};
use std::time::Duration;
use tokio::time::timeout;

use crate::address::Server;
use crate::client::Client;
use crate::connection::Connection;
use crate::{Error, Result};

/// The limits of an answer that is taken as it comes: how long it takes in all is its reader's concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Longest time until a connection stands, TLS included.
    pub connect: Duration,
    /// Longest time from the request to the answer's head.
    pub head: Duration,
    /// Longest time in which no byte of the body comes.
    pub stall: Duration,
}

/// An answer whose body is still to come. Dropped before its end, it closes its connection.
#[derive(Debug)]
pub struct Flow {
    /// The status, whatever it is.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// What was asked, for errors.
    url: String,
    stall: Duration,
    body: Incoming,
    /// Goes back to the client at the end.
    connection: Option<(Client, Server, Connection)>,
}

impl Flow {
    pub(crate) fn new(
        response: hyper::Response<Incoming>,
        url: String,
        stall: Duration,
        connection: (Client, Server, Connection),
    ) -> Flow {
        let (head, body) = response.into_parts();
        let mut flow = Flow {
            status: head.status,
            headers: head.headers,
            url,
            stall,
            body,
            connection: Some(connection),
        };
        if flow.body.is_end_stream() {
            flow.give_back();
        }
        flow
    }

    /// A header's value, where it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The next bytes of the body; `None` at its end, which comes only where all of it came.
    ///
    /// # Errors
    /// Where it breaks off, or nothing comes for too long.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let late = |_| Error::Late { url: self.url.clone(), limit: self.stall };
            let frame = timeout(self.stall, self.body.frame()).await.map_err(late)?;
            match frame {
                None => {
                    self.give_back();
                    return Ok(None);
                }
                Some(Err(error)) => {
                    return Err(Error::Body { url: self.url.clone(), reason: error.to_string() });
                }
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) if bytes.is_empty() => {}
                    Ok(bytes) => return Ok(Some(bytes)),
                    // Trailers say nothing that is asked for.
                    Err(_) => {}
                },
            }
        }
    }

    fn give_back(&mut self) {
        if let Some((client, server, connection)) = self.connection.take() {
            client.keep_idle(server, connection);
        }
    }
}

#[cfg(test)]
mod tests;
