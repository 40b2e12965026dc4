//! Which order does better here, found out on a sample.
//!
//! Owns two shadows of the cache, small by a factor, each seeing the same share of all slices under one order. They keep
//! names alone. What a sample of the slices hits in a cache as much smaller is what all of them hit in the whole one
//! (Waldspurger et al., "Efficient MRC construction with SHARDS", FAST 2015; choosing by it: Qureshi et al., "Adaptive
//! insertion policies", ISCA 2007).

use super::foresight::{Order, Shelf};
use super::hash::mixed;
use super::walks::Walks;
use super::{Outcome, Request, Slice};

/// One slice of so many is in the sample.
const ONE_OF: u64 = 8;
/// With each request of the sample, what was hit before counts for this much less: a memory of some ten thousand.
const FADE: f64 = 1.0 - 1.0 / 16_384.0;
/// Density must be better by this share of the bytes to take over. Turns take over as soon as they are better: they are
/// what is known to do no harm.
const LEAD: f64 = 0.01;
/// Nothing is judged before the shadows have been full for so many requests of the sample: an empty cache keeps all.
const SETTLED_REQUESTS: u32 = 8192;

/// See the module.
#[derive(Debug)]
pub(super) struct Duel {
    density: Shelf,
    turns: Shelf,
    /// Bytes hit under density less those under turns, and bytes asked for; both fading.
    ahead: f64,
    asked: f64,
    leader: Order,
    /// Requests since both shadows were full.
    settled: u32,
    evicted: Vec<Slice>,
}

impl Duel {
    pub(super) fn new(capacity_bytes: u64) -> Duel {
        Duel {
            density: Shelf::new(capacity_bytes / ONE_OF),
            turns: Shelf::new(capacity_bytes / ONE_OF),
            ahead: 0.0,
            asked: 0.0,
            leader: Order::Turns,
            settled: 0,
            evicted: Vec::new(),
        }
    }

    pub(super) fn leader(&self) -> Order {
        self.leader
    }

    /// Lets both shadows see the request, if it is of the sample.
    pub(super) fn request(&mut self, request: &Request, walks: &Walks, now_s: f64) {
        if !mixed(request.slice).is_multiple_of(ONE_OF) {
            return;
        }
        let hit = |outcome| if outcome == Outcome::Hit { f64::from(request.bytes) } else { 0.0 };
        let density = hit(self.density.request(request, Order::Density, walks, now_s, &mut self.evicted));
        let turns = hit(self.turns.request(request, Order::Turns, walks, now_s, &mut self.evicted));
        let is_full = self.settled > 0 || !self.evicted.is_empty();
        self.settled = self.settled.saturating_add(u32::from(is_full));
        self.evicted.clear();
        self.ahead = self.ahead * FADE + density - turns;
        self.asked = self.asked * FADE + f64::from(request.bytes);
        if self.settled < SETTLED_REQUESTS {
            return;
        }
        match self.leader {
            Order::Turns if self.ahead > LEAD * self.asked => self.leader = Order::Density,
            Order::Density if self.ahead < 0.0 => self.leader = Order::Turns,
            _ => {}
        }
    }
}
