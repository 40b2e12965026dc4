//! The catalogue, as applications see it.

use db::Listing;
use serde::Serialize;
use title::Release;

use crate::MediaUrl;

/// Answer to `GET /api/titles`.
#[derive(Debug, Serialize)]
pub struct Catalogue {
    /// Newest first.
    pub titles: Vec<Title>,
}

/// One title; also the answer to `GET /api/titles/{id}`.
#[derive(Debug, Serialize)]
pub struct Title {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Duration in seconds.
    pub duration_s: f64,
    /// Where its poster is, if it has one.
    pub poster_url: Option<String>,
    /// When it became visible, in milliseconds since 1970 (UTC).
    pub published_ms: i64,
}

impl Title {
    /// From a row of a listing.
    pub fn listed(listing: Listing, media_url: &MediaUrl) -> Title {
        let folder = media_url.package(&listing.package_digest);
        Title {
            id: listing.title.id.0,
            name: listing.title.name,
            duration_s: listing.duration_s,
            poster_url: listing.poster_path.map(|path| folder + &path),
            published_ms: listing.published_ms,
        }
    }

    /// From a whole release.
    pub fn released(release: Release, media_url: &MediaUrl) -> Title {
        let folder = media_url.package(&release.package_digest);
        Title {
            id: release.title.id.0,
            name: release.title.name,
            duration_s: release.package.duration_s,
            poster_url: release.package.poster.map(|poster| folder + &poster.path),
            published_ms: release.published_ms,
        }
    }
}
