//! The gate: whether a rendition may be packaged, which of its shots to encode again, or why it misses its aim.
//!
//! Judges one rung against its own aim, from both sides: a rendition under it disappoints, one over it wastes bits
//! for ever. Knows nothing of files: shots are known by their number. Which shots are worth moving is in `moves`.

mod moves;

use media::rung::Crf;
use moves::Move;

/// What the gate asks of a rung.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// How far the mean of the whole rendition may be from the rung's aim, to either side.
    pub tolerance: f64,
    /// How far the 5th-percentile frame of a single shot may be under its floor's base. One just noticeable difference:
    /// about 6 VMAF.
    pub shot_tolerance: f64,
    /// The base of that floor: a frame may lose this many times what the rung as a whole loses. Frames differ the more, the
    /// lower the rung.
    pub shot_loss_ratio: f64,
    /// Least mean of the top rung, whatever its aim.
    pub top_min: f64,
    /// Mean of the top rung under which the title is refused: nobody should be shown it.
    pub refuse_below: f64,
    /// Best quality that is asked of the encoder. Under it bits go up and nobody sees more.
    pub crf_min: Crf,
    /// Worst quality that is asked of the encoder.
    pub crf_max: Crf,
    /// Smallest step of the encoder's CRF; less would be lost in the noise.
    pub crf_step: Crf,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            tolerance: 0.5,
            shot_tolerance: 6.0,
            shot_loss_ratio: 2.0,
            top_min: 93.0,
            refuse_below: 70.0,
            crf_min: Crf(100),
            crf_max: Crf(450),
            crf_step: Crf(5),
        }
    }
}

/// VMAF gained by lowering a shot's CRF by 1, where nothing better is known.
pub const VMAF_PER_CRF: f64 = 1.5;
/// How often a shot may be encoded again: the first time by the expected slope, the second to mend what that missed.
/// A third has never been worth its time; the bitrate cap is what holds such a shot down.
pub const RENEWALS_MAX: u32 = 2;
/// How often shots of a rung may be sent back: after four corrections, measuring and joining the film once more costs
/// more than what is left to gain.
pub const ROUNDS_MAX: u32 = 4;

/// What a rung aims at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aim {
    /// VMAF of the whole (0 to 100).
    pub vmaf: f64,
    /// Whether it is the best rung of its ladder.
    pub top: bool,
    /// The CRF that the film would have, had it one for all shots. Below the top rung no shot is given a better one
    /// for its own sake: hard shots are then as good as in a film encoded the usual way.
    pub crf: Crf,
    /// How often shots of this rung were sent back so far.
    pub rounds: u32,
}

/// One shot of a rendition, as it is now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShotQuality {
    /// Its length.
    pub frames: u64,
    /// Its encoded size.
    pub bits: u64,
    /// Mean VMAF of its frames.
    pub vmaf_mean: f64,
    /// VMAF of its 5th-percentile frame.
    pub vmaf_p5: f64,
    /// VMAF expected to be gained by lowering its CRF by 1; [`VMAF_PER_CRF`] where not known.
    pub vmaf_per_crf: f64,
    /// The CRF with which it is encoded.
    pub crf: Crf,
    /// How often it has been encoded again.
    pub renewals: u32,
}

/// A shot at one CRF, measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The CRF with which it was encoded.
    pub crf: Crf,
    /// Mean VMAF of its frames.
    pub vmaf_mean: f64,
}

/// How far a shot's own slope is believed, as parts of the expected one: over half a CRF the noise is as large as the
/// difference.
const OWN_SLOPE: (f64, f64) = (0.5, 2.0);

/// VMAF gained by lowering the CRF of a shot by 1: the slope through `now` and what it was `before` it was encoded again,
/// or the `expected` one.
pub fn vmaf_per_crf(expected: f64, now: &Measured, before: Option<&Measured>) -> f64 {
    let Some(before) = before.filter(|before| before.crf != now.crf) else { return expected };
    let own = (before.vmaf_mean - now.vmaf_mean) / (now.crf.value() - before.crf.value());
    own.max(expected * OWN_SLOPE.0).min(expected * OWN_SLOPE.1)
}

/// A shot to encode again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    /// Number of the shot, from 0.
    pub shot: usize,
    /// The CRF to use instead.
    pub crf: Crf,
}

/// What to do with a rendition.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It may be packaged.
    Pass,
    /// These shots are to be encoded again; then ask again.
    ReEncode(Vec<Renewal>),
    /// It may be packaged, but stays under what was asked, and nothing more can be done.
    Short {
        /// Why, for the report.
        reason: String,
    },
    /// It may be packaged, but stays over what was asked and so costs more than it should.
    Over {
        /// Why, for the report.
        reason: String,
    },
    /// The title must not be published.
    Refuse {
        /// Why, and what to do.
        reason: String,
    },
}

/// Means with which a rendition passes.
#[derive(Debug, Clone, Copy)]
struct Window {
    low: f64,
    high: f64,
}

impl Window {
    fn new(aim: &Aim, config: &Config) -> Window {
        let least = aim.vmaf - config.tolerance;
        let low = if aim.top { least.max(config.top_min) } else { least };
        Window { low, high: aim.vmaf.max(low) + config.tolerance }
    }

    /// Where corrections aim.
    fn middle(&self) -> f64 {
        f64::midpoint(self.low, self.high)
    }

    /// What the 5th-percentile frame of a shot must have.
    fn floor(&self, config: &Config) -> f64 {
        100.0 - config.shot_loss_ratio * (100.0 - self.middle()) - config.shot_tolerance
    }
}

/// Judges the rendition of a rung.
pub fn gate(aim: &Aim, shots: &[ShotQuality], config: &Config) -> Verdict {
    if shots.iter().all(|shot| shot.frames == 0) {
        return Verdict::Pass;
    }
    let (window, mean) = (Window::new(aim, config), whole_mean(shots));
    let floor = window.floor(config);
    let weak = moves::weak(aim, floor, shots);
    let renewals = renewals(aim, &window, &weak, shots, config);
    if !renewals.is_empty() {
        Verdict::ReEncode(renewals)
    } else if aim.top && mean < config.refuse_below {
        Verdict::Refuse { reason: refusal(mean, config) }
    } else if mean < window.low {
        let why = obstacle(aim, 0..shots.len(), shots, config);
        Verdict::Short { reason: format!("the whole reaches VMAF {mean:.1} of {:.1}: {why}", window.low) }
    } else if mean > window.high {
        let reason =
            format!("the whole has VMAF {mean:.1}, over the {:.1} aimed at: no shot can give", aim.vmaf);
        Verdict::Over { reason: reason + " more without falling under its floor or being encoded too often" }
    } else if !weak.is_empty() {
        Verdict::Short { reason: weakness(mean, floor, aim, &weak, shots, config) }
    } else {
        Verdict::Pass
    }
}

/// Mean VMAF over all frames; 0 where there is none.
pub fn whole_mean(shots: &[ShotQuality]) -> f64 {
    let sum: f64 = shots.iter().map(|shot| shot.vmaf_mean * shot.frames as f64).sum();
    sum / frames(shots).max(1) as f64
}

fn frames(shots: &[ShotQuality]) -> u64 {
    shots.iter().map(|shot| shot.frames).sum()
}

/// Shots to encode again: weak ones are lifted over their floor; then, where the whole would still miss, the cheapest
/// are bettered or those with most to spare made worse.
fn renewals(
    aim: &Aim,
    window: &Window,
    weak: &[usize],
    shots: &[ShotQuality],
    config: &Config,
) -> Vec<Renewal> {
    if aim.rounds >= ROUNDS_MAX {
        return Vec::new();
    }
    let floor = window.floor(config);
    let mut moved: Vec<Move> =
        weak.iter().filter_map(|&shot| moves::lift(shot, aim, floor, shots, config)).collect();
    let frames = frames(shots) as f64;
    let expected = whole_mean(shots) + moved.iter().map(|m| m.gain).sum::<f64>() / frames;
    let missing = (window.middle() - expected) * frames;
    let free: Vec<usize> = (0..shots.len())
        .filter(|i| moves::renewable(&shots[*i]) && !moved.iter().any(|m| m.shot == *i))
        .collect();
    if expected < window.low {
        moved.extend(moves::better(missing, &free, shots, config));
    } else if expected > window.high {
        moved.extend(moves::worse(-missing, floor, &free, shots, config));
    }
    moved.sort_by_key(|m| m.shot);
    moved.into_iter().map(|Move { shot, crf, .. }| Renewal { shot, crf }).collect()
}

fn refusal(mean: f64, config: &Config) -> String {
    format!(
        "the best rendition reaches VMAF {mean:.1}, under the {:.0} that a title must have: check the master",
        config.refuse_below
    )
}

fn weakness(
    mean: f64,
    floor: f64,
    aim: &Aim,
    weak: &[usize],
    shots: &[ShotQuality],
    config: &Config,
) -> String {
    let numbers: Vec<String> = weak.iter().map(|number| (number + 1).to_string()).collect();
    let why = obstacle(aim, weak.iter().copied(), shots, config);
    format!(
        "the whole reaches VMAF {mean:.1}, but the 5th-percentile frame of shot {} stays under {floor:.1}: {why}",
        numbers.join(", ")
    )
}

/// What keeps the shots `numbers` from being bettered.
fn obstacle(
    aim: &Aim,
    mut numbers: impl Iterator<Item = usize>,
    shots: &[ShotQuality],
    config: &Config,
) -> String {
    if numbers.all(|number| shots[number].crf <= config.crf_min) {
        format!("the encoder is at its best setting, CRF {}", config.crf_min)
    } else if aim.rounds >= ROUNDS_MAX {
        format!("shots were sent back {ROUNDS_MAX} times already")
    } else {
        "more encodes did not help, so the bitrate cap or the source holds it down".to_owned()
    }
}

#[cfg(test)]
mod tests;
