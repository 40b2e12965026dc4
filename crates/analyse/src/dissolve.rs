//! How much the frames of a window look like a dissolve.
//!
//! Owns the windows and the weights. A dissolve is a window whose ends show different scenes, whatever motion and
//! exposure between them, while the frames between are mixtures of the two. The weights are those of a logistic
//! regression on composed films (`cargo xtask bench shots`, the set to tune on); ADR 9 has the figures.

use crate::mix::Mix;

/// Lengths of the windows in frames, first to last: a dissolve of up to 36 frames fills one of them well enough.
pub const WINDOWS: [usize; 3] = [16, 24, 32];

/// Least structure of the ends: below it they show one scene, and no more is measured.
pub const STRUCTURE_MIN: f32 = 0.35;
/// Longest step from one frame to the next. A dissolve of 8 frames has steps of 0.11; a cut is a step of 1.
const STEP_MAX: f32 = 0.4;
/// Longest way along the line: a dissolve does not go back.
const WAY_MAX: f32 = 1.5;
/// Least contrast of both ends: with an empty end it is a fade.
const CONTRAST_MIN: f32 = 4.0;

const BIAS: f32 = -10.2;
const BY_STRUCTURE: f32 = 2.46;
const BY_RESIDUAL: f32 = -4.05;
const BY_WAY: f32 = -3.57;
const BY_CHANGE: f32 = 2.97;
const BY_LIKENESS: f32 = -15.0;
/// For the structure beside the window, the lesser of both sides: where all is in motion, the window is not special.
pub const BY_SIDES: f32 = -4.66;
/// Added to the residual before its logarithm is taken: coding noise leaves about as much in a perfect dissolve.
const RESIDUAL_FLOOR: f32 = 0.02;
/// Logarithm of the odds where a window is none for certain.
pub const NEVER: f32 = -99.0;

/// What is known of a window.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// How its frames lie between its ends.
    pub mix: Mix,
    /// Structural difference of its ends.
    pub structure: f32,
    /// Likeness of its ends, moved over each other.
    pub likeness: f32,
    /// Contrast of the end that has less.
    pub contrast: f32,
}

/// Logarithm of the odds that the window holds a dissolve, before its sides are looked at.
pub fn odds(window: &Window) -> f32 {
    let Window { mix, structure, likeness, contrast } = window;
    if *structure < STRUCTURE_MIN || mix.step > STEP_MAX || mix.way > WAY_MAX || *contrast < CONTRAST_MIN {
        return NEVER;
    }
    BIAS + BY_STRUCTURE * structure
        + BY_RESIDUAL * (mix.residual + RESIDUAL_FLOOR).ln()
        + BY_WAY * mix.way.max(1.0).ln()
        + BY_CHANGE * (mix.change + 1.0).ln()
        + BY_LIKENESS * likeness
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISSOLVE: Window = Window {
        mix: Mix { change: 60.0, residual: 0.03, step: 0.1, way: 1.0, middle_back: 8 },
        structure: 0.8,
        likeness: 0.5,
        contrast: 30.0,
    };

    #[track_caller]
    fn check(change: impl FnOnce(&mut Window), expected: impl FnOnce(f32) -> bool) {
        let mut window = DISSOLVE;
        change(&mut window);
        assert!(expected(odds(&window)), "{} of {window:?}", odds(&window));
    }

    #[test]
    fn a_dissolve_is_a_mix_of_two_scenes() {
        check(|_| {}, |odds| odds > 3.0);
        check(|window| (window.likeness, window.structure) = (0.98, 0.4), |odds| odds < 1.0);
        check(|window| window.mix.residual = 0.4, |odds| odds < 0.0);
        check(|window| window.structure = 0.3, |odds| odds == NEVER);
        check(|window| window.mix.step = 0.9, |odds| odds == NEVER);
        check(|window| window.mix.way = 2.0, |odds| odds == NEVER);
        check(|window| window.contrast = 1.0, |odds| odds == NEVER);
    }
}
