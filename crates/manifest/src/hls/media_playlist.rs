//! Media playlists (sections 4.4.3 to 4.4.5): one track's segments.

use super::VERSION;
use super::attributes::Attributes;
use media::ByteRange;
use media::package::{SegmentSpan, TextTrack, Track, TrackIndex};
use std::fmt::Write;

const MICROS_PER_S: u64 = 1_000_000;

/// The media playlist of a video or audio track.
pub fn media(track: &Track) -> String {
    let durations = durations_us(&track.index);
    let mut out = head(durations.iter().copied().max().unwrap_or(0));
    let mut map = Attributes::of("EXT-X-MAP");
    map.quoted("URI", &track.path).quoted("BYTERANGE", &range(track.index.header));
    out += &map.line();
    for (segment, duration_us) in track.index.segments.iter().zip(durations) {
        out += &extinf(duration_us);
        let _ = writeln!(out, "#EXT-X-BYTERANGE:{}\n{}", range(segment.bytes), track.path);
    }
    out + "#EXT-X-ENDLIST\n"
}

/// The media playlist of a text track: the whole WebVTT file as one segment of `duration_s` seconds.
pub fn text(text: &TextTrack, duration_s: f64) -> String {
    let duration_us = (duration_s * MICROS_PER_S as f64).round().max(0.0) as u64;
    head(duration_us) + &extinf(duration_us) + &text.path + "\n#EXT-X-ENDLIST\n"
}

/// What stands before the segments, the longest of which has `longest_us` microseconds.
///
/// The target duration is no less than any segment's duration rounded to the nearest second (section
/// 4.4.3.1).
fn head(longest_us: u64) -> String {
    let target_s = ((longest_us + MICROS_PER_S / 2) / MICROS_PER_S).max(1);
    format!(
        "#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-TARGETDURATION:{target_s}\n#EXT-X-MEDIA-SEQUENCE:0\n\
         #EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n"
    )
}

fn extinf(duration_us: u64) -> String {
    format!("#EXTINF:{}.{:06},\n", duration_us / MICROS_PER_S, duration_us % MICROS_PER_S)
}

/// `length@offset` (section 4.4.4.2).
fn range(bytes: ByteRange) -> String {
    format!("{}@{}", bytes.length, bytes.offset)
}

/// Durations in microseconds. Each is the distance of rounded ends, so that they add up to the rounded whole
/// and a player that adds them never drifts.
fn durations_us(index: &TrackIndex) -> Vec<u64> {
    let timescale = u128::from(index.timescale.max(1));
    let to_us =
        |ticks: u64| ((u128::from(ticks) * u128::from(MICROS_PER_S) + timescale / 2) / timescale) as u64;
    let duration = |segment: &SegmentSpan| to_us(segment.start + segment.duration) - to_us(segment.start);
    index.segments.iter().map(duration).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(timescale: u32, duration: u64, count: u64) -> TrackIndex {
        let nowhere = ByteRange { offset: 0, length: 0 };
        let segments = (0..count).map(|n| SegmentSpan {
            start: n * duration,
            duration,
            bytes: nowhere,
            first_sample_end: 0,
        });
        TrackIndex { timescale, header: nowhere, sidx: nowhere, segments: segments.collect() }
    }

    /// 96096 ticks of 24000 are 4.004 s; 100 ticks of 30000 are 3333.3 µs, and three of them 10 000.
    #[test]
    fn durations_add_up() {
        assert_eq!(durations_us(&index(24_000, 96_096, 2)), [4_004_000, 4_004_000]);
        assert_eq!(durations_us(&index(30_000, 100, 3)), [3333, 3334, 3333]);
        let total: u64 = durations_us(&index(44_100, 88_064, 1000)).iter().sum();
        assert_eq!(total, 1_996_916_100); // 88 064 000 / 44 100 s = 1996.9161 s, rounded to a microsecond
    }

    #[test]
    fn target_durations() {
        for (longest_us, expected) in [(0, 1), (400_000, 1), (4_499_999, 4), (4_500_000, 5), (6_000_000, 6)] {
            let line = format!("#EXT-X-TARGETDURATION:{expected}\n");
            assert!(head(longest_us).contains(&line), "{longest_us}");
        }
    }
}
