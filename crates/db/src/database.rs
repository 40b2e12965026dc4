//! The connection: opening, limits, and transactions.

use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Transaction};

use crate::{Error, Result, migrations};

/// Most connections of one process. Queries are short; SQLite has one writer at a time anyway.
const CONNECTIONS_MAX: u32 = 8;

/// Longest wait for a connection before a request is told that the database is overloaded.
const CONNECTION_WAIT_MAX: Duration = Duration::from_secs(10);

/// Added to the name of a SQLite file: the file whose lock says that somebody is opening the database.
const OPENING_SUFFIX: &str = "-opening";

/// What every SQLite connection is told first. Writers of several processes wait for each other, for at most 10 s:
/// a transaction here takes milliseconds. In WAL mode readers never wait. A commit is on the disk (FULL) when it
/// returns, because it may name files that are.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 10000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;";

/// The database.
#[derive(Debug, Clone)]
pub struct Db {
    pool: AnyPool,
    dialect: Dialect,
}

/// What differs between databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Sqlite,
    Other,
}

impl Db {
    /// The SQLite database in the file `path`, which is made where there is none, with the current schema.
    pub async fn open_file(path: &Path) -> Result<Db> {
        let unusable = |source| Error::Path { path: path.display().to_string(), source };
        let absolute = std::path::absolute(path).map_err(unusable)?;
        if let Some(folder) = absolute.parent() {
            tokio::fs::create_dir_all(folder).await.map_err(unusable)?;
        }
        let _turn = take_turn(&absolute).await.map_err(unusable)?;
        Db::open(&format!("sqlite://{}", percent_encoded(&absolute))).await
    }

    /// The database at `url` (`sqlite:///data/matinee.sqlite`), brought to the current schema. A SQLite file is made where
    /// there is none.
    pub async fn open(url: &str) -> Result<Db> {
        install_default_drivers();
        let dialect = if url.starts_with("sqlite:") { Dialect::Sqlite } else { Dialect::Other };
        let url = &match dialect {
            Dialect::Sqlite if !url.contains('?') => format!("{url}?mode=rwc"),
            _ => url.to_owned(),
        };
        let doing = || Error::database(format!("open the database {}", without_password(url)));
        try_connection(url, dialect).await.map_err(doing())?;
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(CONNECTION_WAIT_MAX)
            .after_connect(move |connection, _| Box::pin(settle(connection, dialect)))
            .connect_lazy(url)
            .map_err(doing())?;
        let db = Db { pool, dialect };
        migrations::run(&db).await?;
        Ok(db)
    }

    /// Closes all connections, so that SQLite folds its log into the file. Other clones must not be used after it.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Fails where the database does not answer.
    pub async fn ping(&self) -> Result<()> {
        let answer = sqlx::query("SELECT 1").execute(&self.pool).await;
        answer.map(drop).map_err(Error::database("reach the database"))
    }

    pub(crate) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// A transaction that will write. In SQLite it takes the writer's place at once, because one that has read
    /// before it writes would otherwise fail, not wait, where somebody else has written meanwhile.
    pub(crate) async fn begin_writing(&self) -> sqlx::Result<Transaction<'static, Any>> {
        match self.dialect {
            Dialect::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await,
            Dialect::Other => self.pool.begin().await,
        }
    }
}

/// Waits until nobody else, in this process or another, is opening the database file `path`; the turn ends when the
/// answer is dropped. A new file is switched to WAL mode when it is first opened, and SQLite lets one connection do
/// that: the others fail at once where they read the file at that moment, whatever their `busy_timeout`.
async fn take_turn(path: &Path) -> std::io::Result<std::fs::File> {
    let mut name = path.as_os_str().to_owned();
    name.push(OPENING_SUFFIX);
    let turn = move || {
        let file = std::fs::File::options().create(true).append(true).open(name)?;
        file.lock()?;
        Ok(file)
    };
    tokio::task::spawn_blocking(turn).await.map_err(std::io::Error::other)?
}

/// Fails with the reason where connections cannot be made; a pool would keep trying and say that time ran out.
async fn try_connection(url: &str, dialect: Dialect) -> sqlx::Result<()> {
    let mut connection = AnyConnection::connect(url).await?;
    settle(&mut connection, dialect).await?;
    connection.close().await
}

async fn settle(connection: &mut AnyConnection, dialect: Dialect) -> sqlx::Result<()> {
    if dialect == Dialect::Sqlite {
        connection.execute(sqlx::raw_sql(SQLITE_SETTINGS)).await?;
    }
    Ok(())
}

/// `path` as the path of a URL: what could be taken for syntax is escaped.
fn percent_encoded(path: &Path) -> String {
    let mut text = String::new();
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// `url` without what stands before the host: it may be a password.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) if scheme != "sqlite" => format!("{scheme}://{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            ("postgres://matinee:s3cr@t@db.example:5432/matinee", "postgres://db.example:5432/matinee"),
            ("postgres://db.example/matinee", "postgres://db.example/matinee"),
            ("sqlite:///data/a@b.sqlite", "sqlite:///data/a@b.sqlite"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }

    #[tokio::test]
    async fn any_file_name_is_taken_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new folder/50%20 ä?mode=ro#1 @.sqlite");
        Db::open_file(&path).await.unwrap().close().await;
        assert!(path.is_file());
    }

    /// More than a machine has processes that would open a database at once.
    const OPENERS: usize = 24;

    #[tokio::test(flavor = "multi_thread", worker_threads = 8)]
    async fn many_may_open_a_new_database_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db.sqlite");
        let opening: Vec<_> = (0..OPENERS)
            .map(|_| {
                let path = path.clone();
                tokio::spawn(async move { Db::open_file(&path).await.map(drop) })
            })
            .collect();
        for opened in opening {
            opened.await.unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn what_is_no_database_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text.sqlite");
        std::fs::write(&path, "not a database, but long enough to have a header".repeat(100)).unwrap();
        let error = Db::open_file(&path).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(
            error.to_string().contains("text.sqlite") && source.contains("not a database"),
            "{error}: {source}"
        );
    }
}
