//! The router, called as a server would call it, on a real database.

mod api;
mod app;
mod contract;
mod edge_tokens;
mod entitlements;
mod licences;
mod manifests;
mod revoking;
mod services;

use axum::body::Body;
use axum::http::{Request, Response};
use db::Db;
use http_body_util::BodyExt;
use media::package::{
    AudioTrack, Package, Picture, SegmentSpan, TextTrack, Thumbnails, Track, TrackIndex, VideoTrack,
};
use media::{ByteRange, Digest, FrameRate, Size};
use serde_json::Value;
use title::{Release, Title, TitleId};
use tower::ServiceExt;

use crate::{File, MediaUrls, State, router};

const FILES: &[File] = &[
    ("index.html", "text/html; charset=utf-8", b"<!doctype html>"),
    ("assets/main-3f2a.js", "text/javascript", b"main()"),
    ("favicon.svg", "image/svg+xml", b"<svg/>"),
];

/// A router on a database of its own.
struct Platform {
    db: Db,
    router: axum::Router,
    _folder: tempfile::TempDir,
}

impl Platform {
    /// With these addresses of edges, commas between.
    async fn new(media_urls: &str) -> Platform {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_file(&folder.path().join("matinee.db")).await.unwrap();
        let router = router(State::new(db.clone(), media_at(media_urls)), FILES);
        Platform { db, router, _folder: folder }
    }

    async fn answer(&self, line: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn json(&self, line: &str) -> (u16, Value) {
        let response = self.answer(line, &[]).await;
        let status = response.status().as_u16();
        assert_eq!(header(&response, "content-type"), "application/json", "{line}");
        assert_eq!(header(&response, "cache-control"), "no-store", "{line}");
        (status, serde_json::from_str(&text(response).await).unwrap())
    }
}

/// Edges at addresses with commas between.
fn media_at(addresses: &str) -> MediaUrls {
    MediaUrls::new(&addresses.split(',').collect::<Vec<_>>())
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).map_or("-", |value| value.to_str().unwrap())
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// A release of a title called `name`; master and package digests repeat `number`.
fn release(name: &str, number: u8, package: Package) -> Release {
    let master = Digest([number; 32]);
    let title = Title { id: TitleId::new(name, &master), name: name.to_owned(), master };
    Release { title, package_digest: Digest([number; 32]), package, published_ms: i64::from(number) * 1000 }
}

/// A package with no more than a picture.
fn plain() -> Package {
    Package {
        duration_s: 6.0,
        video: vec![video()],
        audio: vec![],
        text: vec![],
        poster: None,
        thumbnails: None,
        chapters: vec![],
        markers: vec![],
    }
}

/// A package with one of everything.
fn full() -> Package {
    Package {
        audio: vec![audio(Some("en")), audio(None)],
        text: vec![text_track()],
        poster: Some(Picture { path: "poster.jpg".to_owned(), size: Size { width: 640, height: 360 } }),
        thumbnails: Some(Thumbnails {
            sheets: vec!["thumbnails-0.jpg".to_owned()],
            tile: Size { width: 160, height: 90 },
            columns: 5,
            rows: 5,
            tiles: 6,
            interval_s: 1.0,
            sheet_bytes_max: 10_000,
        }),
        ..plain()
    }
}

fn track(id: &str, codecs: &str, timescale: u32, segments: &[(u64, u64, u64, u64)]) -> Track {
    let segments = segments.iter().map(|&(start, duration, offset, length)| SegmentSpan {
        start,
        duration,
        bytes: ByteRange { offset, length },
        first_sample_end: length,
    });
    Track {
        id: id.to_owned(),
        path: format!("{id}.mp4"),
        codecs: codecs.to_owned(),
        bitrate_bps_peak: 800_000,
        bitrate_bps_average: 500_000,
        index: TrackIndex {
            timescale,
            header: ByteRange { offset: 0, length: 700 },
            sidx: ByteRange { offset: 700, length: 100 },
            segments: segments.collect(),
        },
        protection: None,
    }
}

fn video() -> VideoTrack {
    VideoTrack {
        track: track("video-360p", "avc1.64001e", 24, &[(0, 96, 800, 5000), (96, 48, 5800, 2500)]),
        rung: "360p".to_owned(),
        format: media::Format::BASE,
        size: Size { width: 640, height: 360 },
        rate: FrameRate { num: 24, den: 1 },
        vmaf: 93.5,
        keyframe_bitrate_bps_peak: 0,
        supplemental_codecs: None,
    }
}

fn audio(language: Option<&str>) -> AudioTrack {
    AudioTrack {
        track: track("audio-0", "mp4a.40.2", 48_000, &[(0, 288_768, 800, 90_000)]),
        name: "English".to_owned(),
        language: language.map(str::to_owned),
        codec: media::codec::AudioCodec::Aac,
        joc_objects: None,
        channels: 2,
        sample_rate_hz: 48_000,
        describes_video: false,
    }
}

fn text_track() -> TextTrack {
    TextTrack {
        id: "text-0".to_owned(),
        path: "text-0.vtt".to_owned(),
        name: "Deutsch".to_owned(),
        language: Some("de".to_owned()),
        forced: false,
        hearing_impaired: true,
        forms: Default::default(),
    }
}
