//! Offsets: how a shot differs from the samples. The slopes of shots that were looked at once are in `learnt`.

use crate::curve::Curve;
use crate::sample::{self, Sample};
use crate::search::Film;
use crate::trial::LogPoint;
use media::FrameRange;
use media::rung::{Crf, Effort, ProbePoint};

mod learnt;

/// Farthest from its looks, in CRF, that a shot's slopes are believed: beyond it they run on with the samples'.
const SLOPE_REACH: f64 = 6.0;
/// Least distance of two looks, in CRF, from which a slope is taken.
const SLOPE_BASE_MIN: f64 = 2.0;

/// A line over the CRF, in logarithms.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Offset {
    /// CRF of the looks, least and greatest.
    from: f64,
    to: f64,
    /// At `from`.
    at: LogPoint,
    /// For each CRF.
    slope: LogPoint,
}

impl Offset {
    /// What the shot comes to where the samples come to `point`.
    pub(super) fn added_to(&self, point: LogPoint, crf: Crf) -> LogPoint {
        let at = self.value(crf.value());
        LogPoint { rate: point.rate + at.rate, loss: point.loss + at.loss }
    }

    fn value(&self, crf: f64) -> LogPoint {
        let distance = crf.clamp(self.from - SLOPE_REACH, self.to + SLOPE_REACH) - self.from;
        LogPoint {
            rate: self.at.rate + self.slope.rate * distance,
            loss: self.at.loss + self.slope.loss * distance,
        }
    }

    /// Through points at their CRFs: the line through the outermost two, where they are far enough apart, or without a
    /// slope. `None` of nothing.
    fn through(points: &[(f64, LogPoint)]) -> Option<Offset> {
        let first = points.iter().min_by(|a, b| a.0.total_cmp(&b.0))?;
        let last = points.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
        let crfs = last.0 - first.0;
        if crfs < SLOPE_BASE_MIN {
            return Some(Offset { from: first.0, to: first.0, at: first.1, slope: LogPoint::default() });
        }
        let rise = last.1.minus(first.1);
        let slope = LogPoint { rate: rise.rate / crfs, loss: rise.loss / crfs };
        Some(Offset { from: first.0, to: last.0, at: first.1, slope })
    }

    /// Whether a slope was measured.
    pub(super) fn has_slope(&self) -> bool {
        self.to > self.from
    }

    /// The line from `zero` to this one.
    fn minus(&self, zero: &Offset) -> Offset {
        let slope = self.slope.minus(zero.slope);
        Offset { at: self.at.minus(zero.value(self.from)), slope, ..*self }
    }
}

/// The offset of every shot: of its looks from the samples' looks, or, where there are no looks, of all trials of the
/// source's size. A shot without any is like the samples.
pub(super) fn of_shots(
    film: &Film<'_>,
    samples: &[Sample],
    history: &[ProbePoint],
    top: &Curve,
    config: &sample::Config,
) -> Vec<Offset> {
    let line = |shot: usize, frames: FrameRange, effort: Effort| {
        let of_excerpt = history.iter().filter(|point| {
            let probe = point.probe;
            (probe.shot, probe.frames, probe.effort) == (shot, frames, effort)
                && probe.trial.size == top.size()
        });
        // The samples' curve takes out what every shot does over the CRF.
        let point = |p: &ProbePoint| {
            let crf = p.probe.trial.crf;
            (crf.value(), LogPoint::of(p, film.source.rate).minus(top.at(crf)))
        };
        Offset::through(&of_excerpt.map(point).collect::<Vec<_>>())
    };
    let looks = sample::looks(film.shots, samples, film.source.rate, config);
    let (effort, excerpts) = match looks.is_empty() {
        true => (Effort::Final, film.shots.shots.iter().map(|shot| shot.frames).collect()),
        false => (Effort::Probe, looks),
    };
    let lines: Vec<Option<Offset>> =
        excerpts.into_iter().enumerate().map(|(shot, frames)| line(shot, frames, effort)).collect();
    let of_samples: Vec<Option<Offset>> =
        samples.iter().map(|sample| line(sample.shot, sample.frames, effort)).collect();
    let zero = zero(samples, &of_samples);
    let lines = learnt::with_slopes(&lines).into_iter();
    lines.map(|line| line.map_or(Offset::default(), |line| line.minus(&zero))).collect()
}

/// The mean of the samples' own lines, given in their order: not zero where effort differs.
fn zero(samples: &[Sample], lines: &[Option<Offset>]) -> Offset {
    let of_samples: Vec<(f64, Offset)> =
        samples.iter().zip(lines).filter_map(|(sample, line)| Some((sample.weight, (*line)?))).collect();
    let mean = |value: &dyn Fn(&Offset) -> LogPoint| {
        let weighted = of_samples.iter().map(|(weight, line)| (*weight, value(line)));
        crate::trial::mean(weighted).unwrap_or_default()
    };
    let crf = |of: fn(&Offset) -> f64| {
        let crfs = of_samples.iter().map(|(_, line)| of(line));
        crfs.sum::<f64>() / of_samples.len().max(1) as f64
    };
    let (from, to) = (crf(|line| line.from), crf(|line| line.to));
    Offset { from, to, at: mean(&|line| line.value(from)), slope: mean(&|line| line.slope) }
}
