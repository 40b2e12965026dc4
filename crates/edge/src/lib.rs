//! The edge: serves objects of the store over HTTP.
//!
//! Owns the way from a request to a response, past a guard where there is one. Knows bytes, ranges, freshness and keys; never codecs, manifests or
//! titles. Does not listen: it is a service, for whoever listens.

mod access_log;
mod content_type;
mod guard;
mod multipart;
mod path;
mod respond;
mod response;
mod service;

pub use guard::Guard;
pub use response::Body;
pub use service::Edge;
