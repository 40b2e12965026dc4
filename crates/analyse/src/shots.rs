//! Scores to shots: where the camera changed.
//!
//! A cut is a change that is high by itself and many times what is usual around it, that is one of structure and not of
//! exposure, and that lasts: a flash, after which the former picture comes back, is none. Nor is one of many: fast motion,
//! above all of drawings that are held for two frames, goes in jumps. Gradual boundaries come from
//! [`crate::gradual`]. What runs on for very long without either is divided.

use crate::complexity::complexity;
use crate::gradual::gradual;
use crate::measure::{FrameScore, LASTING_FRAMES, RETURN_FRAMES_MAX};
use media::shot::{Shot, ShotList};
use media::{Cadence, FrameRange, FrameRate};

/// When a change counts as a cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// Least compensated change of a cut, in 8-bit luma steps. Below it even a quiet scene's change is noise.
    pub change_min: f64,
    /// Least strength of a cut: how many times the usual change of the neighbourhood it is, times how unlike the frames
    /// on both sides are (0.5 where the camera only turned, 1.5 where they have nothing in common).
    pub strength_min: f64,
    /// Least structural change of a cut; see [`FrameScore::structure`].
    pub structure_min: f64,
    /// How many times the structural change around it a cut must have; of that the greatest few do not count.
    pub structure_ratio_min: f64,
    /// The same of the quieter side alone, of which all counts: a quiet shot before a restless one.
    pub structure_ratio_side_min: f64,
    /// Least certainty of a dissolve, from 0 to 1.
    pub dissolve_score_min: f64,
    /// How far the neighbourhood reaches to either side, in seconds.
    pub neighbourhood_s: f64,
    /// Shortest shot in seconds: each costs a keyframe, and below it none pays for itself.
    pub shot_s_min: f64,
    /// Longest shot in seconds. One core encodes a shot in one go: a longer one would leave the other cores idle, and
    /// all of it would be lost when the machine stops.
    pub shot_s_max: f64,
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
            strength_min: 2.0,
            structure_min: 0.45,
            structure_ratio_min: 1.3,
            structure_ratio_side_min: 1.5,
            dissolve_score_min: 0.88,
            neighbourhood_s: 0.3,
            shot_s_min: 0.5,
            shot_s_max: 60.0,
            black_luma_max: 24.0,
            fade_luma_min: 12.0,
        }
    }
}

/// Added to the neighbourhood's change before a ratio is taken of it, so that a still picture's tiny change does
/// not make everything a cut. In 8-bit luma steps.
const STILL_CHANGE: f64 = 2.0;
/// The same for structural change.
const STILL_STRUCTURE: f64 = 0.1;
/// Changes near a cut that may be as great: another cut, or both ends of a flash.
const PASSED_OVER: usize = 2;
/// A picture has come back when it differs from the former one by less than this part of the change.
const RETURN_PART: f64 = 0.4;
/// Least structural difference to [`LASTING_FRAMES`] back, half of them on either side, of a change that lasts.
const LASTING_STRUCTURE_MIN: f32 = 0.3;

/// How one shot gives way to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// From one frame to the next.
    Cut,
    /// The shots are mixed.
    Dissolve,
    /// Through black or white, or out of it.
    Fade,
}

/// A place where a shot may begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boundary {
    /// The first frame after it.
    pub frame: usize,
    /// Certainty, from 0 to 1.
    pub score: f64,
    /// What it is.
    pub kind: Kind,
}

/// The shots of the film whose frames have these scores, which has `rate` frames per second.
pub fn detect(scores: &[FrameScore], rate: FrameRate, config: &Config) -> ShotList {
    let starts: Vec<Boundary> = (!scores.is_empty())
        .then_some(Boundary { frame: 0, score: 1.0, kind: Kind::Cut })
        .into_iter()
        .chain(boundaries(scores, rate, config))
        .collect();
    let starts = divided(&starts, scores.len(), rate, config);
    let ends = starts.iter().skip(1).map(|b| b.frame).chain([scores.len()]);
    let shots = starts.iter().zip(ends).map(|(start, end)| shot(*start, end, scores)).collect();
    ShotList { shots }
}

/// The boundaries between those shots, in order, with what they are; none where a long shot is merely divided.
pub fn boundaries(scores: &[FrameScore], rate: FrameRate, config: &Config) -> Vec<Boundary> {
    let mut boundaries = cuts(scores, rate, config);
    let gradual = gradual(scores, &boundaries, rate, config);
    boundaries.extend(gradual);
    spaced(boundaries, scores.len(), rate, config)
}

/// `starts`, with more of them inside shots that are too long: as few as do, at equal distances (to a frame of the slowest
/// rendition, in which motion then goes on evenly). Nothing is cut there, so their score is 0.
fn divided(starts: &[Boundary], frames: usize, rate: FrameRate, config: &Config) -> Vec<Boundary> {
    let step = Cadence::slowest(rate).step() as usize;
    let steps_max = (rate.frames(config.shot_s_max) as usize / step).max(1);
    let ends = starts.iter().skip(1).map(|b| b.frame).chain([frames]);
    let parts = |(start, end): (&Boundary, usize)| {
        let (start, steps) = (*start, (end - start.frame).div_ceil(step));
        let parts = steps.div_ceil(steps_max);
        let at = move |part| start.frame + part * steps / parts * step;
        let later = move |part| Boundary { frame: at(part), score: 0.0, ..start };
        std::iter::once(start).chain((1..parts).map(later))
    };
    starts.iter().zip(ends).flat_map(parts).collect()
}

/// Hard cuts, flashes left out.
fn cuts(scores: &[FrameScore], rate: FrameRate, config: &Config) -> Vec<Boundary> {
    let reach = (rate.frames(config.neighbourhood_s) as usize).max(2);
    let candidates: Vec<Boundary> = (1..scores.len())
        .filter_map(|frame| {
            let score = &scores[frame];
            let change = f64::from(score.change_compensated);
            let ratio = change / (usual_change(scores, frame, reach) + STILL_CHANGE);
            let strength = ratio * (1.5 - f64::from(score.likeness.max(0.0)));
            let is_cut = change >= config.change_min
                && f64::from(score.structure) >= config.structure_min
                && strength >= config.strength_min
                && stands_alone(scores, frame, reach, config);
            is_cut.then(|| Boundary { frame, score: certainty(strength, config), kind: Kind::Cut })
        })
        .collect();
    candidates.iter().filter(|c| !in_flash(scores, c.frame)).copied().collect()
}

/// From 0.5 for a change that is just strong enough, towards 1.
fn certainty(strength: f64, config: &Config) -> f64 {
    1.0 - config.strength_min / strength / 2.0
}

/// Whether the change at `frame` is not one of many such within `reach`: it is greater than most of them, or than all on
/// one of its sides. Motion that goes in jumps does so before and after each; a strobe begins with the shot that has it.
fn stands_alone(scores: &[FrameScore], frame: usize, reach: usize, config: &Config) -> bool {
    let structure = |i: usize| f64::from(scores[i].structure);
    let exceeds = |rival: f64, ratio: f64| structure(frame) >= ratio * (rival + STILL_STRUCTURE);
    let mut around: Vec<f64> = neighbours(scores, frame, reach).map(structure).collect();
    around.sort_unstable_by(|a, b| b.total_cmp(a));
    let quieter_side = [true, false].map(|is_before| {
        let side = neighbours(scores, frame, reach).filter(|&i| (i < frame) == is_before);
        side.map(structure).reduce(f64::max).unwrap_or(f64::MAX)
    });
    exceeds(around.get(PASSED_OVER).copied().unwrap_or(0.0), config.structure_ratio_min)
        || exceeds(quieter_side[0].min(quieter_side[1]), config.structure_ratio_side_min)
}

/// Up to `reach` frames on either side of `frame` that have one before them.
fn neighbours(scores: &[FrameScore], frame: usize, reach: usize) -> impl Iterator<Item = usize> {
    (frame.saturating_sub(reach).max(1)..(frame + reach + 1).min(scores.len())).filter(move |&i| i != frame)
}

/// Mean compensated change of up to `reach` frames on either side of `frame`, without the greatest: another cut or a
/// flash nearby must not hide this one.
fn usual_change(scores: &[FrameScore], frame: usize, reach: usize) -> f64 {
    let (mut sum, mut greatest, mut count) = (0.0, 0.0, 0_u32);
    for i in neighbours(scores, frame, reach) {
        let change = f64::from(scores[i].change_compensated);
        sum += change;
        greatest = change.max(greatest);
        count += 1;
    }
    if count > 1 { (sum - greatest) / f64::from(count - 1) } else { 0.0 }
}

/// Whether the change at `frame` belongs to a flash: it brings back a picture from before, or a frame soon
/// after it brings back one from before it.
fn in_flash(scores: &[FrameScore], frame: usize) -> bool {
    if returns(&scores[frame], scores[frame].block_change) {
        return true;
    }
    let across = scores.get(frame + LASTING_FRAMES / 2 - 1);
    if across.is_some_and(|score| score.structure_lasting < LASTING_STRUCTURE_MIN) {
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
    Shot {
        frames: FrameRange { start: start.frame as u64, end: end as u64 },
        complexity: complexity(&scores[start.frame..end]),
        cut_score: start.score,
    }
}

#[cfg(test)]
mod tests;
