//! Curves: what a size would come to at any CRF, from the trials made at it.
//!
//! The odds of the loss (100 - VMAF) and the bitrate are near exponentials of the CRF, so their logarithms are joined by
//! straight lines. Both bend the right way only: measured noise that says otherwise is flattened. A size with a single
//! trial takes its shape from the source's size.

use crate::trial::LogPoint;
use media::Size;
use media::rung::{Crf, TrialPoint};

/// Change of the bitrate's binary logarithm over a codec's whole range of CRF, where nothing has been measured yet. In
/// H.264, whose range is 33, 7 CRF halve the bits (1-second excerpts of two films gave 6 to 8).
const LOG_RATE_OVER_RANGE: f64 = -33.0 / 7.0;
/// The same for the loss: 6 CRF of H.264 double it (the same excerpts gave 5 to 6 in the source's size).
const LOG_LOSS_OVER_RANGE: f64 = 33.0 / 6.0;
/// The loss from coding grows as a size's share of the source's pixels to this power, being seen enlarged (the
/// same excerpts gave -0.3 to -0.4).
const ENLARGED_POWER: f64 = -0.33;
/// Towards better quality the loss ends at what the smaller size itself costs: beyond the best trial only this
/// part of the slope is believed.
const SATURATION: f64 = 0.6;

/// How far to either side a slope is taken, in tenths of a CRF: over the corner of a knot.
const SLOPE_REACH: u16 = 30;

/// The curve of one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    size: Size,
    /// By rising CRF, at least one.
    knots: Vec<Knot>,
    shape: Shape,
    /// Slopes for each CRF where there is a single knot and no other curve.
    usual: LogPoint,
}

/// What carries a curve beyond a single knot.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    /// Its own knots, or the usual slopes where there is only one.
    Own,
    /// The curve of the source's size, whose loss is multiplied.
    Like { curve: Box<Curve>, loss_ratio: f64 },
}

/// A trial's values as they are joined.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Knot {
    crf: f64,
    log_rate: f64,
    log_loss: f64,
}

impl Curve {
    /// The curve of `size` through those of `history` made at it; `None` where there is none. With a single one its
    /// shape is that of `source`, where given. `crf_range` is the codec's (greatest less least CRF).
    pub fn through(
        size: Size,
        history: &[TrialPoint],
        source: Option<&Curve>,
        crf_range: f64,
    ) -> Option<Curve> {
        let mut knots: Vec<Knot> = history.iter().filter(|p| p.trial.size == size).map(Knot::of).collect();
        knots.sort_by(|a, b| a.crf.total_cmp(&b.crf));
        knots.dedup_by_key(|knot| knot.crf);
        for i in 1..knots.len() {
            knots[i].log_rate = knots[i].log_rate.min(knots[i - 1].log_rate);
            knots[i].log_loss = knots[i].log_loss.max(knots[i - 1].log_loss);
        }
        let shape = match source {
            Some(source) if knots.len() == 1 => {
                let part = size.pixels() as f64 / source.size.pixels() as f64;
                Shape::Like { curve: Box::new(source.clone()), loss_ratio: part.powf(ENLARGED_POWER) }
            }
            _ => Shape::Own,
        };
        let usual = LogPoint { rate: LOG_RATE_OVER_RANGE / crf_range, loss: LOG_LOSS_OVER_RANGE / crf_range };
        (!knots.is_empty()).then_some(Curve { size, knots, shape, usual })
    }

    /// The curve's size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// What a trial at `crf` would come to.
    pub(crate) fn at(&self, crf: Crf) -> LogPoint {
        let knot = match &self.shape {
            Shape::Own => self.joined(crf.value()),
            Shape::Like { curve, loss_ratio } => self.shifted(crf.value(), curve, *loss_ratio),
        };
        LogPoint { rate: knot.log_rate, loss: knot.log_loss }
    }

    /// Change for each CRF around `crf`.
    pub(crate) fn slope(&self, crf: Crf) -> LogPoint {
        let (below, above) = (Crf(crf.0.saturating_sub(SLOPE_REACH)), Crf(crf.0 + SLOPE_REACH));
        let (from, to) = (self.at(below), self.at(above));
        let crfs = above.value() - below.value();
        LogPoint { rate: (to.rate - from.rate) / crfs, loss: (to.loss - from.loss) / crfs }
    }

    /// On the straight lines through the knots.
    fn joined(&self, crf: f64) -> Knot {
        let after = self.knots.partition_point(|knot| knot.crf <= crf);
        let from = after.saturating_sub(1).min(self.knots.len().saturating_sub(2));
        let (log_rate, mut log_loss) = match self.knots[from..] {
            [a, b, ..] => {
                ((b.log_rate - a.log_rate) / (b.crf - a.crf), (b.log_loss - a.log_loss) / (b.crf - a.crf))
            }
            _ => (self.usual.rate, self.usual.loss),
        };
        if after == 0 {
            log_loss *= SATURATION;
        }
        let knot = self.knots[after.saturating_sub(1)];
        Knot {
            crf,
            log_rate: knot.log_rate + log_rate * (crf - knot.crf),
            log_loss: knot.log_loss + log_loss * (crf - knot.crf),
        }
    }

    /// From the only knot as the source's curve goes from there.
    fn shifted(&self, crf: f64, source: &Curve, loss_ratio: f64) -> Knot {
        let knot = self.knots[0];
        let (here, there) = (source.joined(knot.crf), source.joined(crf));
        let lost = |knot: Knot| LogPoint { rate: 0.0, loss: knot.log_loss }.lost();
        let lost = lost(knot) + loss_ratio * (lost(there) - lost(here));
        let LogPoint { rate, loss } = LogPoint::of_loss(knot.log_rate + there.log_rate - here.log_rate, lost);
        Knot { crf, log_rate: rate, log_loss: loss }
    }
}

impl Knot {
    fn of(point: &TrialPoint) -> Knot {
        let LogPoint { rate, loss } = LogPoint::new(point.bitrate_bps, point.vmaf);
        Knot { crf: point.trial.crf.value(), log_rate: rate, log_loss: loss }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::rung::Trial;

    /// As H.264 has it.
    const RANGE: f64 = 33.0;
    const SIZE: Size = Size { width: 640, height: 360 };
    const SOURCE: Size = Size { width: 1280, height: 720 };

    /// Trials as (CRF in tenths, bits per second, VMAF).
    fn history(size: Size, points: &[(u16, f64, f64)]) -> Vec<TrialPoint> {
        let point = |&(crf, bitrate_bps, vmaf): &(u16, f64, f64)| TrialPoint {
            trial: Trial { size, crf: Crf(crf) },
            bitrate_bps,
            vmaf,
        };
        points.iter().map(point).collect()
    }

    /// Odds of a loss, against 170.
    fn odds(lost: f64) -> f64 {
        lost / (170.0 - lost)
    }

    fn vmaf(odds: f64) -> f64 {
        100.0 - 170.0 * odds / (1.0 + odds)
    }

    /// The curve through `points`, looked at at `crf`.
    #[track_caller]
    fn check(points: &[(u16, f64, f64)], crf: u16, bitrate_bps: f64, vmaf: f64) {
        let got = Curve::through(SIZE, &history(SIZE, points), None, RANGE).unwrap().at(Crf(crf));
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6 * b.abs().max(1.0);
        let got = (got.bitrate_bps(), 100.0 - got.lost());
        assert!(near(got.0, bitrate_bps) && near(got.1, vmaf), "{points:?} at {crf}: {got:?}");
    }

    #[test]
    fn a_curve_goes_through_its_trials_and_exponentially_between_them() {
        let trials = [(320, 1e6, 84.0), (200, 4e6, 98.0), (260, 2e6, 96.0)];
        check(&trials, 200, 4e6, 98.0);
        check(&trials, 260, 2e6, 96.0);
        check(&trials, 320, 1e6, 84.0);
        // Half way from the odds of a loss of 4 to those of 16.
        check(&trials, 290, 2e6 / 2_f64.sqrt(), vmaf((odds(4.0) * odds(16.0)).sqrt()));
        check(&trials, 350, 1e6 / 2_f64.sqrt(), vmaf(odds(16.0) * (odds(16.0) / odds(4.0)).sqrt()));
        // Below the best trial only six tenths of the slope are believed: a sixth part of it is a tenth.
        let slope = odds(2.0) / odds(4.0);
        check(&trials, 100, 2_f64.powf(10.0 / 6.0) * 4e6, vmaf(odds(2.0) * slope));
        check(&trials, 510, 1e6 / 2_f64.powf(19.0 / 6.0), 0.0);
    }

    #[test]
    fn one_trial_alone_takes_the_usual_slopes() {
        let twice = vmaf(2.0 * odds(10.0));
        check(&[(260, 1e6, 90.0)], 320, 1e6 / 2_f64.powf(6.0 / 7.0), twice);
        // A trial made twice is one place.
        check(&[(260, 1e6, 90.0), (260, 1e6, 90.0)], 320, 1e6 / 2_f64.powf(6.0 / 7.0), twice);
    }

    #[test]
    fn one_trial_takes_the_shape_of_the_source() {
        let source =
            Curve::through(SOURCE, &history(SOURCE, &[(220, 4e6, 98.0), (280, 2e6, 96.0)]), None, RANGE);
        let small = history(SIZE, &[(280, 1e6, 80.0)]);
        let curve = Curve::through(SIZE, &small, source.as_ref(), RANGE).unwrap();
        assert!((curve.at(Crf(280)).lost() - 20.0).abs() < 1e-9);
        let at = curve.at(Crf(220));
        // The source loses 2 less there; at a quarter of the pixels that is 4^0.33 = 1.58 times as much.
        assert!((at.lost() - (20.0 - 2.0 * 4_f64.powf(0.33))).abs() < 1e-9, "{at:?}");
        assert!((at.bitrate_bps() - 2e6).abs() < 1e-3, "{at:?}");
    }

    #[test]
    fn noise_that_rises_is_flattened() {
        check(&[(200, 2e6, 90.0), (260, 2.1e6, 91.0)], 260, 2e6, 90.0);
        check(&[(200, 0.0, f64::NAN)], 200, 1.0, 0.0);
    }

    #[test]
    fn a_size_without_trials_has_no_curve() {
        assert_eq!(Curve::through(SIZE, &[], None, RANGE), None);
    }
}
