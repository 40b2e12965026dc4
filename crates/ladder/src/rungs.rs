//! Rungs: places on the curves that are worth switching between.
//!
//! Owns the law of a ladder: which quality at the top and at the bottom, and how far apart rungs are.

use crate::model::Model;
use crate::{sample, sizes};
use media::rung::{Crf, Rung, Trial, TrialPoint};
use media::{Cadence, Format};

/// The law of the ladder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// VMAF of the top rung: at 95 viewers take the picture for the source.
    pub vmaf_top: f64,
    /// Least VMAF of any rung: under it nobody wants to watch.
    pub vmaf_bottom: f64,
    /// VMAF from rung to rung: somewhat under one just noticeable difference (6). Wider where a ladder of
    /// `rungs_max` would not reach down else.
    pub vmaf_step: f64,
    /// Least ratio of bitrates from rung to rung: a nearer one would not help when the network changes.
    pub bitrate_ratio_min: f64,
    /// Ratio of bitrates at which a rung is due even where VMAF has not fallen by a step: half the network must not
    /// mean a third of the bits.
    pub bitrate_ratio_due: f64,
    /// Least bitrate of any rung but the top one. Below it bits are so few that only quality counts.
    pub bitrate_bps_min: f64,
    /// Greatest expected bitrate: beyond it too few viewers could play the rung.
    pub bitrate_bps_max: f64,
    /// Most rungs: each is encoded, stored and cached in full.
    pub rungs_max: usize,
    /// Most trials of a title. Each costs about as much as five seconds of the final encode.
    pub trials_max: usize,
    /// Best quality that is considered. Under it bits grow and VMAF hardly does.
    pub crf_min: Crf,
    /// Worst quality that is considered: beyond it a smaller size is better at the same bitrate.
    pub crf_max: Crf,
    /// Steps in which the encoder takes a CRF.
    pub crf_step: Crf,
    /// Bounds on the excerpts that stand for the film.
    pub samples: sample::Config,
    /// Fewest and most shots that get a second look: a change learnt from fewer is noise, and more teach little.
    pub second_looks: (usize, usize),
}

impl Config {
    /// The codec's range, as CRF.
    pub fn crf_range(&self) -> f64 {
        (self.crf_max.value() - self.crf_min.value()).max(1.0)
    }

    /// The CRF nearest to `crf` that the encoder takes, within the range.
    pub fn quantised(&self, crf: f64) -> Crf {
        let step = f64::from(self.crf_step.0.max(1));
        let tenths = (crf * 10.0 / step).round() * step;
        Crf(tenths.clamp(0.0, f64::from(u16::MAX)) as u16).clamp(self.crf_min, self.crf_max)
    }

    /// The place in the range that is `part` of the way from best to worst.
    pub fn crf_at(&self, part: f64) -> Crf {
        self.quantised(self.crf_min.value() + part * self.crf_range())
    }
}

impl Default for Config {
    /// For H.264.
    fn default() -> Config {
        Config {
            vmaf_top: 95.0,
            vmaf_bottom: 55.0,
            vmaf_step: 5.5,
            bitrate_ratio_min: 1.25,
            bitrate_ratio_due: 2.5,
            bitrate_bps_min: 150_000.0,
            bitrate_bps_max: 16_000_000.0,
            rungs_max: 9,
            trials_max: 12,
            crf_min: Crf(120),
            crf_max: Crf(450),
            crf_step: Crf(5),
            samples: sample::Config::default(),
            second_looks: (8, 24),
        }
    }
}

/// Places looked at over a codec's range: about 0.3 VMAF from one to the next.
const PLACES: u16 = 150;
/// A top rung that cannot reach its VMAF gives up this much of the best reachable one: the last half point costs a
/// multiple of its worth.
const VMAF_SPARED: f64 = 0.5;
/// The ladder ends where its bounds would squeeze a rung nearer than this part of either distance.
const DISTANCE_PART_MIN: f64 = 0.8;
/// By how much distances are widened at once when the ladder has too many rungs.
const WIDENED: f64 = 1.05;
/// Distances tried before the ladder is cut off instead: the widest is then more than tenfold.
const WIDENINGS_MAX: usize = 50;
/// A cap of twice the expected bitrate: as far as Apple's HLS authoring rules let the peak exceed
/// the mean.
const CAP_RATIO: f64 = 2.0;
/// Least cap: a keyframe of a small picture must fit.
const CAP_BPS_MIN: f64 = 300_000.0;

/// Distances from rung to rung.
#[derive(Debug, Clone, Copy)]
struct Spacing {
    vmaf: f64,
    ratio_due: f64,
}

/// Places the rungs, best first, on what the film would come to. Empty where there is no curve.
pub fn place(model: &Model, config: &Config) -> Vec<TrialPoint> {
    let places = places(model, config);
    let Some(top) = top(&places, model, config) else { return Vec::new() };
    let mut spacing = Spacing { vmaf: config.vmaf_step, ratio_due: config.bitrate_ratio_due };
    let mut rungs = walk_down(top, &places, &spacing, config);
    for _ in 0..WIDENINGS_MAX {
        if rungs.len() <= config.rungs_max {
            break;
        }
        spacing = Spacing { vmaf: spacing.vmaf * WIDENED, ratio_due: spacing.ratio_due * WIDENED };
        rungs = walk_down(top, &places, &spacing, config);
    }
    rungs.truncate(config.rungs_max);
    rungs
}

/// Every place within the bounds. Where all are beyond the greatest bitrate, the cheapest one.
fn places(model: &Model, config: &Config) -> Vec<TrialPoint> {
    let range = config.crf_max.0.saturating_sub(config.crf_min.0);
    let crfs = (config.crf_min.0..=config.crf_max.0).step_by(usize::from((range / PLACES).max(1))).map(Crf);
    let at = |size| crfs.clone().filter_map(move |crf| model.at(Trial { size, crf }));
    let all: Vec<TrialPoint> = model.sizes().flat_map(at).collect();
    let affordable: Vec<TrialPoint> =
        all.iter().filter(|place| place.bitrate_bps <= config.bitrate_bps_max).copied().collect();
    if affordable.is_empty() { cheapest(&all, |_| true).into_iter().collect() } else { affordable }
}

/// The best rung: one that has all frames, where one is affordable, since VMAF does not see how smooth motion is.
fn top(places: &[TrialPoint], model: &Model, config: &Config) -> Option<TrialPoint> {
    let full = |place: &&TrialPoint| model.cadence(place.trial.size) == Cadence::Full;
    let full: Vec<TrialPoint> = places.iter().filter(full).copied().collect();
    let places = if full.is_empty() { places } else { &full };
    let reachable = places.iter().map(|place| place.vmaf).fold(0.0, f64::max);
    let least = if reachable >= config.vmaf_top { config.vmaf_top } else { reachable - VMAF_SPARED };
    let nearly_free = |place: &TrialPoint| place.vmaf >= least && place.bitrate_bps <= config.bitrate_bps_min;
    best(places, nearly_free).or_else(|| cheapest(places, |place| place.vmaf >= least))
}

/// From `top` down, until quality or bitrate ends.
fn walk_down(top: TrialPoint, places: &[TrialPoint], spacing: &Spacing, config: &Config) -> Vec<TrialPoint> {
    let next = |above: &TrialPoint| next_below(above, places, spacing, config);
    std::iter::successors(Some(top), next).collect()
}

/// The best place that is far enough under `above`; `None` at the bottom. Far enough is a step of VMAF, or a ratio of
/// bitrates that is due, but never so near that the network could not tell.
fn next_below(
    above: &TrialPoint,
    places: &[TrialPoint],
    spacing: &Spacing,
    config: &Config,
) -> Option<TrialPoint> {
    // A lower rung is never a larger picture: that would look like a fault to whoever reads the ladder.
    let smaller = |place: &TrialPoint| {
        place.trial.size.pixels() <= above.trial.size.pixels()
            && place.vmaf < above.vmaf
            && place.vmaf >= config.vmaf_bottom
            && place.bitrate_bps >= config.bitrate_bps_min
            && place.bitrate_bps <= above.bitrate_bps / config.bitrate_ratio_min
    };
    let by_quality = cheapest(places, |place| smaller(place) && place.vmaf >= above.vmaf - spacing.vmaf);
    let by_bitrate = |place: &TrialPoint| place.bitrate_bps <= above.bitrate_bps / spacing.ratio_due;
    let rung = match by_quality {
        Some(rung) if by_bitrate(&rung) => best(places, |place| smaller(place) && by_bitrate(place)),
        Some(rung) => Some(rung),
        // A step of quality is too small a step of bitrate here: take the first that is not.
        None => best(places, smaller),
    };
    rung.filter(|rung| {
        let ratio = above.bitrate_bps / rung.bitrate_bps;
        above.vmaf - rung.vmaf >= spacing.vmaf * DISTANCE_PART_MIN
            || ratio >= spacing.ratio_due * DISTANCE_PART_MIN
    })
}

/// The place of least bitrate among those that are `wanted`; of equal ones the better, then the first.
fn cheapest(places: &[TrialPoint], wanted: impl Fn(&TrialPoint) -> bool) -> Option<TrialPoint> {
    let order = |a: &&TrialPoint, b: &&TrialPoint| {
        a.bitrate_bps.total_cmp(&b.bitrate_bps).then(b.vmaf.total_cmp(&a.vmaf))
    };
    places.iter().filter(|place| wanted(place)).min_by(order).copied()
}

/// The place of highest VMAF among those that are `wanted`; of equal ones the largest, then the cheapest.
fn best(places: &[TrialPoint], wanted: impl Fn(&TrialPoint) -> bool) -> Option<TrialPoint> {
    let order = |a: &&TrialPoint, b: &&TrialPoint| {
        let pixels = |place: &TrialPoint| place.trial.size.pixels();
        b.vmaf
            .total_cmp(&a.vmaf)
            .then(pixels(b).cmp(&pixels(a)))
            .then(a.bitrate_bps.total_cmp(&b.bitrate_bps))
    };
    places.iter().filter(|place| wanted(place)).min_by(order).copied()
}

/// The rungs at the places chosen, which are given best first. The second rung of a size is `720p-2`; all but those of
/// the base format have its name before theirs: `av1-720p`.
pub fn named(places: &[TrialPoint], model: &Model, format: Format) -> Vec<Rung> {
    let rung = |(i, place): (usize, &TrialPoint)| {
        let name = sizes::name(place.trial.size);
        let before = places[..i].iter().filter(|other| sizes::name(other.trial.size) == name).count();
        let name = if before == 0 { name } else { format!("{name}-{}", before + 1) };
        Rung {
            name: if format == Format::BASE { name } else { format!("{format}-{name}") },
            format,
            size: place.trial.size,
            crf: place.trial.crf,
            shot_crfs: model.shot_crfs(place.trial),
            vmaf_per_crf: model.vmaf_per_crf(place.trial),
            vmaf_target: place.vmaf,
            bitrate_bps_expected: place.bitrate_bps,
            bitrate_bps_max: cap(place.bitrate_bps),
        }
    };
    places.iter().enumerate().map(rung).collect()
}

/// Cap for an expected bitrate, a whole number of kilobits.
fn cap(bitrate_bps_expected: f64) -> u64 {
    ((bitrate_bps_expected * CAP_RATIO).max(CAP_BPS_MIN) / 1000.0).ceil() as u64 * 1000
}
