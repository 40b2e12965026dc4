//! Keyframes: at each shot's start, and inside long shots at equal distances. The same for every rung.

use media::plan::ShotCuts;
use media::shot::ShotList;
use media::{FrameRange, FrameRate};

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

/// Keyframes of every shot: its first frame, and as few more as keep the gap, at equal distances (to a frame).
pub fn cuts(shots: &ShotList, rate: FrameRate, limits: &Limits) -> Vec<ShotCuts> {
    let gap_max = gap_max(rate, limits);
    shots
        .shots
        .iter()
        .map(|shot| ShotCuts { frames: shot.frames, keyframes: keyframes(shot.frames, gap_max) })
        .collect()
}

/// Most frames from a keyframe to the next.
pub fn gap_max(rate: FrameRate, limits: &Limits) -> u64 {
    // Rounded down: a gap of a frame too much would break the promise.
    ((limits.keyframe_gap_s_max * rate.fps() + 1e-9) as u64).max(1)
}

fn keyframes(frames: FrameRange, gap_max: u64) -> Vec<u64> {
    let parts = frames.len().div_ceil(gap_max);
    (0..parts).map(|part| frames.start + part * frames.len() / parts).collect()
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
}
