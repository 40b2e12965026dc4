//! What can go wrong between two servers.

use std::time::Duration;

/// The client's answer.
pub type Result<T> = std::result::Result<T, Error>;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A text is no address that can be asked.
    #[error("`{url}` is no http or https URL")]
    Address {
        /// The text.
        url: String,
    },
    /// A header cannot be sent.
    #[error("a request to {url} cannot be written: {source}")]
    Request {
        /// Where to.
        url: String,
        /// Why not.
        source: hyper::http::Error,
    },
    /// Nobody listens there, or the name is unknown.
    #[error("connecting to {authority}: {source}")]
    Connect {
        /// Host and port.
        authority: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The server does not prove who it is, or speaks no TLS.
    #[error("speaking TLS with {authority}: {source} (setting tls.roots adds certificates that are trusted)")]
    Tls {
        /// Host and port.
        authority: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The exchange broke off.
    #[error("asking {url}: {source}")]
    Exchange {
        /// What was asked.
        url: String,
        /// How it broke off.
        source: hyper::Error,
    },
    /// It took too long.
    #[error("{url} has not answered within {limit:?}")]
    Late {
        /// What was asked.
        url: String,
        /// The limit.
        limit: Duration,
    },
    /// The answer is too long.
    #[error("the answer of {url} has more than the {bytes_max} bytes that are read")]
    TooLong {
        /// What was asked.
        url: String,
        /// The limit.
        bytes_max: usize,
    },
    /// The answer's body could not be read.
    #[error("reading the answer of {url}: {reason}")]
    Body {
        /// What was asked.
        url: String,
        /// Why not.
        reason: String,
    },
    /// It is elsewhere, again and again.
    #[error("{url} leads on by more than {redirects_max} redirections")]
    Redirects {
        /// What was asked first.
        url: String,
        /// The limit.
        redirects_max: usize,
    },
    /// It is where nothing is asked: no http, or from https to http.
    #[error("{url} redirects to `{location}`, which is not asked")]
    Elsewhere {
        /// What was asked.
        url: String,
        /// Where it should be.
        location: String,
    },
    /// A file of certificates has none that can be trusted.
    #[error("{what} holds no certificate (X.509 in PEM) that can be trusted: {reason}")]
    Certificates {
        /// Which text.
        what: String,
        /// What is wrong.
        reason: String,
    },
}
