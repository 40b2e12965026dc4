//! Made-up worlds in which parts of the product are judged, the same for the same seed.
//!
//! Owns traces of requests to an edge, and the judge of caches. Does no IO and reads no clock.

pub mod belady;
pub mod judge;
pub mod lru;
mod random;
pub mod strangers;
pub mod vod;
