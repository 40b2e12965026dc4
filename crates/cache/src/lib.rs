//! HTTP caching, decided: which bytes a request asks for, whether the client has them already, and how long it may
//! keep them.
//!
//! Owns the rules of RFC 9110 sections 13 and 14 and our `Cache-Control` values. Does no IO, and knows neither what
//! the bytes are nor where they come from.

pub mod conditional;
pub mod freshness;
pub mod range;
