//! What request handlers work with.

use db::Db;
use media::Digest;
use playback::Entitlement;

use crate::{EdgeTokens, Entitlements, Licences, MediaUrl, MediaUrls, Operator};

/// What request handlers work with; clones share it.
#[derive(Debug, Clone)]
pub struct State {
    pub(crate) db: Db,
    pub(crate) media_urls: MediaUrls,
    pub(crate) licences: Option<Licences>,
    pub(crate) edge_tokens: Option<EdgeTokens>,
    pub(crate) entitlements: Entitlements,
    pub(crate) operator: Option<Operator>,
}

impl State {
    /// The catalogue is in `db`; packages are served below each of `media_urls`. Protected titles cannot be played, and
    /// everybody may play the others.
    pub fn new(db: Db, media_urls: MediaUrls) -> State {
        State {
            db,
            media_urls,
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

    /// With tokens for edges that ask for them. A token opens one path: where a package has several, those that a manifest
    /// names beside the first stay closed ([`MediaUrls::share_a_path`]).
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

    /// The folders of a package at all edges, the preferred one first, for a viewer from now on, no longer than
    /// `entitlement`; `None` where a token cannot be made.
    pub(crate) fn package_urls(&self, digest: &Digest, entitlement: &Entitlement) -> Option<Vec<String>> {
        let folder = |media_url| match &self.edge_tokens {
            None => Some(MediaUrl::package(media_url, digest)),
            Some(tokens) => tokens.package(media_url, digest, entitlement),
        };
        self.media_urls.all().map(folder).collect()
    }
}
