//! The rules as tables: a change to a good film's facts, and the findings it draws.

use ingest::{Decoded, after_decode, gaps, inspect, may_have_gaps, unreadable};
use media::facts::{AudioFacts, Facts, Label, TextFacts, VideoFacts};
use media::master::{Finding, MasterFile, Severity};
use media::picture::{Colour, Transfer};
use media::{Digest, FrameRate, Size};

/// A film without any finding: 60 s of 1080p24 with stereo and English subtitles in 30 MB.
fn good() -> Facts {
    let label = Label { language: Some("en".into()), title: None, default: false };
    let rate = Some(FrameRate { num: 24, den: 1 });
    Facts {
        container: "mov,mp4,m4a,3gp,3g2,mj2".into(),
        duration_s: Some(60.0),
        video: vec![VideoFacts {
            stream: 0,
            codec: "h264".into(),
            size: Size { width: 1920, height: 1080 },
            sample_aspect: (1, 1),
            rotation_degrees: 0,
            pixel_format: "yuv420p".into(),
            frame_rate_average: rate,
            frame_rate_base: rate,
            frames: Some(1440),
            start_s: 0.0,
            duration_s: Some(60.0),
            interlaced: false,
            colour: Colour::default(),
            container_colour: None,
            bit_depth: 8,
            mastering: None,
            light: None,
            dolby_vision_profile: None,
        }],
        audio: vec![AudioFacts {
            stream: 1,
            codec: "aac".into(),
            channels: 2,
            sample_rate_hz: 48_000,
            start_s: 0.0,
            duration_s: Some(60.0),
            describes_video: false,
            label: label.clone(),
        }],
        text: vec![TextFacts {
            stream: 2,
            codec: "subrip".into(),
            bitmap: false,
            forced: false,
            hearing_impaired: false,
            label,
        }],
        chapters: Vec::new(),
        complaints: Vec::new(),
    }
}

fn file() -> MasterFile {
    MasterFile { digest: Digest([7; 32]), bytes: 30_000_000, name: "film.mp4".into() }
}

/// Codes in order; blockers with an exclamation mark.
fn codes(findings: &[Finding]) -> String {
    let mark = |finding: &Finding| if finding.severity == Severity::Blocker { "!" } else { "" };
    let codes: Vec<_> = findings.iter().map(|finding| format!("{}{}", finding.code, mark(finding))).collect();
    codes.join(" ")
}

/// Changes the good film and compares what ingest says.
fn check(expected: &str, change: impl FnOnce(&mut Facts)) {
    let mut facts = good();
    change(&mut facts);
    let report = inspect(&facts, file());
    assert_eq!(codes(&report.findings), expected, "{:#?}", report.findings);
    assert_eq!(report.master.is_none(), expected.contains('!'), "a blocker and a master exclude each other");
    for finding in &report.findings {
        assert!(finding.message.ends_with('.'), "a sentence: {}", finding.message);
    }
}

fn picture(expected: &str, change: impl FnOnce(&mut VideoFacts)) {
    check(expected, |facts| change(&mut facts.video[0]));
}

fn size(width: u32, height: u32) -> Size {
    Size { width, height }
}

#[test]
fn a_good_film_draws_no_finding() {
    let facts = good();
    let report = inspect(&facts, file());
    assert_eq!(report.findings, []);
    let master = report.master.unwrap();
    assert_eq!((master.file, master.audio.len(), master.text.len()), (file(), 1, 1));
    assert_eq!((master.conform.size, master.conform.rate.fps()), (size(1920, 1080), 24.0));
    assert!(!master.conform.resample_rate && !master.conform.deinterlace);
}

#[test]
fn sizes() {
    picture("", |video| video.size = size(7680, 4320));
    picture("", |video| video.size = size(8192, 4320));
    picture("", |video| video.size = size(4320, 7680));
    picture("", |video| video.size = size(16, 16));
    picture("picture-too-large!", |video| video.size = size(65_535, 65_535));
    picture("picture-too-large!", |video| video.size = size(8194, 16));
    picture("picture-too-large!", |video| video.size = size(8192, 8192));
    picture("picture-too-small!", |video| video.size = size(1920, 14));
    picture("", |video| video.size = size(1024, 128));
    picture("picture-too-narrow!", |video| video.size = size(1040, 128));
    picture("picture-too-narrow!", |video| video.size = size(16, 8192));
    picture("", |video| (video.size, video.sample_aspect) = (size(512, 128), (2, 1)));
    picture("picture-too-narrow!", |video| (video.size, video.sample_aspect) = (size(512, 128), (3, 1)));
    picture("unknown-size!", |video| video.size = size(0, 0));
    picture("undecodable!", |video| video.pixel_format.clear());
    picture("unknown-video-codec!", |video| video.codec.clear());
    picture("odd-pixel-aspect", |video| video.sample_aspect = (1, 50));
}

#[test]
fn streams() {
    check("no-video!", |facts| facts.video.clear());
    check("no-audio", |facts| facts.audio.clear());
    check("audio-undecodable", |facts| facts.audio[0].codec = "ac4".into());
    check("audio-undecodable", |facts| facts.audio[0].channels = 0);
    check("bitmap-subtitles-skipped", |facts| facts.text[0].bitmap = true);
    check("subtitles-unsupported", |facts| facts.text[0].codec = "eia_608".into());
    check("too-many-audio-streams", |facts| facts.audio = vec![facts.audio[0].clone(); 17]);
    check("too-many-subtitle-streams", |facts| facts.text = vec![facts.text[0].clone(); 65]);
    check("unclean-container", |facts| facts.complaints = vec!["[mov] odd box".into()]);
}

#[test]
fn the_largest_decodable_picture_is_chosen() {
    let mut facts = good();
    let at = |stream, side, pixel_format: &str| VideoFacts {
        stream,
        size: size(side, side),
        pixel_format: pixel_format.into(),
        ..good().video.remove(0)
    };
    facts.video = vec![at(0, 320, "yuv420p"), at(3, 640, "yuv420p"), at(4, 640, "yuv420p"), at(5, 720, "")];
    let report = inspect(&facts, file());
    assert_eq!(codes(&report.findings), "several-videos");
    assert_eq!(report.master.unwrap().video.stream, 3);
}

#[test]
fn the_default_sound_comes_first() {
    let mut facts = good();
    let at = |stream, default| AudioFacts {
        stream,
        label: Label { default, ..Label::default() },
        ..good().audio.remove(0)
    };
    facts.audio = vec![at(1, false), at(2, false), at(3, true)];
    let streams: Vec<_> =
        inspect(&facts, file()).master.unwrap().audio.iter().map(|audio| audio.stream).collect();
    assert_eq!(streams, [3, 1, 2]);
    facts.audio[2].describes_video = true;
    let streams: Vec<_> =
        inspect(&facts, file()).master.unwrap().audio.iter().map(|audio| audio.stream).collect();
    assert_eq!(streams, [1, 2, 3], "a voice over the picture is not what everybody hears first");
}

#[test]
fn lengths() {
    check("duration-unknown", |facts| (facts.duration_s, facts.video[0].duration_s) = (None, None));
    check("", |facts| facts.video[0].duration_s = None);
    check("zero-length!", |facts| {
        (facts.video[0].duration_s, facts.video[0].frames) = (Some(0.0), None);
    });
    check("duration-implausible", |facts| {
        facts.audio.clear();
        facts.audio.push(AudioFacts { duration_s: None, ..good().audio.remove(0) });
        (facts.duration_s, facts.video[0].duration_s) = (Some(300_000.0), Some(300_000.0));
    });
    check("too-long!", |facts| {
        (facts.duration_s, facts.video[0].duration_s) = (Some(90_000.0), Some(90_000.0));
    });
    check("duration-mismatch", |facts| facts.duration_s = Some(64.0));
    check("", |facts| facts.duration_s = Some(62.9));
    check("audio-length-differs", |facts| facts.audio[0].duration_s = Some(50.0));
}

#[test]
fn colour_and_fields() {
    let hdr = |video: &mut VideoFacts, transfer: &str| {
        video.pixel_format = "yuv420p10le".into();
        video.colour.primaries = Some("bt2020".into());
        video.colour.matrix = Some("bt2020nc".into());
        video.bit_depth = 10;
        video.colour.transfer = Some(transfer.into());
    };
    picture("hdr-tone-mapped", |video| hdr(video, "smpte2084"));
    let told = |transfer: &str, matrix: &str| {
        let (transfer, matrix) = (Some(transfer.to_owned()), Some(matrix.to_owned()));
        Some(Colour { transfer, matrix, ..Colour::default() })
    };
    picture("colour-flags-conflict hdr-tone-mapped", |video| {
        hdr(video, "smpte2084");
        video.container_colour = Some(Colour::default()); // silence is a promise of SDR
    });
    picture("colour-flags-conflict hdr-tone-mapped", |video| {
        hdr(video, "smpte2084");
        video.container_colour = told("arib-std-b67", "bt2020nc");
    });
    picture("hdr-tone-mapped", |video| {
        hdr(video, "smpte2084");
        video.container_colour = told("smpte2084", "bt2020nc");
    });
    picture("colour-flags-conflict", |video| {
        video.colour.matrix = Some("bt709".into());
        video.container_colour = told("bt709", "smpte170m");
    });
    picture("", |video| video.container_colour = Some(Colour::default()));
    picture("hdr-tone-mapped", |video| hdr(video, "arib-std-b67"));
    picture("hdr-tone-mapped colour-conflict", |video| {
        hdr(video, "smpte2084");
        video.colour.primaries = Some("bt709".into());
    });
    picture("hdr-tone-mapped colour-conflict", |video| {
        hdr(video, "smpte2084");
        video.bit_depth = 8;
    });
    picture("dolby-vision-only!", |video| video.dolby_vision_profile = Some(5));
    picture("dolby-vision-only!", |video| video.dolby_vision_profile = Some(10));
    picture("dolby-vision", |video| video.dolby_vision_profile = Some(9));
    picture("dolby-vision hdr-tone-mapped", |video| {
        hdr(video, "smpte2084");
        video.dolby_vision_profile = Some(8);
    });
    picture("interlaced", |video| video.interlaced = true);
}

#[test]
fn the_transfer_and_the_fields_reach_the_conform() {
    let mut facts = good();
    facts.video[0].interlaced = true;
    facts.video[0].colour.transfer = Some("arib-std-b67".into());
    let conform = inspect(&facts, file()).master.unwrap().conform;
    assert_eq!((conform.deinterlace, conform.transfer), (true, Transfer::Hlg));
}

#[test]
fn a_file_that_cannot_be_read_is_refused_with_the_reason() {
    let report = unreadable("moov atom not found");
    assert_eq!((codes(&report.findings).as_str(), report.master), ("unreadable!", None));
    assert!(report.findings[0].message.ends_with("moov atom not found."));
}

#[test]
fn after_the_decode() {
    let check = |expected: &str, frames, decode_errors, change: fn(&mut Facts)| {
        let mut facts = good();
        change(&mut facts);
        let master = inspect(&facts, file()).master.unwrap();
        let findings = after_decode(&facts, &master, &Decoded { frames, decode_errors });
        assert_eq!(codes(&findings), expected, "{frames} frames, {decode_errors} errors");
    };
    let as_declared: fn(&mut Facts) = |_| {};
    check("", 1440, 0, as_declared);
    check("", 1436, 0, as_declared); // 0.17 s: the last frames' rounding
    check("shorter-than-declared", 1430, 0, as_declared);
    check("truncated!", 1380, 0, as_declared); // 2.5 s of 60 s
    check("undecodable!", 0, 0, as_declared);
    check("undecodable!", 0, 100, as_declared);
    check("decode-errors", 1440, 144, as_declared);
    check("too-damaged!", 1440, 145, as_declared);
    check("truncated! too-damaged!", 700, 145, as_declared);
    check("longer-than-declared", 1900, 0, as_declared);
    check("broken-timestamps!", 1900, 0, |facts| facts.video[0].frame_rate_base = None); // frames were doubled
    let short: fn(&mut Facts) = |facts| {
        (facts.duration_s, facts.video[0].duration_s) = (Some(1.0), Some(1.0));
        facts.video[0].frames = Some(24);
    };
    check("", 24, 0, short);
    check("truncated!", 17, 0, short);
    let by_container: fn(&mut Facts) = |facts| facts.video[0].duration_s = None;
    check("shorter-than-declared", 1320, 0, by_container); // sound may run on for 5 s
    check("truncated!", 1200, 0, by_container);
    let not_declared: fn(&mut Facts) = |facts| (facts.duration_s, facts.video[0].duration_s) = (None, None);
    check("", 3, 0, not_declared);
}

#[test]
fn gaps_are_told_by_a_second_decode() {
    let facts = good();
    let mut master = inspect(&facts, file()).master.unwrap();
    let decoded = |frames| Decoded { frames, decode_errors: 0 };
    let told = |kept, filled| gaps(&master, &decoded(kept), &decoded(filled)).map(|finding| finding.code);
    assert_eq!(told(1400, 1440), Some("picture-gaps"));
    assert_eq!(told(1400, 1400), None);
    assert_eq!(told(1400, 1399), None);

    let short = after_decode(&facts, &master, &decoded(1430));
    assert!(may_have_gaps(&master, &short));
    assert!(!may_have_gaps(&master, &after_decode(&facts, &master, &decoded(1440))));
    master.conform.resample_rate = true;
    assert!(!may_have_gaps(&master, &short), "it went by the timestamps already");
}
