//! What can go wrong in the database.

use media::Digest;
use title::TitleId;

/// The database's answer.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not answer, or refused.
    #[error("cannot {doing}")]
    Database {
        /// What was being done, such as `publish a release`.
        doing: String,
        /// How it failed.
        source: sqlx::Error,
    },
    /// The path of a database file cannot be used.
    #[error("cannot use {path} as a database file")]
    Path {
        /// The path.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A newer version of this program has changed the schema.
    #[error("the database has schema {found}, this program knows {known}: use a newer version of it")]
    NewerSchema {
        /// Number of the last migration in the database.
        found: i64,
        /// Number of the last migration in this program.
        known: i64,
    },
    /// The master belongs to another title already.
    #[error("master {} is title {taken_by} already and cannot be {wanted} as well", master.short(12))]
    MasterTaken {
        /// The master.
        master: Digest,
        /// Its title.
        taken_by: TitleId,
        /// The title that was asked for.
        wanted: TitleId,
    },
    /// The title was made from another master.
    #[error("title {title} was made from another master, {}", master.short(12))]
    TitleTaken {
        /// The title.
        title: TitleId,
        /// Its master.
        master: Digest,
    },
    /// The master key was retired: somebody rotated it meanwhile.
    #[error("master key {0} is retired: seal with the one that followed it")]
    MasterKeyRetired(String),
    /// A row does not hold what it should.
    #[error("the database is damaged: {what} is unreadable ({reason})")]
    Damaged {
        /// Which value.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// For `map_err`: the database failed to do `doing`.
    pub(crate) fn database(doing: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Error {
        let doing = doing.into();
        move |source| Error::Database { doing, source }
    }

    /// For `map_err`: the value `what` of a row is unreadable.
    pub(crate) fn damaged<E: std::fmt::Display>(what: impl Into<String>) -> impl FnOnce(E) -> Error {
        let what = what.into();
        move |reason| Error::Damaged { what, reason: reason.to_string() }
    }
}
