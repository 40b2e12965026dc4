//! Scores of frames whose differences are known.

use super::*;

/// An analysis frame of one level.
fn flat(luma: u8) -> Vec<u8> {
    vec![luma; FRAME_BYTES]
}

/// An analysis frame whose reduced half is `at(x, y)`.
fn frame(at: impl Fn(usize, usize) -> u8) -> Vec<u8> {
    (0..FRAME_BYTES).map(|i| at(i % WIDTH, i / WIDTH % HEIGHT)).collect()
}

/// Waves in directions that differ with `seed`, moved by `x` columns.
fn scene(seed: usize, x: usize) -> impl Fn(usize, usize) -> u8 {
    let waves: [(f64, f64); 5] = std::array::from_fn(|i| {
        let mixed = (seed * 31 + i * 17) * 7919 % 1000;
        (0.02 + mixed as f64 / 4000.0, (mixed * 37 % 100) as f64 / 400.0 - 0.12)
    });
    move |column, row| {
        let phases = waves.iter().map(|(across, down)| (column + x) as f64 * across + row as f64 * down);
        (120.0 + phases.map(|phase| 20.0 * phase.sin()).sum::<f64>()) as u8
    }
}

#[test]
fn the_first_frame_differs_from_nothing() {
    let score = Measure::new().push(&flat(80));
    assert_eq!((score.luma_mean, score.contrast, score.change), (80.0, 0.0, 0.0));
    assert_eq!((score.return_frames, score.dissolve_frames), (0, 0));
}

#[test]
fn a_step_in_luma_is_a_change_but_no_other_scene() {
    let mut measure = Measure::new();
    measure.push(&flat(16));
    let score = measure.push(&flat(116));
    assert_eq!((score.change, score.change_compensated, score.block_change), (100.0, 100.0, 100.0));
    assert_eq!(score.structure, 0.0);
    assert_eq!((score.return_change, score.return_frames), (0.0, 0));
}

#[test]
fn another_scene_has_another_structure() {
    let mut measure = Measure::new();
    measure.push(&frame(scene(1, 0)));
    let moved = measure.push(&frame(scene(1, 4)));
    assert!(moved.structure < 0.2, "{moved:?}");
    let cut = measure.push(&frame(scene(2, 0)));
    assert!(cut.structure > 0.6 && cut.likeness < 0.9, "{cut:?}");
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
fn a_dissolve_is_found_with_its_middle_and_a_pan_is_none() {
    // Waves alone look alike in small pieces.
    let textured =
        |seed| move |x, y| scene(seed, 0)(x, y) / 2 + ((x * 73 + y * 151 + seed * x * y) % 41) as u8;
    let (a, b) = (textured(1), textured(2));
    let mut measure = Measure::new();
    let mut best = FrameScore { dissolve_odds: dissolve::NEVER, ..FrameScore::default() };
    let mut middle = 0;
    for i in 0..70_usize {
        // 16 frames from 24 on: the middle is between 31 and 32.
        let part = (i.saturating_sub(23)).min(17) as f64 / 17.0;
        let mixed = |x, y| (f64::from(a(x, y)) * (1.0 - part) + f64::from(b(x, y)) * part).round() as u8;
        let score = measure.push(&frame(mixed));
        if score.dissolve_odds > best.dissolve_odds {
            (best, middle) = (score, i - usize::from(score.dissolve_back));
        }
    }
    assert!(best.dissolve_odds > 3.0 && (31..=32).contains(&middle), "{middle} {best:?}");
    let mut measure = Measure::new();
    for i in 0..70 {
        let score = measure.push(&frame(scene(1, 2 * i)));
        assert!(score.dissolve_odds < 0.0, "{i} {score:?}");
    }
}

#[test]
fn detail_counts_both_directions() {
    // Columns 0 and 100 in turn: every pair in a row differs by 100, none in a column does.
    let score = Measure::new().push(&frame(|x, _| if x % 2 == 0 { 0 } else { 100 }));
    let pairs = (HEIGHT * (WIDTH - 1), WIDTH * (HEIGHT - 1));
    let expected = 100.0 * pairs.0 as f32 / (pairs.0 + pairs.1) as f32;
    assert!((score.detail - expected).abs() < 1e-3, "{} {expected}", score.detail);
    assert_eq!(score.contrast, 50.0);
}

#[test]
#[should_panic(expected = "FRAME_BYTES")]
fn a_frame_of_another_size_is_a_mistake() {
    Measure::new().push(&[0; FRAME_BYTES - 1]);
}
