//! Segments: which of the film's keyframes begin one. The same for every rung and, as near as its frames
//! allow, for sound.

use media::package::TrackIndex;
use media::timebase::{FrameRange, FrameRate};

/// How long segments are, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The shortest, but for a film's last one.
    pub min_s: f64,
    /// What they should be.
    pub target_s: f64,
    /// The longest.
    pub max_s: f64,
    /// What the first should be: short, so that the picture comes soon.
    pub first_s: f64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { min_s: 2.0, target_s: 4.0, max_s: 6.0, first_s: 2.0 }
    }
}

/// Cost of a boundary inside a shot: a segment is better a second off its target than cut there.
const INSIDE_SHOT_COST: f64 = 0.1;

/// Cost of a segment beyond the limits; more than all other costs of any film together, so that it is chosen
/// only where the keyframes leave nothing else.
const BEYOND_COST: f64 = 1e6;

/// Chooses the segments of a film of `frames` frames among `keyframes` (rising, the first is 0).
/// `shot_starts` are those keyframes at which a shot begins; they are preferred. No segment where there is no
/// frame.
///
/// The cheapest way over all keyframes, by dynamic programming: each segment costs the square of its distance
/// from the target, as a share of it.
pub fn plan(
    keyframes: &[u64],
    shot_starts: &[u64],
    frames: u64,
    rate: FrameRate,
    limits: &Limits,
) -> Vec<FrameRange> {
    let mut points: Vec<u64> = keyframes.iter().copied().filter(|keyframe| *keyframe < frames).collect();
    if points.is_empty() {
        return Vec::new();
    }
    points.push(frames);
    let last = points.len() - 1;
    // The cheapest way to each point: its cost, and the point before it.
    let mut ways: Vec<(f64, usize)> = vec![(f64::INFINITY, 0); points.len()];
    ways[0].0 = 0.0;
    for from in 0..last {
        for to in from + 1..=last {
            let length_s = rate.seconds(points[to] - points[from]);
            if length_s > limits.max_s && to > from + 1 {
                break;
            }
            let inside = to != last && shot_starts.binary_search(&points[to]).is_err();
            let cost = ways[from].0 + cost(length_s, from == 0, to == last, inside, limits);
            if cost < ways[to].0 {
                ways[to] = (cost, from);
            }
        }
    }
    let mut segments = Vec::new();
    let mut end = last;
    while end > 0 {
        let start = ways[end].1;
        segments.push(FrameRange { start: points[start], end: points[end] });
        end = start;
    }
    segments.reverse();
    segments
}

fn cost(length_s: f64, first: bool, last: bool, inside: bool, limits: &Limits) -> f64 {
    // A hair's breadth for rates whose frames do not add up to whole seconds.
    let slack = 1e-6;
    let too_short = length_s < limits.min_s - slack && !last;
    let beyond = if too_short || length_s > limits.max_s + slack { BEYOND_COST } else { 0.0 };
    // A short last segment is allowed, but is a request for little.
    let target_s = if first { limits.first_s } else { limits.target_s };
    let off = (length_s - target_s) / target_s;
    beyond + off * off + if inside { INSIDE_SHOT_COST } else { 0.0 }
}

/// Segments of a sound track as ranges of its frames: each begins at the frame that is presented nearest to
/// the picture's boundary. A boundary that would leave a segment without a frame is passed over.
///
/// `boundaries_s` are the starts of the picture's segments in seconds, the first 0. The track has `frames`
/// frames of `frame_ticks` ticks at `timescale` ticks per second, of which the first `priming_ticks` are not
/// presented.
pub fn audio(
    boundaries_s: &[f64],
    timescale: u32,
    frame_ticks: u64,
    priming_ticks: u64,
    frames: u64,
) -> Vec<FrameRange> {
    let nearest = |start_s: &f64| {
        let ticks = start_s * f64::from(timescale) + priming_ticks as f64;
        (ticks / frame_ticks.max(1) as f64).round() as u64
    };
    let mut starts = vec![0];
    for start in boundaries_s.iter().skip(1).map(nearest) {
        if start > starts[starts.len() - 1] && start < frames {
            starts.push(start);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([frames]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| FrameRange { start: *start, end })
        .filter(|s| !s.is_empty())
        .collect()
}

/// Highest and mean bitrate of a track in bits per second, as RFC 8216 (4.1 and 4.3.4.2) defines them.
///
/// The highest is that of any run of segments that lasts between half and one and a half target durations, so
/// that a last segment of a few frames does not count by itself; the target is the longest segment in whole
/// seconds.
pub fn bitrates(index: &TrackIndex) -> (u64, u64) {
    let second = u64::from(index.timescale.max(1));
    let rate =
        |bytes: u64, ticks: u64| (bytes as f64 * 8.0 * second as f64 / ticks.max(1) as f64).ceil() as u64;
    let longest = index.segments.iter().map(|segment| segment.duration).max().unwrap_or(0);
    let target = ((longest + second / 2) / second).max(1) * second;
    let mut peak = None;
    for first in 0..index.segments.len() {
        let (mut bytes, mut ticks) = (0, 0);
        for segment in &index.segments[first..] {
            (bytes, ticks) = (bytes + segment.bytes.length, ticks + segment.duration);
            if 2 * ticks > 3 * target {
                break;
            }
            if 2 * ticks >= target {
                peak = peak.max(Some(rate(bytes, ticks)));
            }
        }
    }
    let bytes = index.segments.iter().map(|segment| segment.bytes.length).sum();
    let ticks = index.segments.iter().map(|segment| segment.duration).sum();
    let mean = rate(bytes, ticks);
    (peak.unwrap_or(mean), mean)
}

/// The highest bitrate, in bits per second, of a track of which only each segment's first sample is fetched; 0 where it is
/// not known where those end.
pub fn keyframe_bitrate(index: &TrackIndex) -> u64 {
    if index.segments.iter().any(|segment| segment.first_sample_end == 0) {
        return 0;
    }
    let mut keyframes = index.clone();
    keyframes.segments.iter_mut().for_each(|segment| segment.bytes.length = segment.first_sample_end);
    bitrates(&keyframes).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::ByteRange;
    use media::package::SegmentSpan;

    const FILM: FrameRate = FrameRate { num: 24, den: 1 };

    /// Keyframes and shot starts (`*`) in seconds, and the expected segment starts.
    #[track_caller]
    fn check(points: &str, duration_s: f64, expected: &str) {
        let frame = |text: &str| FILM.frames(text.trim_end_matches('*').parse().unwrap());
        let keyframes: Vec<u64> = points.split(' ').map(frame).collect();
        let shots: Vec<u64> = points.split(' ').filter(|text| text.ends_with('*')).map(frame).collect();
        let frames = FILM.frames(duration_s);
        let segments = plan(&keyframes, &shots, frames, FILM, &Limits::default());
        let starts: Vec<String> = segments.iter().map(|s| FILM.seconds(s.start).to_string()).collect();
        assert_eq!(starts.join(" "), expected);
        assert_eq!(segments.last().map(|s| s.end), Some(frames));
        assert!(segments.windows(2).all(|pair| pair[0].end == pair[1].start));
    }

    #[test]
    fn segments_keep_to_the_target() {
        check("0* 4 8 12", 16.0, "0 4 8 12");
        // 2-8 and 8-12 are off by half the target once; 2-6, 6-10 and 10-12 too, with one boundary more
        // inside a shot.
        check("0* 2 4 6 8 10", 12.0, "0 2 8");
        check("0*", 1.0, "0");
        check("0* 0.5* 1*", 1.5, "0");
    }

    #[test]
    fn shots_shorter_than_a_segment_share_one() {
        check("0* 0.5* 1* 1.5* 2* 2.5* 3* 3.5* 4* 4.5* 5* 5.5* 6*", 6.5, "0 2");
    }

    #[test]
    fn boundaries_prefer_shots() {
        check("0* 2* 5.75 6.5* 10.5*", 14.5, "0 2 6.5 10.5");
    }

    #[test]
    fn limits_hold_wherever_keyframes_allow() {
        // Gaps of 0.5 to 4 s, as the encode plan leaves them, in an order without a pattern (multiplicative
        // hash).
        let mut keyframes = vec![0];
        for n in 1u64..400 {
            let gap = 12 + n.wrapping_mul(2_654_435_761) % 85;
            keyframes.push(keyframes[keyframes.len() - 1] + gap);
        }
        let frames = keyframes[399] + 30;
        let segments = plan(&keyframes, &[], frames, FILM, &Limits::default());
        let (last, others) = segments.split_last().unwrap();
        for segment in others {
            let length_s = FILM.seconds(segment.len());
            assert!((2.0..=6.0).contains(&length_s), "{segment:?}: {length_s}");
        }
        assert!(FILM.seconds(last.len()) <= 6.0);
    }

    #[test]
    fn keyframes_too_far_apart_still_give_segments() {
        check("0* 10*", 20.0, "0 10");
    }

    #[test]
    fn no_frames_give_no_segment() {
        assert_eq!(plan(&[0], &[0], 0, FILM, &Limits::default()), []);
    }

    #[test]
    fn sound_is_cut_at_the_nearest_frame() {
        let starts = |boundaries: &[f64], priming, frames| -> Vec<u64> {
            audio(boundaries, 48_000, 1024, priming, frames).iter().map(|s| s.start).collect()
        };
        // 2 s are 93.75 frames of 1024 samples at 48 kHz.
        assert_eq!(starts(&[0.0, 2.0], 0, 200), [0, 94]);
        // With one frame of priming all comes one frame later.
        assert_eq!(starts(&[0.0, 2.0], 1024, 200), [0, 95]);
        // Boundaries within one frame, and beyond the end, are passed over.
        assert_eq!(starts(&[0.0, 0.001, 2.0, 2.001, 9.0], 0, 200), [0, 94]);
    }

    #[test]
    fn bitrates_are_of_runs_of_segments() {
        let nowhere = ByteRange { offset: 0, length: 0 };
        let span = |&(duration, length): &(u64, u64)| SegmentSpan {
            start: 0,
            duration,
            bytes: ByteRange { offset: 0, length },
            first_sample_end: length,
        };
        for (segments, expected) in [
            (&[(2000, 1000), (4000, 500)][..], (4000, 2000)), // 8000 bits in 2 s; 12000 bits in 6 s
            (&[(4000, 500), (4000, 500), (40, 500)], (1981, 1493)), // the last only with the one before: 8000 in 4.04 s
            (&[(1000, 500), (1000, 1000), (4000, 500)], (6000, 2667)), // none of 1 s alone: 12000 bits in 2 s
            (&[(40, 500)], (100_000, 100_000)),                     // nothing long enough: all there is
            (&[], (0, 0)),
        ] {
            let segments = segments.iter().map(span).collect();
            let mut index = TrackIndex { timescale: 1000, header: nowhere, sidx: nowhere, segments };
            assert_eq!(bitrates(&index), expected);
            // Segments of twice the length, whose first samples have what they had.
            index.segments.iter_mut().for_each(|segment| segment.bytes.length *= 2);
            assert_eq!(keyframe_bitrate(&index), expected.0);
            if let Some(last) = index.segments.last_mut() {
                last.first_sample_end = 0;
                assert_eq!(keyframe_bitrate(&index), 0);
            }
        }
    }
}
