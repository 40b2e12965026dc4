//! The record of every use of a content key.

use media::protection::KeyId;
use sqlx::AnyConnection;

use crate::{Db, Error, Result};

/// Most uses that one call returns.
pub const KEY_USES_MAX: i64 = 1000;

/// What a content key was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseKind {
    /// It was made.
    Made,
    /// Tracks were encrypted with it.
    Package,
    /// It went to a player.
    Licence,
    /// It went to a DRM service, encrypted for a certificate.
    Export,
    /// It came from elsewhere.
    Import,
    /// It was sealed with another master key.
    Seal,
}

impl UseKind {
    const ALL: [UseKind; 6] =
        [UseKind::Made, UseKind::Package, UseKind::Licence, UseKind::Export, UseKind::Import, UseKind::Seal];

    /// `made`, `package`, `licence`, `export`, `import` or `seal`.
    pub fn name(self) -> &'static str {
        match self {
            UseKind::Made => "made",
            UseKind::Package => "package",
            UseKind::Licence => "licence",
            UseKind::Export => "export",
            UseKind::Import => "import",
            UseKind::Seal => "seal",
        }
    }
}

/// One use of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The key.
    pub key: KeyId,
    /// What for.
    pub kind: UseKind,
    /// By whom: the session of a licence, the certificate of an export, else what ran.
    pub used_by: String,
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
}

impl Db {
    /// Notes `uses`, all or none. Whoever hands out a key notes it first.
    pub async fn note_key_uses(&self, uses: &[KeyUse]) -> Result<()> {
        let doing = || Error::database("note that content keys were used");
        let mut transaction = self.begin_writing().await.map_err(doing())?;
        note_uses(&mut transaction, uses).await.map_err(doing())?;
        transaction.commit().await.map_err(doing())
    }

    /// The newest uses, newest first; of `key` alone where one is given. At most [`KEY_USES_MAX`].
    pub async fn list_key_uses(&self, key: Option<KeyId>) -> Result<Vec<KeyUse>> {
        let query = sqlx::query_as(
            "SELECT at_ms, key_id, purpose, used_by FROM key_uses WHERE $1 = '' OR key_id = $1
             ORDER BY id DESC LIMIT $2",
        );
        let rows: Vec<(i64, String, String, String)> = query
            .bind(key.map(|key| key.hex()).unwrap_or_default())
            .bind(KEY_USES_MAX)
            .fetch_all(self.pool())
            .await
            .map_err(Error::database("list uses of content keys"))?;
        rows.into_iter().map(key_use).collect()
    }
}

/// Notes `uses` in a transaction that writes.
pub(crate) async fn note_uses(connection: &mut AnyConnection, uses: &[KeyUse]) -> sqlx::Result<()> {
    for KeyUse { key, kind, used_by, at_ms } in uses {
        let insert = sqlx::query(
            "INSERT INTO key_uses (id, at_ms, key_id, purpose, used_by)
             SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4 FROM key_uses",
        );
        let insert = insert.bind(at_ms).bind(key.hex()).bind(kind.name()).bind(used_by);
        insert.execute(&mut *connection).await?;
    }
    Ok(())
}

fn key_use((at_ms, key, purpose, used_by): (i64, String, String, String)) -> Result<KeyUse> {
    let kind = UseKind::ALL.into_iter().find(|kind| kind.name() == purpose);
    let kind = kind.ok_or(purpose).map_err(Error::damaged("purpose of a key's use"))?;
    let key = key.parse().map_err(Error::damaged("key of a key's use"))?;
    Ok(KeyUse { key, kind, used_by, at_ms })
}
