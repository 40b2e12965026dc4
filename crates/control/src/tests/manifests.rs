//! Manifests for one device, over the router.

use media::Format;
use media::codec::VideoCodec;
use media::package::{Package, VideoTrack};
use media::picture::Transfer;
use serde_json::{Value, json};

use super::{Platform, full, header, plain, release, text, track, video};

const HLS: &str = "application/vnd.apple.mpegurl";
/// Edges may come and go.
const KEPT: &str = "no-cache";

/// One of everything, and the picture also in AV1.
fn package() -> Package {
    let format = Format { codec: VideoCodec::Av1, transfer: Transfer::Sdr };
    let segments = [(0, 96, 800, 5000), (96, 48, 5800, 2500)];
    let av1 =
        VideoTrack { track: track("video-av1-360p", "av01.0.01M.08", 24, &segments), format, ..video() };
    Package { video: vec![video(), av1], ..full() }
}

async fn platform() -> Platform {
    platform_at("https://edge.example/media/").await
}

async fn platform_at(media_urls: &str) -> Platform {
    let platform = Platform::new(media_urls).await;
    platform.db.publish(&release("Film", 10, package())).await.unwrap();
    platform
}

/// Asks for a file below the film's manifests; answers with status, content type or target, `Cache-Control`, and text.
async fn ask(platform: &Platform, rest: &str) -> (u16, String, String, String) {
    let line = format!("GET /api/titles/film-0a0a0a0a/manifests/{rest}");
    let response = platform.answer(&line, &[]).await;
    let status = response.status().as_u16();
    let what = header(&response, if status == 307 { "location" } else { "content-type" }).to_owned();
    let kept = header(&response, "cache-control").to_owned();
    assert!(status >= 400 || header(&response, "access-control-allow-origin") == "*", "{line}");
    (status, what, kept, text(response).await)
}

#[tokio::test]
async fn a_device_gets_what_it_plays() {
    let platform = platform().await;
    let digest = "0a".repeat(32);
    for (rest, variants) in [
        (format!("{digest}/master.m3u8"), &["video-360p", "video-av1-360p"][..]),
        (format!("{digest}/master.m3u8?formats=av1&class=hd"), &["video-av1-360p"]),
        (format!("{digest}/master.m3u8?formats=h264&sounds=aac"), &["video-360p"]),
    ] {
        let (status, kind, kept, playlist) = ask(&platform, &rest).await;
        assert_eq!((status, kind.as_str(), kept.as_str()), (200, HLS, KEPT), "{rest}");
        let uris: Vec<_> = playlist.lines().filter(|line| !line.starts_with('#')).collect();
        let folder = format!("https://edge.example/media/{digest}/");
        let expected: Vec<_> = variants.iter().map(|id| format!("{folder}{id}.m3u8")).collect();
        assert_eq!(uris, expected, "{rest}");
        assert!(playlist.contains(&format!("URI=\"{folder}audio-0.m3u8\"")), "{playlist}");
    }
    let (status, kind, _, mpd) = ask(&platform, &format!("{digest}/manifest.mpd?formats=av1")).await;
    assert_eq!((status, kind.as_str()), (200, "application/dash+xml"));
    assert!(mpd.contains(&format!("<BaseURL>https://edge.example/media/{digest}/</BaseURL>")), "{mpd}");
    assert!(mpd.contains("video-av1-360p.mp4") && !mpd.contains("video-360p.mp4"), "{mpd}");
}

#[tokio::test]
async fn named_segments_lead_to_bytes() {
    let platform = platform().await;
    let digest = "0a".repeat(32);
    let (_, _, _, mpd) = ask(&platform, &format!("{digest}/timeline.mpd")).await;
    assert!(mpd.contains("segments/$RepresentationID$/$Time$.m4s") && !mpd.contains("edge.example"), "{mpd}");
    let folder = format!("https://edge.example/media/{digest}/");
    for (name, place) in [
        ("segments/video-360p/init.mp4", "video-360p.mp4/0-699"),
        ("segments/video-360p/96.m4s", "video-360p.mp4/5800-8299"),
        ("text-0.vtt", "text-0.vtt"),
    ] {
        let (status, location, kept, _) = ask(&platform, &format!("{digest}/{name}")).await;
        assert_eq!((status, location, kept.as_str()), (307, format!("{folder}{place}"), KEPT), "{name}");
    }
}

#[tokio::test]
async fn a_token_is_kept_and_the_answer_is_not() {
    let platform = platform().await;
    let digest = "0a".repeat(32);
    let (_, _, kept, playlist) = ask(&platform, &format!("~t-1/{digest}/master.m3u8")).await;
    assert_eq!(kept, "no-store");
    assert!(
        playlist.contains(&format!("https://edge.example/media/~t-1/{digest}/video-360p.m3u8")),
        "{playlist}"
    );
    let (_, location, _, _) = ask(&platform, &format!("~t-1/{digest}/segments/video-360p/0.m4s")).await;
    assert_eq!(location, format!("https://edge.example/media/~t-1/{digest}/video-360p.mp4/800-5799"));
}

#[tokio::test]
async fn all_edges_are_named() {
    let platform = platform_at("https://a.example/media/,/media/").await;
    let folder = format!("/media/~t/{}/", "0a".repeat(32));
    let ask = async |file: &str| ask(&platform, &format!("~t/{}/{file}", "0a".repeat(32))).await.3;
    let playlist = ask("master.m3u8?formats=h264").await;
    assert!(playlist.contains("EXT-X-CONTENT-STEERING:SERVER-URI=\"steering.json\",PATHWAY-ID=\"edge-1\"\n"));
    for (edge, host) in [("edge-1", "https://a.example"), ("edge-2", "")] {
        let variant = format!("PATHWAY-ID=\"{edge}\"\n{host}{folder}video-360p.m3u8\n");
        assert!(playlist.contains(&variant), "{playlist}");
        let sound = format!("GROUP-ID=\"audio-aac@{edge}\",");
        let uri = format!("URI=\"{host}{folder}audio-0.m3u8\"");
        assert!(playlist.lines().any(|line| line.contains(&sound) && line.ends_with(&uri)), "{playlist}");
    }
    assert_eq!(playlist.matches("EXT-X-IMAGE-STREAM-INF").count(), 1, "{playlist}");
    assert!(
        playlist.contains("URI=\"thumbnails.m3u8\"") && ask("thumbnails.m3u8").await.starts_with("#EXTM3U")
    );
    let steering = ask("steering.json?_HLS_pathway=edge-1&_HLS_throughput=5140000").await;
    let steering: Value = serde_json::from_str(&steering).unwrap();
    assert_eq!(steering["PATHWAY-PRIORITY"], json!(["edge-1", "edge-2"]));

    let mpd = ask("manifest.mpd").await;
    for base in [
        format!("<BaseURL serviceLocation=\"edge-1\">https://a.example{folder}</BaseURL>"),
        format!("<BaseURL serviceLocation=\"edge-2\">{folder}</BaseURL>"),
    ] {
        assert!(mpd.contains(&base) && !mpd.contains("ContentSteering"), "{mpd}");
    }
    let mpd = ask("timeline.mpd").await;
    assert!(mpd.contains("<BaseURL serviceLocation=\"edge-2\">edge-2/</BaseURL>"), "{mpd}");
}

#[tokio::test]
async fn named_segments_lead_to_the_named_edge() {
    let platform = platform_at("https://a.example/media/,/media/").await;
    let digest = "0a".repeat(32);
    for (name, expected) in [
        ("segments/video-360p/0.m4s", Some("https://a.example/media/@/video-360p.mp4/800-5799")),
        ("edge-1/segments/video-360p/0.m4s", Some("https://a.example/media/@/video-360p.mp4/800-5799")),
        ("edge-2/segments/video-360p/0.m4s", Some("/media/@/video-360p.mp4/800-5799")),
        ("edge-2/text-0.vtt", Some("/media/@/text-0.vtt")),
        ("edge-3/segments/video-360p/0.m4s", None),
        ("edge-2segments/video-360p/0.m4s", None),
    ] {
        let (status, place, _, _) = ask(&platform, &format!("{digest}/{name}")).await;
        let found = (status == 307).then(|| place.replace(&digest, "@"));
        assert_eq!(found.as_deref(), expected, "{name}");
    }
}

#[tokio::test]
async fn what_there_is_not_is_refused_by_name() {
    let platform = platform().await;
    platform.db.publish(&release("Silent", 11, plain())).await.unwrap();
    let digest = "0a".repeat(32);
    for (rest, status, code) in [
        (format!("{digest}/master.m3u8?formats=vp9"), 404, "nothing_playable"),
        (format!("{digest}/master.m3u8?formats=h266"), 400, "device_malformed"),
        (format!("{digest}/master.m3u8?colour=red"), 400, "device_malformed"),
        (format!("{}/master.m3u8", "0b".repeat(32)), 404, "title_not_found"),
        (format!("{digest}/segments/video-360p/5.m4s"), 404, "path_not_found"),
        (format!("{digest}/../master.m3u8"), 404, "path_not_found"),
        ("master.m3u8".to_owned(), 404, "path_not_found"),
    ] {
        let (found, _, kept, body) = ask(&platform, &rest).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((found, body["error"]["code"].as_str()), (status, Some(code)), "{rest}");
        assert_eq!(kept, "no-store", "{rest}");
    }
}
