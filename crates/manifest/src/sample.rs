//! The package that this crate's tests describe: two rungs, two languages, two texts, thumbnails on two
//! sheets.

use media::package::{
    AudioTrack, Package, Picture, SegmentSpan, TextTrack, Thumbnails, Track, TrackIndex, VideoTrack,
};
use media::{ByteRange, FrameRate, Size};

/// Ten seconds and a bit at 24000/1001 frames a second, in segments of 48, 96 and 96 frames.
pub(crate) fn package() -> Package {
    Package {
        duration_s: 10.01,
        video: vec![video("360p", 640, 360, 900_000), video("180p", 320, 180, 300_000)],
        audio: vec![audio("audio-0-en", "English", "en", 2), audio("audio-1-de", "Deutsch", "de", 6)],
        text: vec![
            text("text-0-en", "English", true, false),
            text("text-1-en", "English (SDH)", false, true),
        ],
        poster: Some(Picture { path: "poster.jpg".to_owned(), size: Size { width: 640, height: 360 } }),
        thumbnails: Some(Thumbnails {
            sheets: vec!["sheet-000.jpg".to_owned(), "sheet-001.jpg".to_owned()],
            tile: Size { width: 160, height: 90 },
            columns: 2,
            rows: 2,
            tiles: 5,
            interval_s: 2.0,
        }),
    }
}

fn video(rung: &str, width: u32, height: u32, bitrate_bps: u64) -> VideoTrack {
    VideoTrack {
        track: Track {
            id: format!("video-{rung}"),
            path: format!("video-{rung}.mp4"),
            codecs: "avc1.64001e".to_owned(),
            bitrate_bps_peak: bitrate_bps,
            bitrate_bps_average: bitrate_bps / 2,
            index: index(24_000, &[48_048, 96_096, 96_096]),
        },
        rung: rung.to_owned(),
        format: media::Format::BASE,
        size: Size { width, height },
        rate: FrameRate { num: 24_000, den: 1001 },
        vmaf: 93.25,
    }
}

fn audio(id: &str, name: &str, language: &str, channels: u32) -> AudioTrack {
    AudioTrack {
        track: Track {
            id: id.to_owned(),
            path: format!("{id}.mp4"),
            codecs: "mp4a.40.2".to_owned(),
            bitrate_bps_peak: 64_000 * u64::from(channels),
            bitrate_bps_average: 60_000 * u64::from(channels),
            index: index(48_000, &[96_256, 192_512, 191_712]),
        },
        name: name.to_owned(),
        language: Some(language.to_owned()),
        codec: media::codec::AudioCodec::Aac,
        joc_objects: None,
        channels,
        sample_rate_hz: 48_000,
    }
}

fn text(id: &str, name: &str, forced: bool, hearing_impaired: bool) -> TextTrack {
    TextTrack {
        id: id.to_owned(),
        path: format!("{id}.vtt"),
        name: name.to_owned(),
        language: Some("en".to_owned()),
        forced,
        hearing_impaired,
    }
}

/// A header of 700 bytes, the index after it, and segments of 1000, 2000, 3000 bytes and so on.
fn index(timescale: u32, durations: &[u64]) -> TrackIndex {
    let header = ByteRange { offset: 0, length: 700 };
    let sidx = ByteRange { offset: 700, length: 40 + 12 * durations.len() as u64 };
    let (mut start, mut offset) = (0, sidx.end());
    let spans = durations.iter().zip(1..).map(|(duration, number)| {
        let span =
            SegmentSpan { start, duration: *duration, bytes: ByteRange { offset, length: 1000 * number } };
        (start, offset) = (start + duration, span.bytes.end());
        span
    });
    let segments = spans.collect();
    TrackIndex { timescale, header, sidx, segments }
}
