//! What a cache keeps: which slices are let in, and which make room for them.
//!
//! Owns the decision for every request, by whichever [`Policy`]. Does no IO and reads no clock: requests bring their time.
//! Slices are pieces of objects, of at most some bytes each, in their order; what is in them is nobody's business here.

mod demand;
mod density;
mod duel;
mod foresight;
mod hash;
mod residents;
mod s3fifo;
mod spans;
mod walks;

pub use foresight::Foresight;
pub use s3fifo::S3Fifo;

/// A piece of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slice {
    /// A hash of the object's key.
    pub object: u64,
    /// Its place among the object's slices, from 0.
    pub index: u32,
}

/// A request for one slice, as far as a cache cares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    /// What is asked for.
    pub slice: Slice,
    /// Its size, at least 1.
    pub bytes: u32,
    /// A hash of what objects that belong together have in common: the key's folder.
    pub group: u64,
    /// A hash of what tells objects of a group apart: the key's last part.
    pub name: u64,
    /// Who asks, where that is known: a hash of the session or, failing that, of the connection.
    pub walker: Option<u64>,
    /// When, in milliseconds of any clock that never goes back.
    pub at_ms: u64,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The slice is kept already.
    Hit,
    /// It is to be fetched, and kept.
    Admitted,
    /// It is to be fetched and handed on, but not kept: what is there is worth more.
    Passed,
}

/// Decides what a cache of a fixed capacity keeps.
pub trait Policy {
    /// Takes a request in. Slices that make room for it are appended to `evicted`; after that the cache holds at most
    /// its capacity. A slice larger than the capacity is passed.
    fn request(&mut self, request: &Request, evicted: &mut Vec<Slice>) -> Outcome;

    /// Drops a slice that is kept no more for other reasons: purged, or found damaged.
    fn forget(&mut self, slice: Slice);

    /// Bytes of all slices that are kept.
    fn used_bytes(&self) -> u64;
}

#[cfg(test)]
mod tests;
