//! An edge of a video on demand service: who watches what, when, at which quality, and for how long.
//!
//! Owns the world's parameters and its trace. Where a figure was published it is named with its source; the others are
//! chosen, and [`Params`] has them all, so that they can be chosen otherwise. What it leaves out: seeking within a title,
//! live events, and networks that differ over the day.

mod audience;
mod catalogue;

use crate::random::mixed;
use cache::eviction::{Request, Slice};

/// A world.
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// Decides all chance.
    pub seed: u64,
    /// Titles at the beginning: films, and episodes one by one.
    pub titles: usize,
    /// Titles that are released each day.
    pub releases_per_day: usize,
    /// Sessions that begin on an ordinary day.
    pub sessions_per_day: f64,
    /// Length of the trace.
    pub days: u32,
    /// The exponent of popularity by rank. Yu et al. (EuroSys 2006) and later studies of video on demand found 0.6
    /// to 1.0.
    pub zipf: f64,
}

impl Default for Params {
    fn default() -> Params {
        Params { seed: 1, titles: 3000, releases_per_day: 6, sessions_per_day: 40_000.0, days: 3, zipf: 0.9 }
    }
}

/// Bit rates of the ladder in Mb/s, in the older of the two codecs, and how many of a hundred sessions each suits.
const RUNGS: [(f64, f64); 7] =
    [(0.35, 3.0), (0.75, 7.0), (1.5, 15.0), (3.0, 25.0), (5.0, 30.0), (8.0, 13.0), (15.0, 7.0)];
/// What each codec needs of those bits, and how many of a hundred devices take it.
const CODECS: [(f64, f64); 2] = [(1.0, 40.0), (0.65, 60.0)];
/// The length of a slice. Segments are shorter; a minute keeps a trace of days small.
const SLICE_S: f64 = 60.0;
/// A slice is larger or smaller than its rung's mean by at most this share: bits follow the picture.
const SIZE_SPREAD: f64 = 0.3;

/// The requests that the edge sees, in order.
pub fn trace(params: &Params) -> Vec<Request> {
    let titles = catalogue::titles(params);
    let mut requests: Vec<Request> = Vec::new();
    audience::watch(params, &titles, |step| requests.push(request(&step)));
    requests.sort_by_key(|request| request.at_ms);
    requests
}

/// One slice watched.
struct Step {
    session: u64,
    title: usize,
    rung: usize,
    codec: usize,
    minute: u32,
    at_s: f64,
}

fn request(step: &Step) -> Request {
    let name = mixed((step.rung * CODECS.len() + step.codec) as u64);
    let group = mixed(step.title as u64 + (1 << 40));
    let slice = Slice { object: mixed(group ^ name), index: step.minute };
    let spread = mixed(slice.object ^ u64::from(slice.index)) as f64 / u64::MAX as f64 * 2.0 - 1.0;
    let bits = RUNGS[step.rung].0 * 1e6 * CODECS[step.codec].0 * SLICE_S * (1.0 + SIZE_SPREAD * spread);
    Request {
        slice,
        bytes: (bits / 8.0) as u32,
        group,
        name,
        walker: Some(mixed(step.session)),
        at_ms: (step.at_s * 1000.0) as u64,
    }
}

#[cfg(test)]
mod tests;
