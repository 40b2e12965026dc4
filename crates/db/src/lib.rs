//! The relational truth: titles, their releases, and runs of preparation.
//!
//! Owns the schema (`migrations/`) and every query, one file a noun. Decides nothing and reads no clock: times are
//! arguments. Queries keep to SQL and types that SQLite and PostgreSQL share (`$1` placeholders, TEXT, BIGINT,
//! DOUBLE PRECISION, upserts), so that which of them it is stays a line of configuration.

mod database;
mod error;
mod migrations;
mod preparations;
mod releases;
mod titles;

pub use database::Db;
pub use error::{Error, Result};
pub use preparations::{Outcome, PREPARATIONS_MAX, Preparation, PreparationId, State};
pub use releases::{Listing, RELEASES_MAX};

#[cfg(test)]
mod conformance;
