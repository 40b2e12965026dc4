//! Scores to gradual boundaries: dissolves, and fades out, in or through black or white.
//!
//! Owns where in a transition the boundary is: in the middle of a dissolve, at a fade's last emptiest frame, for the next
//! picture grows out of it and can be predicted from it.

use crate::dissolve::BY_SIDES;
use crate::measure::{FrameScore, LASTING_FRAMES};
use crate::shots::{Boundary, Config, Kind};
use media::FrameRate;
use std::ops::Range;

/// A picture is empty when its contrast is below this part of that on both sides: a fade of 6 frames that never rests
/// comes down to a seventh.
const EMPTY_PART: f32 = 0.2;
/// Mean luma of a frame that is neither near black nor near white: something flat is before the camera. A fade of 6 frames
/// that never rests leaves a seventh of a picture.
const FILLED_LUMA: Range<f32> = 40.0..185.0;
/// Least contrast of the pictures on both sides: with less there is no picture to fade.
const PICTURE_CONTRAST_MIN: f32 = 5.0;
/// A picture that goes within this many frames was cut off and did not fade.
const ABRUPT_FRAMES: usize = 2;
/// Share of the contrast that is still there, that many frames before or after emptiness, where it was abrupt.
const ABRUPT_PART: f32 = 0.75;
/// Structural difference from before to after emptiness, below which the same picture came back: a flash.
const SAME_STRUCTURE: f32 = 0.4;
/// How far a dissolve keeps away from cuts.
const CUT_MARGIN_FRAMES: usize = 6;
/// How far it keeps away from the empty frames of a fade, which fades out before and in after them.
const FADE_MARGIN_FRAMES: usize = 16;
/// Certainty given to a fade: there is no other measure of one than that it is there.
const FADE_SCORE: f64 = 0.9;

/// Fades and dissolves between `cuts`.
pub(crate) fn gradual(
    scores: &[FrameScore],
    cuts: &[Boundary],
    rate: FrameRate,
    config: &Config,
) -> Vec<Boundary> {
    let fades = fades(scores, rate, config);
    let zone = |frames: Range<usize>, margin: usize| frames.start.saturating_sub(margin)..frames.end + margin;
    let mut taken: Vec<Range<usize>> =
        cuts.iter().map(|cut| zone(cut.frame..cut.frame, CUT_MARGIN_FRAMES)).collect();
    taken.extend(fades.iter().map(|(_, empty)| zone(empty.clone(), FADE_MARGIN_FRAMES)));
    let mut boundaries: Vec<Boundary> = fades.into_iter().map(|(boundary, _)| boundary).collect();
    boundaries.extend(dissolves(scores, taken, config));
    boundaries
}

/// Dissolves, the surest first; none that runs into another or into frames that are `taken`.
fn dissolves(scores: &[FrameScore], mut taken: Vec<Range<usize>>, config: &Config) -> Vec<Boundary> {
    let mut found: Vec<(Boundary, usize)> = (0..scores.len())
        .filter(|&last| scores[last].dissolve_frames > 0)
        .map(|last| {
            let score = 1.0 / (1.0 + f64::from(-dissolve_odds(scores, last)).exp());
            let frame = last.saturating_sub(usize::from(scores[last].dissolve_back));
            (Boundary { frame, score, kind: Kind::Dissolve }, usize::from(scores[last].dissolve_frames))
        })
        .filter(|(boundary, _)| boundary.score >= config.dissolve_score_min)
        .collect();
    found.sort_by(|(a, _), (b, _)| b.score.total_cmp(&a.score).then(a.frame.cmp(&b.frame)));
    let mut kept = Vec::new();
    for (boundary, frames) in found {
        let own = boundary.frame.saturating_sub(frames / 2)..boundary.frame + frames / 2;
        if !taken.iter().any(|other| other.start < own.end && own.start < other.end) {
            kept.push(boundary);
            taken.push(own);
        }
    }
    kept
}

/// The odds of a dissolve in the window that ends at `last`, its sides looked at.
fn dissolve_odds(scores: &[FrameScore], last: usize) -> f32 {
    let first = last.saturating_sub(usize::from(scores[last].dissolve_frames));
    let after = (last + LASTING_FRAMES).min(scores.len() - 1);
    let sides = scores[first].structure_lasting.min(scores[after].structure_lasting);
    scores[last].dissolve_odds + BY_SIDES * sides
}

/// Fades, with their empty frames: runs with a picture on both sides, that are no flash.
fn fades(scores: &[FrameScore], rate: FrameRate, config: &Config) -> Vec<(Boundary, Range<usize>)> {
    let reach = (rate.frames(1.0) as usize).max(1);
    let empty: Vec<bool> = (0..scores.len()).map(|frame| is_empty(scores, frame, reach, config)).collect();
    let mut boundaries = Vec::new();
    let mut start = 0;
    for run in empty.chunk_by(|a, b| a == b) {
        let end = start + run.len();
        if run[0] && fades_around(scores, start..end, reach, config) {
            let contrast = |frame: usize| scores[frame].contrast;
            let emptiest = (start..end).min_by(|&a, &b| contrast(a).total_cmp(&contrast(b)).then(b.cmp(&a)));
            boundaries.extend(
                emptiest.map(|frame| (Boundary { frame, score: FADE_SCORE, kind: Kind::Fade }, start..end)),
            );
        }
        start = end;
    }
    boundaries
}

/// Whether nothing is to be seen in a frame: it is black, or has next to no contrast for its neighbourhood.
fn is_empty(scores: &[FrameScore], frame: usize, reach: usize, config: &Config) -> bool {
    let (before, after) = sides(scores, frame..frame + 1, reach, |score| score.contrast);
    let dip = before.min(after);
    let luma = scores[frame].luma_mean;
    f64::from(luma) <= config.black_luma_max
        || (dip >= PICTURE_CONTRAST_MIN
            && scores[frame].contrast < EMPTY_PART * dip
            && !FILLED_LUMA.contains(&luma))
}

/// Whether a picture goes before, and comes after, the empty frames of `run`, and at least one of them bit by bit.
fn fades_around(scores: &[FrameScore], run: Range<usize>, reach: usize, config: &Config) -> bool {
    if run.start == 0 || run.end >= scores.len() {
        return false;
    }
    let (before, after) = sides(scores, run.clone(), reach, |score| score.contrast);
    let emptiest = scores[run.clone()].iter().map(|score| score.contrast).fold(f32::MAX, f32::min);
    let (luma_before, luma_after) = sides(scores, run.clone(), reach, |score| score.luma_mean);
    let darkest = scores[run.clone()].iter().map(|score| score.luma_mean).fold(f32::MAX, f32::min);
    let is_fade = before.min(after) >= PICTURE_CONTRAST_MIN.max(emptiest / EMPTY_PART)
        || f64::from(luma_before.min(luma_after)) >= f64::from(darkest) + config.fade_luma_min;
    is_fade && !is_flash(scores, run, reach)
}

/// Whether the empty frames come and go at once, for what is there within half of `reach`, or the picture after them is
/// the same as before.
fn is_flash(scores: &[FrameScore], run: Range<usize>, reach: usize) -> bool {
    let (before, after) = sides(scores, run.clone(), reach.div_ceil(2), |score| score.contrast);
    let out = run.start.checked_sub(ABRUPT_FRAMES).map_or(0.0, |frame| scores[frame].contrast);
    let into = scores.get(run.end - 1 + ABRUPT_FRAMES).map_or(0.0, |score| score.contrast);
    let is_abrupt = out > ABRUPT_PART * before && into > ABRUPT_PART * after;
    let beyond = (run.end - 1 + LASTING_FRAMES / 2).min(scores.len() - 1);
    let reaches_over = run.len() < LASTING_FRAMES / 2;
    is_abrupt || (reaches_over && scores[beyond].structure_lasting < SAME_STRUCTURE)
}

/// The highest `of` within `reach` frames before and after `run`.
fn sides(
    scores: &[FrameScore],
    run: Range<usize>,
    reach: usize,
    of: impl Fn(&FrameScore) -> f32,
) -> (f32, f32) {
    let highest = |scores: &[FrameScore]| scores.iter().map(&of).fold(0.0, f32::max);
    let before = &scores[run.start.saturating_sub(reach)..run.start];
    let after = &scores[run.end.min(scores.len())..(run.end + reach).min(scores.len())];
    (highest(before), highest(after))
}

#[cfg(test)]
mod tests;
