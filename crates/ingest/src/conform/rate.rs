//! The mezzanine's frame rate: the source's where that is constant, else the nearest usual one.

use crate::rules::warning;
use media::FrameRate;
use media::facts::VideoFacts;
use media::master::Finding;

/// Rates in use (SMPTE ST 2036-1, web and surveillance cameras), rising.
const USUAL: [(u32, u32); 14] = [
    (10, 1),
    (12, 1),
    (25, 2),
    (15, 1),
    (20, 1),
    (24_000, 1001),
    (24, 1),
    (25, 1),
    (30_000, 1001),
    (30, 1),
    (48, 1),
    (50, 1),
    (60_000, 1001),
    (60, 1),
];
/// Rate above which frames are dropped; sits above 60 by the rounding of containers.
const FPS_MAX: f64 = 60.5;
/// Rate below which frames are doubled: segments need some frames each.
const FPS_MIN: f64 = 5.0;
/// Mean and base rate of a constant stream differ by at most this many frames over the whole film: the mean counts
/// the last frame's length or does not, and a cut start loses one.
const CONSTANT_FRAMES_MAX: f64 = 2.5;
/// The same as a share, where the number of frames is not known.
const CONSTANT_SHARE_MAX: f64 = 0.001;
/// A rate this near to a usual one is that one, written with other numbers: at most 43 ms an hour.
const SAME_SHARE_MAX: f64 = 1.2e-5;
/// The same in frames over the whole film, where their number is known: containers round the length of a frame.
const SAME_FRAMES_MAX: f64 = 0.5;
/// Even the shortest clip is not called 24 when it is 23.976: the two are a thousandth apart.
const SHORT_SHARE_MAX: f64 = 0.0005;
/// A usual base rate is trusted for a varying stream whose mean is this near.
const NEAR_SHARE_MAX: f64 = 0.1;
/// What is assumed where nothing is said.
const ASSUMED: FrameRate = FrameRate { num: 25, den: 1 };

/// A rate and whether frames must be dropped or doubled to reach it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) rate: FrameRate,
    pub(super) resample: bool,
}

pub(super) fn decide(video: &VideoFacts, findings: &mut Vec<Finding>) -> Decision {
    let Some(mean) = video.frame_rate_average.or(video.frame_rate_base) else {
        let message = "The frame rate is not known; 25 frames per second are assumed.".into();
        findings.push(warning("unknown-frame-rate", message));
        return Decision { rate: ASSUMED, resample: true };
    };
    let Some(constant) = constant_rate(video, mean) else { return varying(video, mean, findings) };
    let rate = usual_name(constant, video.frames).unwrap_or(constant);
    if rate.fps() > FPS_MAX || rate.fps() < FPS_MIN {
        let limited = limit(rate);
        let message = format!("{:.2} frames per second are made {:.2}.", rate.fps(), limited.fps());
        findings.push(warning("frame-rate-limited", message));
        return Decision { rate: limited, resample: true };
    }
    if usual_name(rate, None).is_none() {
        let message =
            format!("The frame rate of {:.3} per second ({rate}) is unusual; it is kept.", rate.fps());
        findings.push(warning("odd-frame-rate", message));
    }
    Decision { rate, resample: false }
}

/// The one rate of the stream, if it has one. Interlaced streams count fields in their base rate.
fn constant_rate(video: &VideoFacts, mean: FrameRate) -> Option<FrameRate> {
    let base = video.frame_rate_base?;
    let difference = |base: f64| (mean.fps() / base - 1.0).abs();
    let is_same = |base: f64| match video.frames {
        Some(frames) => difference(base) * frames as f64 <= CONSTANT_FRAMES_MAX,
        None => difference(base) <= CONSTANT_SHARE_MAX,
    };
    if is_same(base.fps()) {
        return Some(base);
    }
    let frames_of_fields = FrameRate { num: base.num, den: base.den.checked_mul(2)? };
    (video.interlaced && is_same(frames_of_fields.fps())).then(|| reduce(frames_of_fields))
}

fn varying(video: &VideoFacts, mean: FrameRate, findings: &mut Vec<Finding>) -> Decision {
    let base = video.frame_rate_base.and_then(|base| usual_name(base, None));
    let near = base.filter(|base| (mean.fps() / base.fps() - 1.0).abs() <= NEAR_SHARE_MAX);
    let rate = near.unwrap_or_else(|| nearest_usual(mean.fps()));
    let message = format!(
        "The frame rate varies (mean {:.2} per second); frames are doubled or dropped to {:.2}.",
        mean.fps(),
        rate.fps()
    );
    findings.push(warning("variable-frame-rate", message));
    Decision { rate, resample: true }
}

/// Half of a high rate where that is usual (120 to 60, 100 to 50), else the nearest usual one.
fn limit(rate: FrameRate) -> FrameRate {
    let half = FrameRate { num: rate.num, den: rate.den.saturating_mul(2) };
    usual_name(half, None).unwrap_or_else(|| nearest_usual(rate.fps()))
}

fn usual() -> impl Iterator<Item = FrameRate> {
    USUAL.iter().map(|&(num, den)| FrameRate { num, den })
}

/// The usual rate that this is another way of writing, for a film of so many frames.
fn usual_name(rate: FrameRate, frames: Option<u64>) -> Option<FrameRate> {
    let share_max = frames
        .map_or(0.0, |frames| SAME_FRAMES_MAX / frames.max(1) as f64)
        .clamp(SAME_SHARE_MAX, SHORT_SHARE_MAX);
    usual().find(|usual| (rate.fps() / usual.fps() - 1.0).abs() <= share_max)
}

fn nearest_usual(fps: f64) -> FrameRate {
    let distance = |rate: &FrameRate| (rate.fps() / fps).ln().abs();
    usual().min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(ASSUMED)
}

/// An even numerator and denominator halved once.
fn reduce(rate: FrameRate) -> FrameRate {
    if rate.num.is_multiple_of(2) && rate.den.is_multiple_of(2) {
        FrameRate { num: rate.num / 2, den: rate.den / 2 }
    } else {
        rate
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use media::Size;

    /// A plain stream for tables: 1080p at 24.
    pub(in crate::conform) fn video() -> VideoFacts {
        VideoFacts {
            stream: 0,
            codec: "h264".into(),
            size: Size { width: 1920, height: 1080 },
            sample_aspect: (1, 1),
            rotation_degrees: 0,
            pixel_format: "yuv420p".into(),
            frame_rate_average: Some(FrameRate { num: 24, den: 1 }),
            frame_rate_base: Some(FrameRate { num: 24, den: 1 }),
            frames: None,
            start_s: 0.0,
            duration_s: Some(60.0),
            interlaced: false,
            colour: media::picture::Colour::default(),
            container_colour: None,
            bit_depth: 8,
            mastering: None,
            light: None,
            dolby_vision_profile: None,
        }
    }

    #[test]
    fn rates() {
        for (base, mean, frames, interlaced, expected) in [
            ("24/1", "24/1", None, false, ("24/1", false, "")),
            ("24000/1001", "24000/1001", None, false, ("24000/1001", false, "")),
            ("2997/125", "2997/125", None, false, ("24000/1001", false, "")),
            ("1000000/33333", "1000000/33333", None, false, ("30/1", false, "")),
            ("30/1", "362/12", Some(363), false, ("30/1", false, "")), // 30.17: two frames in twelve seconds
            ("30000/1001", "51600/1841", Some(86), false, ("30000/1001", true, "variable-frame-rate")),
            ("90000/1501", "90000/1501", None, false, ("90000/1501", false, "odd-frame-rate")),
            ("90000/1501", "90000/1501", Some(77), false, ("60000/1001", false, "")), // 0.03 frames apart
            ("90000/1501", "90000/1501", Some(7700), false, ("90000/1501", false, "odd-frame-rate")), // 2.6
            ("50/1", "25/1", None, true, ("25/1", false, "")),
            ("60000/1001", "30000/1001", None, true, ("30000/1001", false, "")),
            ("50/1", "25/1", None, false, ("25/1", true, "variable-frame-rate")),
            ("120/1", "120/1", None, false, ("60/1", true, "frame-rate-limited")),
            ("100/1", "100/1", None, false, ("50/1", true, "frame-rate-limited")),
            ("1000/1", "1000/1", None, false, ("60/1", true, "frame-rate-limited")),
            ("1/1", "1/1", None, false, ("10/1", true, "frame-rate-limited")),
            ("25/2", "25/2", None, false, ("25/2", false, "")),
            ("90000/1", "2700/100", None, false, ("25/1", true, "variable-frame-rate")),
            ("0/0", "25/1", None, false, ("25/1", true, "variable-frame-rate")),
            ("0/0", "0/0", None, false, ("25/1", true, "unknown-frame-rate")),
        ] {
            let mut findings = Vec::new();
            let video = VideoFacts {
                frame_rate_base: base.parse().ok(),
                frame_rate_average: mean.parse().ok(),
                frames,
                interlaced,
                ..video()
            };
            let decision = decide(&video, &mut findings);
            let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
            let seen = (decision.rate.to_string(), decision.resample, codes.join(" "));
            assert_eq!((seen.0.as_str(), seen.1, seen.2.as_str()), expected, "{base} {mean}");
        }
    }
}
