//! Whether two frames show one scene in another light: a change of exposure is a blend of its ends, as a dissolve is.
//!
//! Owns the question how much of one frame is found again in the other. Blocks are compared less their own means, so that
//! light which changed here more than there, as by a camera that follows a bright car, does not matter.

use crate::measure::{Frame, PIXELS};
use crate::motion::{BLOCK, BLOCKS, FAR, best_place, block_places, matched, rows};

/// Least texture of a block that can be recognised, as mean absolute deviation from its mean in 8-bit luma steps.
const TEXTURE_MIN: f32 = 3.0;
/// A block is found again where it differs, less the means, by less than this part of its texture.
const FOUND_PART: f32 = 0.5;
/// Fewest textured blocks that say something: of fewer, those found count as parts of as many.
const TEXTURED_MIN: usize = 8;
/// Share of blocks found again from which two frames show one scene. Of 175 true dissolves of the films to tune on none
/// had more than 0.16; chance finds some blocks anywhere.
pub const ONE_SCENE_SHARE: f32 = 0.2;

/// The share (0 to 1) of the textured blocks of one frame that are found in the other; of both ways the greater.
pub fn found_share(a: &Frame, b: &Frame) -> f32 {
    let textures = (textures(a), textures(b));
    let light = |frame: &Frame, textures: &[f32; BLOCKS]| {
        let mean = frame.iter().map(|&v| u32::from(v)).sum::<u32>() as f32 / PIXELS as f32;
        (mean, textures.iter().sum::<f32>() / BLOCKS as f32)
    };
    let (of_a, of_b) = (light(a, &textures.0), light(b, &textures.1));
    let there = found(a, &textures.0, &matched(b, of_b, of_a));
    let back = found(b, &textures.1, &matched(a, of_a, of_b));
    there.max(back)
}

/// The share of the blocks of `frame`, which have these textures, that are found in `other`.
fn found(frame: &Frame, textures: &[f32; BLOCKS], other: &Frame) -> f32 {
    let textured = || block_places().zip(textures).filter(|&(_, &texture)| texture >= TEXTURE_MIN);
    let is_found =
        |place, texture| best_place(place, FAR, |at| shape_difference(frame, other, place, at)) < texture;
    let count = textured().filter(|&(place, texture)| is_found(place, FOUND_PART * texture)).count();
    count as f32 / textured().count().max(TEXTURED_MIN) as f32
}

/// Mean absolute deviation of each block from its mean.
fn textures(frame: &Frame) -> [f32; BLOCKS] {
    let flat: Frame = [0; PIXELS];
    let mut places = block_places();
    std::array::from_fn(|_| places.next().map_or(0.0, |place| shape_difference(frame, &flat, place, place)))
}

/// Mean absolute difference of two blocks, given by their top left pixels, each less its mean.
fn shape_difference(frame: &Frame, other: &Frame, here: (usize, usize), there: (usize, usize)) -> f32 {
    /// Pixels of a block: differences are taken that many times as large, to stay in whole numbers.
    const COUNT: i32 = (BLOCK * BLOCK) as i32;
    let pairs = || {
        rows(frame, here)
            .zip(rows(other, there))
            .flat_map(|(a, b)| a.iter().zip(b))
            .map(|(&a, &b)| i32::from(a) - i32::from(b))
    };
    let sum: i32 = pairs().sum();
    let deviations: i32 = pairs().map(|difference| (COUNT * difference - sum).abs()).sum();
    deviations as f32 / (COUNT * COUNT) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::WIDTH;

    /// A frame of fine texture from a fixed seed.
    fn texture(seed: u32) -> Frame {
        let mut state = seed;
        std::array::from_fn(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            70 + (state >> 24) as u8 / 4
        })
    }

    #[track_caller]
    fn check(other: &Frame, expected: std::ops::RangeInclusive<f32>) {
        let share = found_share(&texture(1), other);
        assert!(expected.contains(&share), "{share}");
    }

    #[test]
    fn a_scene_is_found_in_any_light_and_another_is_not() {
        let frame = texture(1);
        check(&frame, 1.0..=1.0);
        check(&frame.map(|v| v / 2 + 90), 0.99..=1.0);
        // Brighter from left to right.
        check(&std::array::from_fn(|i| frame[i] + (i % WIDTH / 2) as u8), 0.99..=1.0);
        // Moved by 8 columns, a step of the search: the last ones show what was not there.
        check(&std::array::from_fn(|i| if i % WIDTH < 152 { frame[i + 8] } else { 90 }), 0.9..=1.0);
        check(&texture(2), 0.0..=0.0);
        // A third of it stays.
        let other = texture(2);
        check(&std::array::from_fn(|i| if i < PIXELS / 3 { frame[i] } else { other[i] }), 0.3..=0.35);
        check(&[90; PIXELS], 0.0..=0.0);
    }
}
