//! Media playlists (sections 4.4.3 to 4.4.5): one track's segments, or its keyframes alone.

use super::VERSION;
use super::attributes::Attributes;
use super::{keys, ranges};
use crate::offer::{Offer, TextForm};
use media::ByteRange;
use media::package::{Package, SegmentSpan, SegmentedText, TextTrack, Track, VideoTrack};
use std::fmt::Write;

const MICROS_PER_S: u64 = 1_000_000;

/// The media playlist of a video or audio track.
pub fn media(offer: &Offer<'_>, track: &Track) -> String {
    segments(offer, track, "", |segment| segment.bytes)
}

/// The playlist of a video track's keyframes, for fast playing and seeking (section 4.4.3.6): of each segment the first
/// sample, and what comes before it. `None` where it is not known where those end.
pub fn keyframes(offer: &Offer<'_>, video: &VideoTrack) -> Option<String> {
    let first_sample =
        |segment: &SegmentSpan| ByteRange { length: segment.first_sample_end, ..segment.bytes };
    (video.keyframe_bitrate_bps_peak > 0)
        .then(|| segments(offer, &video.track, "#EXT-X-I-FRAMES-ONLY\n", first_sample))
}

fn segments(
    offer: &Offer<'_>,
    track: &Track,
    kind: &str,
    bytes: impl Fn(&SegmentSpan) -> ByteRange,
) -> String {
    let index = &track.index;
    let mut out = String::with_capacity(SEGMENT_BYTES * index.segments.len() + HEAD_BYTES);
    head(&mut out, offer.package, longest_us(index.timescale, &index.segments), kind);
    ranges::write(&mut out, offer.package);
    let mut map = Attributes::of(&mut out, "EXT-X-MAP");
    map.quoted("URI", &track.path).quoted("BYTERANGE", &range(index.header)).end();
    for (number, segment) in index.segments.iter().enumerate() {
        if let Some(protection) = &track.protection {
            keys::before_segment(&mut out, protection, number, &offer.systems);
        }
        part(&mut out, duration_us(index.timescale, segment), bytes(segment), &track.path);
    }
    out + "#EXT-X-ENDLIST\n"
}

/// Bytes that a segment has in a playlist, about: room that is made at once.
const SEGMENT_BYTES: usize = 96;
/// Bytes of the rest, about, keys included.
const HEAD_BYTES: usize = 4096;

/// The media playlist of a text track in a form; of the whole WebVTT file as one segment, where the track has not the form.
pub fn text(offer: &Offer<'_>, text: &TextTrack, form: TextForm) -> String {
    match (form, &text.forms.segmented, form.track(text)) {
        (TextForm::Segmented, Some(segmented), _) => text_segments(offer.package, segmented),
        (_, _, Some(track)) => media(offer, track),
        _ => text_file(offer.package, text),
    }
}

fn text_file(package: &Package, text: &TextTrack) -> String {
    let duration_us = (package.duration_s * MICROS_PER_S as f64).round().max(0.0) as u64;
    let mut out = String::new();
    head(&mut out, package, duration_us, "");
    extinf(&mut out, duration_us);
    out + &text.path + "\n#EXT-X-ENDLIST\n"
}

fn text_segments(package: &Package, text: &SegmentedText) -> String {
    let mut out = String::with_capacity(SEGMENT_BYTES * text.segments.len() + HEAD_BYTES);
    head(&mut out, package, longest_us(text.timescale, &text.segments), "");
    for segment in &text.segments {
        part(&mut out, duration_us(text.timescale, segment), segment.bytes, &text.path);
    }
    out + "#EXT-X-ENDLIST\n"
}

/// Writes what stands before the segments, the longest of which has `longest_us` microseconds; `kind` is a line of its own.
///
/// The target duration is no less than any segment's duration rounded to the nearest second (section
/// 4.4.3.1).
pub(super) fn head(out: &mut String, package: &Package, longest_us: u64, kind: &str) {
    let target_s = ((longest_us + MICROS_PER_S / 2) / MICROS_PER_S).max(1);
    let _ = write!(
        out,
        "#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-TARGETDURATION:{target_s}\n#EXT-X-MEDIA-SEQUENCE:0\n\
         #EXT-X-PLAYLIST-TYPE:VOD\n{kind}#EXT-X-INDEPENDENT-SEGMENTS\n"
    );
    ranges::first_date(out, package);
}

pub(super) fn extinf(out: &mut String, duration_us: u64) {
    let _ = writeln!(out, "#EXTINF:{}.{:06},", duration_us / MICROS_PER_S, duration_us % MICROS_PER_S);
}

/// A segment that is a part of a file.
fn part(out: &mut String, duration_us: u64, bytes: ByteRange, path: &str) {
    extinf(out, duration_us);
    let _ = writeln!(out, "#EXT-X-BYTERANGE:{}@{}\n{path}", bytes.length, bytes.offset);
}

/// `length@offset` (section 4.4.4.2).
fn range(bytes: ByteRange) -> String {
    format!("{}@{}", bytes.length, bytes.offset)
}

fn longest_us(timescale: u32, segments: &[SegmentSpan]) -> u64 {
    segments.iter().map(|segment| duration_us(timescale, segment)).max().unwrap_or(0)
}

/// A duration in microseconds: the distance of rounded ends, so that all durations add up to the rounded whole and a
/// player that adds them never drifts.
fn duration_us(timescale: u32, segment: &SegmentSpan) -> u64 {
    to_us(timescale, segment.start + segment.duration) - to_us(timescale, segment.start)
}

/// In two parts, as ticks in microseconds have more than 64 bits.
fn to_us(timescale: u32, ticks: u64) -> u64 {
    let timescale = u64::from(timescale.max(1));
    ticks / timescale * MICROS_PER_S + (ticks % timescale * MICROS_PER_S + timescale / 2) / timescale
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn durations_us(timescale: u32, duration: u64, count: u64) -> Vec<u64> {
        let bytes = ByteRange { offset: 0, length: 0 };
        let span = |n| SegmentSpan { start: n * duration, duration, bytes, first_sample_end: 0 };
        (0..count).map(|n| duration_us(timescale, &span(n))).collect()
    }

    /// 96096 ticks of 24000 are 4.004 s; 100 ticks of 30000 are 3333.3 µs, and three of them 10 000.
    #[test]
    fn durations_add_up() {
        assert_eq!(durations_us(24_000, 96_096, 2), [4_004_000, 4_004_000]);
        assert_eq!(durations_us(30_000, 100, 3), [3333, 3334, 3333]);
        let total: u64 = durations_us(44_100, 88_064, 1000).iter().sum();
        assert_eq!(total, 1_996_916_100); // 88 064 000 / 44 100 s = 1996.9161 s, rounded to a microsecond
    }

    #[test]
    fn target_durations() {
        for (longest_us, expected) in [(0, 1), (400_000, 1), (4_499_999, 4), (4_500_000, 5), (6_000_000, 6)] {
            let line = format!("#EXT-X-TARGETDURATION:{expected}\n");
            let mut out = String::new();
            head(&mut out, &sample::marked_package(), longest_us, "");
            assert!(out.contains(&line), "{longest_us}");
        }
    }
}
