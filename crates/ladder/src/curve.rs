//! Curves: what a size would come to at any CRF, from the trials made at it.
//!
//! Between trials the logarithm of the bitrate and the VMAF are straight lines over the CRF. Both never rise with
//! the CRF: measured noise that says otherwise is flattened.

use media::Size;
use media::rung::{Crf, Trial, TrialPoint};

/// Change of the bitrate's binary logarithm for each CRF: 6 CRF halve the bits (x264's own design).
const LOG_RATE_PER_CRF: f64 = -1.0 / 6.0;
/// Change of VMAF for each CRF, where nothing has been measured yet.
const VMAF_PER_CRF: f64 = -1.3;
/// Towards better quality VMAF flattens: beyond the best trial only this part of the slope is believed.
const SATURATION: f64 = 0.6;

/// The curve of one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    size: Size,
    /// By rising CRF, at least one.
    knots: Vec<Knot>,
    /// Slopes beyond the last knot or where there is only one.
    slope: Slope,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Knot {
    crf: f64,
    log_rate: f64,
    vmaf: f64,
}

/// Change of a size's values for each CRF.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    log_rate: f64,
    vmaf: f64,
}

impl Default for Slope {
    fn default() -> Slope {
        Slope { log_rate: LOG_RATE_PER_CRF, vmaf: VMAF_PER_CRF }
    }
}

impl Curve {
    /// The curve of `size` through those of `history` made at it; `None` where there is none. `slope` is
    /// believed where there is only one.
    pub fn through(size: Size, history: &[TrialPoint], slope: Slope) -> Option<Curve> {
        let mut knots: Vec<Knot> = history.iter().filter(|p| p.trial.size == size).map(Knot::from).collect();
        knots.sort_by(|a, b| a.crf.total_cmp(&b.crf));
        for i in 1..knots.len() {
            knots[i].log_rate = knots[i].log_rate.min(knots[i - 1].log_rate);
            knots[i].vmaf = knots[i].vmaf.min(knots[i - 1].vmaf);
        }
        let slope = between(&knots).unwrap_or(slope);
        (!knots.is_empty()).then_some(Curve { size, knots, slope })
    }

    /// The mean slope over all trials, for sizes that have only one.
    pub fn slope(&self) -> Slope {
        self.slope
    }

    /// What a trial at `crf` would come to.
    pub fn at(&self, crf: Crf) -> TrialPoint {
        let at = crf.value();
        let after = self.knots.partition_point(|knot| knot.crf <= at);
        let (knot, slope) = if after == 0 {
            let slope = between(&self.knots[..self.knots.len().min(2)]).unwrap_or(self.slope);
            (self.knots[0], Slope { vmaf: slope.vmaf * SATURATION, ..slope })
        } else {
            let from = (after - 1).min(self.knots.len().saturating_sub(2));
            let to = (from + 2).min(self.knots.len());
            (self.knots[after - 1], between(&self.knots[from..to]).unwrap_or(self.slope))
        };
        TrialPoint {
            trial: Trial { size: self.size, crf },
            bitrate_bps: (knot.log_rate + slope.log_rate * (at - knot.crf)).exp2(),
            vmaf: (knot.vmaf + slope.vmaf * (at - knot.crf)).clamp(0.0, 100.0),
        }
    }
}

impl From<&TrialPoint> for Knot {
    fn from(point: &TrialPoint) -> Knot {
        Knot {
            crf: point.trial.crf.value(),
            // An empty stream has no logarithm; a bit a second is as good as none.
            log_rate: point.bitrate_bps.max(1.0).log2(),
            vmaf: if point.vmaf.is_finite() { point.vmaf.clamp(0.0, 100.0) } else { 0.0 },
        }
    }
}

/// Slope from the first to the last of `knots`; `None` where they are at one place.
fn between(knots: &[Knot]) -> Option<Slope> {
    let (first, last) = (knots.first()?, knots.last()?);
    let crf = last.crf - first.crf;
    (crf > 0.0).then(|| Slope {
        log_rate: (last.log_rate - first.log_rate) / crf,
        vmaf: (last.vmaf - first.vmaf) / crf,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { width: 640, height: 360 };

    /// The curve through (CRF in tenths, bits per second, VMAF), looked at at `crf`.
    #[track_caller]
    fn check(points: &[(u16, f64, f64)], crf: u16, bitrate_bps: f64, vmaf: f64) {
        let point = |&(crf, bitrate_bps, vmaf): &(u16, f64, f64)| TrialPoint {
            trial: Trial { size: SIZE, crf: Crf(crf) },
            bitrate_bps,
            vmaf,
        };
        let history: Vec<TrialPoint> = points.iter().map(point).collect();
        let got = Curve::through(SIZE, &history, Slope::default()).unwrap().at(Crf(crf));
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6 * b.abs().max(1.0);
        assert!(near(got.bitrate_bps, bitrate_bps) && near(got.vmaf, vmaf), "{points:?} at {crf}: {got:?}");
    }

    #[test]
    fn a_curve_goes_through_its_trials_and_straight_between_them() {
        let trials = [(320, 1e6, 80.0), (200, 4e6, 95.0), (260, 2e6, 92.0)];
        check(&trials, 200, 4e6, 95.0);
        check(&trials, 260, 2e6, 92.0);
        check(&trials, 320, 1e6, 80.0);
        check(&trials, 290, 2e6 / 2_f64.sqrt(), 86.0);
        check(&trials, 380, 0.5e6, 68.0);
        // Below the best trial VMAF rises at 0.6 of its slope: 0.5 x 0.6 x 6.
        check(&trials, 140, 8e6, 96.8);
        check(&trials, 510, 2e6 / 2_f64.powf(25.0 / 6.0), 42.0);
    }

    #[test]
    fn one_trial_borrows_its_slope() {
        check(&[(260, 1e6, 80.0)], 320, 0.5e6, 80.0 - 1.3 * 6.0);
        check(&[(260, 1e6, 99.0)], 100, 1e6 * 2_f64.powf(16.0 / 6.0), 100.0);
        // A trial made twice is one place.
        check(&[(260, 1e6, 80.0), (260, 1e6, 80.0)], 320, 0.5e6, 80.0 - 1.3 * 6.0);
    }

    #[test]
    fn noise_that_rises_is_flattened() {
        check(&[(200, 2e6, 90.0), (260, 2.1e6, 91.0)], 260, 2e6, 90.0);
        check(&[(200, 0.0, f64::NAN)], 200, 1.0, 0.0);
    }

    #[test]
    fn a_size_without_trials_has_no_curve() {
        assert_eq!(Curve::through(SIZE, &[], Slope::default()), None);
    }
}
