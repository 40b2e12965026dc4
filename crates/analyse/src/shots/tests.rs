//! Shots of scores in which the changes are known.

use super::*;
use crate::dissolve::NEVER;

const RATE: FrameRate = FrameRate { num: 24, den: 1 };

/// Scores of a quiet scene: `frames` of them, with a change of 2 and a mean luma of 100.
fn quiet(frames: usize) -> Vec<FrameScore> {
    let score = FrameScore {
        luma_mean: 100.0,
        detail: 5.0,
        change: 3.0,
        change_compensated: 2.0,
        contrast: 40.0,
        likeness: 1.0,
        structure: 0.1,
        structure_lasting: 0.1,
        dissolve_odds: NEVER,
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
    (scores[frame].structure, scores[frame].likeness) = (0.9, 0.5);
    // The first half of these look back past the cut.
    let lasting = (frame + LASTING_FRAMES).min(scores.len());
    scores[frame..lasting].iter_mut().for_each(|score| score.structure_lasting = 0.8);
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
fn a_long_shot_of_a_fast_film_is_divided_into_pairs_of_frames() {
    let rate = FrameRate { num: 60, den: 1 };
    let shots = detect(&quiet(502), rate, &Config { shot_s_max: 4.0, ..Config::default() }).shots;
    // Three parts, of 83, 84 and 84 pairs.
    assert_eq!(shots.iter().map(|shot| shot.frames.start).collect::<Vec<_>>(), [0, 166, 334]);
}

#[test]
fn a_cut_is_high_and_stands_out() {
    let mut scores = quiet(120);
    cut(&mut scores, 60, 30.0);
    check(&scores, &[0, 60]);
    // Low in itself, though 3 times the usual.
    cut(&mut scores, 60, 5.9);
    check(&scores, &[0]);
    // High, but so is all around it: with a likeness of 0.5 it must be 2 x (20 + 2) = 44.
    scores.iter_mut().for_each(|score| score.change_compensated = 20.0);
    cut(&mut scores, 60, 43.0);
    check(&scores, &[0]);
    cut(&mut scores, 60, 45.0);
    check(&scores, &[0, 60]);
}

#[test]
fn a_cut_shows_another_scene_and_lasts() {
    for (frame, part_of) in [(60, "exposure"), (60, "a turn"), (63, "a flash")] {
        let mut scores = quiet(120);
        cut(&mut scores, 60, 40.0);
        check(&scores, &[0, 60]);
        let score = &mut scores[frame];
        match part_of {
            "exposure" => score.structure = 0.3,
            "a turn" => (score.likeness, score.change_compensated) = (0.95, 14.0),
            _ => score.structure_lasting = 0.1,
        }
        check(&scores, &[0]);
    }
}

#[test]
fn one_jump_of_many_is_no_cut() {
    let mut scores = quiet(120);
    cut(&mut scores, 60, 40.0);
    // Two others may be as great, another cut or a flash; a third is motion.
    for (frame, expected) in [(56, vec![0, 60]), (63, vec![0, 60]), (64, vec![0])] {
        scores[frame].structure = 0.8;
        check(&scores, &expected);
    }
    // After a quiet shot it is a strobe: 0.9 is 1.5 times 0.49 and what a still picture has.
    scores[62].structure = 0.8;
    for (before, expected) in [(0.1, vec![0, 60]), (0.49, vec![0, 60]), (0.51, vec![0])] {
        scores[53..60].iter_mut().for_each(|score| score.structure = before);
        check(&scores, &expected);
    }
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
