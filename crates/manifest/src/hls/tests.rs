//! Playlists of the sample package, reviewed against the RFC, and read by another implementation.

mod features;

use super::*;
use crate::sample;
use expect_test::{Expect, expect};
use m3u8_rs::{AlternativeMediaType, MasterPlaylist, MediaPlaylist};

fn check(actual: String, expected: Expect) {
    expected.assert_eq(&actual);
}

#[test]
fn a_multivariant_playlist() {
    check(
        multivariant(&Offer::whole(&sample::package())),
        expect![[r##"
            #EXTM3U
            #EXT-X-VERSION:7
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-aac",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",STABLE-RENDITION-ID="audio-en-aac-2",URI="audio-en-aac-2.m3u8"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-aac",NAME="Deutsch",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",STABLE-RENDITION-ID="audio-de-aac-2",URI="audio-de-aac-2.m3u8"
            #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,FORCED=YES,STABLE-RENDITION-ID="text-0-en",URI="text-0-en.m3u8"
            #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="English (SDH)",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound",STABLE-RENDITION-ID="text-1-en",URI="text-1-en.m3u8"
            #EXT-X-STREAM-INF:BANDWIDTH=1028000,AVERAGE-BANDWIDTH=570000,SCORE=93.27,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=SDR,AUDIO="audio-aac",SUBTITLES="text",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-360p"
            video-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=428000,AVERAGE-BANDWIDTH=270000,SCORE=93.27,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=320x180,FRAME-RATE=23.976,VIDEO-RANGE=SDR,AUDIO="audio-aac",SUBTITLES="text",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-180p"
            video-180p.m3u8
            #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1599,CODECS="avc1.64001e",RESOLUTION=640x360,VIDEO-RANGE=SDR,STABLE-VARIANT-ID="video-360p.keyframes",URI="video-360p.keyframes.m3u8"
            #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1599,CODECS="avc1.64001e",RESOLUTION=320x180,VIDEO-RANGE=SDR,STABLE-VARIANT-ID="video-180p.keyframes",URI="video-180p.keyframes.m3u8"
            #EXT-X-IMAGE-STREAM-INF:BANDWIDTH=9000,RESOLUTION=160x90,CODECS="jpeg",URI="thumbnails.m3u8"
        "##]],
    );
}

#[test]
fn a_film_without_sound_or_text() {
    let mut package = sample::package();
    package.video.truncate(1);
    package.audio.clear();
    package.text.clear();
    check(
        multivariant(&Offer::whole(&package)),
        expect![[r##"
            #EXTM3U
            #EXT-X-VERSION:7
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=450000,SCORE=93.25,CODECS="avc1.64001e",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=SDR,CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-360p"
            video-360p.m3u8
            #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1599,CODECS="avc1.64001e",RESOLUTION=640x360,VIDEO-RANGE=SDR,STABLE-VARIANT-ID="video-360p.keyframes",URI="video-360p.keyframes.m3u8"
            #EXT-X-IMAGE-STREAM-INF:BANDWIDTH=9000,RESOLUTION=160x90,CODECS="jpeg",URI="thumbnails.m3u8"
        "##]],
    );
}

#[test]
fn a_media_playlist() {
    let package = sample::package();
    check(
        media(&Offer::whole(&package), &package.video[0].track),
        expect![[r##"
        #EXTM3U
        #EXT-X-VERSION:7
        #EXT-X-TARGETDURATION:4
        #EXT-X-MEDIA-SEQUENCE:0
        #EXT-X-PLAYLIST-TYPE:VOD
        #EXT-X-INDEPENDENT-SEGMENTS
        #EXT-X-MAP:URI="video-360p.mp4",BYTERANGE="700@0"
        #EXTINF:2.002000,
        #EXT-X-BYTERANGE:1000@776
        video-360p.mp4
        #EXTINF:4.004000,
        #EXT-X-BYTERANGE:2000@1776
        video-360p.mp4
        #EXTINF:4.004000,
        #EXT-X-BYTERANGE:3000@3776
        video-360p.mp4
        #EXT-X-ENDLIST
    "##]],
    );
}

#[test]
fn a_text_playlist() {
    let package = sample::package();
    check(
        text(&Offer::whole(&package), &package.text[0], TextForm::File),
        expect![[r#"
        #EXTM3U
        #EXT-X-VERSION:7
        #EXT-X-TARGETDURATION:10
        #EXT-X-MEDIA-SEQUENCE:0
        #EXT-X-PLAYLIST-TYPE:VOD
        #EXT-X-INDEPENDENT-SEGMENTS
        #EXTINF:10.010000,
        text-0-en.vtt
        #EXT-X-ENDLIST
    "#]],
    );
}

/// Names must differ within a group, and of renditions that a player cannot tell apart only one may be chosen
/// by itself.
#[test]
fn renditions_that_look_alike_are_told_apart() {
    let mut package = sample::package();
    package.audio[1] = package.audio[0].clone();
    package.audio.push(package.audio[0].clone());
    let playlist = multivariant(&Offer::whole(&package));
    let lines: Vec<_> = playlist.lines().filter(|line| line.contains("TYPE=AUDIO")).collect();
    for (line, expected) in lines.iter().zip([
        r#"NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES"#,
        r#"NAME="English 2",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=NO"#,
        r#"NAME="English 3",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=NO"#,
    ]) {
        assert!(line.contains(expected), "{line}");
    }
}

/// Five formats and four codecs of the sound: looked through by hand against section 4.4.6. German has no Enhanced AC-3
/// and is there in AAC; English has no Opus.
#[test]
fn formats_and_codings() {
    check(
        multivariant(&Offer::whole(&sample::rich_package())),
        expect![[r##"
            #EXTM3U
            #EXT-X-VERSION:7
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-aac",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",STABLE-RENDITION-ID="audio-en-aac-2",URI="audio-en-aac-2.m3u8"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-aac",NAME="Deutsch",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",STABLE-RENDITION-ID="audio-de-aac-2",URI="audio-de-aac-2.m3u8"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-eac3",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="6",STABLE-RENDITION-ID="audio-en-eac3-6",URI="audio-en-eac3-6.m3u8"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-eac3",NAME="Deutsch",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",STABLE-RENDITION-ID="audio-de-aac-2",URI="audio-de-aac-2.m3u8"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-eac3-joc",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="16/JOC",STABLE-RENDITION-ID="audio-en-eac3-6-joc",URI="audio-en-eac3-6-joc.m3u8"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-eac3-joc",NAME="Deutsch",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",STABLE-RENDITION-ID="audio-de-aac-2",URI="audio-de-aac-2.m3u8"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-opus",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",STABLE-RENDITION-ID="audio-en-aac-2",URI="audio-en-aac-2.m3u8"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-opus",NAME="Deutsch",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="6",STABLE-RENDITION-ID="audio-de-opus-6",URI="audio-de-opus-6.m3u8"
            #EXT-X-STREAM-INF:BANDWIDTH=1028000,AVERAGE-BANDWIDTH=570000,SCORE=93.27,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=SDR,AUDIO="audio-aac",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-360p"
            video-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=628000,AVERAGE-BANDWIDTH=370000,SCORE=93.27,CODECS="av01.0.01M.10,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=SDR,AUDIO="audio-aac",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-av1-360p"
            video-av1-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=628000,AVERAGE-BANDWIDTH=370000,SCORE=93.27,CODECS="av01.0.01M.10.0.110.09.16.09.0,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=PQ,AUDIO="audio-aac",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-av1-pq-360p"
            video-av1-pq-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=628000,AVERAGE-BANDWIDTH=370000,SCORE=93.27,CODECS="hvc1.2.4.L63.90,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=PQ,AUDIO="audio-aac",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-hevc-pq-360p"
            video-hevc-pq-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=628000,AVERAGE-BANDWIDTH=370000,SCORE=93.27,CODECS="vp09.02.21.10.01.09.18.09.00,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=HLG,AUDIO="audio-aac",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-vp9-hlg-360p"
            video-vp9-hlg-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=1284000,AVERAGE-BANDWIDTH=810000,SCORE=93.31,CODECS="avc1.64001e,ec-3,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=SDR,AUDIO="audio-eac3",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-360p"
            video-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=884000,AVERAGE-BANDWIDTH=610000,SCORE=93.31,CODECS="av01.0.01M.10,ec-3,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=SDR,AUDIO="audio-eac3",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-av1-360p"
            video-av1-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=884000,AVERAGE-BANDWIDTH=610000,SCORE=93.31,CODECS="av01.0.01M.10.0.110.09.16.09.0,ec-3,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=PQ,AUDIO="audio-eac3",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-av1-pq-360p"
            video-av1-pq-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=884000,AVERAGE-BANDWIDTH=610000,SCORE=93.31,CODECS="hvc1.2.4.L63.90,ec-3,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=PQ,AUDIO="audio-eac3",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-hevc-pq-360p"
            video-hevc-pq-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=884000,AVERAGE-BANDWIDTH=610000,SCORE=93.31,CODECS="vp09.02.21.10.01.09.18.09.00,ec-3,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=HLG,AUDIO="audio-eac3",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-vp9-hlg-360p"
            video-vp9-hlg-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=1284000,AVERAGE-BANDWIDTH=810000,SCORE=93.41,CODECS="avc1.64001e,ec-3,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=SDR,AUDIO="audio-eac3-joc",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-360p"
            video-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=884000,AVERAGE-BANDWIDTH=610000,SCORE=93.41,CODECS="av01.0.01M.10,ec-3,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=SDR,AUDIO="audio-eac3-joc",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-av1-360p"
            video-av1-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=884000,AVERAGE-BANDWIDTH=610000,SCORE=93.41,CODECS="av01.0.01M.10.0.110.09.16.09.0,ec-3,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=PQ,AUDIO="audio-eac3-joc",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-av1-pq-360p"
            video-av1-pq-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=884000,AVERAGE-BANDWIDTH=610000,SCORE=93.41,CODECS="hvc1.2.4.L63.90,ec-3,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=PQ,AUDIO="audio-eac3-joc",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-hevc-pq-360p"
            video-hevc-pq-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=884000,AVERAGE-BANDWIDTH=610000,SCORE=93.41,CODECS="vp09.02.21.10.01.09.18.09.00,ec-3,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=HLG,AUDIO="audio-eac3-joc",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-vp9-hlg-360p"
            video-vp9-hlg-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=1284000,AVERAGE-BANDWIDTH=810000,SCORE=93.31,CODECS="avc1.64001e,mp4a.40.2,opus",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=SDR,AUDIO="audio-opus",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-360p"
            video-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=884000,AVERAGE-BANDWIDTH=610000,SCORE=93.31,CODECS="av01.0.01M.10,mp4a.40.2,opus",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=SDR,AUDIO="audio-opus",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-av1-360p"
            video-av1-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=884000,AVERAGE-BANDWIDTH=610000,SCORE=93.31,CODECS="av01.0.01M.10.0.110.09.16.09.0,mp4a.40.2,opus",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=PQ,AUDIO="audio-opus",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-av1-pq-360p"
            video-av1-pq-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=884000,AVERAGE-BANDWIDTH=610000,SCORE=93.31,CODECS="hvc1.2.4.L63.90,mp4a.40.2,opus",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=PQ,AUDIO="audio-opus",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-hevc-pq-360p"
            video-hevc-pq-360p.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=884000,AVERAGE-BANDWIDTH=610000,SCORE=93.31,CODECS="vp09.02.21.10.01.09.18.09.00,mp4a.40.2,opus",RESOLUTION=640x360,FRAME-RATE=23.976,VIDEO-RANGE=HLG,AUDIO="audio-opus",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="video-vp9-hlg-360p"
            video-vp9-hlg-360p.m3u8
            #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1599,CODECS="avc1.64001e",RESOLUTION=640x360,VIDEO-RANGE=SDR,STABLE-VARIANT-ID="video-360p.keyframes",URI="video-360p.keyframes.m3u8"
            #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1599,CODECS="av01.0.01M.10",RESOLUTION=640x360,VIDEO-RANGE=SDR,STABLE-VARIANT-ID="video-av1-360p.keyframes",URI="video-av1-360p.keyframes.m3u8"
            #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1599,CODECS="av01.0.01M.10.0.110.09.16.09.0",RESOLUTION=640x360,VIDEO-RANGE=PQ,STABLE-VARIANT-ID="video-av1-pq-360p.keyframes",URI="video-av1-pq-360p.keyframes.m3u8"
            #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1599,CODECS="hvc1.2.4.L63.90",RESOLUTION=640x360,VIDEO-RANGE=PQ,STABLE-VARIANT-ID="video-hevc-pq-360p.keyframes",URI="video-hevc-pq-360p.keyframes.m3u8"
            #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1599,CODECS="vp09.02.21.10.01.09.18.09.00",RESOLUTION=640x360,VIDEO-RANGE=HLG,STABLE-VARIANT-ID="video-vp9-hlg-360p.keyframes",URI="video-vp9-hlg-360p.keyframes.m3u8"
        "##]],
    );
}

#[test]
fn all_audio_groups_have_the_same_members() {
    let package = sample::rich_package();
    let read: MasterPlaylist =
        m3u8_rs::parse_master_playlist_res(multivariant(&Offer::whole(&package)).as_bytes()).unwrap();
    assert_eq!((read.variants.len(), read.alternatives.len()), (5 * 4 + 5, 4 * 2));
    for group in ["audio-aac", "audio-eac3", "audio-eac3-joc", "audio-opus"] {
        let members = read.alternatives.iter().filter(|rendition| rendition.group_id == group);
        let members: Vec<_> = members.map(|m| (m.name.as_str(), m.default, m.autoselect)).collect();
        assert_eq!(members, [("English", true, true), ("Deutsch", false, true)], "{group}");
        let variants = read.variants.iter().filter(|variant| variant.audio.as_deref() == Some(group));
        let paths: Vec<_> = variants.map(|variant| variant.uri.as_str()).collect();
        let expected: Vec<_> = package.video.iter().map(|video| playlist_path(&video.track.id)).collect();
        assert_eq!(paths, expected, "{group}");
    }
}

#[test]
fn m3u8_rs_reads_the_same_variants() {
    let package = sample::package();
    let read: MasterPlaylist =
        m3u8_rs::parse_master_playlist_res(multivariant(&Offer::whole(&package)).as_bytes()).unwrap();
    let unknown: Vec<_> = read.unknown_tags.iter().map(|tag| tag.tag.as_str()).collect();
    assert_eq!((read.independent_segments, unknown), (true, vec!["X-IMAGE-STREAM-INF"]));
    assert_eq!((read.version, read.variants.len(), read.alternatives.len()), (Some(7), 2 + 2, 4));
    for (keyframes, video) in read.variants[2..].iter().zip(&package.video) {
        assert!(keyframes.is_i_frame);
        assert_eq!(keyframes.uri, keyframes_path(&video.track.id));
        assert_eq!(keyframes.bandwidth, video.keyframe_bitrate_bps_peak);
    }
    for (variant, video) in read.variants.iter().zip(&package.video) {
        assert_eq!(variant.uri, playlist_path(&video.track.id));
        assert_eq!(variant.bandwidth, video.track.bitrate_bps_peak + 128_000);
        assert_eq!(variant.average_bandwidth, Some(video.track.bitrate_bps_average + 120_000));
        assert_eq!(variant.codecs.as_deref(), Some("avc1.64001e,mp4a.40.2"));
        let resolution = variant.resolution.unwrap();
        assert_eq!(
            (resolution.width, resolution.height),
            (video.size.width.into(), video.size.height.into())
        );
        assert_eq!(variant.frame_rate, Some(23.976));
        assert_eq!(
            (variant.audio.as_deref(), variant.subtitles.as_deref()),
            (Some("audio-aac"), Some("text"))
        );
    }
    for (rendition, audio) in read.alternatives.iter().zip(&package.audio) {
        assert_eq!(rendition.media_type, AlternativeMediaType::Audio);
        assert_eq!((&rendition.name, &rendition.language), (&audio.name, &audio.language));
        assert_eq!(rendition.channels, Some(audio.channels.to_string()));
    }
    for (rendition, text) in read.alternatives[2..].iter().zip(&package.text) {
        assert_eq!(rendition.media_type, AlternativeMediaType::Subtitles);
        assert_eq!(
            (rendition.forced, rendition.characteristics.is_some()),
            (text.forced, text.hearing_impaired)
        );
    }
}

#[test]
fn m3u8_rs_reads_the_same_segments() {
    let package = sample::package();
    for track in [&package.video[1].track, &package.audio[0].track] {
        let read: MediaPlaylist =
            m3u8_rs::parse_media_playlist_res(media(&Offer::whole(&package), track).as_bytes()).unwrap();
        assert!(read.end_list && read.independent_segments && read.unknown_tags.is_empty());
        assert_eq!((read.version, read.target_duration, read.segments.len()), (Some(7), 4, 3));
        let map = read.segments[0].map.as_ref().unwrap();
        let map_range = map.byte_range.as_ref().unwrap();
        assert_eq!(
            (map.uri.as_str(), map_range.length, map_range.offset),
            (track.path.as_str(), 700, Some(0))
        );
        for (segment, span) in read.segments.iter().zip(&track.index.segments) {
            let range = segment.byte_range.as_ref().unwrap();
            assert_eq!((range.length, range.offset), (span.bytes.length, Some(span.bytes.offset)));
            let seconds = span.duration as f32 / track.index.timescale as f32;
            assert!((segment.duration - seconds).abs() < 1e-5);
        }
    }
}

#[test]
fn m3u8_rs_reads_the_text() {
    let package = sample::package();
    let playlist = text(&Offer::whole(&package), &package.text[0], TextForm::File);
    let read = m3u8_rs::parse_media_playlist_res(playlist.as_bytes()).unwrap();
    assert_eq!((read.target_duration, read.segments[0].uri.as_str()), (10, "text-0-en.vtt"));
}
