//! One connection with HTTP/1.1: head after head, answer after answer.
//!
//! Owns the order of things on it and their time. An answer that cannot be sent whole ends in a reset, so that nobody takes
//! its beginning for all of it.

use bytes::BytesMut;
use futures_util::future::poll_immediate;
use futures_util::{FutureExt as _, StreamExt as _};
use http::header::ALT_SVC;
use http::{HeaderValue, Method, StatusCode, request};
use std::cell::RefCell;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use stdx::clock::Clock;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::date::Date;
use crate::head::{self, BodyLength, Head, Refused, Scan};
use crate::path::Looks;
use crate::request_body::{Content, Http1Body};
use crate::respond::{self, Persistence};
use crate::serve::{Server, stopped};
use crate::wire::Wire;
use crate::{Answer, Body, Done, Handler, Peer, Piece, Pieces, RequestBody};

/// Time for a client to take the last answer and close; then the connection is forgotten (RFC 9112, 9.6).
const LINGER: Duration = Duration::from_secs(2);

/// Bytes that are read and thrown away meanwhile.
const LINGER_BYTES: usize = 256 << 10;

thread_local! {
    static DATE: RefCell<Date> = RefCell::default();
}

/// Calls `with` with the date as answers have it.
pub(crate) fn with_date(clock: &dyn Clock, with: impl FnOnce(&str)) {
    DATE.with_borrow_mut(|date| with(date.now(clock)));
}

const TOO_SLOW: Refused =
    Refused { status: StatusCode::REQUEST_TIMEOUT, why: "the request took too long to come" };

/// A connection.
pub(crate) struct Connection<H> {
    wire: Wire,
    peer: Peer,
    server: Arc<Server<H>>,
    /// Where else the client may ask (RFC 7838).
    alternative: Option<HeaderValue>,
    stop: watch::Receiver<bool>,
    state: State,
}

/// What happens on a connection.
#[derive(Default)]
struct State {
    /// What came and was not looked at yet.
    inbox: BytesMut,
    scan: Scan,
    /// Requests that were answered.
    answered: u64,
    looks: Looks,
    /// Room for heads of answers.
    head: Vec<u8>,
    sending: Option<Sending>,
}

/// An answer that is being sent.
struct Sending {
    done: Option<Done>,
    /// [`Wire::out`] where the body begins.
    body_from: u64,
}

/// What came next.
enum Next {
    Head(Box<Head>),
    Refused(Refused),
    End,
}

impl<H: Handler> Connection<H> {
    pub(crate) fn new(
        wire: Wire,
        peer: Peer,
        server: Arc<Server<H>>,
        alternative: Option<HeaderValue>,
    ) -> Connection<H> {
        let stop = server.stop.clone();
        Connection { wire, peer, server, alternative, stop, state: State::default() }
    }

    /// Answers until the client, its limits or the server's stop end it.
    pub(crate) async fn run(mut self) {
        if let Err(error) = self.exchanges().await {
            tracing::debug!(%error, peer = %self.peer.address, "a connection ended early");
        }
    }

    async fn exchanges(&mut self) -> io::Result<()> {
        loop {
            let stays = match self.next().await? {
                Next::Head(head) => self.exchange(*head).await?,
                Next::Refused(refused) => {
                    self.send(respond::refusal(refused), &Method::GET, Persistence::Closes).await?;
                    false
                }
                // Whoever left does not hear it any more.
                Next::End => return self.wire.finish().await,
            };
            if !stays {
                return self.linger().await;
            }
        }
    }

    /// The next head, in time.
    async fn next(&mut self) -> io::Result<Next> {
        if self.state.inbox.is_empty() {
            self.wire.flush().await?;
            if !self.comes().await? {
                return Ok(Next::End);
            }
        }
        match timeout(self.server.options.limits.head, self.rest_of_head()).await {
            Ok(next) => next,
            Err(_) => Ok(Next::Refused(TOO_SLOW)),
        }
    }

    /// Waits for the first bytes of a request; false where there will be none.
    async fn comes(&mut self) -> io::Result<bool> {
        let limits = &self.server.options.limits;
        let patience = if self.state.answered == 0 { limits.head } else { limits.idle };
        tokio::select! {
            biased;
            read = timeout(patience, self.wire.read(&mut self.state.inbox)) => match read {
                Ok(read) => Ok(read? > 0),
                Err(_) => Ok(false),
            },
            () = stopped(&mut self.stop) => Ok(false),
        }
    }

    async fn rest_of_head(&mut self) -> io::Result<Next> {
        let State { inbox, scan, .. } = &mut self.state;
        loop {
            match scan.find(inbox, &self.server.options.limits) {
                Ok(Some((begin, end))) => {
                    *scan = Scan::default();
                    let head = inbox.split_to(end).freeze().slice(begin..);
                    return Ok(match head::parse(&head, &self.server.options.limits) {
                        Ok(head) => Next::Head(Box::new(head)),
                        Err(refused) => Next::Refused(refused),
                    });
                }
                Ok(None) => {
                    self.wire.flush().await?;
                    if self.wire.read(inbox).await? == 0 {
                        return Ok(Next::End);
                    }
                }
                Err(refused) => return Ok(Next::Refused(refused)),
            }
        }
    }

    /// Has a request answered; tells whether the connection stays.
    async fn exchange(&mut self, head: Head) -> io::Result<bool> {
        self.state.answered += 1;
        self.peer.path = self.state.looks.look(self.wire.stream(), self.wire.out());
        let Head { request, body, close, expects_continue } = head;
        let (method, version) = (request.method.clone(), request.version);
        let server = self.server.clone();
        let (answer, is_read) = match body {
            BodyLength::Bytes(0) => {
                let mut answering = pin!(server.handler.answer(request, self.peer));
                let answer = match poll_immediate(&mut answering).await {
                    Some(answer) => answer,
                    None => {
                        self.wire.flush().await?;
                        answering.await
                    }
                };
                (answer, true)
            }
            // Rare, and no room for it is kept in every connection.
            body => Box::pin(self.answered_with(request, body, expects_continue)).await?,
        };
        let is_last = self.state.answered >= self.server.options.limits.requests
            || *self.stop.borrow()
            || self.wire.is_worn();
        let persistence = Persistence::of(version, close || !is_read || is_last);
        self.send(answer, &method, persistence).await?;
        Ok(persistence != Persistence::Closes)
    }

    /// The answer to a request with a body, and whether all of that came.
    async fn answered_with(
        &mut self,
        request: request::Parts,
        length: BodyLength,
        expects_continue: bool,
    ) -> io::Result<(Answer, bool)> {
        // Answers to those before it do not wait for it.
        self.wire.flush().await?;
        let said = match length {
            BodyLength::Bytes(bytes) => Some(bytes),
            BodyLength::Chunked => None,
        };
        let server = &*self.server;
        let content = Http1Body::new(&mut self.wire, &mut self.state.inbox, length.into(), expects_continue);
        let content = Content::Http1(content);
        let mut body = RequestBody::new(content, said, &server.options.limits, &server.room);
        let answer = server.handler.answer_with(request, &mut body, self.peer).await;
        Ok((answer, body.is_over()))
    }

    async fn send(&mut self, answer: Answer, method: &Method, persistence: Persistence) -> io::Result<()> {
        let (mut answer, length) = respond::settled(answer, method);
        answer.headers.extend(self.alternative.clone().map(|alternative| (ALT_SVC, alternative)));
        let mut head = std::mem::take(&mut self.state.head);
        head.clear();
        with_date(&*self.server.options.clock, |date| {
            respond::write_head(&mut head, &answer, date, persistence)
        });
        if !self.state.inbox.is_empty() {
            self.wire.gather();
        }
        let body_from = self.wire.out() + head.len() as u64;
        self.state.sending = Some(Sending { done: answer.done, body_from });
        self.wire.write(&head).await?;
        self.state.head = head;
        match answer.body {
            Body::Empty => {}
            Body::Bytes(bytes) => self.wire.write(&bytes).await?,
            Body::File(part) => self.wire.write_file(&part).await?,
            Body::Pieces(pieces) => self.send_pieces(pieces, length).await?,
        }
        self.wire.end(!self.state.inbox.is_empty()).await?;
        self.settle();
        Ok(())
    }

    async fn send_pieces(&mut self, mut pieces: Pieces, length: u64) -> io::Result<()> {
        let mut left = length;
        loop {
            let next = match pieces.next().now_or_never() {
                Some(next) => next,
                None => {
                    // Nobody knows how long the next takes; what there is goes ahead.
                    self.wire.flush().await?;
                    pieces.next().await
                }
            };
            let Some(piece) = next.transpose()? else { break };
            left = left
                .checked_sub(piece.length())
                .filter(|_| piece.length() > 0)
                .ok_or_else(|| io::Error::other("an answer's pieces are more than its length"))?;
            match piece {
                Piece::Memory(bytes) => self.wire.write(&bytes).await?,
                Piece::File(part) => self.wire.write_file(&part).await?,
            }
        }
        match left {
            0 => Ok(()),
            _ => Err(io::Error::other(format!("an answer's pieces end {left} bytes too early"))),
        }
    }

    /// Ends an answer: whole, or as far as it came.
    fn settle(&mut self) {
        settle(self.state.sending.take(), self.wire.out());
    }

    /// Says that this was all, and gives the client time to see it before what it still sends is refused.
    async fn linger(&mut self) -> io::Result<()> {
        self.wire.flush().await?;
        self.wire.finish().await?;
        let (inbox, wire) = (&mut self.state.inbox, &mut self.wire);
        let rest = async {
            let mut bytes = 0;
            while bytes < LINGER_BYTES {
                inbox.clear();
                match wire.read(inbox).await {
                    Ok(1..) => bytes += inbox.len(),
                    _ => break,
                }
            }
        };
        // Whoever takes longer is reset by the kernel when more comes.
        let _ = timeout(LINGER, rest).await;
        Ok(())
    }
}

fn settle(sending: Option<Sending>, out: u64) {
    if let Some(Sending { done: Some(done), body_from }) = sending {
        done(out.saturating_sub(body_from));
    }
}

impl<H> Drop for Connection<H> {
    fn drop(&mut self) {
        if self.state.sending.is_some() {
            self.wire.reset();
            settle(self.state.sending.take(), self.wire.out());
        }
    }
}
