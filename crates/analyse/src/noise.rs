//! Noise of a picture: film grain or a sensor's.
//!
//! Measured in the picture's own pixels, of which the analysis frame has the centre: scaling down would take it away.

use crate::measure::{Frame, HEIGHT, WIDTH};

/// Side of a block in which noise is measured: small enough to fit between textures.
const BLOCK: usize = 10;
/// The part of the blocks that is taken for free of texture: the quietest quarter.
const QUIET_PART: f64 = 0.25;
/// What the quarter's estimate is of the true one, as the quietest blocks are quiet by chance, too. Measured on flat
/// pictures with Gaussian noise.
const QUIET_BIAS: f64 = 0.93;
/// Mean luma between which a block's noise is not cut off by black or white in the limited range.
const UNCLIPPED: std::ops::Range<u32> = 22..228;
/// Standard deviation of the noise in 8-bit luma steps: Immerkær's estimate (Fast Noise Variance Estimation, Computer Vision and Image
/// Understanding 64, 1996) in each block, of which the quiet ones count.
pub fn noise(centre: &Frame) -> f64 {
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
}
