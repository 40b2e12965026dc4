//! Sealed secrets: ciphertext, with the name of the master key that opens it; and master keys that are retired.

use sqlx::AnyConnection;

use crate::{Db, Error, Result};

/// A secret that only the holder of a master key can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which master key opens it. A name, no secret.
    pub master_key: String,
    /// The ciphertext, as whoever sealed it writes it.
    pub text: String,
}

impl Db {
    /// Keeps the secret called `name`, unless there is one already; either way, returns the one that is kept.
    ///
    /// # Errors
    /// [`Error::MasterKeyRetired`] where the master key may not seal any more.
    pub async fn keep_secret(&self, name: &str, sealed: &Sealed, created_ms: i64) -> Result<Sealed> {
        let doing = || Error::database(format!("keep the secret {name}"));
        let mut transaction = self.begin_writing().await.map_err(doing())?;
        check_not_retired(&mut transaction, &sealed.master_key).await?;
        let insert = sqlx::query(
            "INSERT INTO secrets (name, master_key, sealed, created_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (name) DO NOTHING",
        );
        let insert = insert.bind(name).bind(&sealed.master_key).bind(&sealed.text).bind(created_ms);
        insert.execute(&mut *transaction).await.map_err(doing())?;
        transaction.commit().await.map_err(doing())?;
        self.secret(name).await?.ok_or(sqlx::Error::RowNotFound).map_err(doing())
    }

    /// The secret called `name`.
    pub async fn secret(&self, name: &str) -> Result<Option<Sealed>> {
        let query = sqlx::query_as("SELECT master_key, sealed FROM secrets WHERE name = $1").bind(name);
        let row: Option<(String, String)> = query
            .fetch_optional(self.pool())
            .await
            .map_err(Error::database(format!("look up the secret {name}")))?;
        Ok(row.map(|(master_key, text)| Sealed { master_key, text }))
    }

    /// Names of the secrets that another master key than `master_key` seals. There are few.
    pub async fn secrets_not_under(&self, master_key: &str) -> Result<Vec<String>> {
        let query = sqlx::query_scalar("SELECT name FROM secrets WHERE master_key <> $1 ORDER BY name");
        let names = query.bind(master_key).fetch_all(self.pool()).await;
        names.map_err(Error::database("list secrets by their master key"))
    }

    /// Replaces how the secret called `name` is sealed.
    pub async fn reseal_secret(&self, name: &str, sealed: &Sealed) -> Result<()> {
        let query = sqlx::query("UPDATE secrets SET master_key = $1, sealed = $2 WHERE name = $3");
        let query = query.bind(&sealed.master_key).bind(&sealed.text).bind(name);
        query.execute(self.pool()).await.map_err(Error::database(format!("seal the secret {name} anew")))?;
        Ok(())
    }

    /// Names of all master keys that seal something.
    pub async fn master_keys_in_use(&self) -> Result<Vec<String>> {
        let query = sqlx::query_scalar(
            "SELECT master_key FROM content_keys UNION SELECT master_key FROM secrets ORDER BY 1",
        );
        query.fetch_all(self.pool()).await.map_err(Error::database("list the master keys in use"))
    }

    /// Forbids to seal with `master_key` from now on, so that nothing is sealed with it after all was sealed anew.
    pub async fn retire_master_key(&self, master_key: &str, retired_ms: i64) -> Result<()> {
        let query = sqlx::query(
            "INSERT INTO retired_master_keys (master_key, retired_ms) VALUES ($1, $2)
             ON CONFLICT (master_key) DO NOTHING",
        );
        let query = query.bind(master_key).bind(retired_ms);
        query.execute(self.pool()).await.map_err(Error::database("retire a master key"))?;
        Ok(())
    }
}

/// Refuses where `master_key` is retired.
pub(crate) async fn check_not_retired(connection: &mut AnyConnection, master_key: &str) -> Result<()> {
    let query = sqlx::query_scalar("SELECT COUNT(*) FROM retired_master_keys WHERE master_key = $1");
    let found: i64 = query
        .bind(master_key)
        .fetch_one(connection)
        .await
        .map_err(Error::database("look up a retired master key"))?;
    if found > 0 { Err(Error::MasterKeyRetired(master_key.to_owned())) } else { Ok(()) }
}
