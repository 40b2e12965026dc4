//! The search: which probes to make next, or the ladder when enough are made.
//!
//! First the looks at every shot, and trials at every size; then trials where the rungs are predicted to be, until
//! each rung rests on a trial near it. Pure: the same history gives the same answer, so a search may be broken off and
//! taken up anywhere.

use crate::model::Model;
use crate::rungs::{self, Config};
use crate::sample::{self, Sample};
use crate::{hull, looks, sizes, trial};
use media::rung::{Effort, Ladder, Probe, ProbePoint, Trial, TrialPoint};
use media::shot::ShotList;
use media::{Format, FrameRange, FrameRate, Size};
use std::collections::HashSet;

/// What is to be encoded.
#[derive(Debug, Clone, Copy)]
pub struct Film<'a> {
    /// Codec and dynamic range of the ladder.
    pub format: Format,
    /// The mezzanine.
    pub source: Source,
    /// Its shots.
    pub shots: &'a ShotList,
}

/// The mezzanine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Its size.
    pub size: Size,
    /// Its frames per second.
    pub rate: FrameRate,
}

/// The search's answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Make these probes, as many at once as you like, add them to the history and ask again.
    Probe(Vec<Probe>),
    /// Enough is known.
    Done(Ladder),
}

/// First trials of the source's size, as parts of the codec's range: two, around where the top rung mostly is (CRF 23 and
/// 33 of H.264). They give the shape for all sizes.
const FIRST_TOP: [f64; 2] = [1.0 / 3.0, 0.63];
/// First trial of every smaller size: about where it is on the hull (CRF 29.5 of H.264).
const FIRST: f64 = 0.53;
/// A rung is confirmed by a trial of its size whose VMAF is within this of the rung's. The top is promised.
const NEAR_VMAF_TOP: f64 = 0.75;
/// The same for lower rungs: half of the step to the next.
const NEAR_VMAF: f64 = 3.0;

/// The probes to make after `history`, or the ladder.
pub fn next(history: &[ProbePoint], film: &Film<'_>, config: &Config) -> Next {
    let samples = sample::samples(film.shots, film.source.rate, &config.samples);
    let trials = trials(film, &samples, history);
    let room = config.trials_max.saturating_sub(trials.len());
    let mut first = missing(look_probes(film, &samples, config), history);
    first.extend(missing(
        probes(&samples, first_trials(film, config).into_iter().take(config.trials_max)),
        history,
    ));
    if !first.is_empty() {
        return Next::Probe(first);
    }
    let model = Model::new(film, &samples, history, config);
    let places = rungs::place(&model, config);
    let curve_points: Vec<TrialPoint> = trials.iter().filter_map(|t| model.at_one_crf(t.trial)).collect();
    let unsure: Vec<Trial> = places
        .iter()
        .enumerate()
        .filter(|(i, place)| !confirmed(*i, place, &curve_points))
        .map(|(_, place)| quantised(place.trial, config))
        .filter(|trial| !trials.iter().any(|made| made.trial == *trial))
        .collect();
    let more = missing(probes(&samples, unsure.iter().copied().take(room)), history);
    if !more.is_empty() {
        return Next::Probe(more);
    }
    Next::Done(ladder(history, film, &model, &curve_points, &places, unsure.len(), config))
}

/// The trials that are complete, over all sizes.
fn trials(film: &Film<'_>, samples: &[Sample], history: &[ProbePoint]) -> Vec<TrialPoint> {
    let sizes = sizes::candidates(film.source.size);
    sizes.into_iter().flat_map(|size| trial::complete(size, samples, history, film.source.rate)).collect()
}

fn first_trials(film: &Film<'_>, config: &Config) -> Vec<Trial> {
    let sizes = sizes::candidates(film.source.size);
    let top = FIRST_TOP.map(|part| Trial { size: film.source.size, crf: config.crf_at(part) });
    top.into_iter().chain(sizes[1..].iter().map(|&size| Trial { size, crf: config.crf_at(FIRST) })).collect()
}

/// Looks at every shot where not all are samples, and at the samples' own excerpts, with which shots are compared: quick, in
/// the source's size.
fn look_probes(film: &Film<'_>, samples: &[Sample], config: &Config) -> Vec<Probe> {
    let frames = sample::looks(film.shots, samples, film.source.rate, &config.samples);
    if frames.is_empty() {
        return Vec::new();
    }
    let of_samples = samples.iter().map(|sample| (sample.shot, sample.frames, true));
    let twice = looks::twice(film.shots, config);
    let of_shots =
        frames.into_iter().zip(twice).enumerate().map(|(shot, (frames, twice))| (shot, frames, twice));
    let crfs = looks::crfs(config);
    let of_excerpt = |(shot, frames, twice): (usize, FrameRange, bool)| {
        let size = film.source.size;
        let look = move |crf| Probe { shot, frames, trial: Trial { size, crf }, effort: Effort::Probe };
        crfs.into_iter().take(if twice { 2 } else { 1 }).map(look)
    };
    of_shots.chain(of_samples).flat_map(of_excerpt).collect()
}

/// The probes of `trials`: one of each sample.
fn probes(samples: &[Sample], trials: impl Iterator<Item = Trial>) -> Vec<Probe> {
    let of_trial = |trial| {
        samples.iter().map(move |sample| Probe {
            shot: sample.shot,
            frames: sample.frames,
            trial,
            effort: Effort::Final,
        })
    };
    trials.flat_map(of_trial).collect()
}

/// Those of `probes` that are not made yet, each once.
fn missing(probes: Vec<Probe>, history: &[ProbePoint]) -> Vec<Probe> {
    let mut known: HashSet<Probe> = history.iter().map(|point| point.probe).collect();
    probes.into_iter().filter(|probe| known.insert(*probe)).collect()
}

/// Whether rung `number`, predicted to be at `place`, rests on a trial of its size near it.
fn confirmed(number: usize, place: &TrialPoint, trials: &[TrialPoint]) -> bool {
    let near = if number == 0 { NEAR_VMAF_TOP } else { NEAR_VMAF };
    trials.iter().any(|point| point.trial.size == place.trial.size && (point.vmaf - place.vmaf).abs() <= near)
}

/// The trial as the encoder can make it.
fn quantised(trial: Trial, config: &Config) -> Trial {
    Trial { crf: config.quantised(trial.crf.value()), ..trial }
}

fn ladder(
    history: &[ProbePoint],
    film: &Film<'_>,
    model: &Model,
    trials: &[TrialPoint],
    places: &[TrialPoint],
    unsure: usize,
    config: &Config,
) -> Ladder {
    let rungs = rungs::named(places, model, film.format);
    let mut notes = Vec::new();
    if let Some(top) = rungs.first().filter(|top| top.vmaf_target < config.vmaf_top) {
        notes.push(top_short(top.vmaf_target, config));
    }
    if unsure > 0 {
        notes.push(format!(
            "rungs predicted and not tried: {unsure}, since the search ends after {} trials",
            trials.len()
        ));
    }
    let hull = hull::upper(trials);
    Ladder { format: film.format, trials: trials.to_vec(), hull, rungs, probes: history.len(), notes }
}

fn top_short(vmaf: f64, config: &Config) -> String {
    format!(
        "the top rung aims at VMAF {vmaf:.1} and not {:.0}: more would need over {:.0} Mb/s or a CRF under {}",
        config.vmaf_top,
        config.bitrate_bps_max / 1e6,
        config.crf_min
    )
}
