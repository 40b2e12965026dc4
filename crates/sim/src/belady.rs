//! The cache that knows the future: it drops what will be read latest (Belady, IBM Systems Journal 1966).
//!
//! A bound that no cache reaches without knowing what will come. Over slices of many sizes it is not the highest that there
//! could be, but the one that others publish against.

use cache::eviction::{Outcome, Policy, Request, Slice};
use std::collections::{BTreeSet, HashMap};

/// For each request, which later one is the next for its slice.
pub fn next_uses(trace: &[Request]) -> Vec<Option<usize>> {
    let mut seen: HashMap<Slice, usize> = HashMap::new();
    let mut uses: Vec<Option<usize>> =
        trace.iter().enumerate().rev().map(|(place, request)| seen.insert(request.slice, place)).collect();
    uses.reverse();
    uses
}

/// The clairvoyant cache. It must be given the very requests of its trace, in their order.
#[derive(Debug)]
pub struct Belady {
    capacity_bytes: u64,
    used_bytes: u64,
    next_uses: std::vec::IntoIter<Option<usize>>,
    /// When each is read next, and its size.
    kept: HashMap<Slice, (usize, u32)>,
    order: BTreeSet<(usize, Slice)>,
}

impl Belady {
    /// A cache of `capacity_bytes` that knows `trace`.
    pub fn new(capacity_bytes: u64, trace: &[Request]) -> Belady {
        Belady {
            capacity_bytes,
            used_bytes: 0,
            next_uses: next_uses(trace).into_iter(),
            kept: HashMap::new(),
            order: BTreeSet::new(),
        }
    }
}

impl Policy for Belady {
    fn request(&mut self, request: &Request, evicted: &mut Vec<Slice>) -> Outcome {
        let slice = request.slice;
        let next = self.next_uses.next().flatten().unwrap_or(usize::MAX);
        let is_hit = self.kept.contains_key(&slice);
        if u64::from(request.bytes) > self.capacity_bytes {
            return Outcome::Passed;
        }
        self.forget(slice);
        self.kept.insert(slice, (next, request.bytes));
        self.order.insert((next, slice));
        self.used_bytes += u64::from(request.bytes);
        let before = evicted.len();
        while self.used_bytes > self.capacity_bytes {
            let Some((_, latest)) = self.order.last().copied() else { break };
            self.forget(latest);
            evicted.push(latest);
        }
        if is_hit {
            return Outcome::Hit;
        }
        // The newest may be the one that is read latest.
        match evicted.iter().skip(before).position(|gone| *gone == slice) {
            Some(own) => {
                evicted.remove(before + own);
                Outcome::Passed
            }
            None => Outcome::Admitted,
        }
    }

    fn forget(&mut self, slice: Slice) {
        if let Some((next, bytes)) = self.kept.remove(&slice) {
            self.order.remove(&(next, slice));
            self.used_bytes -= u64::from(bytes);
        }
    }

    fn used_bytes(&self) -> u64 {
        self.used_bytes
    }
}
