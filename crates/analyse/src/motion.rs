//! Motion between two reduced frames, block by block, so that a pan is not taken for a cut.
//!
//! Owns the block grid and the search. The search is a three-step one: 25 places a block instead of all 225 of
//! its range, at the price of sometimes missing the best place; scores need no more.

use crate::measure::{Frame, HEIGHT, PIXELS, WIDTH};

/// Side of a block in pixels. It divides both sides of the frame, so that no block is cut off.
pub const BLOCK: usize = 10;
/// Blocks in a row.
pub const COLUMNS: usize = WIDTH / BLOCK;
/// Rows of blocks.
pub const ROWS: usize = HEIGHT / BLOCK;
/// Blocks of a frame.
pub const BLOCKS: usize = COLUMNS * ROWS;
/// Distances tried one after another around the best place so far, for neighbouring frames. Their sum is the reach: 7
/// pixels of 160, or 84 of 1920, which a fast pan does in a frame.
pub const NEAR: &[isize] = &[4, 2, 1];
/// The same for frames that lie further apart: a reach of 15 pixels.
pub const FAR: &[isize] = &[8, 4, 2, 1];

/// Mean luma (0 to 255) of every block, row by row: a picture small enough to compare with many others.
pub fn block_means(frame: &Frame) -> [u8; BLOCKS] {
    let mut sums = [0_u32; BLOCKS];
    for (y, row) in frame.chunks_exact(WIDTH).enumerate() {
        for (column, run) in row.chunks_exact(BLOCK).enumerate() {
            sums[(y / BLOCK) * COLUMNS + column] += run.iter().map(|&v| u32::from(v)).sum::<u32>();
        }
    }
    sums.map(|sum| (sum / (BLOCK * BLOCK) as u32) as u8)
}

/// Mean absolute difference (0 to 255) of `frame` and `previous` once each block of `frame` is taken from the
/// place in `previous` where it fits best; `steps` are [`NEAR`] or [`FAR`].
pub fn compensated_difference(frame: &Frame, previous: &Frame, steps: &[isize]) -> f64 {
    let sum: u32 = block_places().map(|place| best_fit(frame, previous, place, steps)).sum();
    f64::from(sum) / PIXELS as f64
}

/// The same where each block is taken from the one of two frames in which it fits better.
pub fn selected_difference(frame: &Frame, one: &Frame, other: &Frame, steps: &[isize]) -> f64 {
    let better = |place| best_fit(frame, one, place, steps).min(best_fit(frame, other, place, steps));
    let sum: u32 = block_places().map(better).sum();
    f64::from(sum) / PIXELS as f64
}

/// Mean absolute deviation of luma from its `mean` (0 to 128).
pub fn contrast(frame: &Frame, mean: f32) -> f32 {
    // To the nearest step, in whole numbers: many times faster, and 0.5 off at most.
    absolute_difference(frame, &[mean.round() as u8; PIXELS]) as f32 / PIXELS as f32
}

/// `frame`, whose mean and contrast are `from`, with the mean and contrast `to`: a change of exposure taken back.
pub fn matched(frame: &Frame, from: (f32, f32), to: (f32, f32)) -> Frame {
    /// Beyond it little but noise is amplified.
    const GAIN_MAX: f32 = 2.5;
    let gain = (to.1 / from.1.max(0.5)).clamp(1.0 / GAIN_MAX, GAIN_MAX);
    let table: [u8; 256] = std::array::from_fn(|v| ((v as f32 - from.0) * gain + to.0).round() as u8);
    frame.map(|v| table[usize::from(v)])
}

/// Lowest sum of absolute differences found for the block of `frame` whose top left pixel is `place`.
fn best_fit(frame: &Frame, previous: &Frame, place: (usize, usize), steps: &[isize]) -> u32 {
    best_place(place, steps, |there| block_difference(frame, previous, place, there))
}

/// Lowest `difference` to a place that the search meets on its way from (`x`, `y`).
pub(crate) fn best_place<T: PartialOrd>(
    (x, y): (usize, usize),
    steps: &[isize],
    difference: impl Fn((usize, usize)) -> T,
) -> T {
    let (mut centre_x, mut centre_y) = (x, y);
    let mut best = difference((x, y));
    for &step in steps {
        let (from_x, from_y) = (centre_x, centre_y);
        for (dx, dy) in [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)] {
            let there_x = shifted(from_x, dx * step, WIDTH - BLOCK);
            let there_y = shifted(from_y, dy * step, HEIGHT - BLOCK);
            let there = difference((there_x, there_y));
            if there < best {
                (best, centre_x, centre_y) = (there, there_x, there_y);
            }
        }
    }
    best
}

/// Top left pixels of all blocks, row by row.
pub(crate) fn block_places() -> impl Iterator<Item = (usize, usize)> {
    (0..BLOCKS).map(|i| (i % COLUMNS * BLOCK, i / COLUMNS * BLOCK))
}

/// The rows of the block whose top left pixel is (`x`, `y`).
pub(crate) fn rows(frame: &Frame, (x, y): (usize, usize)) -> impl Iterator<Item = &[u8]> {
    (y..y + BLOCK).map(move |row| &frame[row * WIDTH + x..][..BLOCK])
}

/// `from + by`, held inside `0..=max`.
fn shifted(from: usize, by: isize, max: usize) -> usize {
    from.saturating_add_signed(by).min(max)
}

/// Sum of absolute differences of two blocks, given by their top left pixels.
fn block_difference(frame: &Frame, previous: &Frame, here: (usize, usize), there: (usize, usize)) -> u32 {
    rows(frame, here).zip(rows(previous, there)).map(|(a, b)| absolute_difference(a, b)).sum()
}

/// Sum of absolute differences of two runs of the same length.
pub(crate) fn absolute_difference(a: &[u8], b: &[u8]) -> u32 {
    a.iter().zip(b).map(|(&a, &b)| u32::from(a.abs_diff(b))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame whose luma is `at(x, y)`.
    fn frame(at: impl Fn(usize, usize) -> u8) -> Frame {
        std::array::from_fn(|i| at(i % WIDTH, i / WIDTH))
    }

    #[test]
    fn a_pan_within_reach_leaves_next_to_nothing() {
        let wave = |x: f64, y: usize| (127.5 + 60.0 * (x / 9.0).sin() + 60.0 * (y as f64 / 7.0).cos()) as u8;
        let still = frame(|x, y| wave(x as f64, y));
        let panned = frame(|x, y| wave(x as f64 + 5.0, y));
        let plain = f64::from(absolute_difference(&still, &panned)) / PIXELS as f64;
        assert!(plain > 15.0, "{plain}");
        // The last blocks of a row cannot look outside the frame: 1 in 16 keeps its difference.
        let compensated = compensated_difference(&panned, &still, NEAR);
        assert!(compensated < 3.0, "{compensated}");
    }

    #[test]
    fn another_picture_stays_different() {
        let black = frame(|_, _| 16);
        let white = frame(|_, _| 235);
        assert_eq!(compensated_difference(&black, &white, NEAR), 219.0);
        assert_eq!(compensated_difference(&white, &white, NEAR), 0.0);
    }

    #[test]
    fn exposure_is_taken_back() {
        let picture = frame(|x, y| 60 + (x / 10 * 7 + y / 10 * 5) as u8 % 40);
        let brighter = picture.map(|v| v * 2 + 15);
        let of = |frame: &Frame| {
            let mean = frame.iter().map(|&v| f32::from(v)).sum::<f32>() / PIXELS as f32;
            (mean, contrast(frame, mean))
        };
        let back = matched(&brighter, of(&brighter), of(&picture));
        assert!(absolute_difference(&back, &picture) <= PIXELS as u32, "one step at most");
    }

    #[test]
    fn block_means_are_of_their_block() {
        let means = block_means(&frame(|x, y| (x / BLOCK + y / BLOCK) as u8));
        assert_eq!((means[0], means[COLUMNS - 1], means[BLOCKS - 1]), (0, 15, 23));
    }
}
