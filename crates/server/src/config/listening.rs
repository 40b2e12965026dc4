//! Where a server listens, and what it shows there.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Settings of whatever takes viewers' connections.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Listening {
    /// The table that they stand in: `serve` or `edge`.
    pub table: &'static str,
    pub listen: Vec<SocketAddr>,
    pub tls_listen: Vec<SocketAddr>,
    pub certificates: Vec<PathBuf>,
    pub certificate_keys: Vec<PathBuf>,
    pub http3: bool,
}

impl Listening {
    /// On this machine alone, at `port`, without TLS.
    pub(super) fn local(table: &'static str, port: u16) -> Listening {
        Listening {
            table,
            listen: vec![SocketAddr::from(([127, 0, 0, 1], port))],
            tls_listen: Vec::new(),
            certificates: Vec::new(),
            certificate_keys: Vec::new(),
            http3: true,
        }
    }
}
