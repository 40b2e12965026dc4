//! The relational truth: titles, their releases, runs of preparation, sealed keys and who used them, playing sessions,
//! and revoked ones.
//!
//! Owns the schema (`migrations/`) and every query, one file a noun. Decides nothing and reads no clock: times are
//! arguments. Queries keep to SQL and types that SQLite and PostgreSQL share (`$1` placeholders, TEXT, BIGINT,
//! DOUBLE PRECISION, upserts), so that which of them it is stays a line of configuration.

mod content_keys;
mod database;
mod error;
mod key_uses;
mod migrations;
mod preparations;
mod releases;
mod revocations;
mod sealed;
mod streams;
mod titles;

pub use content_keys::{CONTENT_KEYS_MAX, KeyPurpose, SealedKey};
pub use database::Db;
pub use error::{Error, Result};
pub use key_uses::{KEY_USES_MAX, KeyUse, UseKind};
pub use preparations::{Outcome, PREPARATIONS_MAX, Preparation, PreparationId, State};
pub use releases::{Listing, RELEASES_MAX};
pub use revocations::{REVOCATIONS_MAX, Revocation};
pub use sealed::Sealed;
pub use streams::{Claim, Claimed, STREAMS_MAX, Stream};

#[cfg(test)]
mod conformance;
