//! The search: which trials to make next, or the ladder when enough are made.
//!
//! First one look at every size; then trials where the rungs are predicted to be, until each rung rests on a trial
//! near it. Pure: the same history gives the same answer, so a search may be broken off and taken up anywhere.

use crate::curve::Curve;
use crate::rungs::{self, Config};
use crate::{hull, sizes};
use media::rung::{Crf, Ladder, Trial, TrialPoint};
use media::{Format, FrameRate, Size};

/// What is encoded: the mezzanine.
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
    /// Make these trials, as many at once as you like, add them to the history and ask again.
    Probe(Vec<Trial>),
    /// Enough is known.
    Done(Ladder),
}

/// First looks at the source's size: two, around where the top rung mostly is. They give the shape for all sizes.
const FIRST_CRFS_TOP: [Crf; 2] = [Crf(220), Crf(310)];
/// First look at every smaller size: about where it is on the hull.
const FIRST_CRF: Crf = Crf(280);
/// A rung is confirmed by a trial of its size whose VMAF is within this of the rung's. The top is promised.
const NEAR_VMAF_TOP: f64 = 0.75;
/// The same for lower rungs: a third of the step to the next.
const NEAR_VMAF: f64 = 1.75;

/// The trials to make after `history`, or the ladder.
pub fn next(history: &[TrialPoint], source: &Source, config: &Config) -> Next {
    let room = config.trials_max.saturating_sub(history.len());
    let first = missing(&first_looks(source), history);
    if !first.is_empty() && room > 0 {
        return Next::Probe(first.into_iter().take(room).collect());
    }
    let places = rungs::place(&curves(history, source), config);
    let unsure: Vec<Trial> = places
        .iter()
        .enumerate()
        .filter(|(i, place)| !confirmed(*i, place, history))
        .map(|(_, p)| p.trial)
        .collect();
    if !unsure.is_empty() && room > 0 {
        return Next::Probe(unsure.into_iter().take(room).collect());
    }
    Next::Done(ladder(history, &places, unsure.len(), config))
}

fn first_looks(source: &Source) -> Vec<Trial> {
    let sizes = sizes::candidates(source.size);
    let top = FIRST_CRFS_TOP.map(|crf| Trial { size: source.size, crf });
    top.into_iter().chain(sizes[1..].iter().map(|&size| Trial { size, crf: FIRST_CRF })).collect()
}

fn missing(trials: &[Trial], history: &[TrialPoint]) -> Vec<Trial> {
    trials.iter().filter(|trial| !history.iter().any(|point| point.trial == **trial)).copied().collect()
}

/// A curve for every size that has a trial.
fn curves(history: &[TrialPoint], source: &Source) -> Vec<Curve> {
    let top = Curve::through(source.size, history, None);
    let smaller = sizes::candidates(source.size).into_iter().skip(1);
    let smaller: Vec<Curve> =
        smaller.filter_map(|size| Curve::through(size, history, top.as_ref())).collect();
    top.into_iter().chain(smaller).collect()
}

/// Whether rung `number`, predicted to be at `place`, rests on a trial near it.
fn confirmed(number: usize, place: &TrialPoint, history: &[TrialPoint]) -> bool {
    let near = if number == 0 { NEAR_VMAF_TOP } else { NEAR_VMAF };
    history.iter().any(|point| {
        point.trial == place.trial
            || point.trial.size == place.trial.size && (point.vmaf - place.vmaf).abs() <= near
    })
}

fn ladder(history: &[TrialPoint], places: &[TrialPoint], unsure: usize, config: &Config) -> Ladder {
    let mut rungs = rungs::named(places);
    let mut notes = Vec::new();
    if let Some(top) = rungs.first_mut() {
        if top.vmaf_target >= config.vmaf_top {
            top.vmaf_target = config.vmaf_top;
        } else {
            notes.push(top_short(top.vmaf_target, config));
        }
    }
    if unsure > 0 {
        notes.push(format!(
            "rungs predicted and not tried: {unsure}, since the search ends after {} trials",
            history.len()
        ));
    }
    Ladder {
        format: Format::BASE,
        trials: history.to_vec(),
        hull: hull::upper(history),
        rungs,
        probes: 0,
        notes,
    }
}

fn top_short(vmaf: f64, config: &Config) -> String {
    format!(
        "the top rung aims at VMAF {vmaf:.1} and not {:.0}: more would need over {:.0} Mb/s or a CRF under {}",
        config.vmaf_top,
        config.bitrate_bps_max / 1e6,
        rungs::CRF_MIN
    )
}
