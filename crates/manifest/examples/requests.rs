//! How long manifests take to write: `requests`, for `cargo xtask bench manifest`.
//!
//! Prints a line a kind of request, tab-separated: what, and the 50th, the 99th and the 100th percentile in microseconds,
//! and the longest answer in bytes. The title is a large one: 20 rungs in each of four codecs, protected with a key for each
//! class, ten sounds in three codings, and 30 languages of text, over two hours in segments of four seconds.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use manifest::dash::{self, Addressing};
use manifest::hls;
use manifest::offer::{Offer, Pathway, Steering};
use manifest::{Device, device};
use media::codec::{AudioCodec, VideoCodec};
use media::package::{
    AudioTrack, Package, SegmentSpan, TextForms, TextTrack, Thumbnails, Track, TrackIndex, VideoTrack,
};
use media::picture::Transfer;
use media::protection::{KeyId, KeyPeriod, KeySystem, Protection, Scheme, Signal, TrackClass};
use media::{ByteRange, Format, FrameRate, Size};
use std::hint::black_box;
use stdx::clock::{Clock, SystemClock};

/// Rungs in each codec, and languages of text.
const RUNGS: u32 = 20;
const LANGUAGES: usize = 30;
const SOUNDS: usize = 10;
/// Two hours.
const SEGMENTS: u64 = 1800;
/// Requests that are timed of each kind for each device, after as many again as a tenth that are not.
const REQUESTS: usize = 1000;
/// Bytes of a `pssh` box and of a PlayReady object, about.
const PSSH_BYTES: usize = 120;
const OBJECT_BYTES: usize = 900;

/// Writes the answer to a request.
type Write = fn(&Offer<'_>) -> String;

fn main() {
    let package = title();
    let steering = steering();
    let devices = devices();
    let kinds: [(&str, Write); 5] = [
        ("HLS multivariant playlist", |offer| hls::multivariant(offer)),
        ("HLS media playlist", |offer| hls::media(offer, &offer.video[0].track)),
        ("HLS keyframe playlist", |offer| hls::keyframes(offer, offer.video[0]).unwrap_or_default()),
        ("DASH MPD with indexes", |offer| dash::mpd(offer)),
        ("DASH MPD with timelines", |offer| dash::mpd_with(offer, Addressing::Timeline)),
    ];
    for (kind, write) in kinds {
        let mut times_us = Vec::new();
        let mut bytes = 0;
        for device in &devices {
            // A request is all of it: what the device may have is chosen, and then written.
            let request =
                || device.offer(&package, Some(&steering)).map_or(0, |offer| black_box(write(&offer)).len());
            bytes = bytes.max((0..REQUESTS / 10).map(|_| request()).max().unwrap_or(0));
            let clock = SystemClock::new();
            times_us.extend((0..REQUESTS).map(|_| {
                let start = clock.monotonic();
                black_box(request());
                (clock.monotonic() - start).as_nanos() as f64 / 1000.0
            }));
        }
        times_us.sort_by(f64::total_cmp);
        let percentile = |share: usize| times_us[(times_us.len() - 1) * share / 100];
        println!("{kind}\t{:.1}\t{:.1}\t{:.1}\t{bytes}", percentile(50), percentile(99), percentile(100));
    }
}

/// One that plays everything, a browser without hardware keys, a telephone, and a television set.
fn devices() -> Vec<Device> {
    let sdr = |codec| Format { codec, transfer: Transfer::Sdr };
    let browser = Device {
        formats: [VideoCodec::H264, VideoCodec::Vp9, VideoCodec::Av1].map(sdr).to_vec(),
        systems: vec![KeySystem::Widevine, KeySystem::Common],
        class_max: TrackClass::Hd,
        sounds: vec![AudioCodec::Aac, AudioCodec::Opus],
        ..device::Device::any()
    };
    let telephone = Device {
        formats: [VideoCodec::H264, VideoCodec::Hevc].map(sdr).to_vec(),
        size_max: Size { width: 1920, height: 1080 },
        systems: vec![KeySystem::FairPlay],
        channels_max: 2,
        ..Device::any()
    };
    let television = Device { systems: vec![KeySystem::PlayReady], ..Device::any() };
    vec![Device::any(), browser, telephone, television]
}

fn steering() -> Steering {
    let pathway = |id: &str| Pathway {
        id: id.to_owned(),
        base_url: format!("https://{id}.example/media/0123456789abcdef/"),
    };
    Steering {
        server_url: Some("https://steering.example/title".to_owned()),
        pathways: vec![pathway("a")],
        query_before_start: false,
    }
}

fn title() -> Package {
    let video = VideoCodec::ALL.into_iter().flat_map(|codec| (0..RUNGS).map(move |rung| video(codec, rung)));
    let codings = [(AudioCodec::Aac, 2), (AudioCodec::Eac3, 6), (AudioCodec::Opus, 6)];
    let audio = (0..SOUNDS).flat_map(|sound| codings.map(|(codec, channels)| audio(sound, codec, channels)));
    Package {
        duration_s: SEGMENTS as f64 * 4.0,
        video: video.collect(),
        audio: audio.collect(),
        text: (0..LANGUAGES).map(text).collect(),
        poster: None,
        thumbnails: Some(thumbnails()),
        chapters: Vec::new(),
        markers: Vec::new(),
    }
}

fn video(codec: VideoCodec, rung: u32) -> VideoTrack {
    let lines = 2160 - rung * 100;
    let size = Size { width: lines * 16 / 9, height: lines };
    let bitrate_bps = 800_000 * u64::from(RUNGS - rung);
    let codecs = match codec {
        VideoCodec::H264 => "avc1.640033",
        VideoCodec::Hevc => "hvc1.2.4.L153.90",
        VideoCodec::Vp9 => "vp09.02.51.10.01.09.16.09.00",
        VideoCodec::Av1 => "av01.0.13M.10",
    };
    VideoTrack {
        track: track(&format!("video-{codec}-{lines}p"), codecs, bitrate_bps, TrackClass::of(size)),
        rung: format!("{lines}p"),
        format: Format { codec, transfer: Transfer::Sdr },
        size,
        rate: FrameRate { num: 24, den: 1 },
        vmaf: 95.0 - f64::from(rung),
        keyframe_bitrate_bps_peak: bitrate_bps / 10,
        supplemental_codecs: None,
    }
}

fn audio(sound: usize, codec: AudioCodec, channels: u32) -> AudioTrack {
    let codecs = match codec {
        AudioCodec::Aac => "mp4a.40.2",
        AudioCodec::Eac3 => "ec-3",
        AudioCodec::Opus => "opus",
    };
    AudioTrack {
        track: track(
            &format!("audio-{sound}-{codec}"),
            codecs,
            64_000 * u64::from(channels),
            TrackClass::Audio,
        ),
        name: format!("Language {sound}"),
        language: Some(language(sound)),
        codec,
        channels,
        joc_objects: None,
        sample_rate_hz: 48_000,
        describes_video: false,
    }
}

fn text(number: usize) -> TextTrack {
    TextTrack {
        id: format!("text-{number}"),
        path: format!("text-{number}.vtt"),
        name: format!("Language {number}"),
        language: Some(language(number)),
        forced: false,
        hearing_impaired: number % 2 == 1,
        forms: TextForms::default(),
    }
}

/// A tag of two letters.
fn language(number: usize) -> String {
    [b'a' + number as u8 / 26, b'a' + number as u8 % 26].map(char::from).iter().collect()
}

fn thumbnails() -> Thumbnails {
    Thumbnails {
        sheets: (0..144).map(|sheet| format!("thumbnails-{sheet:03}.jpg")).collect(),
        tile: Size { width: 240, height: 136 },
        columns: 5,
        rows: 5,
        tiles: 3600,
        interval_s: 2.0,
        sheet_bytes_max: 120_000,
    }
}

fn track(id: &str, codecs: &str, bitrate_bps: u64, class: TrackClass) -> Track {
    let length = bitrate_bps / 8 * 4;
    let header = ByteRange { offset: 0, length: 1000 };
    let sidx = ByteRange { offset: 1000, length: 12 * SEGMENTS };
    let span = |number| SegmentSpan {
        start: number * 96,
        duration: 96,
        bytes: ByteRange { offset: sidx.end() + number * length, length },
        first_sample_end: length / 10,
    };
    Track {
        id: id.to_owned(),
        path: format!("{id}.mp4"),
        codecs: codecs.to_owned(),
        bitrate_bps_peak: bitrate_bps,
        bitrate_bps_average: bitrate_bps / 2,
        index: TrackIndex { timescale: 24, header, sidx, segments: (0..SEGMENTS).map(span).collect() },
        protection: Some(protection(class)),
    }
}

fn protection(class: TrackClass) -> Protection {
    let key_id = KeyId([class as u8; 16]);
    let signal = |system| Signal {
        system,
        pssh: if system == KeySystem::FairPlay { Vec::new() } else { vec![0x5a; PSSH_BYTES] },
        object: match system {
            KeySystem::PlayReady => vec![0x5a; OBJECT_BYTES],
            KeySystem::FairPlay => format!("skd://{key_id}").into_bytes(),
            KeySystem::Common | KeySystem::Widevine => Vec::new(),
        },
        licence_url: None,
    };
    Protection {
        scheme: Scheme::Cbcs,
        class,
        clear_segments: 0,
        periods: vec![KeyPeriod { first_segment: 0, key_id }],
        signals: KeySystem::ALL.map(signal).to_vec(),
    }
}
