//! Moves: which shots to give another CRF, and how far, so that the whole or a weak shot comes where it should be.
//!
//! All quantities of quality are VMAF times frames, so that they add up over shots.

use super::{Aim, Config, RENEWALS_MAX, ShotQuality};
use media::rung::Crf;

/// Largest steps to better quality (in tenths of a CRF), tried in this order. Small steps on many shots stay near
/// equal slope; large ones are for a film that is far off, and end where one odd measurement could multiply a
/// shot's bits.
const BETTER_STEPS: [u16; 3] = [20, 40, 80];
/// Largest steps to worse quality, in the same way; the last is about one just noticeable difference.
const WORSE_STEPS: [u16; 2] = [20, 40];
/// A weak shot is lifted this much over its floor, so that noise does not send it back again.
const LIFT_MARGIN: f64 = 0.5;
/// Bounds of a believable slope, in VMAF for each CRF: x264 had 0.2 to 3.5 on film.
const SLOPE: (f64, f64) = (0.1, 4.0);
/// Of what is missing to VMAF 100, at most this part can be expected of a step: the curve flattens.
const GAIN_PART_MAX: f64 = 0.5;
/// A shot over this VMAF is not bettered for the sake of the whole: its bits are few and its gain is none.
const NEAR_PERFECT: f64 = 99.0;

/// Another CRF for a shot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Move {
    /// Number of the shot.
    pub(super) shot: usize,
    /// Its new CRF.
    pub(super) crf: Crf,
    /// What the whole is expected to gain, in VMAF times frames; negative where it loses.
    pub(super) gain: f64,
}

/// Whether the shot may be encoded again.
pub(super) fn renewable(shot: &ShotQuality) -> bool {
    shot.frames > 0 && shot.renewals < RENEWALS_MAX
}

/// Shots whose 5th-percentile frame is under `floor` and that were given less than the film's own CRF would have given
/// them. (A trailer's hard shots lifted beyond it took all that equal slope had saved at the top rung.)
pub(super) fn weak(aim: &Aim, floor: f64, shots: &[ShotQuality]) -> Vec<usize> {
    let under = |shot: &ShotQuality| shot.frames > 0 && shot.vmaf_p5 < floor && shot.crf > aim.crf;
    (0..shots.len()).filter(|&number| under(&shots[number])).collect()
}

/// Lifts a weak shot over `floor`, as far as the film's CRF allows; `None` where it may not be moved any more.
pub(super) fn lift(
    number: usize,
    aim: &Aim,
    floor: f64,
    shots: &[ShotQuality],
    config: &Config,
) -> Option<Move> {
    let shot = &shots[number];
    let room = shot.crf.0.saturating_sub(aim.crf.0.max(config.crf_min.0));
    let wanted = (floor + LIFT_MARGIN - shot.vmaf_p5) / slope(shot);
    let tenths = stepped(wanted, room.min(BETTER_STEPS[BETTER_STEPS.len() - 1]), config);
    (renewable(shot) && tenths > 0).then(|| better_by(tenths, number, shot))
}

/// Betters shots of `free` until `missing` is expected to be gained, those first where it costs least bits. Where all
/// together cannot, they gain what they can.
pub(super) fn better(missing: f64, free: &[usize], shots: &[ShotQuality], config: &Config) -> Vec<Move> {
    let mut order: Vec<usize> =
        free.iter().copied().filter(|&number| shots[number].vmaf_mean <= NEAR_PERFECT).collect();
    order.sort_by(|&a, &b| bits_per_gain(&shots[a]).total_cmp(&bits_per_gain(&shots[b])));
    let mut moves = Vec::new();
    for step in BETTER_STEPS {
        moves = better_within(step, missing, &order, shots, config);
        let left = missing - moves.iter().map(|m| m.gain).sum::<f64>();
        if left <= half_a_step(&moves, shots, config) {
            break;
        }
    }
    moves
}

/// Betters shots in `order`, each by at most `step`.
fn better_within(
    step: u16,
    missing: f64,
    order: &[usize],
    shots: &[ShotQuality],
    config: &Config,
) -> Vec<Move> {
    let mut left = missing;
    let mut moves = Vec::new();
    for &number in order {
        let shot = &shots[number];
        let wanted = left / (slope(shot) * shot.frames as f64);
        let tenths = stepped(wanted, step.min(shot.crf.0.saturating_sub(config.crf_min.0)), config);
        if worth(wanted, moves.is_empty(), config) && tenths > 0 {
            let moved = better_by(tenths, number, shot);
            left -= moved.gain;
            moves.push(moved);
        }
    }
    moves
}

/// Whether `crfs` are worth another encode: half a step at least, but for the first.
fn worth(crfs: f64, first: bool, config: &Config) -> bool {
    crfs > if first { 0.0 } else { config.crf_step.value() / 2.0 }
}

/// What rounding the last step may have left undone.
fn half_a_step(moves: &[Move], shots: &[ShotQuality], config: &Config) -> f64 {
    let last = moves.last().map(|m| &shots[m.shot]);
    last.map_or(0.0, |shot| config.crf_step.value() / 2.0 * slope(shot) * shot.frames as f64)
}

/// Takes quality from shots of `free` until `surplus` is given away, none of them under `floor`: those first where most bits
/// are saved, as [`better`] begins where fewest are spent, so that what was learnt by encoding brings the film nearer to
/// equal slope.
pub(super) fn worse(
    surplus: f64,
    floor: f64,
    free: &[usize],
    shots: &[ShotQuality],
    config: &Config,
) -> Vec<Move> {
    let mut order = free.to_vec();
    // Of equal ones the longest, so that few are encoded again.
    let longer = |a: usize, b: usize| shots[b].frames.cmp(&shots[a].frames);
    let dearer = |a: usize, b: usize| bits_per_gain(&shots[b]).total_cmp(&bits_per_gain(&shots[a]));
    order.sort_by(|&a, &b| dearer(a, b).then(longer(a, b)));
    let mut moves = Vec::new();
    for step in WORSE_STEPS {
        moves = worse_within(step, surplus, floor, &order, shots, config);
        let left = surplus + moves.iter().map(|m| m.gain).sum::<f64>();
        if left <= half_a_step(&moves, shots, config) {
            break;
        }
    }
    moves
}

/// Makes shots in `order` worse, each by at most `step`.
fn worse_within(
    step: u16,
    surplus: f64,
    floor: f64,
    order: &[usize],
    shots: &[ShotQuality],
    config: &Config,
) -> Vec<Move> {
    let mut left = surplus;
    let mut moves = Vec::new();
    for &number in order {
        let shot = &shots[number];
        let each = slope(shot) * shot.frames as f64;
        let tenths = stepped(left / each, step.min(spare_tenths(shot, floor, config)), config);
        if worth(left / each, moves.is_empty(), config) && tenths > 0 {
            let lost = f64::from(tenths) / 10.0 * each;
            left -= lost;
            moves.push(Move { shot: number, crf: Crf(shot.crf.0 + tenths), gain: -lost });
        }
    }
    moves
}

/// By how many tenths of a CRF a shot may become worse.
fn spare_tenths(shot: &ShotQuality, floor: f64, config: &Config) -> u16 {
    let by_floor = ((shot.vmaf_p5 - floor - LIFT_MARGIN) / slope(shot) * 10.0) as u16; // `as` saturates, below at 0
    by_floor.min(config.crf_max.0.saturating_sub(shot.crf.0))
}

fn better_by(tenths: u16, number: usize, shot: &ShotQuality) -> Move {
    let gain = (f64::from(tenths) / 10.0 * slope(shot)).min((100.0 - shot.vmaf_mean) * GAIN_PART_MAX);
    Move { shot: number, crf: Crf(shot.crf.0.saturating_sub(tenths)), gain: gain * shot.frames as f64 }
}

/// Bits that a little quality costs: for each CRF a shot's bits grow by the same part.
fn bits_per_gain(shot: &ShotQuality) -> f64 {
    shot.bits as f64 / (slope(shot) * shot.frames as f64)
}

/// `crfs` as tenths in whole steps, at least one and at most `most`; 0 where not even one is allowed.
fn stepped(crfs: f64, most: u16, config: &Config) -> u16 {
    let step = config.crf_step.0.max(1);
    let steps = (crfs * 10.0 / f64::from(step)).round().max(1.0).min(f64::from(most / step));
    steps as u16 * step // at most `most`
}

fn slope(shot: &ShotQuality) -> f64 {
    if shot.vmaf_per_crf.is_finite() {
        shot.vmaf_per_crf.clamp(SLOPE.0, SLOPE.1)
    } else {
        super::VMAF_PER_CRF
    }
}
