//! The packages that this crate's tests describe: a plain one with two rungs, two languages, two texts and thumbnails on
//! two sheets; and a rich one with several formats and codings of sound.

use crate::offer::{Pathway, Steering};
use media::codec::{AudioCodec, VideoCodec};
use media::package::{
    AudioTrack, Chapter, Marker, MarkerKind, Package, Picture, SegmentSpan, SegmentedText, TextForms,
    TextTrack, Thumbnails, Track, TrackIndex, VideoTrack,
};
use media::picture::Transfer;
use media::protection::{KeyId, KeyPeriod, KeySystem, Protection, Scheme, Signal, TrackClass};
use media::{ByteRange, Format, FrameRate, Size};

/// Ten seconds and a bit at 24000/1001 frames a second, in segments of 48, 96 and 96 frames.
pub(crate) fn package() -> Package {
    Package {
        duration_s: 10.01,
        video: vec![video("360p", 640, 360, 900_000), video("180p", 320, 180, 300_000)],
        audio: vec![
            audio("English", "en", AudioCodec::Aac, 2, None),
            audio("Deutsch", "de", AudioCodec::Aac, 2, None),
        ],
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
            sheet_bytes_max: 9000,
        }),
        chapters: Vec::new(),
        markers: Vec::new(),
    }
}

/// H.264, AV1 and HEVC in high dynamic range; English also in 5.1, with and without objects; no text.
pub(crate) fn rich_package() -> Package {
    let format = |codec, transfer| Format { codec, transfer };
    let mut package = package();
    package.video.truncate(1);
    for (name, codecs, format) in [
        ("av1-360p", "av01.0.01M.10", format(VideoCodec::Av1, Transfer::Sdr)),
        ("av1-pq-360p", "av01.0.01M.10.0.110.09.16.09.0", format(VideoCodec::Av1, Transfer::Pq)),
        ("hevc-pq-360p", "hvc1.2.4.L63.90", format(VideoCodec::Hevc, Transfer::Pq)),
        ("vp9-hlg-360p", "vp09.02.21.10.01.09.18.09.00", format(VideoCodec::Vp9, Transfer::Hlg)),
    ] {
        let mut track = video(name, 640, 360, 500_000);
        (track.track.codecs, track.format) = (codecs.to_owned(), format);
        package.video.push(track);
    }
    package.audio.insert(1, audio("English", "en", AudioCodec::Eac3, 6, None));
    package.audio.insert(2, audio("English", "en", AudioCodec::Eac3, 6, Some(16)));
    package.audio.push(audio("Deutsch", "de", AudioCodec::Opus, 6, None));
    package.text.clear();
    package.thumbnails = None;
    package
}

/// H.264 and HEVC in three classes and English in 5.1, encrypted under a key for each class; the first segment is clear, and
/// the picture's key changes with the third.
pub(crate) fn protected_package(scheme: Scheme) -> Package {
    let mut package = package();
    package.video.clear();
    for (prefix, codec) in [("", VideoCodec::H264), ("hevc-", VideoCodec::Hevc)] {
        for (lines, width, bitrate_bps) in
            [(2160, 3840, 16_000_000), (1080, 1920, 4_000_000), (360, 640, 900_000)]
        {
            let mut track = video(&format!("{prefix}{lines}p"), width, lines, bitrate_bps);
            track.format.codec = codec;
            let class = TrackClass::of(track.size);
            track.track.protection = Some(protection(scheme, class));
            package.video.push(track);
        }
    }
    package.audio.insert(1, audio("English", "en", AudioCodec::Eac3, 6, None));
    for audio in &mut package.audio {
        audio.track.protection = Some(protection(scheme, TrackClass::Audio));
    }
    package
}

/// The key with the class's number in all bytes, and another after it in what is not sound; signals of few bytes.
fn protection(scheme: Scheme, class: TrackClass) -> Protection {
    let (first, second) = (key_period(0, class as u8), key_period(2, 0x10 + class as u8));
    let signal = |system: KeySystem| Signal {
        system,
        pssh: if system == KeySystem::FairPlay { Vec::new() } else { system.name().as_bytes().to_vec() },
        object: match system {
            KeySystem::PlayReady => vec![0xff, class as u8],
            KeySystem::FairPlay => format!("skd://{}", first.key_id).into_bytes(),
            KeySystem::Common | KeySystem::Widevine => Vec::new(),
        },
        licence_url: (system == KeySystem::Common)
            .then(|| "https://licences.example/clear?a=1&b=2".to_owned()),
    };
    Protection {
        scheme,
        class,
        clear_segments: 1,
        periods: if class == TrackClass::Audio { vec![first] } else { vec![first, second] },
        signals: KeySystem::ALL.map(signal).to_vec(),
    }
}

/// From a segment on, the key whose bytes all have one number.
pub(crate) fn key_period(first_segment: usize, number: u8) -> KeyPeriod {
    KeyPeriod { first_segment, key_id: KeyId([number; 16]) }
}

/// The plain package with two chapters, opening titles, and text in all forms.
pub(crate) fn marked_package() -> Package {
    let mut package = package();
    let chapter = |start_s, title: &str, language: Option<&str>| Chapter {
        start_s,
        title: title.to_owned(),
        language: language.map(str::to_owned),
    };
    package.chapters = vec![chapter(0.0, "The \"Dam\"", Some("en")), chapter(4.5, "Rain & <fire>", None)];
    package.markers = vec![Marker { kind: MarkerKind::Intro, start_s: 1.25, end_s: 3.0 }];
    for text in &mut package.text {
        let durations = [2002, 4004, 4004];
        text.forms.segmented = Some(SegmentedText {
            path: format!("{}.segments.vtt", text.id),
            timescale: 1000,
            segments: index(1000, &durations).segments,
        });
        text.forms.wvtt = Some(text_form_track(&text.id, "wvtt", "wvtt"));
        text.forms.imsc = Some(text_form_track(&text.id, "imsc", "stpp.ttml.im1t"));
    }
    package
}

fn text_form_track(id: &str, form: &str, codecs: &str) -> Track {
    Track {
        id: format!("{id}.{form}"),
        path: format!("{id}.{form}.mp4"),
        codecs: codecs.to_owned(),
        bitrate_bps_peak: 2000,
        bitrate_bps_average: 1000,
        index: index(1000, &[2002, 4004, 4004]),
        protection: None,
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
            protection: None,
        },
        rung: rung.to_owned(),
        format: Format::BASE,
        size: Size { width, height },
        rate: FrameRate { num: 24_000, den: 1001 },
        vmaf: 93.25,
        keyframe_bitrate_bps_peak: 1599,
        supplemental_codecs: None,
    }
}

/// A track of 64 kb/s a channel, whose id tells it from those of other languages and codings.
pub(crate) fn audio(
    name: &str,
    language: &str,
    codec: AudioCodec,
    channels: u32,
    joc_objects: Option<u32>,
) -> AudioTrack {
    let objects = joc_objects.map_or(String::new(), |_| "-joc".to_owned());
    let id = format!("audio-{language}-{codec}-{channels}{objects}");
    let codecs = match codec {
        AudioCodec::Aac => "mp4a.40.2",
        AudioCodec::Eac3 => "ec-3",
        AudioCodec::Opus => "opus",
    };
    AudioTrack {
        track: Track {
            path: format!("{id}.mp4"),
            id,
            codecs: codecs.to_owned(),
            bitrate_bps_peak: 64_000 * u64::from(channels),
            bitrate_bps_average: 60_000 * u64::from(channels),
            index: index(48_000, &[96_256, 192_512, 191_712]),
            protection: None,
        },
        name: name.to_owned(),
        language: Some(language.to_owned()),
        codec,
        joc_objects,
        channels,
        sample_rate_hz: 48_000,
        describes_video: false,
    }
}

/// All of them, with a word for each.
pub(crate) fn packages() -> [(&'static str, Package); 5] {
    [
        ("plain", package()),
        ("rich", rich_package()),
        ("marked", marked_package()),
        ("cenc", protected_package(Scheme::Cenc)),
        ("cbcs", protected_package(Scheme::Cbcs)),
    ]
}

/// Two places, and a server that says which.
pub(crate) fn steering() -> Steering {
    let pathway = |id: &str| Pathway { id: id.to_owned(), base_url: format!("https://{id}.example/p/") };
    Steering {
        server_url: Some("https://steer.example/m".to_owned()),
        pathways: vec![pathway("a"), pathway("b")],
        query_before_start: true,
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
        forms: TextForms::default(),
    }
}

/// A header of 700 bytes, the index after it, and segments of 1000, 2000, 3000 bytes and so on,
/// each with 400 to the end of its first sample.
fn index(timescale: u32, durations: &[u64]) -> TrackIndex {
    let header = ByteRange { offset: 0, length: 700 };
    let sidx = ByteRange { offset: 700, length: 40 + 12 * durations.len() as u64 };
    let (mut start, mut offset) = (0, sidx.end());
    let spans = durations.iter().zip(1..).map(|(duration, number)| {
        let bytes = ByteRange { offset, length: 1000 * number };
        let span = SegmentSpan { start, duration: *duration, bytes, first_sample_end: 400 };
        (start, offset) = (start + duration, span.bytes.end());
        span
    });
    let segments = spans.collect();
    TrackIndex { timescale, header, sidx, segments }
}
