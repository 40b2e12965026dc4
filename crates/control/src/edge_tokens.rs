//! Tokens for edges that serve only who has one.

use std::sync::Arc;

use cache::access::{self, Pass, SECRET_BYTES};
use media::Digest;
use playback::Entitlement;
use stdx::clock::Clock;

use crate::MediaUrl;

/// Makes tokens for the edge; clones share the clock.
#[derive(Clone)]
pub struct EdgeTokens {
    secret: [u8; SECRET_BYTES],
    lifetime_s: u64,
    clock: Arc<dyn Clock>,
}

/// Does not show the secret.
impl std::fmt::Debug for EdgeTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EdgeTokens").field("lifetime_s", &self.lifetime_s).finish_non_exhaustive()
    }
}

impl EdgeTokens {
    /// Tokens of `lifetime_s` seconds under the `secret` that the edge has too.
    pub fn new(secret: [u8; SECRET_BYTES], lifetime_s: u64, clock: Arc<dyn Clock>) -> EdgeTokens {
        EdgeTokens { secret, lifetime_s, clock }
    }

    /// The folder of the package `digest` for a viewer from now on, no longer than `entitlement`; `None` where a token cannot be encoded.
    pub(crate) fn package(
        &self,
        media_url: &MediaUrl,
        digest: &Digest,
        entitlement: &Entitlement,
    ) -> Option<String> {
        let seconds = |ms: i64| u64::try_from(ms / 1000).unwrap_or_default();
        let now_s = seconds(self.clock.now_ms());
        let until_s = entitlement.until_ms.map_or(u64::MAX, seconds).min(now_s + self.lifetime_s);
        let path_prefix = &media_url.package_path(digest);
        let pass = Pass { path_prefix, from_s: now_s, until_s };
        Some(media_url.guarded_package(digest, &access::token(&self.secret, &pass)?))
    }
}
