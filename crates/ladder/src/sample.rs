//! Excerpts: few seconds that stand for the film, so that a trial costs seconds and not the film's length; and one
//! look at every shot, to know how it differs from them.
//!
//! Shots are ranged by how hard they are to code and cut into parts of equal duration; the shot in the middle of
//! each part is the part's sample.

use media::shot::{Complexity, Shot, ShotList};
use media::{Cadence, FrameRange, FrameRate};

/// Bounds on the excerpts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// Most excerpts. Few and long ones: each begins with a keyframe, which a film has every few seconds only. Four
    /// stood for a trailer of 19 shots better than three or five.
    pub excerpts_max: usize,
    /// Most seconds of all excerpts together.
    pub total_s_max: f64,
    /// Most seconds of a look. Long: on a trailer whose longest shots were looked at for 1.2 s, they got a CRF 3 away from
    /// the right one, which took back most of what equal slope had saved.
    pub look_s_max: f64,
}

impl Default for Config {
    fn default() -> Config {
        Config { excerpts_max: 4, total_s_max: 5.0, look_s_max: 10.0 }
    }
}

/// One excerpt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// The shot, counted from 0.
    pub shot: usize,
    /// Its frames, all of one shot.
    pub frames: FrameRange,
    /// Share of the film that it stands for; all weights sum to 1.
    pub weight: f64,
}

/// The excerpts for `shots`, in the order of the film; none where there is no frame.
pub fn samples(shots: &ShotList, rate: FrameRate, config: &Config) -> Vec<Sample> {
    let frames = shots.frames();
    let budget = rate.frames(config.total_s_max).max(1);
    if frames <= budget && shots.shots.len() <= config.excerpts_max {
        let whole = |(shot, s): (usize, &Shot)| Sample {
            shot,
            frames: s.frames,
            weight: s.frames.len() as f64 / frames as f64,
        };
        return shots.shots.iter().enumerate().map(whole).filter(|s| !s.frames.is_empty()).collect();
    }
    let parts = config.excerpts_max.max(1) as u64;
    let mut samples: Vec<Sample> = parts_by_shot(shots, parts)
        .into_iter()
        .map(|(shot, count)| Sample {
            shot,
            frames: middle(shots.shots[shot].frames, count * budget / parts, rate),
            weight: count as f64 / parts as f64,
        })
        .collect();
    samples.sort_by_key(|sample| sample.frames.start);
    samples
}

/// The frames of every shot to look at. Empty where every shot is a sample as a whole: trials say more of it.
pub fn looks(shots: &ShotList, samples: &[Sample], rate: FrameRate, config: &Config) -> Vec<FrameRange> {
    let longest = rate.frames(config.look_s_max).max(1);
    let looks: Vec<FrameRange> = shots.shots.iter().map(|shot| middle(shot.frames, longest, rate)).collect();
    let known =
        |(shot, frames): (usize, &FrameRange)| samples.iter().any(|s| s.shot == shot && s.frames == *frames);
    if looks.iter().enumerate().all(known) { Vec::new() } else { looks }
}

/// The numbers of the shots that stand for the `parts` parts of equal duration, each with the number of parts it
/// stands for.
fn parts_by_shot(shots: &ShotList, parts: u64) -> Vec<(usize, u64)> {
    let frames = shots.frames();
    let mut passed = 0;
    let mut part = 0;
    let mut chosen = Vec::new();
    for number in by_difficulty(shots) {
        passed += shots.shots[number].frames.len();
        let before = part;
        // The middle of part i, in frames from the easiest one on, is (2i + 1) / (2 parts) of all.
        while part < parts && (2 * part + 1) * frames < passed * 2 * parts {
            part += 1;
        }
        if part > before {
            chosen.push((number, part - before));
        }
    }
    chosen
}

/// The numbers of the shots, from the easiest to code to the hardest.
pub(crate) fn by_difficulty(shots: &ShotList) -> Vec<usize> {
    let of = |number: usize| difficulty(&shots.shots[number].complexity);
    let mut ranged: Vec<usize> = (0..shots.shots.len()).collect();
    ranged.sort_by(|&a, &b| of(a).total_cmp(&of(b)));
    ranged
}

/// Order of how hard a shot is to code. Motion weighs more: detail is coded once a shot, motion in every frame.
fn difficulty(complexity: &Complexity) -> f64 {
    4.0 * complexity.motion + complexity.detail
}

/// The `length` frames in the middle of `frames`, or all of them where there are fewer. A part is of whole steps of the
/// slowest rendition, so that a probe of it has the frames that the rendition has.
fn middle(frames: FrameRange, length: u64, rate: FrameRate) -> FrameRange {
    let step = Cadence::slowest(rate).step();
    if length >= frames.len() {
        return frames;
    }
    let length = (length / step).max(1) * step;
    let start = frames.start + frames.len().saturating_sub(length) / 2 / step * step;
    FrameRange { start, end: (start + length).min(frames.end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: FrameRate = FrameRate { num: 24, den: 1 };

    /// Five excerpts, 8 s together.
    fn bounds() -> Config {
        Config { excerpts_max: 5, total_s_max: 8.0, ..Config::default() }
    }

    /// Shots of (frames, motion).
    fn shots(list: &[(u64, f64)]) -> ShotList {
        let mut start = 0;
        let shots = list.iter().map(|&(length, motion)| {
            let frames = FrameRange { start, end: start + length };
            start = frames.end;
            Shot { frames, complexity: Complexity { motion, ..Complexity::default() }, cut_score: 1.0 }
        });
        ShotList { shots: shots.collect() }
    }

    /// Excerpts as (start, end, weight in percent).
    #[track_caller]
    fn check(list: &[(u64, f64)], expected: &[(u64, u64, u32)]) {
        let samples = samples(&shots(list), RATE, &bounds());
        let short: Vec<(u64, u64, u32)> = samples
            .iter()
            .map(|s| (s.frames.start, s.frames.end, (s.weight * 100.0).round() as u32))
            .collect();
        assert_eq!(short, expected, "{list:?}");
    }

    #[test]
    fn a_short_film_is_taken_whole() {
        check(&[], &[]);
        check(&[(1, 0.0)], &[(0, 1, 100)]);
        check(&[(48, 1.0), (144, 2.0)], &[(0, 48, 25), (48, 192, 75)]);
    }

    #[test]
    fn one_long_shot_gives_one_long_excerpt() {
        // 8 s of 24 are 192 frames, from the middle of 2000.
        check(&[(2000, 1.0)], &[(904, 1096, 100)]);
    }

    #[test]
    fn parts_are_of_equal_duration_by_difficulty() {
        // By motion: 400 (0.1), 200 (1), 200 (5), 200 (9): parts of 200, their middles at 100, 300, 500, 700, 900.
        check(
            &[(200, 9.0), (400, 0.1), (200, 5.0), (200, 1.0)],
            &[(81, 119, 20), (362, 438, 40), (681, 719, 20), (881, 919, 20)],
        );
        // Shots shorter than an excerpt are taken whole.
        let many: Vec<(u64, f64)> = (0..50).map(|i| (12, f64::from(i))).collect();
        let frames = |i: u64| (i * 12, i * 12 + 12, 20);
        check(&many, &[frames(5), frames(15), frames(25), frames(35), frames(45)]);
    }

    #[test]
    fn the_bounds_hold_for_any_film() {
        for count in [1_u64, 3, 17, 900] {
            let list: Vec<(u64, f64)> =
                (0..count).map(|i| (7 + i * 31 % 211, (i * 17 % 23) as f64)).collect();
            let samples = samples(&shots(&list), RATE, &bounds());
            assert!(samples.len() <= 5 && samples.iter().map(|s| s.frames.len()).sum::<u64>() <= 192);
            assert!((samples.iter().map(|s| s.weight).sum::<f64>() - 1.0).abs() < 1e-9, "{count}");
        }
    }
}
