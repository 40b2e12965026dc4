//! The gate: whether a rendition may be packaged, which of its shots to encode again, or why it stays short.
//!
//! Judges one rung against its own target, so that a low rung is not driven up to a high one's. Knows nothing of
//! files: shots are known by their number.

use media::rung::Crf;

/// What the gate asks of a rung.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// How far the mean of the whole rendition may be under the rung's target.
    pub tolerance: f64,
    /// How far the mean of a single shot may be under it. One just noticeable difference: about 6 VMAF.
    pub shot_tolerance: f64,
    /// Least mean of the top rung, whatever its target.
    pub top_min: f64,
    /// Mean of the top rung under which the title is refused: nobody should be shown it.
    pub refuse_below: f64,
    /// VMAF gained by lowering the CRF by 1, where nothing better is known.
    pub vmaf_per_crf: f64,
}

impl Default for Config {
    fn default() -> Config {
        Config { tolerance: 1.0, shot_tolerance: 6.0, top_min: 93.0, refuse_below: 70.0, vmaf_per_crf: 1.5 }
    }
}

/// How often a shot may be encoded again: the first time by the usual slope, the second to mend what that missed.
/// A third has never been worth its time; the bitrate cap is what holds such a shot down.
pub const RENEWALS_MAX: u32 = 2;
/// The best quality that is asked of the encoder. Under it bits go up and nobody sees more.
pub const CRF_MIN: Crf = Crf(100);
/// Largest step of a CRF at once (in tenths), so that one odd measurement cannot multiply a shot's bits.
const STEP_MAX: u16 = 80;
/// Smallest step of a CRF (in tenths): less would be lost in the noise.
const STEP_MIN: u16 = 5;

/// One shot of a rendition, as it is now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShotQuality {
    /// Its length.
    pub frames: u64,
    /// Mean VMAF of its frames.
    pub vmaf_mean: f64,
    /// The CRF with which it is encoded.
    pub crf: Crf,
    /// How often it has been encoded again.
    pub renewals: u32,
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
    /// The title must not be published.
    Refuse {
        /// Why, and what to do.
        reason: String,
    },
}

/// Judges the rendition of a rung that aims at `target` VMAF. `top` says whether it is the ladder's best rung.
pub fn gate(target: f64, top: bool, shots: &[ShotQuality], config: &Config) -> Verdict {
    let mean = whole_mean(shots);
    let least = if top { config.top_min.max(target - config.tolerance) } else { target - config.tolerance };
    let weak = weak_shots(target.max(least), mean < least, shots, config);
    if weak.is_empty() {
        return Verdict::Pass;
    }
    let renewals: Vec<Renewal> =
        weak.iter().filter_map(|&(shot, aim)| renewal(shot, aim, shots, config)).collect();
    if !renewals.is_empty() {
        return Verdict::ReEncode(renewals);
    }
    if top && mean < config.refuse_below {
        return Verdict::Refuse { reason: refusal(mean, config) };
    }
    Verdict::Short { reason: shortfall(mean, least, target - config.shot_tolerance, &weak, shots) }
}

/// Mean VMAF over all frames; 0 where there is none.
pub fn whole_mean(shots: &[ShotQuality]) -> f64 {
    let frames: u64 = shots.iter().map(|shot| shot.frames).sum();
    let sum: f64 = shots.iter().map(|shot| shot.vmaf_mean * shot.frames as f64).sum();
    sum / frames.max(1) as f64
}

/// Shots to better, by number, each with the VMAF to aim at. Where the whole is short, every shot under the
/// target is lifted to it; else only those under the floor of a single shot, half the way.
fn weak_shots(
    target: f64,
    whole_is_short: bool,
    shots: &[ShotQuality],
    config: &Config,
) -> Vec<(usize, f64)> {
    let (floor, aim) = if whole_is_short {
        (target, target)
    } else {
        (target - config.shot_tolerance, target - config.shot_tolerance / 2.0)
    };
    let under = |shot: &ShotQuality| shot.frames > 0 && shot.vmaf_mean < floor;
    shots.iter().enumerate().filter(|(_, shot)| under(shot)).map(|(number, _)| (number, aim)).collect()
}

/// How to encode shot `number` again to reach `aim`; `None` where that is not allowed any more.
fn renewal(number: usize, aim: f64, shots: &[ShotQuality], config: &Config) -> Option<Renewal> {
    let shot = shots[number];
    if shot.renewals >= RENEWALS_MAX || shot.crf <= CRF_MIN {
        return None;
    }
    let tenths = ((aim - shot.vmaf_mean) / config.vmaf_per_crf * 10.0).ceil() as u16; // `as` saturates
    let step = tenths.clamp(STEP_MIN, STEP_MAX);
    Some(Renewal { shot: number, crf: Crf(shot.crf.0.saturating_sub(step).max(CRF_MIN.0)) })
}

fn refusal(mean: f64, config: &Config) -> String {
    format!(
        "the best rendition reaches VMAF {mean:.1}, under the {:.0} that a title must have: check the master",
        config.refuse_below
    )
}

fn shortfall(mean: f64, least: f64, floor: f64, weak: &[(usize, f64)], shots: &[ShotQuality]) -> String {
    let at_floor = weak.iter().all(|&(number, _)| shots[number].crf <= CRF_MIN);
    let why = if at_floor {
        format!("the encoder is at its best setting, CRF {CRF_MIN}")
    } else {
        format!("{RENEWALS_MAX} encodes more did not help, so the bitrate cap or the source holds it down")
    };
    if mean < least {
        format!("the whole reaches VMAF {mean:.1} of {least:.1}: {why}")
    } else {
        let numbers: Vec<String> = weak.iter().map(|(number, _)| (number + 1).to_string()).collect();
        format!(
            "the whole reaches VMAF {mean:.1}, but shot {} stays under {floor:.1}: {why}",
            numbers.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shot(frames: u64, vmaf_mean: f64, crf: u16, renewals: u32) -> ShotQuality {
        ShotQuality { frames, vmaf_mean, crf: Crf(crf), renewals }
    }

    /// Judges and writes the verdict in short: `pass`, `0:235 2:200`, `short: …`, `refuse: …`.
    #[track_caller]
    fn check(target: f64, top: bool, shots: &[ShotQuality], expected: &str) {
        let text = match gate(target, top, shots, &Config::default()) {
            Verdict::Pass => "pass".to_owned(),
            Verdict::ReEncode(renewals) => {
                renewals.iter().map(|r| format!("{}:{}", r.shot, r.crf.0)).collect::<Vec<_>>().join(" ")
            }
            Verdict::Short { reason } => format!("short: {reason}"),
            Verdict::Refuse { reason } => format!("refuse: {reason}"),
        };
        assert!(text.starts_with(expected), "{shots:?}\n   is: {text}\n  not: {expected}");
    }

    #[test]
    fn a_rendition_near_its_target_passes() {
        check(95.0, true, &[shot(100, 95.0, 220, 0)], "pass");
        check(95.0, true, &[shot(100, 94.0, 220, 0)], "pass");
        // One shot 5 under, the whole at 94.5: within both tolerances.
        check(95.0, true, &[shot(90, 95.0, 220, 0), shot(10, 90.0, 220, 0)], "pass");
        check(60.0, false, &[shot(50, 62.0, 300, 0), shot(50, 57.0, 300, 0)], "pass");
        check(60.0, false, &[], "pass");
    }

    #[test]
    fn a_single_shot_far_under_is_encoded_again() {
        // 96.1 on the whole; shot 1 is 9 under and aims at 92: 6 VMAF at 1.5 a CRF are 4 CRF.
        check(95.0, true, &[shot(950, 96.6, 220, 0), shot(50, 86.0, 220, 0)], "1:180");
        check(95.0, true, &[shot(950, 96.6, 220, 0), shot(50, 86.0, 220, 1)], "1:180");
        // The same shot in a low rung is measured against that rung.
        check(60.0, false, &[shot(950, 61.0, 320, 0), shot(50, 55.0, 320, 0)], "pass");
    }

    #[test]
    fn a_whole_that_is_short_lifts_every_shot_under_target() {
        // Mean 92.5: both under 95 are lifted by (95-92)/1.5 = 2 and (95-89)/1.5 = 4.
        check(
            95.0,
            true,
            &[shot(50, 96.5, 220, 0), shot(50, 92.0, 220, 0), shot(50, 89.0, 200, 0)],
            "1:200 2:160",
        );
        // A step is bounded, and so is the CRF.
        check(95.0, true, &[shot(50, 40.0, 220, 0)], "0:140");
        check(95.0, true, &[shot(50, 60.0, 120, 0)], "0:100");
        // A top rung that aims under 93 is still asked for 93.
        check(90.0, true, &[shot(50, 91.5, 220, 0)], "0:210");
    }

    #[test]
    fn what_cannot_be_bettered_says_why() {
        let at_floor = [shot(50, 88.0, 100, 1)];
        check(
            95.0,
            true,
            &at_floor,
            "short: the whole reaches VMAF 88.0 of 94.0: the encoder is at its best",
        );
        let tired = [shot(950, 96.6, 220, 0), shot(50, 86.0, 180, 2)];
        check(
            95.0,
            true,
            &tired,
            "short: the whole reaches VMAF 96.1, but shot 2 stays under 89.0: 2 encodes more",
        );
        check(95.0, true, &[shot(50, 65.0, 140, 2)], "refuse: the best rendition reaches VMAF 65.0");
        check(60.0, false, &[shot(50, 40.0, 140, 2)], "short: ");
    }

    #[test]
    fn the_gate_ends() {
        // Whatever is measured, a shot is asked for again at most RENEWALS_MAX times.
        let mut shots = [shot(50, 10.0, 510, 0), shot(50, 99.0, 510, 0)];
        let mut rounds = 0;
        while let Verdict::ReEncode(renewals) = gate(95.0, true, &shots, &Config::default()) {
            rounds += 1;
            for renewal in renewals {
                shots[renewal.shot].crf = renewal.crf;
                shots[renewal.shot].renewals += 1;
            }
        }
        assert_eq!(rounds, RENEWALS_MAX);
    }
}
