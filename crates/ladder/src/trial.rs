//! A trial's outcome: what was measured on the excerpts, joined to what the film would come to.

use media::FrameRate;
use media::rung::{Trial, TrialPoint};

/// What was measured of one excerpt of a trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Share of the film that the excerpt stands for.
    pub weight: f64,
    /// Encoded size in bits, without the container.
    pub bits: u64,
    /// Frames encoded.
    pub frames: u64,
    /// Mean VMAF of them at the common scoring size (0 to 100).
    pub vmaf_mean: f64,
}

/// The outcome for the whole film: weighted means over its excerpts. Weights need not sum to 1; excerpts without a
/// frame are left out.
pub fn combine(trial: Trial, excerpts: &[Measured], rate: FrameRate) -> TrialPoint {
    let (mut weight, mut bitrate_bps, mut vmaf) = (0.0, 0.0, 0.0);
    for excerpt in excerpts.iter().filter(|excerpt| excerpt.frames > 0) {
        weight += excerpt.weight;
        bitrate_bps += excerpt.weight * excerpt.bits as f64 / rate.seconds(excerpt.frames);
        vmaf += excerpt.weight * excerpt.vmaf_mean;
    }
    let weight = if weight > 0.0 { weight } else { 1.0 };
    TrialPoint { trial, bitrate_bps: bitrate_bps / weight, vmaf: vmaf / weight }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::Size;
    use media::rung::Crf;

    #[test]
    fn excerpts_count_by_what_they_stand_for_and_not_by_their_length() {
        let trial = Trial { size: Size { width: 640, height: 360 }, crf: Crf(230) };
        let rate = FrameRate { num: 24, den: 1 };
        let excerpts = [
            Measured { weight: 0.75, bits: 1_000_000, frames: 24, vmaf_mean: 90.0 },
            Measured { weight: 0.25, bits: 4_000_000, frames: 48, vmaf_mean: 70.0 },
            Measured { weight: 0.5, bits: 0, frames: 0, vmaf_mean: 0.0 },
        ];
        // 0.75 x 1 Mb/s + 0.25 x 2 Mb/s; 0.75 x 90 + 0.25 x 70.
        let expected = TrialPoint { trial, bitrate_bps: 1_250_000.0, vmaf: 85.0 };
        assert_eq!(combine(trial, &excerpts, rate), expected);
        assert_eq!(combine(trial, &[], rate).bitrate_bps, 0.0);
    }
}
