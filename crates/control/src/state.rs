//! What request handlers work with.

use db::Db;
use media::Digest;
use playback::Entitlement;

use crate::{EdgeTokens, Entitlements, Licences, MediaUrl, Operator};

/// What request handlers work with; clones share it.
#[derive(Debug, Clone)]
pub struct State {
    pub(crate) db: Db,
    pub(crate) media_url: MediaUrl,
    pub(crate) licences: Option<Licences>,
    pub(crate) edge_tokens: Option<EdgeTokens>,
    pub(crate) entitlements: Entitlements,
    pub(crate) operator: Option<Operator>,
}

impl State {
    /// The catalogue is in `db`; packages are served below `media_url`, see [`MediaUrl::new`]. Protected titles cannot
    /// be played, and everybody may play the others.
    pub fn new(db: Db, media_url: &str) -> State {
        State {
            db,
            media_url: MediaUrl::new(media_url),
            licences: None,
            edge_tokens: None,
            entitlements: Entitlements::open(),
            operator: None,
        }
    }

    /// With licences for protected titles.
    pub fn with_licences(self, licences: Licences) -> State {
        State { licences: Some(licences), ..self }
    }

    /// With tokens for an edge that asks for them.
    pub fn with_edge_tokens(self, tokens: EdgeTokens) -> State {
        State { edge_tokens: Some(tokens), ..self }
    }

    /// With somebody who says who may watch what.
    pub fn with_entitlements(self, entitlements: Entitlements) -> State {
        State { entitlements, ..self }
    }

    /// With an operator, who may revoke tokens.
    pub fn with_operator(self, operator: Operator) -> State {
        State { operator: Some(operator), ..self }
    }

    /// The folder of a package for a viewer from now on, no longer than `entitlement`; `None` where a token cannot be made.
    pub(crate) fn package_url(&self, digest: &Digest, entitlement: &Entitlement) -> Option<String> {
        match &self.edge_tokens {
            None => Some(self.media_url.package(digest)),
            Some(tokens) => tokens.package(&self.media_url, digest, entitlement),
        }
    }
}
