//! What the API answers.

use media::Format;
use media::codec::{AudioCodec, VideoCodec};
use media::package::{AudioTrack, Package, VideoTrack};
use media::picture::Transfer;
use serde_json::json;

use super::{Platform, audio, full, header, plain, release, text, video};

#[tokio::test]
async fn the_catalogue_grows_as_titles_are_published() {
    let platform = Platform::new("/media/").await;
    assert_eq!(platform.json("GET /api/titles").await, (200, json!({ "titles": [] })));

    platform.db.publish(&release("First", 1, plain())).await.unwrap();
    platform.db.publish(&release("Second", 2, full())).await.unwrap();
    let first = json!({
        "id": "first-01010101", "name": "First", "duration_s": 6.0, "poster_url": null, "published_ms": 1000,
    });
    let second = json!({
        "id": "second-02020202", "name": "Second", "duration_s": 6.0, "published_ms": 2000,
        "poster_url": format!("/media/{}/poster.jpg", "02".repeat(32)),
    });
    assert_eq!(platform.json("GET /api/titles").await, (200, json!({ "titles": [second, first] })));
    assert_eq!(platform.json("GET /api/titles/first-01010101").await, (200, first));
    assert_eq!(platform.json("GET /api/titles/second-02020202").await, (200, second));
}

#[tokio::test]
async fn a_grant_has_all_that_a_player_needs() {
    let platform = Platform::new("https://edge.example/media").await;
    platform.db.publish(&release("Film", 10, full())).await.unwrap();
    let base = format!("https://edge.example/media/{}/", "0a".repeat(32));
    let audio = |language: &str| {
        json!({
            "id": "audio-0", "name": "English", "language": language, "codec": "aac", "channels": 2,
            "joc_objects": null, "timescale": 48000, "starts": [0, 288768], "codecs": "mp4a.40.2",
            "mime": "audio/mp4", "bitrate_bps_peak": 800000, "path": "audio-0.mp4", "header": [0, 700], "offsets": [800, 90800],
            "protection": null,
        })
    };
    let expected = json!({
        "title": {
            "id": "film-0a0a0a0a", "name": "Film", "duration_s": 6.0, "poster_url": format!("{base}poster.jpg"),
        },
        "hls_url": format!("{base}master.m3u8"),
        "dash_url": format!("{base}manifest.mpd"),
        "base_url": base,
        "alternate_base_urls": [],
        "video": {
            "timescale": 24,
            "starts": [0, 96, 144],
            "tracks": [{
                "id": "video-360p", "rung": "360p", "width": 640, "height": 360, "frame_rate": 24.0,
                "codec": "h264", "transfer": "sdr", "codecs": "avc1.64001e", "mime": "video/mp4",
                "bitrate_bps_peak": 800000, "bitrate_bps_average": 500000, "vmaf": 93.5, "path": "video-360p.mp4", "header": [0, 700],
                "offsets": [800, 5800, 8300], "protection": null,
            }],
        },
        "audio": [audio("en"), audio("und")],
        "text": [{
            "id": "text-0", "name": "Deutsch", "language": "de", "forced": false, "hearing_impaired": true,
            "path": "text-0.vtt",
        }],
        "thumbnails": {
            "sheets": ["thumbnails-0.jpg"], "tile": { "width": 160, "height": 90 }, "columns": 5, "rows": 5,
            "tiles": 6, "interval_s": 1.0,
        },
        "protection": null,
    });
    assert_eq!(platform.json("POST /api/titles/film-0a0a0a0a/play").await, (200, expected));
}

#[tokio::test]
async fn formats_have_names_and_sound_its_objects() {
    let platform = Platform::new("/media/").await;
    let formats = [
        (VideoCodec::H264, Transfer::Sdr, json!(["h264", "sdr"])),
        (VideoCodec::Hevc, Transfer::Pq, json!(["hevc", "pq"])),
        (VideoCodec::Vp9, Transfer::Sdr, json!(["vp9", "sdr"])),
        (VideoCodec::Av1, Transfer::Hlg, json!(["av1", "hlg"])),
    ];
    let sounds = [
        (AudioCodec::Aac, None, json!(["aac", null])),
        (AudioCodec::Eac3, Some(12), json!(["eac3", 12])),
        (AudioCodec::Opus, None, json!(["opus", null])),
    ];
    let package = Package {
        video: formats
            .clone()
            .map(|(codec, transfer, _)| VideoTrack { format: Format { codec, transfer }, ..video() })
            .to_vec(),
        audio: sounds
            .clone()
            .map(|(codec, joc_objects, _)| AudioTrack { codec, joc_objects, ..audio(None) })
            .to_vec(),
        ..plain()
    };
    platform.db.publish(&release("Formats", 5, package)).await.unwrap();
    let (_, grant) = platform.json("POST /api/titles/formats-05050505/play").await;
    for (index, (.., expected)) in formats.into_iter().enumerate() {
        let track = &grant["video"]["tracks"][index];
        assert_eq!(json!([track["codec"], track["transfer"]]), expected);
    }
    for (index, (.., expected)) in sounds.into_iter().enumerate() {
        let track = &grant["audio"][index];
        assert_eq!(json!([track["codec"], track["joc_objects"]]), expected);
    }
}

#[tokio::test]
async fn a_plain_title_has_a_grant_too() {
    let platform = Platform::new("/media/").await;
    platform.db.publish(&release("Silent", 3, plain())).await.unwrap();
    let (status, grant) = platform.json("POST /api/titles/silent-03030303/play").await;
    assert_eq!(status, 200);
    assert_eq!(
        (&grant["audio"], &grant["text"], &grant["thumbnails"], &grant["title"]["poster_url"]),
        (&json!([]), &json!([]), &json!(null), &json!(null))
    );
}

#[tokio::test]
async fn refusals_are_json_with_a_code() {
    let platform = Platform::new("/media/").await;
    for (line, status, code) in [
        ("GET /api/titles/nobody", 404, "title_not_found"),
        ("POST /api/titles/nobody/play", 404, "title_not_found"),
        ("GET /api/titles/..%2f..%2fetc", 404, "title_not_found"),
        ("GET /api/titles/%ff", 404, "title_not_found"),
        ("POST /api/titles/%ff%fe/play", 404, "title_not_found"),
        ("GET /api/titles/%00%zz", 404, "title_not_found"),
        ("GET /api/other", 404, "path_not_found"),
        ("POST /api/titles/a/b/c", 404, "path_not_found"),
        ("GET /api/", 404, "path_not_found"),
        ("GET /api", 404, "path_not_found"),
        ("DELETE /api/titles", 405, "method_not_allowed"),
        ("GET /api/titles/nobody/play", 405, "method_not_allowed"),
    ] {
        let (found, body) = platform.json(line).await;
        assert_eq!((found, body["error"]["code"].as_str()), (status, Some(code)), "{line}");
        assert!(
            body["error"]["message"].as_str().is_some_and(|message| message.ends_with('.')),
            "{line}: {body}"
        );
    }
    assert_eq!(header(&platform.answer("DELETE /api/titles", &[]).await, "allow"), "GET,HEAD");
}

#[tokio::test]
async fn failures_are_told_without_their_inside() {
    let platform = Platform::new("/media/").await;
    assert_eq!(platform.json("GET /healthz").await, (200, json!({ "status": "ok" })));
    let mut blind = plain();
    blind.video.clear();
    platform.db.publish(&release("Blind", 4, blind)).await.unwrap();
    let (status, body) = platform.json("POST /api/titles/blind-04040404/play").await;
    assert_eq!((status, &body["error"]["code"]), (500, &json!("internal")));

    platform.db.close().await;
    for (line, status, code) in [
        ("GET /api/titles", 500, "internal"),
        ("GET /api/titles/a", 500, "internal"),
        ("GET /healthz", 503, "unavailable"),
    ] {
        let (found, body) = platform.json(line).await;
        assert_eq!((found, &body["error"]["code"]), (status, &json!(code)), "{line}");
    }
}

#[tokio::test]
async fn a_head_has_no_body() {
    let platform = Platform::new("/media/").await;
    let response = platform.answer("HEAD /api/titles", &[]).await;
    assert_eq!((response.status().as_u16(), text(response).await.as_str()), (200, ""));
}
