//! HTTP caching, decided: which bytes a request asks for, whether the client has them already, how long it may keep
//! them, and whether it may have them at all.
//!
//! Owns the rules of RFC 9110 sections 13 and 14, our `Cache-Control` values and access tokens. Does no IO, and knows neither what
//! the bytes are nor where they come from.

pub mod access;
pub mod conditional;
pub mod freshness;
pub mod range;
