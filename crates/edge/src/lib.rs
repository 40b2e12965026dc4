//! The edge: serves objects over HTTP, from a store or from what it keeps of other edges'.
//!
//! Owns the way from a request to an answer, past a guard where there is one. Knows bytes, ranges, freshness and keys; never
//! codecs, manifests or titles. Does not listen: `listen` does, or whoever else calls it as a service.

mod access_log;
mod admin;
mod asked;
mod content_type;
mod guard;
mod multipart;
mod path;
mod respond;
mod response;
mod seal;
mod service;
pub mod source;
pub mod tier;

pub use admin::Admin;
pub use guard::Guard;
pub use service::Edge;
pub use source::{Origin, Source};
pub use tier::Tier;
