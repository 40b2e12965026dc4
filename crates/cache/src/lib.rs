//! HTTP caching, decided: which bytes a request asks for, whether the client has them already, how long it may keep
//! them, whether it may have them at all; and what a cache keeps for the next one.
//!
//! Owns the rules of RFC 9110 sections 13 and 14, our `Cache-Control` values, access tokens, the form of what players
//! tell of themselves, and eviction. Does no IO, and knows neither what
//! the bytes are nor where they come from.

pub mod access;
pub mod blocks;
pub mod cmcd;
pub mod cmsd;
pub mod conditional;
pub mod eviction;
pub mod freshness;
pub mod misses;
pub mod parents;
pub mod range;
