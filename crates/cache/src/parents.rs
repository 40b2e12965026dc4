//! Which parent is asked for an object, which one next, and how often.
//!
//! Owns the order of parents, when one that fails is left alone, and how many requests may be repeated. Reads no clock:
//! moments are arguments, in milliseconds of any clock that never goes back.

/// Failures in a row after which a parent is left alone: one can be chance.
const FAILURES_MAX: u32 = 3;

/// How long it is left alone at first.
const PAUSE_MIN_MS: u64 = 1_000;

/// How long at most: a parent that is back must not wait long for its share.
const PAUSE_MAX_MS: u64 = 30_000;

/// Requests that may be repeated at once, before others have to be made: a parent that goes takes with it what is under way.
const REPEATS_MAX: u32 = 1_000;

/// Where an edge has from what it does not keep.
#[derive(Debug, Clone)]
pub struct Parents {
    parents: Vec<Parent>,
    /// Repetitions that are allowed now. Each first request allows another one: a failing parent at most doubles what the
    /// others are asked.
    repeats: u32,
}

#[derive(Debug, Clone)]
struct Parent {
    /// Those of a lower rank are asked first.
    rank: u8,
    /// Tells parents of a rank apart, the same in every edge.
    seed: u64,
    /// In a row.
    failures: u32,
    /// Until then it is left alone.
    back_at_ms: u64,
}

impl Parents {
    /// Parents by name and rank: of those of a lower rank one is asked first.
    pub fn new<'a>(parents: impl IntoIterator<Item = (&'a str, u8)>) -> Parents {
        let parent = |(name, rank): (&str, u8)| Parent { rank, seed: seed(name), failures: 0, back_at_ms: 0 };
        Parents { parents: parents.into_iter().map(parent).collect(), repeats: REPEATS_MAX }
    }

    /// The parents in the order in which they are to be asked for `object`, by their places in the list. Objects are spread
    /// over those of a rank, each object in the same order from every edge (rendezvous hashing, Thaler and Ravishankar
    /// 1998), so that each is kept by few. Those that fail come last, since they are better than nobody.
    pub fn order(&self, object: u64, now_ms: u64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.parents.len()).collect();
        order.sort_by_key(|&place| {
            let parent = &self.parents[place];
            let weight = mixed(object ^ parent.seed);
            (now_ms < parent.back_at_ms, parent.rank, std::cmp::Reverse(weight))
        });
        order
    }

    /// Whether the parent at `place` is asked in its turn.
    pub fn is_well(&self, place: usize, now_ms: u64) -> bool {
        self.parents.get(place).is_some_and(|parent| now_ms >= parent.back_at_ms)
    }

    /// Takes note that a first request is made.
    pub fn begin(&mut self) {
        self.repeats = REPEATS_MAX.min(self.repeats + 1);
    }

    /// Whether a request may be repeated, which is then counted.
    pub fn repeat(&mut self) -> bool {
        let allowed = self.repeats > 0;
        self.repeats = self.repeats.saturating_sub(1);
        allowed
    }

    /// Takes note that the parent at `place` answered as it should.
    pub fn succeeded(&mut self, place: usize) {
        if let Some(parent) = self.parents.get_mut(place) {
            (parent.failures, parent.back_at_ms) = (0, 0);
        }
    }

    /// Takes note that it did not. Its pauses double as long as it does not.
    pub fn failed(&mut self, place: usize, now_ms: u64) {
        let Some(parent) = self.parents.get_mut(place) else { return };
        // Requests that were under way together fail together; they are one failure each, but no longer pause.
        if now_ms < parent.back_at_ms {
            return;
        }
        parent.failures = parent.failures.saturating_add(1);
        if let Some(doublings) = parent.failures.checked_sub(FAILURES_MAX) {
            let pause_ms = PAUSE_MIN_MS.saturating_mul(1 << doublings.min(10));
            parent.back_at_ms = now_ms + pause_ms.min(PAUSE_MAX_MS);
        }
    }
}

/// FNV-1a, so that every edge and every version of it has the same.
fn seed(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// SplitMix64's last step.
fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parents() -> Parents {
        Parents::new([("http://a", 0), ("http://b", 0), ("http://c", 0), ("http://origin", 1)])
    }

    #[test]
    fn objects_are_spread_and_stay_where_they_are() {
        let all = parents();
        let two = Parents::new([("http://a", 0), ("http://b", 0), ("http://origin", 1)]);
        let mut first = [0; 4];
        for object in 0..3000_u64 {
            let order = all.order(mixed(object), 0);
            assert_eq!(order[3], 3, "the origin comes last");
            first[order[0]] += 1;
            if order[0] < 2 {
                assert_eq!(two.order(mixed(object), 0)[0], order[0], "what another had moves, and no more");
            }
        }
        assert!(first[..3].iter().all(|count| (900..1100).contains(count)), "{first:?}");
    }

    #[test]
    fn who_fails_is_left_alone_for_longer_and_longer() {
        let mut parents = parents();
        let object = 7;
        let first = parents.order(object, 0)[0];
        for at_ms in [0, 1] {
            parents.failed(first, at_ms);
            assert_eq!(parents.order(object, at_ms)[0], first, "it may be chance");
        }
        let mut now_ms = 2;
        for pause_ms in [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            parents.failed(first, now_ms);
            parents.failed(first, now_ms);
            assert_eq!(parents.order(object, now_ms)[3], first, "after the origin even");
            assert!(!parents.is_well(first, now_ms + pause_ms - 1));
            now_ms += pause_ms;
            assert_eq!(parents.order(object, now_ms)[0], first, "after {pause_ms} ms");
        }
        parents.succeeded(first);
        parents.failed(first, now_ms);
        assert!(parents.is_well(first, now_ms), "it begins anew");
    }

    #[test]
    fn repetitions_are_bounded_by_first_requests() {
        let mut parents = parents();
        for _ in 0..REPEATS_MAX {
            assert!(parents.repeat());
        }
        assert!(!parents.repeat());
        parents.begin();
        assert!(parents.repeat() && !parents.repeat());
    }
}
