//! Scores to shots: where the camera changed.
//!
//! A cut is a change that is high by itself and many times what is usual around it, and that lasts: a flash,
//! after which the former picture comes back, is none. A fade through black is a boundary at its darkest frame.

use crate::measure::{FrameScore, RETURN_FRAMES_MAX};
use media::shot::{Complexity, Shot, ShotList};
use media::{FrameRange, FrameRate};

/// When a change counts as a cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// Least compensated change of a cut, in 8-bit luma steps. Below it even a quiet scene's change is noise.
    pub change_min: f64,
    /// How many times the usual change of the neighbourhood a cut must be.
    pub ratio_min: f64,
    /// How far the neighbourhood reaches to either side, in seconds.
    pub neighbourhood_s: f64,
    /// Shortest shot in seconds: each costs a keyframe, and below it none pays for itself.
    pub shot_s_min: f64,
    /// Highest mean luma (0 to 255) of a frame that is taken for black between two fades. Between video black
    /// at 16 in the limited range and a dark picture.
    pub black_luma_max: f64,
    /// By how much a picture must be brighter than that black on both sides for a fade through it.
    pub fade_luma_min: f64,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            change_min: 6.0,
            ratio_min: 2.6,
            neighbourhood_s: 0.3,
            shot_s_min: 0.5,
            black_luma_max: 24.0,
            fade_luma_min: 12.0,
        }
    }
}

/// Added to the neighbourhood's change before a ratio is taken of it, so that a still picture's tiny change does
/// not make everything a cut. In 8-bit luma steps.
const STILL_CHANGE: f64 = 1.0;
/// Ratio, in multiples of the least one, at which the detector is wholly sure.
const SURE_RATIO: f64 = 4.0;
/// A picture has come back when it differs from the former one by less than this part of the change.
const RETURN_PART: f64 = 0.4;
/// Certainty given to a fade: found by one rule on mean luma, without a change to measure.
const FADE_SCORE: f64 = 0.5;

/// A place where a shot may begin.
#[derive(Debug, Clone, Copy)]
struct Boundary {
    frame: usize,
    /// From 0 to 1.
    score: f64,
}

/// The shots of the film whose frames have these scores, which has `rate` frames per second.
pub fn detect(scores: &[FrameScore], rate: FrameRate, config: &Config) -> ShotList {
    let mut boundaries = cuts(scores, rate, config);
    boundaries.extend(fades(scores, rate, config));
    let boundaries = spaced(boundaries, scores.len(), rate, config);
    let starts: Vec<Boundary> = (!scores.is_empty())
        .then_some(Boundary { frame: 0, score: 1.0 })
        .into_iter()
        .chain(boundaries)
        .collect();
    let ends = starts.iter().skip(1).map(|b| b.frame).chain([scores.len()]);
    let shots = starts.iter().zip(ends).map(|(start, end)| shot(*start, end, scores)).collect();
    ShotList { shots }
}

/// Hard cuts, flashes left out.
fn cuts(scores: &[FrameScore], rate: FrameRate, config: &Config) -> Vec<Boundary> {
    let reach = (rate.frames(config.neighbourhood_s) as usize).max(2);
    let candidates: Vec<Boundary> = (1..scores.len())
        .filter_map(|frame| {
            let change = f64::from(scores[frame].change_compensated);
            let ratio = change / (usual_change(scores, frame, reach) + STILL_CHANGE);
            (change >= config.change_min && ratio >= config.ratio_min)
                .then(|| Boundary { frame, score: (ratio / config.ratio_min / SURE_RATIO).min(1.0) })
        })
        .collect();
    candidates.iter().filter(|c| !in_flash(scores, c.frame)).copied().collect()
}

/// Median compensated change of up to `reach` frames on either side of `frame`. The median, because another
/// cut or a flash nearby must not hide this one.
fn usual_change(scores: &[FrameScore], frame: usize, reach: usize) -> f64 {
    let from = frame.saturating_sub(reach).max(1);
    let to = (frame + reach + 1).min(scores.len());
    let mut changes: Vec<f32> =
        (from..to).filter(|&i| i != frame).map(|i| scores[i].change_compensated).collect();
    changes.sort_by(f32::total_cmp);
    changes.get(changes.len() / 2).copied().map_or(0.0, f64::from)
}

/// Whether the change at `frame` belongs to a flash: it brings back a picture from before, or a frame soon
/// after it brings back one from before it.
fn in_flash(scores: &[FrameScore], frame: usize) -> bool {
    if returns(&scores[frame], scores[frame].block_change) {
        return true;
    }
    let last = (frame + RETURN_FRAMES_MAX).min(scores.len() - 1);
    (frame + 1..=last).any(|later| {
        let back = usize::from(scores[later].return_frames);
        later - back < frame && returns(&scores[later], scores[frame].block_change)
    })
}

/// Whether `score`'s frame resembles one from before, seen from a `change` of block means.
fn returns(score: &FrameScore, change: f32) -> bool {
    score.return_frames > 0 && f64::from(score.return_change) < f64::from(change) * RETURN_PART
}

/// Fades through black: the last of the darkest frames of every dark run that has a picture on both sides.
/// The last, because the next picture grows out of it and can be predicted from it.
fn fades(scores: &[FrameScore], rate: FrameRate, config: &Config) -> Vec<Boundary> {
    let luma = |i: usize| f64::from(scores[i].luma_mean);
    let reach = rate.frames(1.0) as usize;
    let mut boundaries = Vec::new();
    let mut frame = 0;
    while frame < scores.len() {
        let start = frame;
        while frame < scores.len() && luma(frame) <= config.black_luma_max {
            frame += 1;
        }
        let run = start..frame;
        frame += 1;
        let Some(darkest) = run.clone().min_by(|&a, &b| luma(a).total_cmp(&luma(b)).then(b.cmp(&a))) else {
            continue;
        };
        let before = (run.start.saturating_sub(reach)..run.start).map(luma).fold(0.0, f64::max);
        let after = (run.end..(run.end + reach).min(scores.len())).map(luma).fold(0.0, f64::max);
        if before.min(after) >= luma(darkest) + config.fade_luma_min {
            boundaries.push(Boundary { frame: darkest, score: FADE_SCORE });
        }
    }
    boundaries
}

/// The surest of `boundaries` that leave every shot its least length, in order.
fn spaced(mut boundaries: Vec<Boundary>, frames: usize, rate: FrameRate, config: &Config) -> Vec<Boundary> {
    let shortest = (rate.frames(config.shot_s_min) as usize).max(1);
    boundaries.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.frame.cmp(&b.frame)));
    let mut taken = std::collections::BTreeMap::new();
    for boundary in boundaries {
        let frame = boundary.frame;
        let crowded = taken.range(frame.saturating_sub(shortest - 1)..frame + shortest).next().is_some();
        if frame >= shortest && frame + shortest <= frames && !crowded {
            taken.insert(frame, boundary);
        }
    }
    taken.into_values().collect()
}

/// The shot from `start` to the frame before `end`.
fn shot(start: Boundary, end: usize, scores: &[FrameScore]) -> Shot {
    let own = &scores[start.frame..end];
    // The change at its first frame is the cut's, not the shot's.
    let inside = &own[1..];
    let complexity = Complexity {
        motion: mean(inside, |s| s.change),
        detail: mean(own, |s| s.detail),
        brightness: mean(own, |s| s.luma_mean),
    };
    Shot {
        frames: FrameRange { start: start.frame as u64, end: end as u64 },
        complexity,
        cut_score: start.score,
    }
}

fn mean(scores: &[FrameScore], of: impl Fn(&FrameScore) -> f32) -> f64 {
    scores.iter().map(|score| f64::from(of(score))).sum::<f64>() / scores.len().max(1) as f64
}
