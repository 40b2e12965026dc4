//! Manifests for one device: what of a package it plays and where it is, written when it asks.
//!
//! The package's own manifests tell of everything, for all devices, and of the folder that they are in; these leave out what
//! a device cannot play or gets no keys of, and name all edges. Below `/api/titles/{id}/manifests/`, with the package's
//! digest and, where edges ask for one, its token in front, as media addresses have them:
//!
//! | name | what |
//! | --- | --- |
//! | `master.m3u8` | HLS multivariant playlist |
//! | `manifest.mpd` | DASH, on-demand profile: players read each file's index |
//! | `timeline.mpd` | DASH, live profile: a timeline of named segments |
//! | `steering.json` | the order in which HLS players use the edges |
//! | `thumbnails.m3u8` | HLS playlist of seek thumbnails, here so that no player needs one edge for them |
//! | `segments/...` | the way from such a name to the bytes of a file |
//! | another | the way to the package's file of that name |
//! | `edge-N/...` | the same two ways, to the edge of that number |
//!
//! No bytes of media pass through here. What a manifest tells is no secret: the edge checks the token at each file.

use axum::body::Body;
use axum::extract::{RawQuery, State as Shared};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Response, StatusCode};
use cache::freshness::{Content, cache_control};
use manifest::dash::{self, Addressing};
use manifest::hls::IMAGES_FILE;
use manifest::offer::{Pathway, Steering};
use manifest::steering::{self, STEERING_FILE, STEERING_TYPE};
use manifest::{Offer, hls, segments};
use media::Digest;
use media::package::{DASH_FILE, HLS_FILE, Package};
use media::protection::TrackClass;
use title::{Release, TitleId};

use crate::api::{At, log_internal};
use crate::wire::device;
use crate::wire::protection::Protection;
use crate::wire::refusal::Refusal;
use crate::{MediaUrl, MediaUrls, State};

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
    let edges = edges(&state.media_urls, &named);
    if named.file == STEERING_FILE {
        // Players ask for it with parameters of their own.
        return Ok(kept(text(STEERING_TYPE, steering::manifest(&edges)), named.token.is_some()));
    }
    let device = device::read(query.as_deref()).map_err(|fault| Refusal::device_malformed(&fault))?;
    let release = state.db.release(&TitleId(title.clone()), &named.package).await.map_err(log_internal)?;
    let package = release.ok_or_else(|| Refusal::title_not_found(&title))?.package;
    let offer = || device.offer(&package, None).ok_or_else(Refusal::nothing_playable);
    let answer = match named.file {
        HLS_FILE | DASH_FILE | TIMELINE_FILE => manifest(named.file, &edges, offer()?),
        IMAGES_FILE => text(HLS_TYPE, hls::images(&package).ok_or_else(Refusal::path_not_found)?),
        file => elsewhere(&edges, &package, file).ok_or_else(Refusal::path_not_found)?,
    };
    Ok(kept(answer, named.token.is_some()))
}

/// The manifest called `file`, with all `edges`. Names of segments lead there by way of this server.
fn manifest(file: &str, edges: &[Pathway], offer: Offer<'_>) -> Response<Body> {
    let is_named = file == TIMELINE_FILE;
    let near = |edge: &Pathway| Pathway { base_url: format!("{}/", edge.id), ..edge.clone() };
    let steering = Steering {
        server_url: (file == HLS_FILE).then(|| STEERING_FILE.to_owned()),
        pathways: if is_named { edges.iter().map(near).collect() } else { edges.to_vec() },
        query_before_start: false,
    };
    let base_url = match edges {
        [edge] if !is_named => &edge.base_url,
        _ => "",
    };
    let offer = Offer { base_url, steering: Some(&steering).filter(|_| edges.len() > 1), ..offer };
    match file {
        HLS_FILE => text(HLS_TYPE, hls::multivariant(&offer)),
        DASH_FILE => text(DASH_TYPE, dash::mpd(&offer)),
        _ => text(DASH_TYPE, dash::mpd_with(&offer, Addressing::Timeline)),
    }
}

/// What stands before the file names of the manifests, and the query after them, where the package's own manifests do not do:
/// they tell of tracks that a device gets no keys of, or of one edge where there are several. `folder` is the package's at
/// the preferred edge, `protection` what the device gets.
pub(crate) fn place(
    state: &State,
    release: &Release,
    folder: &str,
    protection: Option<&Protection>,
) -> Option<(String, String)> {
    let limit = protection.and_then(|protection| limit(release, protection));
    if limit.is_none() && state.media_urls.others().is_empty() {
        return None;
    }
    let below = state.media_urls.preferred().below(folder)?;
    let before = format!("/api/titles/{}/manifests/{below}", release.title.id);
    Some((before, limit.map(|class| format!("?class={}", class.name())).unwrap_or_default()))
}

/// The best class of tracks that a device gets keys of, where there are better ones.
fn limit(release: &Release, protection: &Protection) -> Option<TrackClass> {
    let class_max = protection.classes.iter().filter_map(|class| TrackClass::named(class)).max()?;
    let video = release.package.video.iter().map(|video| &video.track);
    let mut protections = video.filter_map(|track| track.protection.as_ref());
    protections.any(|protection| protection.class > class_max).then_some(class_max)
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

/// The package's folder at each edge.
fn edges(media_urls: &MediaUrls, named: &Named<'_>) -> Vec<Pathway> {
    let folder = |media_url: &MediaUrl| match named.token {
        None => media_url.package(&named.package),
        Some(token) => media_url.guarded_package(&named.package, token),
    };
    let edge = |(number, media_url)| Pathway { id: edge_id(number), base_url: folder(media_url) };
    (1..).zip(media_urls.all()).map(edge).collect()
}

/// What an edge is called in manifests.
fn edge_id(number: usize) -> String {
    format!("edge-{number}")
}

/// Sends the player to where a file of the package is, or the part of one that a segment's name stands for, at the edge that
/// is named before it, else at the first.
fn elsewhere<'e>(edges: &'e [Pathway], package: &Package, file: &str) -> Option<Response<Body>> {
    let at = |edge: &'e Pathway| Some((edge, file.strip_prefix(&edge.id)?.strip_prefix('/')?));
    let (edge, file) = edges.iter().find_map(at).or_else(|| Some((edges.first()?, file)))?;
    let place = match segments::locate(package, file) {
        Some((path, bytes)) => format!("{path}/{}-{}", bytes.offset, bytes.end().saturating_sub(1)),
        None => Some(file).filter(|file| is_plain(file))?.to_owned(),
    };
    let place = HeaderValue::from_str(&format!("{}{place}", edge.base_url)).ok()?;
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

/// An answer holds while the same edges are there. Pages of other origins may read it, as they may media.
fn kept(mut response: Response<Body>, is_guarded: bool) -> Response<Body> {
    let content = if is_guarded { Content::Passing } else { Content::Changing };
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
