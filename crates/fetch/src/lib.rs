//! Fetch: asks other servers over HTTP/1.1, in the clear or under TLS 1.2 and 1.3.
//!
//! Owns connections, certificates that are trusted, redirections and the limits of every exchange. Knows neither what is
//! asked nor what the answer means. Follows no proxy settings, keeps no cookies and unpacks no compression.
//! Addresses in errors have no query: it may hold a secret.

mod address;
mod client;
mod connection;
mod error;
mod flow;
mod request;
mod s3;
mod trust;

#[cfg(feature = "testing")]
pub mod testing;

pub use client::Client;
pub use error::{Error, Result};
pub use flow::{Flow, Pace};
pub use request::{Answer, Limits, Part, Request};
pub use s3::Signer;
pub use trust::Trust;
