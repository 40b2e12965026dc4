//! What request handlers work with.

use db::Db;
use media::Digest;

use crate::{EdgeTokens, Licences, MediaUrl};

/// What request handlers work with; clones share it.
#[derive(Debug, Clone)]
pub struct State {
    pub(crate) db: Db,
    pub(crate) media_url: MediaUrl,
    pub(crate) licences: Option<Licences>,
    pub(crate) edge_tokens: Option<EdgeTokens>,
}

impl State {
    /// The catalogue is in `db`; packages are served below `media_url`, see [`MediaUrl::new`]. Protected titles cannot
    /// be played.
    pub fn new(db: Db, media_url: &str) -> State {
        State { db, media_url: MediaUrl::new(media_url), licences: None, edge_tokens: None }
    }

    /// With licences for protected titles.
    pub fn with_licences(self, licences: Licences) -> State {
        State { licences: Some(licences), ..self }
    }

    /// With tokens for an edge that asks for them.
    pub fn with_edge_tokens(self, tokens: EdgeTokens) -> State {
        State { edge_tokens: Some(tokens), ..self }
    }

    /// The folder of a package for a viewer from now on; `None` where a token cannot be made.
    pub(crate) fn package_url(&self, digest: &Digest) -> Option<String> {
        match &self.edge_tokens {
            None => Some(self.media_url.package(digest)),
            Some(tokens) => tokens.package(&self.media_url, digest),
        }
    }
}
