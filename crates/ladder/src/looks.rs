//! Looks: quick encodes that say how the shots of a film differ from its samples.
//!
//! Every shot has one, near the quality of the top rungs. Some have a second one, far enough from the first to see how
//! the shot changes with the quality; they are spread over the film's complexity, and the others' change is learnt from
//! them ([`crate::model`]).

use crate::rungs::Config;
use crate::sample;
use media::rung::Crf;
use media::shot::ShotList;

/// The qualities of both looks, as parts of the codec's range (CRF 18.5 and 32 of H.264). The same for every shot: moved
/// to where a shot's complexity let expect the middle of its ladder, they lost a third of what equal slope saves, as
/// slopes differ most at the top rung (ADR 10).
const PARTS: [f64; 2] = [0.2, 0.6];
/// Of so many shots one has a second look, within the bounds of [`Config::second_looks`].
const SHOTS_PER_SECOND: usize = 3;

/// The CRFs of a shot's first and second look.
pub fn crfs(config: &Config) -> [Crf; 2] {
    PARTS.map(|part| config.crf_at(part))
}

/// For each shot, whether it has a second look: as many as the bounds ask for, from the easiest to the hardest in equal
/// steps.
pub fn twice(shots: &ShotList, config: &Config) -> Vec<bool> {
    let ranged = sample::by_difficulty(shots);
    let (least, most) = config.second_looks;
    let wanted = (ranged.len() / SHOTS_PER_SECOND).max(least).min(most).min(ranged.len());
    let mut twice = vec![false; ranged.len()];
    for step in 0..wanted {
        twice[ranged[(2 * step + 1) * ranged.len() / (2 * wanted)]] = true;
    }
    twice
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::FrameRange;
    use media::shot::{Complexity, Shot};

    /// Numbers of the shots with a second look, of `shots` that grow easier.
    #[track_caller]
    fn check(shots: usize, second_looks: (usize, usize), expected: &[usize]) {
        let shot = |number: usize| Shot {
            frames: FrameRange { start: number as u64, end: number as u64 + 1 },
            complexity: Complexity { motion: (shots - number) as f64, ..Complexity::default() },
            cut_score: 1.0,
        };
        let list = ShotList { shots: (0..shots).map(shot).collect() };
        let twice = twice(&list, &Config { second_looks, ..Config::default() });
        let numbers: Vec<usize> = (0..shots).filter(|&number| twice[number]).collect();
        assert_eq!(numbers, expected);
    }

    #[test]
    fn second_looks_are_spread_from_easy_to_hard() {
        check(0, (8, 24), &[]);
        check(3, (8, 24), &[0, 1, 2]);
        // Eight of sixteen, counted from the easiest, which is the last: its neighbour first.
        check(16, (8, 24), &[0, 2, 4, 6, 8, 10, 12, 14]);
        check(16, (0, 2), &[3, 11]);
        check(16, (0, 0), &[]);
        // Every fiftieth of 1200, the 26th from the easiest first.
        check(1200, (8, 24), &(0..24).map(|step| step * 50 + 24).collect::<Vec<_>>());
    }

    #[test]
    fn looks_are_around_the_upper_rungs() {
        assert_eq!(crfs(&Config::default()), [Crf(185), Crf(320)]);
    }
}
