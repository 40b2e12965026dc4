//! The guard: whether a request has a token that opens what it asks for.
//!
//! Owns where a request carries its token. What a token opens is `cache::access`'s.

use std::sync::Arc;

use cache::access::{self, Denied, SECRET_BYTES};
use cache::freshness::Content;
use http::{Method, request};
use stdx::clock::Clock;

/// Header in which CTA-5007 has a token.
const HEADER: &str = "cta-common-access-token";

/// Query parameter for who can set no header, as content delivery networks have it.
const PARAMETER: &str = "CAT";

/// Lets through who has a token.
pub struct Guard {
    /// What signs the tokens.
    secret: [u8; SECRET_BYTES],
    /// Path below which the edge is nested, without a slash at its end: tokens name whole paths.
    mount: String,
    /// File names that everybody may read.
    open: Vec<String>,
    clock: Arc<dyn Clock>,
}

/// Does not show the secret.
impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("mount", &self.mount).field("open", &self.open).finish_non_exhaustive()
    }
}

impl Guard {
    /// A guard of the edge below `mount`, such as `/media`. Files called one of `open` may be read by everybody.
    pub fn new(secret: [u8; SECRET_BYTES], mount: &str, open: &[&str], clock: Arc<dyn Clock>) -> Guard {
        let open = open.iter().map(|&name| name.to_owned()).collect();
        Guard { secret, mount: mount.trim_end_matches('/').to_owned(), open, clock }
    }

    /// How the object at `path` may be kept by who asks for it, with the token `in_path` or another one.
    ///
    /// # Errors
    /// Why it may not be read.
    pub(crate) fn admit(
        &self,
        in_path: Option<&str>,
        path: &str,
        request: &request::Parts,
    ) -> Result<Content, Denied> {
        let name = path.rsplit('/').next().unwrap_or_default();
        // A preflight carries no token (Fetch, 4.8) and shows nothing.
        if self.open.iter().any(|open| open == name) || request.method == Method::OPTIONS {
            return Ok(Content::Immutable);
        }
        let in_header = || request.headers.get(HEADER)?.to_str().ok();
        let token = in_path.or_else(in_header).or_else(|| in_query(request.uri.query()?));
        let now_s = u64::try_from(self.clock.now_ms() / 1000).unwrap_or_default();
        access::check(&self.secret, token, &format!("{}{path}", self.mount), now_s)?;
        Ok(Content::Guarded)
    }
}

fn in_query(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix(PARAMETER)?.strip_prefix('='))
}
