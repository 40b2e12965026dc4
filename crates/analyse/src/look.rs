//! How one frame is made: its noise, and what tells drawings and renderings from photographs.
//!
//! Owns the measures of single frames. Noise is measured in the picture's own pixels, of which the analysis frame has
//! the centre: scaling down would take it away.

use crate::measure::{Frame, HEIGHT, PIXELS, WIDTH};

/// Side of a block in which noise is measured: small enough to fit between textures.
const BLOCK: usize = 10;
/// The part of the blocks that is taken for free of texture: the quietest quarter.
const QUIET_PART: f64 = 0.25;
/// What the quarter's estimate is of the true one, as the quietest blocks are quiet by chance, too. Measured on flat
/// pictures with Gaussian noise.
const QUIET_BIAS: f64 = 0.93;
/// Mean luma between which a block's noise is not cut off by black or white in the limited range.
const UNCLIPPED: std::ops::Range<u32> = 22..228;
/// Most difference of neighbours, down and across together, that counts as flat.
const FLAT_MAX: u32 = 3;
/// Least difference of neighbours that counts as an edge: an outline, not shading.
const EDGE_MIN: u32 = 48;

/// What a single frame tells of how it was made.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Look {
    /// Standard deviation of noise in the picture's own pixels, in 8-bit luma steps.
    pub noise: f32,
    /// Share of the reduced frame's pixels that hardly differ from their neighbours (0 to 1).
    pub flat: f32,
    /// Share of the reduced frame's pixels that differ from their neighbours as an outline does (0 to 1).
    pub edge: f32,
    /// How many luma levels of 64 the frame uses, each counted by its share (1 to 64): 2 to the power of the entropy.
    pub levels: f32,
}

/// Measures a frame: reduced, and its centre.
pub fn look(reduced: &Frame, centre: &Frame) -> Look {
    let (flat, edge) = gradients(reduced);
    Look { noise: noise(centre) as f32, flat, edge, levels: levels(reduced) }
}

/// Standard deviation of the noise: Immerkær's estimate (Fast Noise Variance Estimation, Computer Vision and Image
/// Understanding 64, 1996) in each block, of which the quiet ones count.
fn noise(centre: &Frame) -> f64 {
    let mut estimates: Vec<f64> = Vec::with_capacity((HEIGHT / BLOCK) * (WIDTH / BLOCK));
    for y in (0..HEIGHT).step_by(BLOCK) {
        for x in (0..WIDTH).step_by(BLOCK) {
            estimates.extend(block_noise(centre, x, y));
        }
    }
    if estimates.is_empty() {
        return 0.0;
    }
    let quiet = (estimates.len() as f64 * QUIET_PART) as usize;
    let (_, estimate, _) = estimates.select_nth_unstable_by(quiet, f64::total_cmp);
    *estimate / QUIET_BIAS
}

/// Immerkær's estimate in the block whose top left pixel is (`x`, `y`); `None` where black or white cuts noise off.
fn block_noise(centre: &Frame, x: usize, y: usize) -> Option<f64> {
    const INSIDE: usize = BLOCK - 2;
    let at = |x: usize, y: usize| i32::from(centre[y * WIDTH + x]);
    let (mut laplacians, mut luma) = (0, 0);
    for row in y + 1..y + 1 + INSIDE {
        for column in x + 1..x + 1 + INSIDE {
            let corners = at(column - 1, row - 1)
                + at(column + 1, row - 1)
                + at(column - 1, row + 1)
                + at(column + 1, row + 1);
            let sides = at(column, row - 1) + at(column - 1, row) + at(column + 1, row) + at(column, row + 1);
            laplacians += (corners - 2 * sides + 4 * at(column, row)).unsigned_abs();
            luma += at(column, row).unsigned_abs();
        }
    }
    let count = (INSIDE * INSIDE) as u32;
    // The mask's weights squared sum to 36, and the mean absolute value of a Gaussian is its deviation by root 2/pi.
    let deviation = f64::from(laplacians) / f64::from(count) / 6.0 * std::f64::consts::FRAC_PI_2.sqrt();
    UNCLIPPED.contains(&(luma / count)).then_some(deviation)
}

/// Shares of flat pixels and of edges.
fn gradients(reduced: &Frame) -> (f32, f32) {
    let (mut flat, mut edge) = (0_u32, 0_u32);
    for (i, &value) in reduced[..PIXELS - WIDTH].iter().enumerate() {
        let across = u32::from(value.abs_diff(reduced[i + 1]));
        let down = u32::from(value.abs_diff(reduced[i + WIDTH]));
        flat += u32::from(across + down <= FLAT_MAX);
        edge += u32::from(across + down >= EDGE_MIN);
    }
    let share = |count: u32| count as f32 / (PIXELS - WIDTH) as f32;
    (share(flat), share(edge))
}

/// See [`Look::levels`].
fn levels(reduced: &Frame) -> f32 {
    const LEVELS: usize = 64;
    let mut counts = [0_u32; LEVELS];
    for &value in reduced {
        counts[usize::from(value) * LEVELS / 256] += 1;
    }
    let shares = counts.iter().filter(|&&count| count > 0).map(|&count| count as f32 / PIXELS as f32);
    shares.map(|share| -share * share.log2()).sum::<f32>().exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gaussian noise of deviation `sigma` on `base(x, y)`, rounded: twelve even numbers added, from a fixed seed.
    fn noisy(sigma: f64, base: impl Fn(usize, usize) -> f64) -> Frame {
        let mut state = 12_345_u32;
        let mut even = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24)
        };
        std::array::from_fn(|i| {
            let gauss = (0..12).map(|_| even()).sum::<f64>() - 6.0;
            (base(i % WIDTH, i / WIDTH) + gauss * sigma).round() as u8
        })
    }

    #[test]
    fn noise_is_measured_in_steps_of_luma() {
        let flat = |_: usize, _: usize| 120.0;
        let slope = |x: usize, y: usize| 60.0 + x as f64 * 0.6 + y as f64 * 0.4;
        let half_textured =
            |x: usize, y: usize| if x < 80 { 120.0 } else { 60.0 + (x * 37 % 90 + y * 53 % 70) as f64 };
        let black = |_: usize, _: usize| 16.0;
        for (name, picture, sigma, expected) in [
            ("flat", noisy(0.0, flat), 0.0, 0.0),
            ("flat", noisy(1.0, flat), 1.0, 1.0),
            ("flat", noisy(2.0, flat), 2.0, 2.0),
            ("flat", noisy(4.0, flat), 4.0, 4.0),
            ("flat", noisy(8.0, flat), 8.0, 8.0),
            ("slope", noisy(3.0, slope), 3.0, 3.0),
            ("half textured", noisy(3.0, half_textured), 3.0, 3.0),
            ("black", noisy(0.0, black), 0.0, 0.0),
        ] {
            let got = noise(&picture);
            // Rounding to whole steps adds a twelfth of a step squared.
            assert!((got - expected).abs() <= 0.12 * expected + 0.05, "{name} with {sigma}: {got}");
        }
    }

    #[test]
    fn a_drawing_is_flat_with_edges_and_few_levels() {
        let drawing: Frame =
            std::array::from_fn(|i| 60 + 100 * ((i % WIDTH / 20 + i / WIDTH / 15) % 2) as u8);
        let photograph =
            noisy(6.0, |x, y| 90.0 + 50.0 * (x as f64 / 9.0).sin() + 30.0 * (y as f64 / 5.0).cos());
        let (drawing, photograph) = (look(&drawing, &drawing), look(&photograph, &photograph));
        assert!(drawing.flat > 0.8 && photograph.flat < 0.3, "{drawing:?} {photograph:?}");
        assert!(drawing.edge > 0.05 && photograph.edge < drawing.edge, "{drawing:?} {photograph:?}");
        assert!(
            (drawing.levels - 2.0).abs() < 0.01 && photograph.levels > 20.0,
            "{drawing:?} {photograph:?}"
        );
    }
}
