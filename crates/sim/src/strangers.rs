//! Requests that nobody walks through: what a cache sees that serves a web site, or a disk.
//!
//! Owns traces on which knowledge of walks must not do harm.

use crate::random::{Draw as _, mixed, seeded, sums};
use cache::eviction::{Request, Slice};
use stdx::random::Random;

/// A kind of trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Independent draws by a power law.
    Zipf,
    /// The same, with other favourites after every tenth of the trace.
    Shifting,
    /// Two of three requests by a power law, the third the next of an endless scan.
    Scans,
    /// A power law over half of the requests; the others go round and round a set larger than the cache.
    Loops,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 4] = [Kind::Zipf, Kind::Shifting, Kind::Scans, Kind::Loops];

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Zipf => "zipf",
            Kind::Shifting => "shifting",
            Kind::Scans => "scans",
            Kind::Loops => "loops",
        }
    }
}

/// Objects that the power law is over.
const OBJECTS: usize = 100_000;
/// Its exponent; requests to web sites were found at 0.6 to 1.0 (Breslau et al., INFOCOM 1999).
const EXPONENT: f64 = 0.8;
/// Objects in the loop.
const LOOP: u64 = 20_000;
/// Sizes are log-normal about this many bytes.
const MEDIAN_BYTES: f64 = 30_000.0;
const SIZE_SPREAD: f64 = 1.2;
/// Clients, each asking for what it will; and requests a second of all of them.
const CLIENTS: usize = 5000;
const REQUESTS_PER_S: u64 = 100;

/// `count` requests of a kind.
pub fn trace(kind: Kind, seed: u64, count: u64) -> Vec<Request> {
    let mut random = seeded(seed);
    let popularity = sums((1..=OBJECTS).map(|rank| (rank as f64).powf(-EXPONENT)));
    let mut by_turns = 0;
    let mut next = |number: u64, random: &mut Random| {
        let popular = random.in_steps(&popularity) as u64;
        match kind {
            Kind::Zipf => popular,
            // Another era has other favourites, of the same objects.
            Kind::Shifting => mixed(popular ^ (number * 10 / count) << 32) % OBJECTS as u64,
            Kind::Scans if number.is_multiple_of(3) => number + (1 << 40),
            Kind::Loops if number.is_multiple_of(2) => {
                by_turns = (by_turns + 1) % LOOP;
                by_turns + (1 << 41)
            }
            Kind::Scans | Kind::Loops => popular,
        }
    };
    (0..count)
        .map(|number| {
            let object = mixed(next(number, &mut random));
            let client = random.below(CLIENTS) as u64;
            Request {
                slice: Slice { object, index: 0 },
                bytes: size(object),
                group: mixed(object >> 8),
                name: object,
                walker: Some(mixed(client)),
                at_ms: number * 1000 / REQUESTS_PER_S,
            }
        })
        .collect()
}

fn size(object: u64) -> u32 {
    (MEDIAN_BYTES * (SIZE_SPREAD * seeded(object).normal()).exp()) as u32 + 1
}
