//! How well a cache does on a trace.

use cache::eviction::{Outcome, Policy, Request, Slice};
use std::collections::HashSet;

/// What was asked for after the warm-up, and what of it came from the cache.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// Bytes of all requests.
    pub bytes: u64,
    /// Bytes of hits.
    pub hit_bytes: u64,
}

impl Score {
    /// Bytes that did not have to be fetched, of all, in percent.
    pub fn byte_hit_percent(&self) -> f64 {
        100.0 * self.hit_bytes as f64 / self.bytes.max(1) as f64
    }
}

/// Plays the trace to a policy; requests before `from_ms` are not counted.
pub fn judge(policy: &mut dyn Policy, trace: &[Request], from_ms: u64) -> Score {
    let mut score = Score::default();
    let mut evicted = Vec::new();
    for request in trace {
        let outcome = policy.request(request, &mut evicted);
        evicted.clear();
        if request.at_ms >= from_ms {
            score.bytes += u64::from(request.bytes);
            score.hit_bytes += if outcome == Outcome::Hit { u64::from(request.bytes) } else { 0 };
        }
    }
    score
}

/// Bytes of all slices of a trace, each once.
pub fn footprint_bytes(trace: &[Request]) -> u64 {
    let mut seen: HashSet<Slice> = HashSet::new();
    trace.iter().filter(|request| seen.insert(request.slice)).map(|request| u64::from(request.bytes)).sum()
}

/// How much of the way from one figure to a better one a third has gone, in percent.
pub fn gap_closed_percent(from: f64, to: f64, reached: f64) -> f64 {
    100.0 * (reached - from) / (to - from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::belady::Belady;
    use crate::lru::Lru;
    use cache::eviction::S3Fifo;

    /// A trace by letters, each of a byte and a second.
    fn letters(text: &str) -> Vec<Request> {
        let request = |(place, letter): (usize, u8)| Request {
            slice: Slice { object: u64::from(letter), index: 0 },
            bytes: 1,
            group: u64::from(letter),
            name: 0,
            walker: None,
            at_ms: place as u64 * 1000,
        };
        text.bytes().enumerate().map(request).collect()
    }

    fn check(text: &str, capacity_bytes: u64, lru: u64, belady: u64) {
        let trace = letters(text);
        assert_eq!(judge(&mut Lru::new(capacity_bytes), &trace, 0).hit_bytes, lru, "LRU on {text}");
        let bound = judge(&mut Belady::new(capacity_bytes, &trace), &trace, 0).hit_bytes;
        assert_eq!(bound, belady, "Belady on {text}");
    }

    #[test]
    fn by_hand() {
        check("aaaa", 1, 3, 3);
        check("abcabc", 2, 0, 2);
        check("abab", 2, 2, 2);
        check("abcdab", 2, 0, 2);
        check("abc", 3, 0, 0);
    }

    #[test]
    fn nobody_beats_the_future() {
        let trace = crate::strangers::trace(crate::strangers::Kind::Shifting, 1, 20_000);
        let capacity_bytes = footprint_bytes(&trace) / 20;
        let score = |policy: &mut dyn Policy| judge(policy, &trace, 0).byte_hit_percent();
        let bound = score(&mut Belady::new(capacity_bytes, &trace));
        for (name, found) in [
            ("LRU", score(&mut Lru::new(capacity_bytes))),
            ("S3-FIFO", score(&mut S3Fifo::new(capacity_bytes))),
        ] {
            assert!(found < bound, "{name}: {found}, over {bound}");
        }
    }

    #[test]
    fn the_warm_up_is_not_counted() {
        let trace = letters("aaaa");
        assert_eq!(judge(&mut Lru::new(1), &trace, 2000), Score { bytes: 2, hit_bytes: 2 });
    }

    #[test]
    fn gaps() {
        assert_eq!(gap_closed_percent(20.0, 40.0, 30.0), 50.0);
    }
}
