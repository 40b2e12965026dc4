//! What the one who starts the server decides: threads, the socket's behaviour, and what clients may cost.

use std::sync::Arc;
use std::time::Duration;
use stdx::clock::{Clock, SystemClock};

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads that serve, at least 1; best one a core.
    pub threads: usize,
    /// How the kernel paces what is sent (`cubic`, `bbr`); the system's way where it is not said.
    pub congestion: Option<String>,
    /// Whether the kernel is to encrypt what HTTP/1.1 over TLS sends, where it can ([`ktls::probe`](crate::ktls::probe)).
    /// Off by default: no machine was at hand to measure it on. A kernel before 6.14 takes no new keys, so that a client who asks
    /// for them in mid-connection (TLS's KeyUpdate) has to come anew.
    pub kernel_tls: bool,
    /// What clients may cost.
    pub limits: Limits,
    /// Says what time it is, for `Date`.
    pub clock: Arc<dyn Clock>,
}

impl Default for Options {
    fn default() -> Options {
        let (limits, clock) = (Limits::default(), Arc::new(SystemClock::new()));
        Options { threads: 1, congestion: None, kernel_tls: false, limits, clock }
    }
}

/// What clients may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once. The next waits to be taken until one ends.
    pub connections: usize,
    /// Connections at once from one address (IPv6: one network of 64 bits). Further ones are closed.
    pub connections_of_client: usize,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Bytes of a request's target.
    pub target_bytes: usize,
    /// Header fields of a request.
    pub headers: usize,
    /// Bytes of a request's body that nobody reads and that is thrown away; of a longer one the connection is closed, or its stream
    /// reset.
    pub body_bytes: u64,
    /// Bytes of all bodies that handlers have had read and are at work on.
    pub bodies_bytes: usize,
    /// Requests on one connection; with the last answer it is closed.
    pub requests: u64,
    /// Time for a request's head from its first byte, for its body, and before all that for a handshake.
    pub head: Duration,
    /// Time in which no byte comes of a body that is read.
    pub body_stall: Duration,
    /// Time to say nothing between two requests.
    pub idle: Duration,
    /// Time to take nothing of what is sent.
    pub stall: Duration,
    /// Time for what is in progress to end after the signal to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 65_536,
            // Homes behind one address of a mobile network are many; a machine that attacks opens more.
            connections_of_client: 4096,
            // Several times what browsers send with a token and all that is known of the client.
            head_bytes: 64 << 10,
            // What other servers allow, and several times a signed address.
            target_bytes: 8 << 10,
            headers: 100,
            // Requests with such bodies are answered with an error; a longer one is not worth the wait.
            body_bytes: 64 << 10,
            // A thousand as long as any that is taken. Who lets them wait has the memory for no longer than `head`.
            bodies_bytes: 64 << 20,
            // None that a player reaches; memory that one connection spoils is given back in the end.
            requests: 1 << 20,
            head: Duration::from_secs(30),
            // Longer than a connection takes to send a lost packet again, and again.
            body_stall: Duration::from_secs(10),
            // Players ask every few seconds; a full buffer of some make it a minute.
            idle: Duration::from_secs(75),
            // Longer than a network is gone when a train is in a tunnel.
            stall: Duration::from_secs(120),
            // A segment takes well under a second, and a process manager kills after 10 s at the earliest.
            drain: Duration::from_secs(5),
        }
    }
}
