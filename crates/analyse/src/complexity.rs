//! How hard a shot is to code, from the scores of its frames.

use crate::measure::FrameScore;
use media::shot::Complexity;

/// The complexity of a shot with these frames, at least one.
pub fn complexity(frames: &[FrameScore]) -> Complexity {
    // The change at its first frame is the cut's, not the shot's.
    let inside = frames.get(1..).unwrap_or_default();
    Complexity {
        motion: mean(inside, |score| score.change),
        detail: mean(frames, |score| score.detail),
        brightness: mean(frames, |score| score.luma_mean),
        grain: mean(frames, |score| score.noise),
    }
}

fn mean(scores: &[FrameScore], of: impl Fn(&FrameScore) -> f32) -> f64 {
    scores.iter().map(|score| f64::from(of(score))).sum::<f64>() / scores.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_of_the_shot_without_its_cut() {
        let frame = |change, detail| FrameScore {
            change,
            detail,
            luma_mean: 10.0 * detail,
            noise: detail / 4.0,
            ..FrameScore::default()
        };
        let expected = Complexity { motion: 3.0, detail: 4.0, brightness: 40.0, grain: 1.0 };
        assert_eq!(complexity(&[frame(90.0, 2.0), frame(1.0, 4.0), frame(5.0, 6.0)]), expected);
        let expected = Complexity { motion: 0.0, detail: 2.0, brightness: 20.0, grain: 0.5 };
        assert_eq!(complexity(&[frame(90.0, 2.0)]), expected);
    }
}
