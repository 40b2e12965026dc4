//! Keeps what will be read soonest for its size: by who is on the way to it, and by what is known of its demand.
//!
//! Owns which of two orders rules: hit density, or the turns of S3-FIFO where that does better, as two small shadows of
//! the cache tell. See docs/adr for why, and `cargo xtask bench cache` for how well.

use super::duel::Duel;
use super::hash::mixed;
use super::residents::Residents;
use super::s3fifo::admit_in_turn;
use super::walks::Walks;
use super::{Outcome, Policy, Request, Slice};

/// Fresh candidates drawn for each that has to go. More find a worse one to drop, at a price for each.
const DRAWN: u64 = 5;
/// The worst candidates that are remembered from one time to the next.
const REMEMBERED: usize = 16;
/// Remembered densities grow old; so often at most is the lowest looked up again before it goes.
const LOOKS_MAX: usize = 4;

/// Which slices go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Those of least hit density.
    Density,
    /// Those whose turn it is, by S3-FIFO.
    Turns,
}

/// See the module.
#[derive(Debug)]
pub struct Foresight {
    walks: Walks,
    shelf: Shelf,
    duel: Duel,
}

impl Foresight {
    /// A cache of `capacity_bytes`.
    pub fn new(capacity_bytes: u64) -> Foresight {
        Foresight { walks: Walks::new(), shelf: Shelf::new(capacity_bytes), duel: Duel::new(capacity_bytes) }
    }

    /// Takes a hint from somebody who sees more than this cache: so many plays of `group` are expected here in a
    /// second. It counts for two days of counting by oneself.
    pub fn hint(&mut self, group: u64, plays_per_s: f64) {
        self.walks.hint(group, plays_per_s);
    }

    /// Whether hit density rules at the moment, and not turns.
    pub fn is_by_density(&self) -> bool {
        self.duel.leader() == Order::Density
    }
}

impl Policy for Foresight {
    fn request(&mut self, request: &Request, evicted: &mut Vec<Slice>) -> Outcome {
        let now_s = request.at_ms as f64 / 1000.0;
        self.walks.observe(request, now_s);
        self.duel.request(request, &self.walks, now_s);
        self.shelf.request(request, self.duel.leader(), &self.walks, now_s, evicted)
    }

    fn forget(&mut self, slice: Slice) {
        self.shelf.residents.remove(slice);
    }

    fn used_bytes(&self) -> u64 {
        self.shelf.residents.used_bytes()
    }
}

/// The slices, with the candidates for going.
#[derive(Debug)]
pub(super) struct Shelf {
    residents: Residents,
    /// With what they were worth when looked at, the least at the front.
    candidates: Vec<(f64, Slice)>,
    draws: u64,
}

impl Shelf {
    pub(super) fn new(capacity_bytes: u64) -> Shelf {
        Shelf { residents: Residents::new(capacity_bytes), candidates: Vec::new(), draws: 0 }
    }

    /// One request, with `order` ruling.
    pub(super) fn request(
        &mut self,
        request: &Request,
        order: Order,
        walks: &Walks,
        now_s: f64,
        evicted: &mut Vec<Slice>,
    ) -> Outcome {
        if self.residents.read(request.slice) {
            return Outcome::Hit;
        }
        if order == Order::Turns || u64::from(request.bytes) > self.residents.capacity_bytes() {
            return admit_in_turn(&mut self.residents, request, evicted);
        }
        let worth = walks.density(request.slice, now_s);
        while !self.residents.has_room(request.bytes) {
            match self.least(walks, now_s) {
                Some((least, gone)) if least < worth => {
                    self.candidates.remove(0);
                    self.residents.remove(gone);
                    evicted.push(gone);
                }
                // What was dropped already is no loss: it was worth less too.
                _ => {
                    self.residents.pass(request.slice, request.bytes);
                    return Outcome::Passed;
                }
            }
        }
        self.residents.insert(request.slice, request.bytes);
        Outcome::Admitted
    }

    /// The least worth of the candidates, and its hit density.
    fn least(&mut self, walks: &Walks, now_s: f64) -> Option<(f64, Slice)> {
        for _ in 0..DRAWN {
            self.draws += 1;
            let slice = self.residents.any(mixed(Slice { object: self.draws, index: 0 }))?;
            if !self.candidates.iter().any(|(_, other)| *other == slice) {
                self.candidates.push((walks.density(slice, now_s), slice));
            }
        }
        self.candidates.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.candidates.truncate(REMEMBERED);
        let mut looks = 0;
        loop {
            let (_, slice) = *self.candidates.first()?;
            if !self.residents.contains(slice) {
                // It has gone by another way.
                self.candidates.remove(0);
                continue;
            }
            let next = self.candidates.get(1).map_or(f64::INFINITY, |next| next.0);
            let first = self.candidates.first_mut()?;
            first.0 = walks.density(slice, now_s);
            if first.0 <= next || looks == LOOKS_MAX {
                return Some(*first);
            }
            looks += 1;
            self.candidates.sort_by(|one, other| one.0.total_cmp(&other.0));
        }
    }
}
