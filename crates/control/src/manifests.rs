//! Manifests for one device: what of a package it plays, written when it asks.
//!
//! The package's own manifests tell of everything, for all devices; these leave out what a device cannot play or gets no
//! keys of. Below `/api/titles/{id}/manifests/`, with the package's digest and, where the edge asks for one, its token in
//! front, as media addresses have them:
//!
//! | name | what |
//! | --- | --- |
//! | `master.m3u8` | HLS multivariant playlist |
//! | `manifest.mpd` | DASH, on-demand profile: players read each file's index |
//! | `timeline.mpd` | DASH, live profile: a timeline of named segments |
//! | `segments/...` | the way from such a name to the bytes of a file |
//! | another | the way to the package's file of that name |
//!
//! No bytes of media pass through here. What a manifest tells is no secret: the edge checks the token at each file.

use axum::body::Body;
use axum::extract::{RawQuery, State as Shared};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Response, StatusCode};
use cache::freshness::{Content, cache_control};
use manifest::dash::{self, Addressing};
use manifest::{Offer, hls, segments};
use media::Digest;
use media::package::{DASH_FILE, HLS_FILE, Package};
use media::protection::TrackClass;
use title::{Release, TitleId};

use crate::api::{At, log_internal};
use crate::wire::device;
use crate::wire::protection::Protection;
use crate::wire::refusal::Refusal;
use crate::{MediaUrl, State};

/// The DASH manifest with a timeline.
const TIMELINE_FILE: &str = "timeline.mpd";

/// Longest token in an address, in characters: more than the edge reads.
const TOKEN_CHARS_MAX: usize = 1024;

const HLS_TYPE: &str = "application/vnd.apple.mpegurl";
const DASH_TYPE: &str = "application/dash+xml";

/// What an address below `manifests/` names.
#[derive(Debug, PartialEq, Eq)]
struct Named<'a> {
    token: Option<&'a str>,
    package: Digest,
    file: &'a str,
}

/// `GET /api/titles/{id}/manifests/{rest}`.
pub(crate) async fn serve(
    Shared(state): Shared<State>,
    At((title, rest)): At<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response<Body>, Refusal> {
    let named = read(&rest).ok_or_else(Refusal::path_not_found)?;
    let device = device::read(query.as_deref()).map_err(|fault| Refusal::device_malformed(&fault))?;
    let release = state.db.release(&TitleId(title.clone()), &named.package).await.map_err(log_internal)?;
    let package = release.ok_or_else(|| Refusal::title_not_found(&title))?.package;
    let folder = folder(&state.media_url, &named);
    let offer = || device.offer(&package, None).ok_or_else(Refusal::nothing_playable);
    let answer = match named.file {
        HLS_FILE => text(HLS_TYPE, hls::multivariant(&Offer { base_url: &folder, ..offer()? })),
        DASH_FILE => text(DASH_TYPE, dash::mpd(&Offer { base_url: &folder, ..offer()? })),
        TIMELINE_FILE => text(DASH_TYPE, dash::mpd_with(&offer()?, Addressing::Timeline)),
        file => elsewhere(&folder, &package, file).ok_or_else(Refusal::path_not_found)?,
    };
    Ok(kept(answer, named.token.is_some()))
}

/// What stands before the file names of the manifests, and the query after them, where the package's own manifests tell of
/// tracks that a device gets no keys of. `folder` is the package's, `protection` what the device gets.
pub(crate) fn place(
    state: &State,
    release: &Release,
    folder: &str,
    protection: &Protection,
) -> Option<(String, String)> {
    let class_max = protection.classes.iter().filter_map(|class| TrackClass::named(class)).max()?;
    let video = release.package.video.iter().map(|video| &video.track);
    let mut protections = video.filter_map(|track| track.protection.as_ref());
    let is_limited = protections.any(|protection| protection.class > class_max);
    let below = state.media_url.below(folder).filter(|_| is_limited)?;
    let before = format!("/api/titles/{}/manifests/{below}", release.title.id);
    Some((before, format!("?class={}", class_max.name())))
}

/// Reads `[~TOKEN/]DIGEST/FILE`.
fn read(rest: &str) -> Option<Named<'_>> {
    let (token, rest) = match rest.strip_prefix('~') {
        Some(marked) => marked.split_once('/').map(|(token, rest)| (Some(token), rest))?,
        None => (None, rest),
    };
    let (package, file) = rest.split_once('/')?;
    // The token goes into addresses as it is.
    let plain =
        |token: &str| token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte));
    let known = token.is_none_or(|token| token.len() <= TOKEN_CHARS_MAX && plain(token));
    known.then_some(Named { token, package: package.parse().ok()?, file })
}

/// The package's folder at the edge.
fn folder(media_url: &MediaUrl, named: &Named<'_>) -> String {
    match named.token {
        None => media_url.package(&named.package),
        Some(token) => media_url.guarded_package(&named.package, token),
    }
}

/// Sends the player to where a file of the package is, or the part of one that a segment's name stands for.
fn elsewhere(folder: &str, package: &Package, file: &str) -> Option<Response<Body>> {
    let place = match segments::locate(package, file) {
        Some((path, bytes)) => format!("{path}/{}-{}", bytes.offset, bytes.end().saturating_sub(1)),
        None => Some(file).filter(|file| is_plain(file))?.to_owned(),
    };
    let place = HeaderValue::from_str(&format!("{folder}{place}")).ok()?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert(header::LOCATION, place);
    Some(response)
}

/// Whether a name is one that files of packages can have.
fn is_plain(file: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !file.is_empty() && !file.starts_with('.') && file.bytes().all(known)
}

fn text(content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// An answer never changes: the package is in the address. Pages of other origins may read it, as they may media.
fn kept(mut response: Response<Body>, is_guarded: bool) -> Response<Body> {
    let content = if is_guarded { Content::Guarded } else { Content::Immutable };
    let fixed = |name: HeaderName, value: &'static str| (name, HeaderValue::from_static(value));
    response.headers_mut().extend([
        fixed(header::CACHE_CONTROL, cache_control(content)),
        fixed(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ]);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let digest = "0a".repeat(32);
        let named = |token, file| Some(Named { token, package: Digest([10; 32]), file });
        for (rest, expected) in [
            (format!("{digest}/master.m3u8"), named(None, "master.m3u8")),
            (format!("~a-_9=/{digest}/segments/v/0.m4s"), named(Some("a-_9="), "segments/v/0.m4s")),
            (format!("~a\"b/{digest}/master.m3u8"), None),
            (format!("~{}/{digest}/master.m3u8", "a".repeat(1025)), None),
            (format!("~{digest}"), None),
            (digest.clone(), None),
            ("master.m3u8".to_owned(), None),
        ] {
            assert_eq!(read(&rest), expected, "{rest}");
        }
    }
}
