//! Trials: what was measured on the samples, joined to one point of the film's curves.

use crate::sample::Sample;
use media::rung::{Effort, ProbePoint, Trial, TrialPoint};
use media::{FrameRate, Size};

/// Least loss (100 - VMAF) told from none: keeps logarithms finite.
const LOSS_MIN: f64 = 0.05;

/// Loss that coding tends to. It is beyond what VMAF can show; chosen because the logarithm of the odds against it is straight
/// over the CRF, from a loss of 4 to one of 67 (a trailer at 960x540 in six steps: 4.3, 7.9, 14, 25, 43, 67).
const LOSS_LIMIT: f64 = 170.0;

/// A measured point in the logarithms in which curves are nearly straight: of bits per second, and of the odds of the loss.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct LogPoint {
    pub(crate) rate: f64,
    pub(crate) loss: f64,
}

impl LogPoint {
    pub(crate) fn new(bitrate_bps: f64, vmaf: f64) -> LogPoint {
        let vmaf = if vmaf.is_finite() { vmaf.clamp(0.0, 100.0) } else { 0.0 };
        // An empty stream has no logarithm; a bit a second is as good as none.
        let lost = (100.0 - vmaf).max(LOSS_MIN);
        LogPoint { rate: bitrate_bps.max(1.0).log2(), loss: (lost / (LOSS_LIMIT - lost)).log2() }
    }

    /// The point of a loss.
    pub(crate) fn of_loss(rate: f64, lost: f64) -> LogPoint {
        LogPoint { rate, ..LogPoint::new(1.0, 100.0 - lost) }
    }

    /// Of a probe.
    pub(crate) fn of(point: &ProbePoint, rate: FrameRate) -> LogPoint {
        let seconds = rate.seconds(point.probe.frames.len().max(1));
        LogPoint::new(point.bits as f64 / seconds, point.vmaf)
    }

    pub(crate) fn minus(self, other: LogPoint) -> LogPoint {
        LogPoint { rate: self.rate - other.rate, loss: self.loss - other.loss }
    }

    pub(crate) fn bitrate_bps(self) -> f64 {
        self.rate.exp2()
    }

    /// The loss, at most 100.
    pub(crate) fn lost(self) -> f64 {
        let odds = self.loss.exp2();
        (LOSS_LIMIT * odds / (1.0 + odds)).min(100.0)
    }

    /// Loss for each unit of the odds' logarithm.
    pub(crate) fn loss_per_log_odds(self) -> f64 {
        let lost = self.lost();
        std::f64::consts::LN_2 * lost * (1.0 - lost / LOSS_LIMIT)
    }
}

/// Weighted mean; weights need not sum to 1. `None` of nothing.
pub(crate) fn mean(points: impl IntoIterator<Item = (f64, LogPoint)>) -> Option<LogPoint> {
    let (mut weights, mut sum) = (0.0, LogPoint::default());
    for (weight, point) in points {
        weights += weight;
        sum.rate += weight * point.rate;
        sum.loss += weight * point.loss;
    }
    (weights > 0.0).then(|| LogPoint { rate: sum.rate / weights, loss: sum.loss / weights })
}

/// The trials of `size` that are complete: one probe with final effort of every sample. Each is the geometric mean over
/// the samples, which is what a shot is compared with; the film's own bitrate and VMAF follow from all its shots.
pub fn complete(size: Size, samples: &[Sample], history: &[ProbePoint], rate: FrameRate) -> Vec<TrialPoint> {
    let of_size = |p: &&ProbePoint| p.probe.trial.size == size && p.probe.effort == Effort::Final;
    let mut trials: Vec<Trial> = history.iter().filter(of_size).map(|point| point.probe.trial).collect();
    trials.sort_by_key(|trial| trial.crf);
    trials.dedup();
    trials.into_iter().filter_map(|trial| joined(trial, samples, history, rate)).collect()
}

fn joined(trial: Trial, samples: &[Sample], history: &[ProbePoint], rate: FrameRate) -> Option<TrialPoint> {
    let probe_of = |sample: &Sample| {
        let same = |p: &&ProbePoint| {
            p.probe.trial == trial && p.probe.effort == Effort::Final && p.probe.frames == sample.frames
        };
        history.iter().find(same).map(|point| (sample.weight, LogPoint::of(point, rate)))
    };
    let points: Option<Vec<(f64, LogPoint)>> = samples.iter().map(probe_of).collect();
    let point = mean(points?)?;
    Some(TrialPoint { trial, bitrate_bps: point.bitrate_bps(), vmaf: 100.0 - point.lost() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::FrameRange;
    use media::rung::{Crf, Probe};

    const RATE: FrameRate = FrameRate { num: 24, den: 1 };
    const SIZE: Size = Size { width: 640, height: 360 };

    fn point(shot: usize, effort: Effort, bits: u64, vmaf: f64) -> ProbePoint {
        let frames = FrameRange { start: shot as u64 * 24, end: shot as u64 * 24 + 24 };
        let trial = Trial { size: SIZE, crf: Crf(230) };
        ProbePoint { probe: Probe { shot, frames, trial, effort }, bits, vmaf }
    }

    #[test]
    fn a_trial_is_the_geometric_mean_of_its_samples() {
        let samples = [0, 1].map(|shot| {
            let frames = FrameRange { start: shot * 24, end: shot * 24 + 24 };
            Sample { shot: shot as usize, frames, weight: 0.5 }
        });
        let first = point(0, Effort::Final, 1_000_000, 96.0);
        assert_eq!(complete(SIZE, &samples, &[first], RATE), [], "a sample is missing");
        let other = point(1, Effort::Probe, 4_000_000, 84.0);
        assert_eq!(complete(SIZE, &samples, &[first, other], RATE), [], "and a quick probe is none");
        let second = point(1, Effort::Final, 4_000_000, 84.0);
        // The root of 1 x 4 Mb/s; odds of the root of 4/166 x 16/154 are a loss of 8.1007.
        let trials = complete(SIZE, &samples, &[first, other, second], RATE);
        assert_eq!(trials.len(), 1);
        assert!((trials[0].bitrate_bps - 2e6).abs() < 1e-3 && (trials[0].vmaf - 91.8993).abs() < 1e-4);
    }
}
