//! What request handlers work with.

use db::Db;

use crate::{Licences, MediaUrl};

/// What request handlers work with; clones share it.
#[derive(Debug, Clone)]
pub struct State {
    pub(crate) db: Db,
    pub(crate) media_url: MediaUrl,
    pub(crate) licences: Option<Licences>,
}

impl State {
    /// The catalogue is in `db`; packages are served below `media_url`, see [`MediaUrl::new`]. Protected titles cannot
    /// be played.
    pub fn new(db: Db, media_url: &str) -> State {
        State { db, media_url: MediaUrl::new(media_url), licences: None }
    }

    /// With licences for protected titles.
    pub fn with_licences(self, licences: Licences) -> State {
        State { licences: Some(licences), ..self }
    }
}
