//! Keys: makes content keys, keeps them sealed, and hands them to who may have them.
//!
//! Owns envelope encryption: the database holds content keys only as ciphertext (AES-256-GCM, NIST SP 800-38D), under a
//! master key that is elsewhere: in a file, in the environment, or with whoever implements [`Kms`]. Every use is noted
//! in the database before a key is handed out. Owns too how keys travel to a licence service and back ([`delivery`]).
//! Does not decide who may have a key (`playback`), and encrypts no media (`cmaf`).

pub mod delivery;
mod error;
pub mod exchange;
mod kms;
mod local;
mod random;
mod ring;
mod rotation;
mod store;

pub use db::{KeyPurpose, KeyUse, Sealed, UseKind};
pub use error::{Error, Result};
pub use kms::{Kms, Plain};
pub use local::LocalKms;
pub use random::random;
pub use rotation::Rotation;
pub use store::{KeyStore, TitleKey, Use};
