//! Where each shot is looked at: at two qualities, around the one where its complexity lets expect the middle of the
//! ladder, so that the looks say how it behaves where it will be encoded.

use crate::rungs::Config;
use media::rung::Crf;
use media::shot::{Complexity, ShotList};

/// The qualities, as parts of the codec's range, for a shot of usual complexity (CRF 21 and 34 of H.264). On a trailer of
/// 19 shots, equal slopes from two such looks with little effort saved six sevenths of what slopes from six final
/// encodes of every shot did; from one look it was a half, or a loss at the top rung.
const USUAL: [f64; 2] = [0.27, 0.67];
/// Complexity of a usual shot, in the units of [`hardness`].
const HARDNESS_USUAL: f64 = 4.2;
/// By how much of the range looks move for each unit of hardness.
const PER_HARDNESS: f64 = 0.04;
/// Farthest that they move.
const MOVE_MAX: f64 = 0.12;

/// The CRFs of every shot's looks.
pub fn crfs(shots: &ShotList, config: &Config) -> Vec<[Crf; 2]> {
    shots.shots.iter().map(|shot| crf(&shot.complexity, config)).collect()
}

fn crf(complexity: &Complexity, config: &Config) -> [Crf; 2] {
    let moved = (PER_HARDNESS * (HARDNESS_USUAL - hardness(complexity))).clamp(-MOVE_MAX, MOVE_MAX);
    USUAL.map(|usual| config.crf_at(usual + moved))
}

/// How hard a shot is to code, in doublings.
fn hardness(complexity: &Complexity) -> f64 {
    let Complexity { motion, detail, grain, .. } = *complexity;
    (1.0 + motion).log2() + 0.5 * (1.0 + detail).log2() + 0.5 * (1.0 + grain).log2()
}
