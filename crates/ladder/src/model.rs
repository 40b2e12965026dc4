//! The model of a film in one format: what all its shots together would come to at any size and quality.
//!
//! Every size has a curve, measured on the samples with the encoder's final effort. Every shot has an offset: by how
//! much it is dearer and how much worse it looks than the samples do at the same CRF, and how both change with the CRF.
//! Offsets are measured with little effort, shot against sample, so that what effort changes falls out.
//!
//! Bits are spent at equal slope: none would gain more in another shot (Lagrange; Katsavounidis, "Dynamic optimizer",
//! 2018). Each shot takes the CRF at which bits + price x loss^p is least, and the price is the one at which the samples
//! would be encoded at the CRF asked for. The power p weighs great losses more than small ones.

mod offset;

use crate::curve::Curve;
use crate::rungs::Config;
use crate::sample::Sample;
use crate::search::{Film, Source};
use crate::{sizes, trial};
use media::rung::{Crf, ProbePoint, Trial, TrialPoint};
use media::{Cadence, Size};

/// Power of the loss. With 1 the mean is best and the worst frames pay for it. Measured on the grids of two films, bits
/// beside one CRF for all at equal mean VMAF: 1.25 gives up 0.1 % of 5 to 8 % and has better worst frames (5th percentile
/// +0.1 to +1.9), 1.5 gives up 0.5 %, and 2 a third of all.
const LOSS_POWER: f64 = 1.25;
/// Farthest that a shot's CRF goes from the film's, as a part of the codec's range: 8 in H.264.
const TILT_MAX: f64 = 0.25;
/// VMAF by which a shot may be under its rung: one just noticeable difference. One that is farther under at the film's
/// own CRF is not made worse than that.
const SHOT_VMAF_UNDER_MAX: f64 = 6.0;

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    source: Source,
    /// By falling size; the first is the source's.
    sizes: Vec<Expected>,
    /// The qualities that the encoder takes, by rising CRF.
    crfs: Vec<Crf>,
    /// Share of the film's frames, for each shot.
    weights: Vec<f64>,
    config: Config,
}

/// What is expected at one size.
#[derive(Debug, Clone, PartialEq)]
struct Expected {
    curve: Curve,
    /// For each shot, (bits a second, loss) at each of the model's CRFs.
    shots: Vec<Vec<(f64, f64)>>,
}

impl Model {
    /// The model after `history`; it knows the sizes that have trials.
    pub fn new(film: &Film<'_>, samples: &[Sample], history: &[ProbePoint], config: &Config) -> Model {
        let trials = |size| trial::complete(size, samples, history, film.source.rate);
        let range = config.crf_range();
        let size = film.source.size;
        let top = Curve::through(size, &trials(size), None, range);
        let smaller = sizes::candidates(size).into_iter().skip(1);
        let smaller: Vec<Curve> =
            smaller.filter_map(|size| Curve::through(size, &trials(size), top.as_ref(), range)).collect();
        let offsets = match &top {
            Some(top) => offset::of_shots(film, samples, history, top, &config.samples),
            None => vec![offset::Offset::default(); film.shots.shots.len()],
        };
        let steps = (config.crf_min.0..=config.crf_max.0).step_by(usize::from(config.crf_step.0.max(1)));
        let crfs: Vec<Crf> = steps.map(Crf).collect();
        let expected = |curve: Curve| {
            let at = |offset: &offset::Offset, crf: &Crf| {
                let point = offset.added_to(curve.at(*crf), *crf);
                (point.bitrate_bps(), point.lost())
            };
            let shots = offsets.iter().map(|offset| crfs.iter().map(|crf| at(offset, crf)).collect());
            Expected { shots: shots.collect(), curve }
        };
        let frames = film.shots.frames().max(1) as f64;
        Model {
            source: film.source,
            sizes: top.into_iter().chain(smaller).map(expected).collect(),
            weights: film.shots.shots.iter().map(|shot| shot.frames.len() as f64 / frames).collect(),
            crfs,
            config: *config,
        }
    }

    /// Sizes that are known, largest first.
    pub fn sizes(&self) -> impl Iterator<Item = Size> + '_ {
        self.sizes.iter().map(|expected| expected.curve.size())
    }

    /// The cadence of a size.
    pub fn cadence(&self, size: Size) -> Cadence {
        Cadence::of(size, self.source.size, self.source.rate)
    }

    /// What the film comes to at equal slope, at the price that the samples' CRF is that of `trial`; `None` for a size that
    /// is not known.
    pub fn at(&self, trial: Trial) -> Option<TrialPoint> {
        let expected = self.expected(trial.size)?;
        Some(self.whole(expected, trial, &self.chosen(expected, trial.crf)))
    }

    /// The same with that CRF for all shots.
    pub fn at_one_crf(&self, trial: Trial) -> Option<TrialPoint> {
        let expected = self.expected(trial.size)?;
        Some(self.whole(expected, trial, &vec![self.place(trial.crf); self.weights.len()]))
    }

    /// The CRF of every shot at that point, as the encoder takes it.
    pub fn shot_crfs(&self, trial: Trial) -> Vec<Crf> {
        let Some(expected) = self.expected(trial.size) else { return Vec::new() };
        self.chosen(expected, trial.crf).into_iter().map(|place| self.crfs[place]).collect()
    }

    /// VMAF gained there by lowering all CRFs by 1.
    pub fn vmaf_per_crf(&self, trial: Trial) -> f64 {
        let Some(expected) = self.expected(trial.size) else { return 0.0 };
        let step = (10.0 / f64::from(self.config.crf_step.0.max(1))).round().max(1.0) as usize;
        let chosen = self.chosen(expected, trial.crf);
        let better: Vec<usize> = chosen.iter().map(|place| place.saturating_sub(step)).collect();
        self.whole(expected, trial, &better).vmaf - self.whole(expected, trial, &chosen).vmaf
    }

    fn expected(&self, size: Size) -> Option<&Expected> {
        self.sizes.iter().find(|expected| expected.curve.size() == size)
    }

    /// Index of the CRF nearest to `crf`.
    fn place(&self, crf: Crf) -> usize {
        let steps =
            f64::from(crf.0.saturating_sub(self.config.crf_min.0)) / f64::from(self.config.crf_step.0.max(1));
        (steps.round() as usize).min(self.crfs.len() - 1)
    }

    /// The film with each shot at its place.
    fn whole(&self, expected: &Expected, trial: Trial, places: &[usize]) -> TrialPoint {
        let (mut bitrate_bps, mut loss) = (0.0, 0.0);
        for ((weight, shot), place) in self.weights.iter().zip(&expected.shots).zip(places) {
            bitrate_bps += weight * shot[*place].0;
            loss += weight * shot[*place].1;
        }
        TrialPoint { trial, bitrate_bps, vmaf: 100.0 - loss }
    }

    /// The place of each shot's CRF at equal slope.
    fn chosen(&self, expected: &Expected, base: Crf) -> Vec<usize> {
        let base_place = self.place(base);
        let even = self.whole(
            expected,
            Trial { size: expected.curve.size(), crf: base },
            &vec![base_place; self.weights.len()],
        );
        let reach =
            (TILT_MAX * self.config.crf_range() * 10.0 / f64::from(self.config.crf_step.0.max(1))) as usize;
        let from = base_place.saturating_sub(reach);
        let to = (base_place + reach).min(self.crfs.len() - 1);
        let price = price(&expected.curve, base);
        let choose = |shot: &Vec<(f64, f64)>| {
            let limit = (100.0 - even.vmaf + SHOT_VMAF_UNDER_MAX).max(shot[base_place].1);
            let cost = |place: usize| shot[place].0 + price * shot[place].1.powf(LOSS_POWER);
            let fits = |place: &usize| shot[*place].1 <= limit;
            // Of equal ones (a still has many) the nearest to the base.
            let distance = |place: &usize| place.abs_diff(base_place);
            let order =
                |a: &usize, b: &usize| cost(*a).total_cmp(&cost(*b)).then(distance(a).cmp(&distance(b)));
            (from..=to).filter(fits).min_by(order).unwrap_or(base_place)
        };
        expected.shots.iter().map(choose).collect()
    }
}

/// Bits a second that a unit of loss^p is worth where the samples are best encoded at `crf`.
fn price(curve: &Curve, crf: Crf) -> f64 {
    let (slope, at) = (curve.slope(crf), curve.at(crf));
    let loss_per_crf = slope.loss * at.loss_per_log_odds();
    let powered_per_crf = loss_per_crf * LOSS_POWER * at.lost().powf(LOSS_POWER - 1.0);
    -slope.rate * std::f64::consts::LN_2 * at.bitrate_bps() / powered_per_crf.max(f64::EPSILON)
}
