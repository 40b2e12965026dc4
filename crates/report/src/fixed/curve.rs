//! Curves: VMAF over bitrate for one size, from the trials made at it.
//!
//! Between trials, the logarithm of the loss (100 - VMAF) follows that of the bitrate. A size with a single trial
//! changes as the largest size does over the same CRFs, its loss from coding weighing more for being seen enlarged.

use media::Size;
use media::rung::TrialPoint;

/// Doublings of the bitrate above the best trial over which a prediction is believed: the curve is flat there.
const REACH_ABOVE_OCTAVES: f64 = 3.0;
/// The same below the worst trial, where it is steep.
const REACH_BELOW_OCTAVES: f64 = 1.0;
/// By how many doublings the loss falls for one of the bitrate, where nothing better is known: 6 CRF halve the loss
/// where 7 double the bits.
const LOSS_FALL: f64 = 7.0 / 6.0;
/// Beyond a size's best trial the curve flattens towards what enlarging costs: only this part of its slope is
/// believed.
const SATURATION: f64 = 0.6;
/// The loss from coding grows as a size's share of the largest one's pixels to this power.
const ENLARGED_POWER: f64 = -0.33;
/// Least loss told from none: keeps the logarithm finite.
const LOSS_MIN: f64 = 0.05;

/// One size's trials, by rising bitrate, at least one.
#[derive(Debug)]
pub(super) struct Curve {
    /// The size.
    pub(super) size: Size,
    knots: Vec<Knot>,
}

/// A trial, its bitrate and loss as binary logarithms.
#[derive(Debug, Clone, Copy)]
struct Knot {
    crf: f64,
    rate: f64,
    loss: f64,
}

/// The curves of all sizes that have a usable trial, largest first.
pub(super) fn curves(trials: &[TrialPoint]) -> Vec<Curve> {
    let sizes = crate::plot::sizes(trials.iter().map(|point| point.trial.size));
    let curve = |size| {
        let usable = |p: &&TrialPoint| p.trial.size == size && p.bitrate_bps > 0.0 && p.vmaf.is_finite();
        let mut knots: Vec<Knot> = trials.iter().filter(usable).map(Knot::of).collect();
        knots.sort_by(|a, b| a.rate.total_cmp(&b.rate));
        knots.dedup_by_key(|knot| knot.rate);
        Curve { size, knots }
    };
    sizes.into_iter().map(curve).filter(|curve| !curve.knots.is_empty()).collect()
}

impl Curve {
    /// VMAF at `bitrate_bps`; `None` where no trial is near. `largest` lends its shape to a single trial.
    pub(super) fn at(&self, bitrate_bps: f64, largest: &Curve) -> Option<f64> {
        let rate = bitrate_bps.log2();
        let (first, last) = (self.knots.first()?, self.knots.last()?);
        if rate < first.rate - REACH_BELOW_OCTAVES || rate > last.rate + REACH_ABOVE_OCTAVES {
            return None;
        }
        let alone = self.knots.len() == 1 && largest.knots.len() > 1;
        let loss = if alone { self.shifted(rate, *first, largest) } else { self.joined(rate).exp2() };
        Some((100.0 - loss).clamp(0.0, 100.0))
    }

    /// Logarithm of the loss at `rate`, on the straight lines through the knots.
    fn joined(&self, rate: f64) -> f64 {
        let after = self.knots.partition_point(|knot| knot.rate <= rate);
        let from = after.saturating_sub(1).min(self.knots.len().saturating_sub(2));
        // Loss never rises with bitrate, whatever the noise says.
        let slope = match self.knots[from..] {
            [a, b, ..] => ((b.loss - a.loss) / (b.rate - a.rate)).min(0.0),
            _ => -LOSS_FALL,
        };
        let slope = if after == self.knots.len() { slope * SATURATION } else { slope };
        let knot = self.knots[after.saturating_sub(1)];
        knot.loss + slope * (rate - knot.rate)
    }

    /// Loss at `rate`, from the only `knot` on as the largest size goes from the same CRF.
    fn shifted(&self, rate: f64, knot: Knot, largest: &Curve) -> f64 {
        let here = largest.rate_at(knot.crf);
        let there = here + rate - knot.rate;
        let part = self.size.pixels() as f64 / largest.size.pixels() as f64;
        let change = largest.joined(there).exp2() - largest.joined(here).exp2();
        (knot.loss.exp2() + part.powf(ENLARGED_POWER) * change).max(LOSS_MIN)
    }

    /// Logarithm of the bitrate at `crf`, on the line through the two trials around it, or the outermost two.
    fn rate_at(&self, crf: f64) -> f64 {
        let above = self.knots.partition_point(|knot| knot.crf > crf);
        let from = above.saturating_sub(1).min(self.knots.len().saturating_sub(2));
        match self.knots[from..] {
            [a, b, ..] if a.crf != b.crf => a.rate + (b.rate - a.rate) / (b.crf - a.crf) * (crf - a.crf),
            _ => self.knots[from].rate,
        }
    }
}

impl Knot {
    fn of(point: &TrialPoint) -> Knot {
        Knot {
            crf: point.trial.crf.value(),
            rate: point.bitrate_bps.log2(),
            loss: (100.0 - point.vmaf).max(LOSS_MIN).log2(),
        }
    }
}
