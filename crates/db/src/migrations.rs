//! Migrations: bringing a database to the schema of this program.
//!
//! A runner of our own: sqlx's takes no lock on SQLite, so that two processes opening a new database would trip over
//! each other, and pulls in its macros. This one does everything in one writing transaction, or nothing.

use sqlx::Executor;

use crate::{Db, Error, Result};

/// The migrations in order; number `n` is the `n`th. Published ones never change: mistakes are mended by the next.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_catalogue.sql"),
    include_str!("../migrations/0002_keys.sql"),
    include_str!("../migrations/0003_shared_keys.sql"),
    include_str!("../migrations/0004_revocations.sql"),
    include_str!("../migrations/0005_ends.sql"),
];

/// Runs the migrations that the database has not had.
pub(crate) async fn run(db: &Db) -> Result<()> {
    run_all(db, MIGRATIONS).await
}

async fn run_all(db: &Db, migrations: &[&'static str]) -> Result<()> {
    let doing = || Error::database("bring the database to the current schema");
    let known = migrations.len() as i64;
    let mut transaction = db.begin_writing().await.map_err(doing())?;
    let create = "CREATE TABLE IF NOT EXISTS migrations (number BIGINT NOT NULL PRIMARY KEY)";
    transaction.execute(create).await.map_err(doing())?;
    let last = sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) FROM migrations");
    let found: i64 = last.fetch_one(&mut *transaction).await.map_err(doing())?;
    if found > known {
        return Err(Error::NewerSchema { found, known });
    }
    for number in found + 1..=known {
        transaction.execute(sqlx::raw_sql(migrations[number as usize - 1])).await.map_err(doing())?;
        let had = sqlx::query("INSERT INTO migrations (number) VALUES ($1)").bind(number);
        had.execute(&mut *transaction).await.map_err(doing())?;
    }
    transaction.commit().await.map_err(doing())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE first (n BIGINT)";
    const SECOND: &str = "CREATE TABLE second (n BIGINT); INSERT INTO second VALUES (2)";
    const BROKEN: &str = "CREATE TABLE third (n BIGINT); INSERT INTO nowhere VALUES (3)";

    #[tokio::test]
    async fn kept_keys_outlive_the_change_to_shared_ones() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_file(&folder.path().join("db.sqlite")).await.unwrap();
        // Back to the schema of number 2, with a key in it.
        let before = "DROP TABLE content_keys; DROP TABLE revocations; DROP INDEX spent_tokens_by_end;
            DROP INDEX streams_by_end; DELETE FROM migrations WHERE number > 2;
            CREATE TABLE content_keys (key_id TEXT NOT NULL PRIMARY KEY, title_id TEXT, class TEXT, scheme TEXT,
                period BIGINT, master_key TEXT, sealed TEXT, created_ms BIGINT);
            INSERT INTO content_keys VALUES ('01', 'film', 'sd', 'cenc', 0, 'one', 'sealed', 7)";
        db.pool().execute(sqlx::raw_sql(before)).await.unwrap();
        run(&db).await.unwrap();
        let kept: (String, String, i64) =
            sqlx::query_as("SELECT key_id, sealed, created_ms FROM content_keys")
                .fetch_one(db.pool())
                .await
                .unwrap();
        assert_eq!(kept, ("01".to_owned(), "sealed".to_owned(), 7));
    }

    #[tokio::test]
    async fn each_runs_once_and_a_failure_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_file(&folder.path().join("db.sqlite")).await.unwrap();
        let with = |more: &[&'static str]| [MIGRATIONS, more].concat();

        run_all(&db, &with(&[FIRST])).await.unwrap();
        run_all(&db, &with(&[FIRST, SECOND])).await.unwrap();
        run_all(&db, &with(&[FIRST, SECOND])).await.unwrap();
        let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM second").fetch_one(db.pool()).await.unwrap();
        assert_eq!(rows, 1);

        run_all(&db, &with(&[FIRST, SECOND, BROKEN])).await.unwrap_err();
        assert!(sqlx::query("SELECT n FROM third").fetch_optional(db.pool()).await.is_err());

        let error = run_all(&db, &with(&[FIRST])).await.unwrap_err();
        let known = MIGRATIONS.len() as i64 + 1;
        assert!(
            matches!(error, Error::NewerSchema { found, known: k } if found == known + 1 && k == known),
            "{error}"
        );
    }
}
