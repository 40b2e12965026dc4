//! Revocations: sessions and devices whose tokens are worth nothing any more.

use sqlx::AnyConnection;

use crate::{Db, Error, Result};

/// Most revocations that one call returns.
pub const REVOCATIONS_MAX: i64 = 1000;

/// A session or a device that gets nothing for some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The session, or the device's fingerprint.
    pub subject: String,
    /// Since when, in milliseconds since 1970 (UTC).
    pub revoked_ms: i64,
    /// Until when, in milliseconds since 1970 (UTC).
    pub until_ms: i64,
}

impl Db {
    /// Revokes a session or a device, and frees the session's place. One that is revoked already stays so for the longer of
    /// both times. Those that are over are forgotten.
    pub async fn revoke(&self, revocation: &Revocation) -> Result<()> {
        let doing = || Error::database("revoke tokens");
        let Revocation { subject, revoked_ms, until_ms } = revocation;
        let mut transaction = self.begin_writing().await.map_err(doing())?;
        let past = sqlx::query("DELETE FROM revocations WHERE until_ms <= $1").bind(revoked_ms);
        past.execute(&mut *transaction).await.map_err(doing())?;
        let insert = sqlx::query(
            "INSERT INTO revocations (subject, revoked_ms, until_ms) VALUES ($1, $2, $3)
             ON CONFLICT (subject) DO UPDATE SET until_ms = CASE
                 WHEN revocations.until_ms < excluded.until_ms THEN excluded.until_ms ELSE revocations.until_ms END",
        );
        let insert = insert.bind(subject).bind(revoked_ms).bind(until_ms);
        insert.execute(&mut *transaction).await.map_err(doing())?;
        let place = sqlx::query("DELETE FROM streams WHERE session = $1").bind(subject);
        place.execute(&mut *transaction).await.map_err(doing())?;
        transaction.commit().await.map_err(doing())
    }

    /// Takes a revocation back; says whether there was one.
    pub async fn restore(&self, subject: &str) -> Result<bool> {
        let query = sqlx::query("DELETE FROM revocations WHERE subject = $1").bind(subject);
        let done = query.execute(self.pool()).await.map_err(Error::database("restore tokens"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Whether the session or device `subject` is revoked.
    pub async fn is_revoked(&self, subject: &str, now_ms: i64) -> Result<bool> {
        let doing = Error::database("look for a revocation");
        let mut connection = match self.pool().acquire().await {
            Ok(connection) => connection,
            Err(error) => return Err(doing(error)),
        };
        is_any_revoked(&mut connection, [subject, subject], now_ms).await.map_err(doing)
    }

    /// What is revoked, the newest first. At most [`REVOCATIONS_MAX`].
    pub async fn list_revocations(&self, now_ms: i64) -> Result<Vec<Revocation>> {
        let query = sqlx::query_as(
            "SELECT subject, revoked_ms, until_ms FROM revocations WHERE until_ms > $1
             ORDER BY revoked_ms DESC, subject LIMIT $2",
        );
        let rows: Vec<(String, i64, i64)> = query
            .bind(now_ms)
            .bind(REVOCATIONS_MAX)
            .fetch_all(self.pool())
            .await
            .map_err(Error::database("list revocations"))?;
        let revocation = |(subject, revoked_ms, until_ms)| Revocation { subject, revoked_ms, until_ms };
        Ok(rows.into_iter().map(revocation).collect())
    }
}

/// Whether one of `subjects` is revoked.
pub(crate) async fn is_any_revoked(
    connection: &mut AnyConnection,
    subjects: [&str; 2],
    now_ms: i64,
) -> sqlx::Result<bool> {
    let query = sqlx::query_scalar(
        "SELECT COUNT(*) FROM revocations WHERE (subject = $1 OR subject = $2) AND until_ms > $3",
    );
    let found: i64 = query.bind(subjects[0]).bind(subjects[1]).bind(now_ms).fetch_one(connection).await?;
    Ok(found > 0)
}
