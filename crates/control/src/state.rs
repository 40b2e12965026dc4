//! What request handlers work with.

use db::Db;

use crate::MediaUrl;

/// What request handlers work with; clones share it.
#[derive(Debug, Clone)]
pub struct State {
    pub(crate) db: Db,
    pub(crate) media_url: MediaUrl,
}

impl State {
    /// The catalogue is in `db`; packages are served below `media_url`, see [`MediaUrl::new`].
    pub fn new(db: Db, media_url: &str) -> State {
        State { db, media_url: MediaUrl::new(media_url) }
    }
}
