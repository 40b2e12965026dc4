//! The blend test: whether the frames between two are blends of those two, or show pieces of either that moved.
//!
//! Owns the comparison. What covers the picture and uncovers it, a pan and a turn leave each block of a frame between as it
//! was before or as it will be after, at some place; in a dissolve each block is both at once.

use crate::measure::{Frame, detail};
use crate::motion::{FAR, compensated_difference, selected_difference};

/// Parts of the way between the ends at which frames are compared.
pub const PARTS: [f32; 3] = [0.3, 0.5, 0.7];
/// Parts at which a frame shows enough of both ends to tell.
pub const BOTH_SEEN: std::ops::RangeInclusive<f32> = 0.15..=0.85;
/// Added to both differences, in 8-bit luma steps: noise, of which a blend has less than a picture, must not decide.
const NOISE: f32 = 2.0;
/// Least detail that is divided by, and what is added to the quotient before its logarithm is taken.
const DETAIL_MIN: f32 = 0.5;
const DETAIL_PART: f32 = 0.1;

/// How frames between two look.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Blend {
    /// Logarithm of the difference to a blend of the ends over the difference to blocks of either, each moved to its best
    /// place: below 0 in most dissolves, above it where things move.
    pub excess: f32,
    /// Logarithm of the detail over that of the ends, in their parts: unrelated pictures blur each other.
    pub detail: f32,
}

/// Compares each frame of `between`, which comes with its part of the way from `first` to `last`; `None` where there is
/// none.
pub fn measure<'a>(
    first: &Frame,
    last: &Frame,
    between: impl Iterator<Item = (f32, &'a Frame)>,
) -> Option<Blend> {
    let details = (detail(first) as f32, detail(last) as f32);
    let (mut blended, mut selected, mut detail_ln, mut count) = (0.0, 0.0, 0.0, 0.0);
    for (part, frame) in between {
        let at = |(a, b): (f32, f32)| a * (1.0 - part) + b * part;
        let blend: Frame =
            std::array::from_fn(|i| at((f32::from(first[i]), f32::from(last[i]))).round() as u8);
        blended += compensated_difference(frame, &blend, FAR) as f32;
        selected += selected_difference(frame, first, last, FAR) as f32;
        detail_ln += (detail(frame) as f32 / at(details).max(DETAIL_MIN) + DETAIL_PART).ln();
        count += 1.0;
    }
    let mean = |sum: f32| sum / count;
    (count > 0.0).then(|| Blend {
        excess: ((mean(blended) + NOISE) / (mean(selected) + NOISE)).ln(),
        detail: mean(detail_ln),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::WIDTH;

    /// Two unrelated pictures.
    fn pictures() -> [Frame; 2] {
        let wave = |i: usize, across: f64, down: f64| {
            let phase = (i % WIDTH) as f64 * across + (i / WIDTH) as f64 * down;
            (120.0 + 60.0 * phase.sin()).round() as u8
        };
        [std::array::from_fn(|i| wave(i, 0.31, 0.11)), std::array::from_fn(|i| wave(i, -0.17, 0.23))]
    }

    #[test]
    fn half_of_each_is_a_blend_and_halves_are_none() {
        let [first, last] = pictures();
        let blend: Frame =
            std::array::from_fn(|i| (u16::from(first[i]) + u16::from(last[i])).div_ceil(2) as u8);
        let of = |frame: &Frame| measure(&first, &last, [(0.5, frame)].into_iter()).unwrap();
        // Nothing is left but half a step in some pixels, beside tens of steps to either picture.
        let dissolve = of(&blend);
        assert!(dissolve.excess < -1.5 && dissolve.detail < -0.1, "{dissolve:?}");
        let halves: Frame = std::array::from_fn(|i| if i % WIDTH < WIDTH / 2 { first[i] } else { last[i] });
        let covered = of(&halves);
        assert!(covered.excess > 1.5 && covered.detail > 0.0, "{covered:?}");
        assert_eq!(measure(&first, &last, std::iter::empty()), None);
    }
}
