//! The web application's files: embedded, served with the rights a page of ours needs and no more.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode, Uri};
use axum::routing::get;
use cache::conditional::{self, EntityTag, Verdict};
use cache::freshness::{Content, cache_control};

use crate::{MediaUrl, MediaUrls};

/// A file: path below the address's root (`assets/main-3f2a.js`), content type, content.
pub type File = (&'static str, &'static str, &'static [u8]);

/// The page that every address without a file of its own shows: routes within the application.
const PAGE: &str = "index.html";

/// Files below this folder have a hash of their content in their name, so that they never change.
const HASHED: &str = "assets/";

/// Hexadecimal digits in an entity tag: enough that two versions of a file never share one.
const TAG_DIGITS: usize = 16;

/// Headers of every file beside the content security policy: no guessing of types, no handle on our windows for other
/// sites, no word to them of what is watched.
const COMMON: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::REFERRER_POLICY, "same-origin"),
];

#[derive(Debug)]
struct App {
    files: HashMap<&'static str, Asset>,
    policy: HeaderValue,
}

#[derive(Debug)]
struct Asset {
    content_type: &'static str,
    content: &'static [u8],
    /// Between the quotes of its entity tag.
    tag: String,
    freshness: Content,
}

/// Serves `files`; media may come from `media_urls` too.
pub(crate) fn router(files: &'static [File], media_urls: &MediaUrls) -> Router {
    let files =
        files.iter().map(|&(path, content_type, content)| (path, Asset::new(path, content_type, content)));
    let app = App { files: files.collect(), policy: content_security_policy(media_urls) };
    Router::new().fallback_service(get(serve).with_state(Arc::new(app)))
}

impl Asset {
    fn new(path: &str, content_type: &'static str, content: &'static [u8]) -> Asset {
        let mut tag = blake3::hash(content).to_hex().to_string();
        tag.truncate(TAG_DIGITS);
        let freshness = if path.starts_with(HASHED) { Content::Immutable } else { Content::Changing };
        Asset { content_type, content, tag, freshness }
    }
}

async fn serve(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let mut response = match app.find(uri.path()) {
        Some(asset) => respond(asset, &headers),
        None => not_found(),
    };
    for (name, value) in COMMON {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, app.policy.clone());
    response
}

impl App {
    /// The file at `path`, or the page where the path has no extension and so is a route.
    fn find(&self, path: &str) -> Option<&Asset> {
        let path = path.trim_start_matches('/');
        let is_route = !path.rsplit('/').next().unwrap_or(path).contains('.');
        self.files.get(path).or_else(|| self.files.get(PAGE).filter(|_| is_route))
    }
}

fn respond(asset: &Asset, headers: &HeaderMap) -> Response<Body> {
    let tag = EntityTag::strong(&asset.tag);
    let if_none_match = headers.get(header::IF_NONE_MATCH).map(|value| value.as_bytes());
    let (status, content) = match conditional::evaluate(None, if_none_match, Some(&tag)) {
        Verdict::NotModified => (StatusCode::NOT_MODIFIED, &[][..]),
        Verdict::Proceed | Verdict::Failed => (StatusCode::OK, asset.content),
    };
    let mut response = Response::new(Body::from(content));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control(asset.freshness)));
    if let Ok(tag) = HeaderValue::from_str(&tag.to_string()) {
        headers.insert(header::ETAG, tag);
    }
    if status == StatusCode::OK {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    }
    response
}

fn not_found() -> Response<Body> {
    let mut response = Response::new(Body::from("there is no such page\n"));
    *response.status_mut() = StatusCode::NOT_FOUND;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control(Content::Passing)));
    response
}

/// Scripts and styles from this server only; pictures may be inlined, media may come through Media Source Extensions
/// (`blob:`), and all three of pictures, media and fetches from the edges.
fn content_security_policy(media_urls: &MediaUrls) -> HeaderValue {
    let origins = media_urls.all().filter_map(MediaUrl::origin);
    let edges: String = origins.map(|origin| format!(" {origin}")).collect();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; manifest-src 'self'; \
         connect-src 'self'{edges}; img-src 'self' data:{edges}; media-src 'self' blob:{edges}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    // An origin that is no header value is no origin: without it the page stays closed.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
