//! Motion between two reduced frames, block by block, so that a pan is not taken for a cut.
//!
//! Owns the block grid and the search. The search is a three-step one: 25 places a block instead of all 225 of
//! its range, at the price of sometimes missing the best place; scores need no more.

use crate::measure::{HEIGHT, PIXELS, WIDTH};

/// Side of a block in pixels. It divides both sides of the frame, so that no block is cut off.
pub const BLOCK: usize = 10;
/// Blocks in a row.
pub const COLUMNS: usize = WIDTH / BLOCK;
/// Rows of blocks.
pub const ROWS: usize = HEIGHT / BLOCK;
/// Blocks of a frame.
pub const BLOCKS: usize = COLUMNS * ROWS;
/// Distances tried one after another around the best place so far. Their sum is the reach: 7 pixels of 160, or
/// 84 of 1920, which a fast pan does in a frame.
const STEPS: [isize; 3] = [4, 2, 1];

/// Mean luma (0 to 255) of every block, row by row: a picture small enough to compare with many others.
pub fn block_means(frame: &[u8; PIXELS]) -> [u8; BLOCKS] {
    let mut sums = [0_u32; BLOCKS];
    for (y, row) in frame.chunks_exact(WIDTH).enumerate() {
        for (column, run) in row.chunks_exact(BLOCK).enumerate() {
            sums[(y / BLOCK) * COLUMNS + column] += run.iter().map(|&v| u32::from(v)).sum::<u32>();
        }
    }
    sums.map(|sum| (sum / (BLOCK * BLOCK) as u32) as u8)
}

/// Mean absolute difference (0 to 255) of `frame` and `previous` once each block of `frame` is taken from the
/// place in `previous` where it fits best.
pub fn compensated_difference(frame: &[u8; PIXELS], previous: &[u8; PIXELS]) -> f64 {
    let mut sum = 0;
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            sum += best_fit(frame, previous, column * BLOCK, row * BLOCK);
        }
    }
    f64::from(sum) / PIXELS as f64
}

/// Lowest sum of absolute differences found for the block of `frame` whose top left pixel is (`x`, `y`).
fn best_fit(frame: &[u8; PIXELS], previous: &[u8; PIXELS], x: usize, y: usize) -> u32 {
    let (mut centre_x, mut centre_y) = (x, y);
    let mut best = block_difference(frame, previous, (x, y), (x, y));
    for step in STEPS {
        let (from_x, from_y) = (centre_x, centre_y);
        for (dx, dy) in [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)] {
            let there_x = shifted(from_x, dx * step, WIDTH - BLOCK);
            let there_y = shifted(from_y, dy * step, HEIGHT - BLOCK);
            let difference = block_difference(frame, previous, (x, y), (there_x, there_y));
            if difference < best {
                (best, centre_x, centre_y) = (difference, there_x, there_y);
            }
        }
    }
    best
}

/// `from + by`, held inside `0..=max`.
fn shifted(from: usize, by: isize, max: usize) -> usize {
    from.saturating_add_signed(by).min(max)
}

/// Sum of absolute differences of two blocks, given by their top left pixels.
fn block_difference(
    frame: &[u8; PIXELS],
    previous: &[u8; PIXELS],
    here: (usize, usize),
    there: (usize, usize),
) -> u32 {
    let mut sum = 0;
    for row in 0..BLOCK {
        let a = (here.1 + row) * WIDTH + here.0;
        let b = (there.1 + row) * WIDTH + there.0;
        sum += absolute_difference(&frame[a..a + BLOCK], &previous[b..b + BLOCK]);
    }
    sum
}

/// Sum of absolute differences of two runs of the same length.
pub(crate) fn absolute_difference(a: &[u8], b: &[u8]) -> u32 {
    a.iter().zip(b).map(|(&a, &b)| u32::from(a.abs_diff(b))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame whose luma is `at(x, y)`.
    fn frame(at: impl Fn(usize, usize) -> u8) -> [u8; PIXELS] {
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
        let compensated = compensated_difference(&panned, &still);
        assert!(compensated < 3.0, "{compensated}");
    }

    #[test]
    fn another_picture_stays_different() {
        let black = frame(|_, _| 16);
        let white = frame(|_, _| 235);
        assert_eq!(compensated_difference(&black, &white), 219.0);
        assert_eq!(compensated_difference(&white, &white), 0.0);
    }

    #[test]
    fn block_means_are_of_their_block() {
        let means = block_means(&frame(|x, y| (x / BLOCK + y / BLOCK) as u8));
        assert_eq!((means[0], means[COLUMNS - 1], means[BLOCKS - 1]), (0, 15, 23));
    }
}
