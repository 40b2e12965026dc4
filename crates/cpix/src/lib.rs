//! CPIX: the XML document by which packagers and licence services tell each other content keys.
//!
//! Pure. Owns reading and writing of CPIX 2.3 (DASH-IF "Content Protection Information Exchange Format", ETSI TS 104
//! 002), with key data as PSKC has it (RFC 6030), and which [`TrackClass`](media::protection::TrackClass) a usage rule
//! means. Encrypts and decrypts nothing: keys in a document are plain or ciphertext, as they stand there; see `keys` for
//! both. Checks no XML signature.
//!
//! Everything read is untrusted: size, depth and number of elements are bounded, and a document with a document type is
//! refused, so that no entity can be declared.

mod document;
mod error;
mod read;
mod rule;
mod write;
mod xml;

pub use document::{ContentKey, Delivery, Document, Encrypted, Period, Secret, System};
pub use error::Error;
pub use read::{BYTES_MAX, read};
pub use rule::{Filter, Rule};
pub use write::write;

#[cfg(test)]
mod tests;
