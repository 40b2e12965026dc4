//! Frames to scores: what one frame looks like and how it differs from those before it.
//!
//! Owns the reduced picture's size and the fold over frames. Judges nothing.

use crate::motion::{BLOCKS, absolute_difference, block_means, compensated_difference};
use std::collections::VecDeque;

/// Width of the reduced frame in pixels.
pub const WIDTH: usize = 160;
/// Height of the reduced frame in rows.
pub const HEIGHT: usize = 90;
/// Bytes of a reduced frame: one of luma a pixel, row by row.
pub const PIXELS: usize = WIDTH * HEIGHT;
/// How far back a frame looks for a picture to which it returns. A photographer's flash or an explosion's
/// lasts one to a few frames; half a second at 24 per second leaves room.
pub const RETURN_FRAMES_MAX: usize = 12;
/// Classes of the luma histogram: 8 steps each, wide enough not to see noise.
const CLASSES: usize = 32;

/// What was measured of one frame. Differences are in 8-bit luma steps; those to frames that are not there
/// (before the first one) are 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FrameScore {
    /// Mean luma (0 to 255).
    pub luma_mean: f32,
    /// Mean absolute difference of neighbouring pixels, over rows and columns (0 to 255).
    pub detail: f32,
    /// Mean absolute difference to the previous frame (0 to 255).
    pub change: f32,
    /// The same after each block has looked for its place in the previous frame (0 to 255).
    pub change_compensated: f32,
    /// Share of pixels that would have to change their histogram class to make the previous frame's
    /// histogram (0 to 1).
    pub histogram_change: f32,
    /// Mean absolute difference of block means to the previous frame (0 to 255).
    pub block_change: f32,
    /// Least mean absolute difference of block means to any frame from 2 to [`RETURN_FRAMES_MAX`] back.
    pub return_change: f32,
    /// How many frames back that one is; 0 where there is none.
    pub return_frames: u8,
}

/// The fold over a film's frames.
#[derive(Debug, Default)]
pub struct Measure {
    previous: Option<Box<Previous>>,
    /// Block means of the frames before, the latest first; at most [`RETURN_FRAMES_MAX`].
    past: VecDeque<[u8; BLOCKS]>,
}

#[derive(Debug)]
struct Previous {
    frame: [u8; PIXELS],
    histogram: [u32; CLASSES],
}

impl Measure {
    /// A fold that has seen no frame.
    pub fn new() -> Measure {
        Measure::default()
    }

    /// Measures the film's next frame.
    ///
    /// # Panics
    /// When `frame` is not [`PIXELS`] bytes long: the reader cut its stream wrongly.
    #[expect(clippy::expect_used, reason = "a frame of another size is the caller's mistake, not data")]
    pub fn push(&mut self, frame: &[u8]) -> FrameScore {
        let frame: &[u8; PIXELS] = frame.try_into().expect("a reduced frame is WIDTH x HEIGHT bytes");
        let histogram = histogram(frame);
        let means = block_means(frame);
        let mut score = FrameScore {
            luma_mean: (frame.iter().map(|&v| u64::from(v)).sum::<u64>() as f64 / PIXELS as f64) as f32,
            detail: detail(frame) as f32,
            ..FrameScore::default()
        };
        if let Some(previous) = &self.previous {
            score.change = (f64::from(absolute_difference(frame, &previous.frame)) / PIXELS as f64) as f32;
            score.change_compensated = compensated_difference(frame, &previous.frame) as f32;
            score.histogram_change = histogram_change(&histogram, &previous.histogram) as f32;
        }
        if let Some(latest) = self.past.front() {
            score.block_change = mean_difference(&means, latest);
        }
        (score.return_change, score.return_frames) = nearest_return(&means, &self.past);
        self.past.truncate(RETURN_FRAMES_MAX - 1);
        self.past.push_front(means);
        self.previous = Some(Box::new(Previous { frame: *frame, histogram }));
        score
    }
}

/// Mean absolute difference of neighbouring pixels.
fn detail(frame: &[u8; PIXELS]) -> f64 {
    let mut sum = 0;
    for row in frame.chunks_exact(WIDTH) {
        sum += absolute_difference(&row[1..], &row[..WIDTH - 1]);
    }
    sum += absolute_difference(&frame[WIDTH..], &frame[..PIXELS - WIDTH]);
    let pairs = HEIGHT * (WIDTH - 1) + WIDTH * (HEIGHT - 1);
    f64::from(sum) / pairs as f64
}

fn histogram(frame: &[u8; PIXELS]) -> [u32; CLASSES] {
    let mut counts = [0; CLASSES];
    for &value in frame {
        counts[usize::from(value) * CLASSES / 256] += 1;
    }
    counts
}

/// Half the sum of absolute differences: each pixel that moves leaves one class and enters another.
fn histogram_change(a: &[u32; CLASSES], b: &[u32; CLASSES]) -> f64 {
    let sum: u32 = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).sum();
    f64::from(sum) / (2 * PIXELS) as f64
}

/// The most similar of the `past` frames but the latest, as (difference, frames back).
fn nearest_return(means: &[u8; BLOCKS], past: &VecDeque<[u8; BLOCKS]>) -> (f32, u8) {
    let mut best = (0.0, 0);
    for (i, before) in past.iter().enumerate().skip(1) {
        let difference = mean_difference(means, before);
        if best.1 == 0 || difference < best.0 {
            best = (difference, i as u8 + 1);
        }
    }
    best
}

fn mean_difference(a: &[u8; BLOCKS], b: &[u8; BLOCKS]) -> f32 {
    (f64::from(absolute_difference(a, b)) / BLOCKS as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(luma: u8) -> [u8; PIXELS] {
        [luma; PIXELS]
    }

    #[test]
    fn the_first_frame_differs_from_nothing() {
        let score = Measure::new().push(&flat(80));
        assert_eq!(score, FrameScore { luma_mean: 80.0, ..FrameScore::default() });
    }

    #[test]
    fn a_step_in_luma_is_seen_in_every_score() {
        let mut measure = Measure::new();
        measure.push(&flat(16));
        let score = measure.push(&flat(116));
        assert_eq!((score.change, score.change_compensated, score.block_change), (100.0, 100.0, 100.0));
        assert_eq!(score.histogram_change, 1.0);
        assert_eq!((score.return_change, score.return_frames), (0.0, 0));
    }

    #[test]
    fn a_flash_returns_to_the_picture_before_it() {
        let mut measure = Measure::new();
        for luma in [50, 50, 250, 250] {
            measure.push(&flat(luma));
        }
        let score = measure.push(&flat(51));
        assert_eq!((score.block_change, score.return_change, score.return_frames), (199.0, 1.0, 3));
    }

    #[test]
    fn a_picture_longer_ago_than_the_reach_is_forgotten() {
        let mut measure = Measure::new();
        measure.push(&flat(50));
        for _ in 0..RETURN_FRAMES_MAX {
            measure.push(&flat(250));
        }
        assert_eq!(measure.push(&flat(50)).return_change, 200.0);
    }

    #[test]
    fn detail_counts_both_directions() {
        // Columns 0 and 100 in turn: every pair in a row differs by 100, none in a column does.
        let stripes: [u8; PIXELS] = std::array::from_fn(|i| if i % 2 == 0 { 0 } else { 100 });
        let score = Measure::new().push(&stripes);
        let expected =
            100.0 * (HEIGHT * (WIDTH - 1)) as f32 / (HEIGHT * (WIDTH - 1) + WIDTH * (HEIGHT - 1)) as f32;
        assert!((score.detail - expected).abs() < 1e-3, "{} {expected}", score.detail);
    }

    #[test]
    #[should_panic(expected = "WIDTH x HEIGHT")]
    fn a_frame_of_another_size_is_a_mistake() {
        Measure::new().push(&[0; PIXELS - 1]);
    }
}
