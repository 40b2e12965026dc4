//! The cache that drops what was not read for longest: the least that others are measured by.

use cache::eviction::{Outcome, Policy, Request, Slice};
use std::collections::{BTreeMap, HashMap};

/// Least recently used.
#[derive(Debug)]
pub struct Lru {
    capacity_bytes: u64,
    used_bytes: u64,
    /// When each was read last, and its size.
    kept: HashMap<Slice, (u64, u32)>,
    order: BTreeMap<u64, Slice>,
    reads: u64,
}

impl Lru {
    /// A cache of `capacity_bytes`.
    pub fn new(capacity_bytes: u64) -> Lru {
        Lru { capacity_bytes, used_bytes: 0, kept: HashMap::new(), order: BTreeMap::new(), reads: 0 }
    }
}

impl Policy for Lru {
    fn request(&mut self, request: &Request, evicted: &mut Vec<Slice>) -> Outcome {
        self.reads += 1;
        if let Some((read, _)) = self.kept.get_mut(&request.slice) {
            self.order.remove(read);
            *read = self.reads;
            self.order.insert(self.reads, request.slice);
            return Outcome::Hit;
        }
        if u64::from(request.bytes) > self.capacity_bytes {
            return Outcome::Passed;
        }
        while self.used_bytes + u64::from(request.bytes) > self.capacity_bytes {
            let Some((_, oldest)) = self.order.first_key_value() else { break };
            evicted.push(*oldest);
            self.forget(*oldest);
        }
        self.kept.insert(request.slice, (self.reads, request.bytes));
        self.order.insert(self.reads, request.slice);
        self.used_bytes += u64::from(request.bytes);
        Outcome::Admitted
    }

    fn forget(&mut self, slice: Slice) {
        if let Some((read, bytes)) = self.kept.remove(&slice) {
            self.order.remove(&read);
            self.used_bytes -= u64::from(bytes);
        }
    }

    fn used_bytes(&self) -> u64 {
        self.used_bytes
    }
}
