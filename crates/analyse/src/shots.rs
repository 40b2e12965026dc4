//! Scores to shots: where the camera changed.
//!
//! A cut is a change that is high by itself and many times what is usual around it, and that lasts: a flash,
//! after which the former picture comes back, is none. A fade through black is a boundary at its darkest frame.
//! What runs on for very long without either is divided.

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
            ratio_min: 2.1,
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
    let starts = divided(&starts, scores.len(), rate, config);
    let ends = starts.iter().skip(1).map(|b| b.frame).chain([scores.len()]);
    let shots = starts.iter().zip(ends).map(|(start, end)| shot(*start, end, scores)).collect();
    ShotList { shots }
}

/// `starts`, with more of them inside shots that are too long: as few as do, at equal distances (to a frame). Nothing
/// is cut there, so their score is 0.
fn divided(starts: &[Boundary], frames: usize, rate: FrameRate, config: &Config) -> Vec<Boundary> {
    let longest = (rate.frames(config.shot_s_max) as usize).max(1);
    let ends = starts.iter().skip(1).map(|b| b.frame).chain([frames]);
    let parts = |(start, end): (&Boundary, usize)| {
        let (start, length) = (*start, end - start.frame);
        let parts = length.div_ceil(longest);
        let later = move |part| Boundary { frame: start.frame + part * length / parts, score: 0.0 };
        std::iter::once(start).chain((1..parts).map(later))
    };
    starts.iter().zip(ends).flat_map(parts).collect()
}

/// Hard cuts, flashes left out.
fn cuts(scores: &[FrameScore], rate: FrameRate, config: &Config) -> Vec<Boundary> {
    let reach = (rate.frames(config.neighbourhood_s) as usize).max(2);
    let candidates: Vec<Boundary> = (1..scores.len())
        .filter_map(|frame| {
            let change = f64::from(scores[frame].change_compensated);
            let ratio = change / (usual_change(scores, frame, reach) + STILL_CHANGE);
            (change >= config.change_min && ratio >= config.ratio_min)
                .then(|| Boundary { frame, score: certainty(ratio, config) })
        })
        .collect();
    candidates.iter().filter(|c| !in_flash(scores, c.frame)).copied().collect()
}

/// From 0.5 for a change that is just high enough, towards 1.
fn certainty(ratio: f64, config: &Config) -> f64 {
    1.0 - config.ratio_min / ratio / 2.0
}

/// Mean compensated change of up to `reach` frames on either side of `frame`, without the greatest: another cut or a
/// flash nearby must not hide this one.
fn usual_change(scores: &[FrameScore], frame: usize, reach: usize) -> f64 {
    let from = frame.saturating_sub(reach).max(1);
    let to = (frame + reach + 1).min(scores.len());
    let (mut sum, mut greatest, mut count) = (0.0, 0.0, 0_u32);
    for i in (from..to).filter(|&i| i != frame) {
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
        grain: 0.0,
        animation: 0.0,
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

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: FrameRate = FrameRate { num: 24, den: 1 };

    /// Scores of a quiet scene: `frames` of them, with a change of 2 and a mean luma of 100.
    fn quiet(frames: usize) -> Vec<FrameScore> {
        let score = FrameScore {
            luma_mean: 100.0,
            detail: 5.0,
            change: 3.0,
            change_compensated: 2.0,
            block_change: 2.0,
            return_change: 3.0,
            return_frames: 2,
            ..FrameScore::default()
        };
        vec![score; frames]
    }

    /// Puts a change of `change` at `frame`, to a picture never seen before.
    fn cut(scores: &mut [FrameScore], frame: usize, change: f32) {
        scores[frame].change_compensated = change;
        scores[frame].block_change = change;
        // The frame after it, too, can only look back past the cut.
        for score in &mut scores[frame..frame + 2] {
            score.return_change = change;
        }
    }

    /// First frames of the shots found.
    #[track_caller]
    fn check(scores: &[FrameScore], expected: &[u64]) {
        let list = detect(scores, RATE, &Config::default());
        let starts: Vec<u64> = list.shots.iter().map(|shot| shot.frames.start).collect();
        assert_eq!(starts, expected);
        assert_eq!(list.frames(), scores.len() as u64, "up to the last frame");
        for pair in list.shots.windows(2) {
            assert_eq!(pair[0].frames.end, pair[1].frames.start, "no gap, no overlap");
        }
        assert!(list.shots.iter().all(|shot| (0.0..=1.0).contains(&shot.cut_score)));
    }

    #[test]
    fn the_first_frame_begins_a_shot() {
        check(&[], &[]);
        check(&quiet(1), &[0]);
        check(&quiet(500), &[0]);
    }

    #[test]
    fn a_long_shot_is_divided() {
        // A minute has 1440 frames.
        check(&quiet(1440), &[0]);
        check(&quiet(1441), &[0, 720]);
        let mut scores = quiet(4500);
        cut(&mut scores, 100, 30.0);
        // 4400 frames from the cut on: four parts of 1100.
        check(&scores, &[0, 100, 1200, 2300, 3400]);
        let list = detect(&scores, RATE, &Config::default());
        assert!(list.shots[1].cut_score > 0.0);
        assert!(list.shots[2..].iter().all(|shot| shot.cut_score == 0.0), "nothing is cut there");
    }

    #[test]
    fn a_cut_is_high_and_stands_out() {
        let mut scores = quiet(120);
        cut(&mut scores, 60, 30.0);
        check(&scores, &[0, 60]);
        // Low in itself, though 3 times the usual.
        cut(&mut scores, 60, 5.9);
        check(&scores, &[0]);
        // High, but so is all around it: (20 + 2) x 2.1 = 46.
        scores.iter_mut().for_each(|score| score.change_compensated = 20.0);
        cut(&mut scores, 60, 45.0);
        check(&scores, &[0]);
        cut(&mut scores, 60, 47.0);
        check(&scores, &[0, 60]);
    }

    #[test]
    fn a_cut_beside_another_change_is_still_seen() {
        let mut scores = quiet(120);
        cut(&mut scores, 60, 30.0);
        cut(&mut scores, 64, 50.0);
        // Both stand out; the surer one is kept, for 4 frames are no shot.
        check(&scores, &[0, 64]);
    }

    #[test]
    fn a_shot_has_its_least_length() {
        let mut scores = quiet(120);
        for frame in [11, 48, 60, 109] {
            cut(&mut scores, frame, 40.0);
        }
        // 12 frames are half a second: 11 and 109 leave less, 48 to 60 is just enough.
        check(&scores, &[0, 48, 60]);
    }

    #[test]
    fn a_flash_is_no_cut() {
        let mut scores = quiet(120);
        cut(&mut scores, 60, 80.0);
        cut(&mut scores, 62, 80.0);
        // Frame 62 looks like frame 59, 3 back.
        (scores[62].return_change, scores[62].return_frames) = (5.0, 3);
        check(&scores, &[0]);
        // Back to another picture: two cuts, of which one has room.
        scores[62].return_change = 60.0;
        check(&scores, &[0, 60]);
    }

    #[test]
    fn a_flash_before_a_cut_does_not_hide_it() {
        let mut scores = quiet(120);
        cut(&mut scores, 60, 80.0);
        cut(&mut scores, 62, 80.0);
        (scores[62].return_change, scores[62].return_frames) = (5.0, 3);
        cut(&mut scores, 66, 60.0);
        check(&scores, &[0, 66]);
    }

    /// Luma going down to `darkest` at `frames` and up again, 4 a frame.
    fn fade(scores: &mut [FrameScore], frames: std::ops::RangeInclusive<usize>, darkest: f32) {
        for (frame, score) in scores.iter_mut().enumerate() {
            let away = frames.start().saturating_sub(frame) + frame.saturating_sub(*frames.end());
            score.luma_mean = score.luma_mean.min(darkest + 4.0 * away as f32);
        }
    }

    #[test]
    fn a_fade_through_black_is_a_boundary_at_its_last_darkest_frame() {
        let mut scores = quiet(240);
        fade(&mut scores, 100..=110, 1.0);
        check(&scores, &[0, 110]);
        // Not dark enough for black.
        let mut scores = quiet(240);
        fade(&mut scores, 100..=110, 30.0);
        check(&scores, &[0]);
        // A film that begins and ends in black has a picture on one side only.
        let mut scores = quiet(240);
        fade(&mut scores, 0..=30, 0.0);
        fade(&mut scores, 200..=239, 0.0);
        check(&scores, &[0]);
        // A dark film is not black all the time: it never gets much brighter.
        let mut scores = quiet(240);
        scores.iter_mut().for_each(|score| score.luma_mean = 20.0);
        check(&scores, &[0]);
    }

    #[test]
    fn complexity_is_of_the_shot_without_its_cut() {
        let mut scores = quiet(120);
        cut(&mut scores, 60, 40.0);
        scores[60].change = 90.0;
        scores[60..].iter_mut().for_each(|score| score.detail = 8.0);
        let list = detect(&scores, RATE, &Config::default());
        let expected = [(3.0, 5.0), (3.0, 8.0)];
        let got: Vec<(f64, f64)> =
            list.shots.iter().map(|s| (s.complexity.motion, s.complexity.detail)).collect();
        assert_eq!(got, expected);
    }
}
