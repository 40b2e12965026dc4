//! How hard a shot is to code, and how it was made, from the scores of its frames.

use crate::measure::FrameScore;
use media::FrameRate;
use media::shot::Complexity;

/// A frame is held when it changes by less than this part of what a neighbour does.
const HELD_PART: f32 = 0.2;
/// Least change of that neighbour, in 8-bit luma steps: something must move for a frame to be held.
const MOVING_CHANGE: f32 = 1.0;
/// Share of held frames in a drawing on twos: every other one.
const TWOS_PART: f64 = 0.5;

/// Highest frame rate at which drawings are made, in frames per second: above it, held frames are a film of half the rate.
const DRAWN_FPS_MAX: f64 = 31.0;

/// The complexity of a shot with these frames, at least one, at `rate`.
pub fn complexity(frames: &[FrameScore], rate: FrameRate) -> Complexity {
    // The change at its first frame is the cut's, not the shot's.
    let inside = frames.get(1..).unwrap_or_default();
    Complexity {
        motion: mean(inside, |score| score.change),
        detail: mean(frames, |score| score.detail),
        brightness: mean(frames, |score| score.luma_mean),
        grain: mean(frames, |score| score.noise),
        animation: if rate.fps() <= DRAWN_FPS_MAX { animation(inside) } else { 0.0 },
    }
}

/// How far the frames look drawn (0 to 1): drawings are held for two frames or more while something moves. A rendering
/// at the full rate cannot be told from a photograph by luma and has 0, as has a still shot; ADR 9 has the attempt.
fn animation(inside: &[FrameScore]) -> f64 {
    let held = inside.windows(3).filter(|around| {
        let moving = around[0].change.max(around[2].change);
        moving >= MOVING_CHANGE && around[1].change < HELD_PART * moving
    });
    let moving = inside.windows(3).filter(|around| around.iter().any(|score| score.change >= MOVING_CHANGE));
    let (held, moving) = (held.count(), moving.count());
    (held as f64 / moving.max(1) as f64 / TWOS_PART).min(1.0)
}

fn mean(scores: &[FrameScore], of: impl Fn(&FrameScore) -> f32) -> f64 {
    scores.iter().map(|score| f64::from(of(score))).sum::<f64>() / scores.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(changes: &[f32], expected: f64) {
        let frames: Vec<FrameScore> = changes
            .iter()
            .map(|&change| FrameScore { change, noise: 2.0, ..FrameScore::default() })
            .collect();
        let complexity = complexity(&frames, FrameRate { num: 24, den: 1 });
        assert!((complexity.animation - expected).abs() < 0.01, "{complexity:?}");
        assert_eq!(complexity.grain, 2.0);
    }

    #[test]
    fn drawings_are_held() {
        check(&[9.0, 4.0, 0.1, 4.0, 0.1, 4.0, 0.1, 4.0, 0.1, 4.0], 1.0);
        // On ones, still, or a shot too short to tell.
        check(&[9.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0], 0.0);
        check(&[9.0, 0.1, 0.0, 0.1, 0.0, 0.1, 0.0], 0.0);
        check(&[9.0, 4.0], 0.0);
        // One of four is held: half of what twos have.
        check(&[9.0, 4.0, 0.1, 4.0, 4.0, 4.0, 0.1, 4.0, 4.0, 4.0, 0.1, 4.0, 4.0, 4.0], 0.55);
    }
}
