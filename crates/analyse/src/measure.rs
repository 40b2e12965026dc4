//! Frames to scores: what one frame looks like and how it differs from those before it.
//!
//! Owns the sizes of the analysis frame and the fold over frames, which holds the last [`SEEN_MAX`] of them. Judges
//! nothing.

use crate::blend::{self, Blend};
use crate::dissolve::{self, WINDOWS, Window};
use crate::mix::{self, Mix, Thumbnail};
use crate::motion::{
    BLOCKS, FAR, NEAR, absolute_difference, block_means, compensated_difference, contrast, matched,
};
use crate::noise::noise;
use crate::relight;
use std::collections::VecDeque;

/// Width of the reduced frame in pixels.
pub const WIDTH: usize = 160;
/// Height of the reduced frame in rows.
pub const HEIGHT: usize = 90;
/// Bytes of a reduced frame: one of luma a pixel, row by row.
pub const PIXELS: usize = WIDTH * HEIGHT;
/// Bytes of an analysis frame: the reduced frame, and after it as many pixels of the picture's centre in their own size.
pub const FRAME_BYTES: usize = 2 * PIXELS;
/// A reduced frame, or a centre.
pub type Frame = [u8; PIXELS];
/// How far back a frame looks for a picture to which it returns. A photographer's flash or an explosion's
/// lasts one to a few frames; half a second at 24 per second leaves room.
pub const RETURN_FRAMES_MAX: usize = 12;
/// How far back the frame is that tells a change that lasts from a flash.
pub const LASTING_FRAMES: usize = 8;
/// Frames that the fold holds: the longest window and both its ends.
pub const SEEN_MAX: usize = WINDOWS[WINDOWS.len() - 1] + 1;

/// What was measured of one frame. Differences are in 8-bit luma steps; those to frames that are not there
/// (before the first one) are 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FrameScore {
    /// Mean luma (0 to 255).
    pub luma_mean: f32,
    /// Mean absolute deviation of luma from its mean (0 to 128).
    pub contrast: f32,
    /// Mean absolute difference of neighbouring pixels, over rows and columns (0 to 255).
    pub detail: f32,
    /// Mean absolute difference to the previous frame (0 to 255).
    pub change: f32,
    /// The same after each block has looked for its place in the previous frame (0 to 255).
    pub change_compensated: f32,
    /// The compensated change once the previous frame has this one's brightness and contrast, over the contrast: about
    /// 0.1 within a scene, 0.7 and more from one scene to another.
    pub structure: f32,
    /// Likeness to the previous frame, moved over this one (-1 to 1); 1 where the structure is too much the same to ask.
    pub likeness: f32,
    /// The structure to [`LASTING_FRAMES`] back.
    pub structure_lasting: f32,
    /// Mean absolute difference of block means to the previous frame (0 to 255).
    pub block_change: f32,
    /// Least mean absolute difference of block means to any frame from 2 to [`RETURN_FRAMES_MAX`] back.
    pub return_change: f32,
    /// How many frames back that one is; 0 where there is none.
    pub return_frames: u8,
    /// Highest odds of a dissolve in a window that ends with this frame, as their logarithm.
    pub dissolve_odds: f32,
    /// Length of that window in frames; 0 where there is none.
    pub dissolve_frames: u8,
    /// How many frames before this one the middle of that dissolve is.
    pub dissolve_back: u8,
    /// Standard deviation of noise in the picture's own pixels, in 8-bit luma steps.
    pub noise: f32,
}

/// The fold over a film's frames.
#[derive(Debug, Default)]
pub struct Measure {
    /// The frames before, the latest first; at most [`SEEN_MAX`] with the one that is measured.
    seen: VecDeque<Box<Seen>>,
}

/// A frame as later ones look back at it.
#[derive(Debug)]
struct Seen {
    frame: Frame,
    thumbnail: Thumbnail,
    means: [u8; BLOCKS],
    mean: f32,
    contrast: f32,
}

impl Seen {
    fn new(frame: &Frame) -> Seen {
        let mean = (frame.iter().map(|&v| u64::from(v)).sum::<u64>() as f64 / PIXELS as f64) as f32;
        Seen {
            frame: *frame,
            thumbnail: mix::thumbnail(frame),
            means: block_means(frame),
            mean,
            contrast: contrast(frame, mean),
        }
    }

    /// Structural difference to `before`; see [`FrameScore::structure`].
    fn structure(&self, before: &Seen, steps: &[isize]) -> f32 {
        /// A flat picture's contrast is its noise, which nothing compensates.
        const CONTRAST_MIN: f32 = 4.0;
        let matched = matched(&before.frame, (before.mean, before.contrast), (self.mean, self.contrast));
        compensated_difference(&self.frame, &matched, steps) as f32 / self.contrast.max(CONTRAST_MIN)
    }
}

impl Measure {
    /// A fold that has seen no frame.
    pub fn new() -> Measure {
        Measure::default()
    }

    /// Measures the film's next frame.
    ///
    /// # Panics
    /// When `frame` is not [`FRAME_BYTES`] long: the reader cut its stream wrongly.
    #[expect(clippy::expect_used, reason = "a frame of another size is the caller's mistake, not data")]
    pub fn push(&mut self, frame: &[u8]) -> FrameScore {
        assert_eq!(frame.len(), FRAME_BYTES, "an analysis frame is FRAME_BYTES long");
        let (reduced, centre) = frame.split_at(PIXELS);
        let reduced: &Frame = reduced.try_into().expect("half of FRAME_BYTES");
        let centre: &Frame = centre.try_into().expect("half of FRAME_BYTES");
        let now = Seen::new(reduced);
        let mut score = FrameScore {
            luma_mean: now.mean,
            contrast: now.contrast,
            detail: detail(reduced) as f32,
            noise: noise(centre) as f32,
            likeness: 1.0,
            dissolve_odds: dissolve::NEVER,
            ..FrameScore::default()
        };
        self.compare(&now, &mut score);
        self.seen.truncate(SEEN_MAX - 1);
        self.seen.push_front(Box::new(now));
        self.find_dissolve(&mut score);
        score
    }

    /// Differences to single frames before.
    fn compare(&self, now: &Seen, score: &mut FrameScore) {
        let Some(previous) = self.seen.front() else { return };
        let change = absolute_difference(&now.frame, &previous.frame);
        score.change = (f64::from(change) / PIXELS as f64) as f32;
        score.change_compensated = compensated_difference(&now.frame, &previous.frame, NEAR) as f32;
        score.structure = now.structure(previous, NEAR);
        if score.structure >= dissolve::STRUCTURE_MIN {
            score.likeness = mix::likeness(&now.thumbnail, &previous.thumbnail);
        }
        if let Some(before) = self.seen.get(LASTING_FRAMES - 1) {
            score.structure_lasting = now.structure(before, FAR);
        }
        score.block_change = mean_difference(&now.means, &previous.means);
        (score.return_change, score.return_frames) = nearest_return(&now.means, &self.seen);
    }

    /// The best of the windows that end with the latest frame.
    fn find_dissolve(&self, score: &mut FrameScore) {
        for frames in WINDOWS {
            let Some(window) = self.window(frames) else { continue };
            let odds = dissolve::odds(&window);
            if odds > score.dissolve_odds && !(odds >= dissolve::LIKELY && self.is_one_scene(frames)) {
                score.dissolve_odds = odds;
                score.dissolve_frames = frames as u8;
                score.dissolve_back = window.mix.middle_back() as u8;
            }
        }
    }

    /// What is known of the latest `frames` and the one before them; `None` where they hold no dissolve for certain.
    fn window(&self, frames: usize) -> Option<Window> {
        let (now, first) = (self.seen.front()?, self.seen.get(frames)?);
        let mix = mix::measure(self.seen.iter().take(frames + 1).map(|seen| &seen.thumbnail))?;
        if !dissolve::is_possible(&mix, (now.contrast, first.contrast))
            || now.structure(first, FAR) < dissolve::STRUCTURE_MIN
        {
            return None;
        }
        let likeness = mix::likeness(&now.thumbnail, &first.thumbnail);
        Some(Window { mix, blend: self.blend(&mix)?, likeness })
    }

    /// Whether the latest frame shows the scene of the one that many before it, in another light.
    fn is_one_scene(&self, frames: usize) -> bool {
        let (Some(now), Some(first)) = (self.seen.front(), self.seen.get(frames)) else { return false };
        relight::found_share(&now.frame, &first.frame) >= relight::ONE_SCENE_SHARE
    }

    /// Whether the frames of `mix` between its ends are blends of these.
    fn blend(&self, mix: &Mix) -> Option<Blend> {
        let ends = mix.ends_back();
        let between = blend::PARTS.iter().filter_map(|&part| {
            let back = mix.nearest_back(ends, part);
            let part = mix.part(back);
            blend::BOTH_SEEN.contains(&part).then(|| (part, &self.seen[back].frame))
        });
        blend::measure(&self.seen[ends.0].frame, &self.seen[ends.1].frame, between)
    }
}

/// Mean absolute difference of neighbouring pixels.
pub(crate) fn detail(frame: &Frame) -> f64 {
    let mut sum = 0;
    for row in frame.chunks_exact(WIDTH) {
        sum += absolute_difference(&row[1..], &row[..WIDTH - 1]);
    }
    sum += absolute_difference(&frame[WIDTH..], &frame[..PIXELS - WIDTH]);
    let pairs = HEIGHT * (WIDTH - 1) + WIDTH * (HEIGHT - 1);
    f64::from(sum) / pairs as f64
}

/// The most similar of the frames `seen` from 2 to [`RETURN_FRAMES_MAX`] back, as (difference, frames back).
fn nearest_return(means: &[u8; BLOCKS], seen: &VecDeque<Box<Seen>>) -> (f32, u8) {
    let mut best = (0.0, 0);
    for (i, before) in seen.iter().enumerate().take(RETURN_FRAMES_MAX).skip(1) {
        let difference = mean_difference(means, &before.means);
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
mod tests;
