//! Common Encryption (ISO/IEC 23001-7:2023): samples encrypted under content keys.

mod key;

pub use key::Key;
