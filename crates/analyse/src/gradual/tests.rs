//! Gradual boundaries of scores in which the transitions are known.

use super::*;
use crate::dissolve::NEVER;
use std::ops::RangeInclusive;

const RATE: FrameRate = FrameRate { num: 24, den: 1 };

/// Scores of `frames` frames with a contrast of 40 and a mean luma of 100, between which nothing happens.
fn quiet(frames: usize) -> Vec<FrameScore> {
    let score = FrameScore {
        luma_mean: 100.0,
        contrast: 40.0,
        structure_lasting: 0.1,
        likeness: 1.0,
        dissolve_odds: NEVER,
        ..FrameScore::default()
    };
    vec![score; frames]
}

/// First frames of the transitions found.
#[track_caller]
fn check(scores: &[FrameScore], expected: &[usize]) {
    check_beside(&[], scores, expected);
}

/// The same where there are cuts.
#[track_caller]
fn check_beside(cuts: &[usize], scores: &[FrameScore], expected: &[usize]) {
    let cuts: Vec<Boundary> =
        cuts.iter().map(|&frame| Boundary { frame, score: 0.8, kind: Kind::Cut }).collect();
    let mut found: Vec<usize> =
        gradual(scores, &cuts, RATE, &Config::default()).iter().map(|boundary| boundary.frame).collect();
    found.sort_unstable();
    assert_eq!(found, expected);
}

/// Contrast and luma going from the picture's to nothing at `level` until `frames`, and back, in `steps` each.
fn fade(scores: &mut [FrameScore], frames: RangeInclusive<usize>, steps: usize, level: f32) {
    for (frame, score) in scores.iter_mut().enumerate() {
        let away = frames.start().saturating_sub(frame) + frame.saturating_sub(*frames.end());
        let part = (away as f32 / steps as f32).min(1.0);
        score.contrast *= part;
        score.luma_mean = level + (score.luma_mean - level) * part;
        if part < 1.0 {
            score.structure_lasting = 0.8;
        }
    }
    scores[frames.end() + LASTING_FRAMES / 2].structure_lasting = 0.8;
}

#[test]
fn a_fade_is_a_boundary_at_its_last_emptiest_frame() {
    for level in [16.0, 235.0] {
        let mut scores = quiet(240);
        fade(&mut scores, 100..=110, 12, level);
        check(&scores, &[110]);
        // It need not rest.
        let mut scores = quiet(240);
        fade(&mut scores, 100..=100, 7, level);
        check(&scores, &[100]);
        // A film that begins and ends in it has a picture on one side only.
        let mut scores = quiet(240);
        fade(&mut scores, 0..=30, 12, level);
        fade(&mut scores, 200..=235, 12, level);
        scores.truncate(236);
        check(&scores, &[]);
    }
    check(&[], &[]);
}

#[test]
fn what_fills_the_picture_is_no_fade() {
    let mut scores = quiet(240);
    fade(&mut scores, 100..=110, 12, 90.0);
    check(&scores, &[]);
}

#[test]
fn a_cut_to_black_and_a_fade_in_is_one() {
    let mut scores = quiet(240);
    fade(&mut scores, 100..=104, 12, 16.0);
    scores[..100].copy_from_slice(&quiet(100));
    check(&scores, &[104]);
}

#[test]
fn a_dark_film_is_not_black_all_the_time() {
    let mut scores = quiet(240);
    scores.iter_mut().for_each(|score| (score.luma_mean, score.contrast) = (20.0, 4.0));
    check(&scores, &[]);
}

#[test]
fn a_flash_is_no_fade() {
    // From the full picture to white and back at once.
    let mut scores = quiet(240);
    for score in &mut scores[100..103] {
        (score.luma_mean, score.contrast) = (235.0, 0.5);
    }
    check(&scores, &[]);
    // It may glow: the picture is the same as before.
    let mut scores = quiet(240);
    fade(&mut scores, 100..=101, 4, 235.0);
    scores[101 + LASTING_FRAMES / 2].structure_lasting = 0.1;
    check(&scores, &[]);
}

/// A window of `frames` up to `last` that looks like a dissolve with these odds.
fn dissolve(scores: &mut [FrameScore], last: usize, frames: u8, odds: f32) {
    let score = &mut scores[last];
    (score.dissolve_odds, score.dissolve_frames, score.dissolve_back) = (odds, frames, frames / 2);
}

#[test]
fn a_dissolve_is_a_boundary_in_its_middle_and_once() {
    let mut scores = quiet(240);
    dissolve(&mut scores, 115, 16, 4.0);
    dissolve(&mut scores, 116, 24, 6.0);
    dissolve(&mut scores, 119, 24, 5.0);
    // The surest one: 116 less 12.
    check(&scores, &[104]);
    // Another one, far enough away.
    dissolve(&mut scores, 150, 16, 4.0);
    check(&scores, &[104, 142]);
    // A score of 0.88 is odds of 2, to which the sides add -2.7 times 0.1.
    dissolve(&mut scores, 150, 16, 2.2);
    check(&scores, &[104]);
}

#[test]
fn where_all_is_in_motion_nothing_dissolves() {
    let mut scores = quiet(240);
    dissolve(&mut scores, 116, 16, 3.0);
    scores.iter_mut().for_each(|score| score.structure_lasting = 0.6);
    check(&scores, &[]);
}

#[test]
fn a_dissolve_keeps_away_from_cuts_and_fades() {
    let mut scores = quiet(240);
    dissolve(&mut scores, 116, 16, 6.0);
    check_beside(&[80], &scores, &[108]);
    check_beside(&[98], &scores, &[]);
    check_beside(&[110], &scores, &[]);
    fade(&mut scores, 75..=85, 8, 16.0);
    check(&scores, &[85]);
}
