//! Content keys as they are kept: sealed. What seals them is not known here.

use media::protection::{KeyId, Scheme, TrackClass};
use sqlx::AnyConnection;
use title::TitleId;

use crate::key_uses::{KeyUse, note_uses};
use crate::sealed::{Sealed, check_not_retired};
use crate::{Db, Error, Result};

/// Most content keys that one call returns: classes x schemes x periods of a title, or all that a rotation takes at a
/// time.
pub const CONTENT_KEYS_MAX: i64 = 1000;

/// What a content key is for. Each has one key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyPurpose {
    /// The title.
    pub title: TitleId,
    /// The tracks.
    pub class: TrackClass,
    /// The scheme.
    pub scheme: Scheme,
    /// Number of the key period, from 0.
    pub period: u32,
}

/// A content key, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// Its identifier. A key for several classes is kept once for each.
    pub id: KeyId,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// The key.
    pub sealed: Sealed,
}

impl Db {
    /// Keeps `key`, unless there is one for its purpose already; either way, returns the one that is kept.
    ///
    /// # Errors
    /// [`Error::MasterKeyRetired`] where the master key may not seal any more.
    pub async fn keep_content_key(&self, key: &SealedKey, created_ms: i64) -> Result<SealedKey> {
        let doing = || Error::database(format!("keep a content key of title {}", key.purpose.title));
        let mut transaction = self.begin_writing().await.map_err(doing())?;
        check_not_retired(&mut transaction, &key.sealed.master_key).await?;
        insert(&mut transaction, key, created_ms).await.map_err(doing())?;
        transaction.commit().await.map_err(doing())?;
        let kept = self.content_key_for(&key.purpose).await?;
        kept.ok_or(sqlx::Error::RowNotFound).map_err(doing())
    }

    /// Keeps `keys` and notes `uses`, all or nothing: nothing where a purpose has a key of another identifier already, or an
    /// identifier is another title's or scheme's; the purpose is then returned.
    ///
    /// # Errors
    /// [`Error::MasterKeyRetired`] where the master key may not seal any more.
    pub async fn import_content_keys(
        &self,
        keys: &[SealedKey],
        uses: &[KeyUse],
        created_ms: i64,
    ) -> Result<Option<KeyPurpose>> {
        let doing = || Error::database("import content keys");
        let mut transaction = self.begin_writing().await.map_err(doing())?;
        for key in keys {
            check_not_retired(&mut transaction, &key.sealed.master_key).await?;
            insert(&mut transaction, key, created_ms).await.map_err(doing())?;
            let KeyPurpose { title, class, scheme, period } = &key.purpose;
            let holder = sqlx::query_scalar(
                "SELECT key_id FROM content_keys WHERE title_id = $1 AND class = $2 AND scheme = $3 AND period = $4",
            );
            let holder =
                holder.bind(&title.0).bind(class.name()).bind(scheme.name()).bind(i64::from(*period));
            let holder: String = holder.fetch_one(&mut *transaction).await.map_err(doing())?;
            if holder != key.id.hex() || is_elsewhere(&mut transaction, key).await.map_err(doing())? {
                return Ok(Some(key.purpose.clone()));
            }
        }
        note_uses(&mut transaction, uses).await.map_err(doing())?;
        transaction.commit().await.map_err(doing())?;
        Ok(None)
    }

    /// The key for `purpose`.
    pub async fn content_key_for(&self, purpose: &KeyPurpose) -> Result<Option<SealedKey>> {
        let query = sqlx::query_as(
            "SELECT key_id, title_id, class, scheme, period, master_key, sealed FROM content_keys
             WHERE title_id = $1 AND class = $2 AND scheme = $3 AND period = $4",
        );
        let query = query.bind(&purpose.title.0).bind(purpose.class.name());
        let query = query.bind(purpose.scheme.name()).bind(i64::from(purpose.period));
        let row: Option<Row> =
            query.fetch_optional(self.pool()).await.map_err(Error::database("look up a content key"))?;
        row.map(sealed_key).transpose()
    }

    /// The key called `id`; where it is for several classes, with the first of them.
    pub async fn content_key(&self, id: KeyId) -> Result<Option<SealedKey>> {
        let query = sqlx::query_as(
            "SELECT key_id, title_id, class, scheme, period, master_key, sealed FROM content_keys
             WHERE key_id = $1 ORDER BY scheme, class, period LIMIT 1",
        );
        let row: Option<Row> = query
            .bind(id.hex())
            .fetch_optional(self.pool())
            .await
            .map_err(Error::database(format!("look up content key {id}")))?;
        row.map(sealed_key).transpose()
    }

    /// All keys of `title`, by scheme, class and period. At most [`CONTENT_KEYS_MAX`].
    pub async fn content_keys_of(&self, title: &TitleId) -> Result<Vec<SealedKey>> {
        let query = sqlx::query_as(
            "SELECT key_id, title_id, class, scheme, period, master_key, sealed FROM content_keys
             WHERE title_id = $1 ORDER BY scheme, class, period LIMIT $2",
        );
        let rows: Vec<Row> = query
            .bind(&title.0)
            .bind(CONTENT_KEYS_MAX)
            .fetch_all(self.pool())
            .await
            .map_err(Error::database(format!("list the content keys of title {title}")))?;
        rows.into_iter().map(sealed_key).collect()
    }

    /// Keys that another master key than `master_key` seals. At most [`CONTENT_KEYS_MAX`]; call again until none is
    /// left.
    pub async fn content_keys_not_under(&self, master_key: &str) -> Result<Vec<SealedKey>> {
        let query = sqlx::query_as(
            "SELECT key_id, title_id, class, scheme, period, master_key, sealed FROM content_keys
             WHERE master_key <> $1 ORDER BY key_id LIMIT $2",
        );
        let rows: Vec<Row> = query
            .bind(master_key)
            .bind(CONTENT_KEYS_MAX)
            .fetch_all(self.pool())
            .await
            .map_err(Error::database("list content keys by their master key"))?;
        rows.into_iter().map(sealed_key).collect()
    }

    /// Replaces how the key `id` is sealed.
    pub async fn reseal_content_key(&self, id: KeyId, sealed: &Sealed) -> Result<()> {
        let query = sqlx::query("UPDATE content_keys SET master_key = $1, sealed = $2 WHERE key_id = $3");
        let query = query.bind(&sealed.master_key).bind(&sealed.text).bind(id.hex());
        query.execute(self.pool()).await.map_err(Error::database(format!("seal content key {id} anew")))?;
        Ok(())
    }
}

/// Keeps `key`, unless there is one for its purpose.
async fn insert(connection: &mut AnyConnection, key: &SealedKey, created_ms: i64) -> sqlx::Result<()> {
    let KeyPurpose { title, class, scheme, period } = &key.purpose;
    let insert = sqlx::query(
        "INSERT INTO content_keys (key_id, title_id, class, scheme, period, master_key, sealed, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (title_id, class, scheme, period) DO NOTHING",
    );
    let insert = insert.bind(key.id.hex()).bind(&title.0).bind(class.name()).bind(scheme.name());
    let insert = insert.bind(i64::from(*period)).bind(&key.sealed.master_key).bind(&key.sealed.text);
    insert.bind(created_ms).execute(connection).await.map(drop)
}

/// Whether the identifier of `key` is one of another title or scheme too: keys are found and sealed anew by it alone.
async fn is_elsewhere(connection: &mut AnyConnection, key: &SealedKey) -> sqlx::Result<bool> {
    let query = sqlx::query_scalar(
        "SELECT COUNT(*) FROM content_keys WHERE key_id = $1 AND (title_id <> $2 OR scheme <> $3)",
    );
    let query = query.bind(key.id.hex()).bind(&key.purpose.title.0).bind(key.purpose.scheme.name());
    let found: i64 = query.fetch_one(connection).await?;
    Ok(found > 0)
}

/// key id, title id, class, scheme, period, master key, sealed key.
type Row = (String, String, String, String, i64, String, String);

fn sealed_key((id, title, class, scheme, period, master_key, text): Row) -> Result<SealedKey> {
    let what = |column: &str| format!("{column} of content key {id}");
    let purpose = KeyPurpose {
        title: TitleId(title),
        class: TrackClass::named(&class).ok_or(&class).map_err(Error::damaged(what("class")))?,
        scheme: Scheme::ALL
            .into_iter()
            .find(|known| known.name() == scheme)
            .ok_or(&scheme)
            .map_err(Error::damaged(what("scheme")))?,
        period: u32::try_from(period).map_err(Error::damaged(what("period")))?,
    };
    let id = id.parse().map_err(Error::damaged(what("id")))?;
    Ok(SealedKey { id, purpose, sealed: Sealed { master_key, text } })
}
