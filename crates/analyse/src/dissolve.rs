//! How much the frames of a window look like a dissolve.
//!
//! Owns the windows and the weights. A dissolve is a window whose ends show different scenes, whatever motion and
//! exposure between them, while the frames between are blends of the two. The weights are those of a logistic
//! regression on composed films (`cargo xtask bench shots`, the set to tune on); ADR 9 has the figures.

use crate::blend::Blend;
use crate::mix::Mix;

/// Lengths of the windows in frames, first to last: a dissolve of up to 36 frames fills one of them well enough.
pub const WINDOWS: [usize; 3] = [16, 24, 32];

/// Least structure of the ends: below it they show one scene, and no more is measured.
pub const STRUCTURE_MIN: f32 = 0.35;
/// Longest step from one frame to the next. A dissolve of 8 frames has steps of 0.11; a cut is a step of 1.
const STEP_MAX: f32 = 0.4;
/// Longest way along the line: a dissolve does not go back.
const WAY_MAX: f32 = 1.7;
/// Least contrast of both ends: with an empty end it is a fade.
const CONTRAST_MIN: f32 = 4.0;
/// Least contrast of one end as a part of the other's: a fade is not empty all the time.
const CONTRAST_PART_MIN: f32 = 0.25;

const BIAS: f32 = -1.0;
const BY_EXCESS: f32 = -14.6;
const BY_DETAIL: f32 = -9.2;
const BY_CHANGE: f32 = 1.7;
const BY_LIKENESS: f32 = -10.2;
/// For the structure beside the window, the lesser of both sides: where all is in motion, the window is not special.
pub const BY_SIDES: f32 = -2.7;
/// Logarithm of odds that are worth a second look: lower ones are no boundary, whatever the sides.
pub const LIKELY: f32 = 1.5;
/// Logarithm of the odds where a window is none for certain.
pub const NEVER: f32 = -99.0;

/// What is known of a window.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// How its frames lie between its ends.
    pub mix: Mix,
    /// Whether those are blends of the ends.
    pub blend: Blend,
    /// Likeness of its ends, moved over each other.
    pub likeness: f32,
}

/// Whether a window may hold a dissolve, from what costs little: how its frames go from one end to the other, and the
/// contrasts of both.
pub fn is_possible(mix: &Mix, contrasts: (f32, f32)) -> bool {
    let (less, more) = (contrasts.0.min(contrasts.1), contrasts.0.max(contrasts.1));
    mix.step <= STEP_MAX && mix.way <= WAY_MAX && less >= CONTRAST_MIN.max(CONTRAST_PART_MIN * more)
}

/// Logarithm of the odds that a possible window holds a dissolve, before its sides are looked at.
pub fn odds(window: &Window) -> f32 {
    let Window { mix, blend, likeness } = window;
    BIAS + BY_EXCESS * blend.excess
        + BY_DETAIL * blend.detail
        + BY_CHANGE * (mix.change + 1.0).ln()
        + BY_LIKENESS * likeness
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix;

    /// A window of 16 frames which goes evenly from black to level 60.
    fn dissolve() -> Window {
        let frames: Vec<mix::Thumbnail> = (0..=16).map(|i| [60.0 * i as f32 / 16.0; mix::CELLS]).collect();
        let mix = mix::measure(frames.iter().rev()).unwrap();
        Window { mix, blend: Blend { excess: -0.5, detail: 0.0 }, likeness: 0.5 }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Window), expected: impl FnOnce(f32) -> bool) {
        let mut window = dissolve();
        change(&mut window);
        assert!(expected(odds(&window)), "{} of {window:?}", odds(&window));
    }

    #[test]
    fn a_dissolve_is_a_blend_of_two_scenes() {
        check(|_| {}, |odds| odds > 6.0);
        check(|window| window.blend.excess = 0.3, |odds| odds < 0.0);
        check(|window| (window.likeness, window.blend.excess) = (0.98, 0.0), |odds| odds < 0.0);
        check(|window| window.blend.detail = 0.2, |odds| odds < 10.0);
    }

    #[test]
    fn a_dissolve_goes_one_way_in_small_steps() {
        let steady = dissolve().mix;
        let (mut jumping, mut returning) = (steady, steady);
        (jumping.step, returning.way) = (0.9, 2.0);
        for (mix, contrasts, expected) in [
            (steady, (30.0, 30.0), true),
            (jumping, (30.0, 30.0), false),
            (returning, (30.0, 30.0), false),
            (steady, (5.0, 10.0), true),
            (steady, (1.0, 2.0), false),
            (steady, (30.0, 6.0), false),
        ] {
            assert_eq!(is_possible(&mix, contrasts), expected, "{mix:?} {contrasts:?}");
        }
    }
}
