//! The object store: bytes under keys, written once.
//!
//! Owns keys, the [`Store`] trait, its implementations and content digests. Knows nothing of what the bytes mean,
//! of HTTP, or of who may read them.
//!
//! Contract, checked by `conformance::check` on every implementation:
//! - a key is written once: the same bytes again are fine, other bytes are [`Error::Conflict`];
//! - an object is there whole or not at all, also after a crash: who sees it sees all of its bytes;
//! - a key is never also a folder of other keys (callers see to that; a directory cannot hold both).

mod error;
mod key;
mod object;
pub mod digest;
pub mod local;
pub mod memory;

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
#[cfg(any(test, feature = "testing"))]
pub mod faulty;

pub use error::{Error, Result};
pub use key::{KEY_BYTES_MAX, Key, NotAKey, SEGMENT_BYTES_MAX};
pub use local::Local;
pub use media::ByteRange;
pub use memory::Memory;
pub use object::{ByteStream, CHUNK_BYTES, GET_BYTES_MAX, LIST_KEYS_MAX, Meta, Store};
