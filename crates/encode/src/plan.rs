//! Keyframes: at each shot's start, and inside long shots at equal distances. The same for every rung, so that they lie
//! on frames that the slowest has too.

use media::plan::ShotCuts;
use media::shot::ShotList;
use media::{Cadence, FrameRange, FrameRate};

/// Bounds on the plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Longest time between keyframes in seconds: a viewer who seeks or switches waits for the next one.
    pub keyframe_gap_s_max: f64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { keyframe_gap_s_max: 4.0 }
    }
}

/// Keyframes of every shot: its first frame, and as few more as keep the gap, at equal distances (to a frame of the
/// slowest rung).
pub fn cuts(shots: &ShotList, rate: FrameRate, limits: &Limits) -> Vec<ShotCuts> {
    let (slowest, gap_max) = (Cadence::slowest(rate), gap_max(rate, limits));
    let of_shot = |frames| ShotCuts { frames, keyframes: keyframes(frames, slowest, gap_max) };
    shots.shots.iter().map(|shot| of_shot(shot.frames)).collect()
}

/// Most frames of a film from a keyframe to the next, a whole number of them in the slowest rung too.
pub fn gap_max(rate: FrameRate, limits: &Limits) -> u64 {
    let slowest = Cadence::slowest(rate);
    // Rounded down: a gap of a frame too much would break the promise.
    ((limits.keyframe_gap_s_max * slowest.rate(rate).fps() + 1e-9) as u64).max(1) * slowest.step()
}

/// At most `gap_max` frames apart, on frames that `cadence` leaves.
fn keyframes(frames: FrameRange, cadence: Cadence, gap_max: u64) -> Vec<u64> {
    let left = cadence.left(frames.len());
    let parts = left.div_ceil(gap_max / cadence.step());
    (0..parts).map(|part| frames.start + part * left / parts * cadence.step()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::shot::{Complexity, Shot};

    fn shots(lengths: &[u64]) -> ShotList {
        let mut start = 0;
        let shot = |&length: &u64| {
            let frames = FrameRange { start, end: start + length };
            start = frames.end;
            Shot { frames, complexity: Complexity::default(), cut_score: 1.0 }
        };
        ShotList { shots: lengths.iter().map(shot).collect() }
    }

    #[track_caller]
    fn check(lengths: &[u64], rate: (u32, u32), expected: &[&[u64]]) {
        let rate = FrameRate { num: rate.0, den: rate.1 };
        let cuts = cuts(&shots(lengths), rate, &Limits::default());
        let keyframes: Vec<&[u64]> = cuts.iter().map(|shot| shot.keyframes.as_slice()).collect();
        assert_eq!(keyframes, expected);
    }

    #[test]
    fn keyframes_are_at_the_start_and_at_most_four_seconds_apart() {
        check(&[], (24, 1), &[]);
        check(&[1, 95, 96], (24, 1), &[&[0], &[1], &[96]]);
        check(&[97], (24, 1), &[&[0, 48]]);
        check(&[10, 200], (24, 1), &[&[0], &[10, 76, 143]]);
        // 23.976 per second: 95 frames are 3.96 s, 96 are 4.004 s.
        check(&[96], (24000, 1001), &[&[0, 48]]);
        // 4 s of one frame in 5 s: each frame is a keyframe.
        check(&[3], (1, 5), &[&[0, 1, 2]]);
    }

    #[test]
    fn keyframes_of_fast_films_are_whole_steps_of_two_from_their_shots_start() {
        check(&[7, 240], (60, 1), &[&[0], &[7]]);
        // 121 frames of every second one are one more than 4 s of 30: 61 and 60 of them.
        check(&[7, 241], (60, 1), &[&[0], &[7, 7 + 120]]);
        // 251 of 501: 83, 84 and 84 of them.
        check(&[501], (60, 1), &[&[0, 166, 334]]);
        // 3.97 s of 29.97.
        check(&[239], (60_000, 1001), &[&[0, 120]]);
        check(&[238], (60_000, 1001), &[&[0]]);
    }
}
