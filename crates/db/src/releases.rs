//! Releases: what viewers can play.

use manifest::description;
use media::Digest;
use sqlx::AnyConnection;
use title::{Release, Title, TitleId};

use crate::titles::{self, digest};
use crate::{Db, Error, Result};

/// Most releases that one call returns: a listing is held in memory and sent in one answer. Larger catalogues need
/// pages.
pub const RELEASES_MAX: i64 = 1000;

/// A title's visible release, as far as listings show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// The title.
    pub title: Title,
    /// Digest of the package.
    pub package_digest: Digest,
    /// Duration in seconds.
    pub duration_s: f64,
    /// File name of the poster in the package.
    pub poster_path: Option<String>,
    /// When it became visible, in milliseconds since 1970 (UTC).
    pub published_ms: i64,
}

impl Db {
    /// Makes `release` the one that viewers get, and its title visible, all at once. Publishing the visible release
    /// again changes nothing but the title's name; one that was replaced becomes visible again.
    pub async fn publish(&self, release: &Release) -> Result<()> {
        let doing = || Error::database(format!("publish title {}", release.title.id));
        let mut transaction = self.begin_writing().await.map_err(doing())?;
        let visible = current_package(&mut transaction, &release.title.id).await.map_err(doing())?;
        titles::upsert(&mut transaction, &release.title, &release.package_digest).await?;
        let published_ms = match visible {
            Some((package, since_ms)) if package == release.package_digest.to_string() => since_ms,
            _ => release.published_ms,
        };
        upsert(&mut transaction, release, published_ms).await.map_err(doing())?;
        transaction.commit().await.map_err(doing())
    }

    /// The release of title `id` that viewers get.
    pub async fn current_release(&self, id: &TitleId) -> Result<Option<Release>> {
        let query = sqlx::query_as(
            "SELECT id, name, master, package_digest, description, published_ms
             FROM current_releases WHERE id = $1",
        );
        let row: Option<ReleaseRow> = query
            .bind(&id.0)
            .fetch_optional(self.pool())
            .await
            .map_err(Error::database(format!("look up the release of title {id}")))?;
        row.map(release).transpose()
    }

    /// The release of title `id` with the package `package`, whether it is still the one that viewers get or not.
    pub async fn release(&self, id: &TitleId, package: &Digest) -> Result<Option<Release>> {
        let query = sqlx::query_as(
            "SELECT t.id, t.name, t.master, r.package_digest, r.description, r.published_ms
             FROM titles t JOIN releases r ON r.title_id = t.id WHERE t.id = $1 AND r.package_digest = $2",
        );
        let row: Option<ReleaseRow> = query
            .bind(&id.0)
            .bind(package.to_string())
            .fetch_optional(self.pool())
            .await
            .map_err(Error::database(format!("look up a release of title {id}")))?;
        row.map(release).transpose()
    }

    /// The visible releases for which people may say `text`: of the title with that id, or else of all titles with
    /// exactly that name, newest first. At most [`RELEASES_MAX`].
    pub async fn find(&self, text: &str) -> Result<Vec<Release>> {
        if let Some(release) = self.current_release(&TitleId(text.to_owned())).await? {
            return Ok(vec![release]);
        }
        let query = sqlx::query_as(
            "SELECT id, name, master, package_digest, description, published_ms
             FROM current_releases WHERE name = $1 ORDER BY published_ms DESC, id LIMIT $2",
        );
        let rows: Vec<ReleaseRow> = query
            .bind(text)
            .bind(RELEASES_MAX)
            .fetch_all(self.pool())
            .await
            .map_err(Error::database("find titles by name"))?;
        rows.into_iter().map(release).collect()
    }

    /// All titles with their visible releases, newest first. At most [`RELEASES_MAX`].
    pub async fn list_current(&self) -> Result<Vec<Listing>> {
        let query = sqlx::query_as(
            "SELECT id, name, master, package_digest, duration_s, poster_path, published_ms
             FROM current_releases ORDER BY published_ms DESC, id LIMIT $1",
        );
        let rows: Vec<ListingRow> = query
            .bind(RELEASES_MAX)
            .fetch_all(self.pool())
            .await
            .map_err(Error::database("list the catalogue"))?;
        rows.into_iter().map(listing).collect()
    }
}

/// id, name, master, package digest, description, published.
type ReleaseRow = (String, String, String, String, String, i64);

/// id, name, master, package digest, duration, poster, published.
type ListingRow = (String, String, String, String, f64, Option<String>, i64);

async fn current_package(
    connection: &mut AnyConnection,
    id: &TitleId,
) -> sqlx::Result<Option<(String, i64)>> {
    let query = sqlx::query_as("SELECT package_digest, published_ms FROM current_releases WHERE id = $1");
    query.bind(&id.0).fetch_optional(connection).await
}

async fn upsert(connection: &mut AnyConnection, release: &Release, published_ms: i64) -> sqlx::Result<()> {
    let query = sqlx::query(
        "INSERT INTO releases (title_id, package_digest, description, duration_s, poster_path, published_ms)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (title_id, package_digest)
         DO UPDATE SET description = excluded.description, published_ms = excluded.published_ms",
    );
    let query = query
        .bind(&release.title.id.0)
        .bind(release.package_digest.to_string())
        .bind(description::write(&release.package))
        .bind(release.package.duration_s)
        .bind(release.package.poster.as_ref().map(|poster| poster.path.as_str()))
        .bind(published_ms);
    query.execute(connection).await.map(drop)
}

fn release((id, name, master, package_digest, text, published_ms): ReleaseRow) -> Result<Release> {
    let package_digest = digest(&format!("package digest of title {id}"), &package_digest)?;
    let package =
        description::read(&text).map_err(Error::damaged(format!("package description of title {id}")))?;
    Ok(Release { title: title(id, name, &master)?, package_digest, package, published_ms })
}

fn listing(row: ListingRow) -> Result<Listing> {
    let (id, name, master, package_digest, duration_s, poster_path, published_ms) = row;
    let package_digest = digest(&format!("package digest of title {id}"), &package_digest)?;
    let title = title(id, name, &master)?;
    Ok(Listing { title, package_digest, duration_s, poster_path, published_ms })
}

fn title(id: String, name: String, master: &str) -> Result<Title> {
    let master = digest(&format!("master of title {id}"), master)?;
    Ok(Title { id: TitleId(id), name, master })
}
