//! The client: one exchange, its redirections and its limits, on connections that are kept for the next.

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{HOST, LOCATION, RANGE, USER_AGENT};
use hyper::{HeaderMap, Response, StatusCode};
use rustls::ClientConfig;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::address::{Address, Server};
use crate::connection::{Connection, connect};
use crate::flow::{Flow, Pace};
use crate::{Answer, Error, Limits, Request, Result, Trust};

/// Connections that are kept for later, over all servers. The oldest goes first: a server that is asked often has one that
/// is young.
const IDLE_MAX: usize = 64;

/// Exchanges at a time, over all servers; further ones wait, within their own limit. Each holds a connection, of which
/// systems allow a process 1024 by default, and some for those who ask us.
const EXCHANGES_MAX: usize = 256;

/// What other servers are told that we are.
const AGENT: &str = concat!("matinee/", env!("CARGO_PKG_VERSION"));

/// Asks other servers. Clones share connections.
#[derive(Debug, Clone)]
pub struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    tls: Arc<ClientConfig>,
    places: Semaphore,
    /// Connections without a request under way, the oldest first.
    idle: Mutex<Vec<(Server, Connection)>>,
}

impl Client {
    /// A client that believes servers whose certificates come from `trust`.
    ///
    /// # Errors
    /// Where the TLS library cannot be set up.
    pub fn new(trust: Trust) -> Result<Client> {
        let (tls, places) = (trust.client_config()?, Semaphore::new(EXCHANGES_MAX));
        Ok(Client(Arc::new(Shared { tls, places, idle: Mutex::default() })))
    }

    /// Sends `request` and reads the whole answer, within `limits`. An answer of any status is one.
    ///
    /// # Errors
    /// Where there is no answer, no end of it, or too much of it.
    pub async fn send(&self, request: &Request, limits: &Limits) -> Result<Answer> {
        let address = Address::new(&request.url)?;
        let late = |_| Error::Late { url: address.shown(), limit: limits.total };
        timeout(limits.total, self.follow(request, &address, limits)).await.map_err(late)?
    }

    /// Sends `request` and reads the head of the answer; its body is taken as it comes. Follows no redirection, and counts
    /// for no place: who holds many such answers sees to a limit.
    ///
    /// # Errors
    /// Where no answer begins in time.
    pub async fn open(&self, request: &Request, pace: &Pace) -> Result<Flow> {
        let address = Address::new(&request.url)?;
        let limit = pace.connect.saturating_add(pace.head);
        let late = |_| Error::Late { url: address.shown(), limit };
        let begun = self.begin(request, &request.headers, &address, pace.connect);
        let (response, server, connection) = timeout(limit, begun).await.map_err(late)??;
        Ok(Flow::new(response, address.shown(), pace.stall, (self.clone(), server, connection)))
    }

    async fn follow(&self, request: &Request, first: &Address, limits: &Limits) -> Result<Answer> {
        // Fails where places are closed, which nobody does.
        let _place = self.0.places.acquire().await.ok();
        let mut address = first.clone();
        let mut headers = &request.headers;
        let none = HeaderMap::new();
        for _ in 0..=limits.redirects_max {
            let answer = self.exchange(request, headers, &address, limits).await?;
            let location = answer.header(LOCATION.as_str());
            let Some(location) =
                location.filter(|_| answer.status.is_redirection() && limits.redirects_max > 0)
            else {
                return Ok(answer);
            };
            let next = address.redirected(location)?;
            if next.server() != address.server() {
                headers = &none;
            }
            address = next;
        }
        Err(Error::Redirects { url: first.shown(), redirects_max: limits.redirects_max })
    }

    /// One request and its answer.
    async fn exchange(
        &self,
        request: &Request,
        headers: &HeaderMap,
        to: &Address,
        limits: &Limits,
    ) -> Result<Answer> {
        let (response, server, connection) = self.begin(request, headers, to, limits.connect).await?;
        self.finish(server, connection, request, to, response, limits).await
    }

    /// One request and the head of its answer. A connection that was kept may have been closed by the server meanwhile;
    /// then a new one is made, unless the server may have done already what must not be done twice.
    async fn begin(
        &self,
        request: &Request,
        headers: &HeaderMap,
        to: &Address,
        connect_limit: Duration,
    ) -> Result<(Response<Incoming>, Server, Connection)> {
        let server = to.server();
        if let Some(mut kept) = self.take_idle(&server).await {
            match kept.try_send_request(written(request, headers, to)?).await {
                Ok(response) => return Ok((response, server, kept)),
                Err(mut error) => {
                    let is_unsent = error.take_message().is_some();
                    if !is_unsent && !request.method.is_safe() {
                        return Err(Error::Exchange { url: to.shown(), source: error.into_error() });
                    }
                }
            }
        }
        let late = |_| Error::Late { url: to.shown(), limit: connect_limit };
        let mut fresh = timeout(connect_limit, connect(&server, &self.0.tls)).await.map_err(late)??;
        let response = fresh.send_request(written(request, headers, to)?).await;
        let response = response.map_err(|source| Error::Exchange { url: to.shown(), source })?;
        Ok((response, server, fresh))
    }

    /// Reads the answer and keeps the connection.
    async fn finish(
        &self,
        server: Server,
        connection: Connection,
        request: &Request,
        from: &Address,
        response: Response<Incoming>,
        limits: &Limits,
    ) -> Result<Answer> {
        let (head, body) = response.into_parts();
        let part = request.part.filter(|_| head.status == StatusCode::PARTIAL_CONTENT);
        let part_bytes = part.map(|part| usize::try_from(part.length.max(1)).unwrap_or(usize::MAX));
        let bytes_max = part_bytes.unwrap_or(limits.body_bytes_max).min(limits.body_bytes_max);
        let body = Limited::new(body, bytes_max).collect().await.map_err(|error| {
            let url = from.shown();
            match error.downcast::<LengthLimitError>() {
                Ok(_) => Error::TooLong { url, bytes_max },
                Err(error) => Error::Body { url, reason: error.to_string() },
            }
        })?;
        self.keep_idle(server, connection);
        Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
    }

    async fn take_idle(&self, server: &Server) -> Option<Connection> {
        let mut connection = {
            let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let place = idle.iter().rposition(|(of, _)| of == server)?;
            idle.remove(place).1
        };
        // One whose answer was read to its end is ready, or closed.
        connection.ready().await.ok().map(|()| connection)
    }

    pub(crate) fn keep_idle(&self, server: Server, connection: Connection) {
        if connection.is_closed() {
            return;
        }
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() == IDLE_MAX {
            idle.remove(0);
        }
        idle.push((server, connection));
    }
}

fn written(
    request: &Request,
    headers: &HeaderMap,
    to: &Address,
) -> Result<hyper::Request<Full<hyper::body::Bytes>>> {
    let mut builder = hyper::Request::builder().method(request.method.clone()).uri(to.target());
    if let Some(all) = builder.headers_mut() {
        all.extend(headers.clone());
    }
    builder = builder.header(HOST, to.host_header());
    if !headers.contains_key(USER_AGENT) {
        builder = builder.header(USER_AGENT, AGENT);
    }
    if let Some(part) = request.part {
        builder = builder.header(RANGE, part.header());
    }
    let body = Full::new(request.body.clone());
    builder.body(body).map_err(|source| Error::Request { url: to.shown(), source })
}

#[cfg(test)]
mod tests;
