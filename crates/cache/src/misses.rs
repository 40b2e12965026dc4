//! Why bytes were fetched: a ledger whose columns add up to all that came from above.
//!
//! Owns the reasons, and the memory of what was kept once. Knows nothing of how bytes are fetched.

use std::collections::HashMap;

use crate::eviction::Slice;

/// Slices of each generation of the memory: with two of them, what half a terabyte of cache dropped last is remembered in
/// some 20 MB.
const REMEMBERED_MAX: usize = 256 << 10;

/// Why a slice was fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It was never kept here, as far as is remembered.
    Cold,
    /// It was kept, and made room for another.
    Evicted,
    /// It was fetched before and not let in: what was there was worth more.
    Refused,
    /// What was kept of it was damaged, or what was fetched of it was wrong or broke off.
    Health,
    /// It is about to be asked for.
    Ahead,
    /// It was purged, or had changed.
    Other,
}

/// All reasons, in the order of their columns.
pub const REASONS: [Reason; 6] =
    [Reason::Cold, Reason::Evicted, Reason::Refused, Reason::Health, Reason::Ahead, Reason::Other];

impl Reason {
    /// Its name in figures.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Cold => "cold",
            Reason::Evicted => "evicted",
            Reason::Refused => "refused",
            Reason::Health => "health",
            Reason::Ahead => "ahead",
            Reason::Other => "other",
        }
    }
}

/// Bytes from above, by reason; and why slices are not kept.
#[derive(Debug, Default)]
pub struct Misses {
    bytes: [u64; REASONS.len()],
    young: HashMap<Slice, Reason>,
    old: HashMap<Slice, Reason>,
}

impl Misses {
    /// Remembers why `slice` is not kept.
    pub fn gone(&mut self, slice: Slice, reason: Reason) {
        if self.young.len() >= REMEMBERED_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(slice, reason);
    }

    /// Why `slice` has to be fetched.
    pub fn reason(&self, slice: Slice) -> Reason {
        self.young.get(&slice).or_else(|| self.old.get(&slice)).copied().unwrap_or(Reason::Cold)
    }

    /// Takes note of bytes that came.
    pub fn fetched(&mut self, reason: Reason, bytes: u64) {
        self.bytes[column(reason)] += bytes;
    }

    /// The bytes that came because of `reason`.
    pub fn bytes(&self, reason: Reason) -> u64 {
        self.bytes[column(reason)]
    }

    /// All that came.
    pub fn total(&self) -> u64 {
        self.bytes.iter().sum()
    }
}

fn column(reason: Reason) -> usize {
    REASONS.iter().position(|&other| other == reason).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(object: u64) -> Slice {
        Slice { object, index: 0 }
    }

    #[test]
    fn columns_add_up() {
        let mut misses = Misses::default();
        for (place, reason) in REASONS.into_iter().enumerate() {
            misses.fetched(reason, 1 << place);
            misses.fetched(reason, 1 << place);
            assert_eq!(misses.bytes(reason), 2 << place, "{}", reason.name());
        }
        assert_eq!(misses.total(), 2 * 0b11_1111);
    }

    #[test]
    fn what_was_kept_once_is_remembered_for_a_while() {
        let mut misses = Misses::default();
        assert_eq!(misses.reason(slice(1)), Reason::Cold);
        misses.gone(slice(1), Reason::Evicted);
        misses.gone(slice(1), Reason::Refused);
        assert_eq!(misses.reason(slice(1)), Reason::Refused, "the last word counts");
        for other in 0..REMEMBERED_MAX as u64 {
            misses.gone(slice(2 + other), Reason::Evicted);
        }
        assert_eq!(misses.reason(slice(1)), Reason::Refused, "one generation later");
        for other in 0..REMEMBERED_MAX as u64 {
            misses.gone(slice(2 << 20 | other), Reason::Evicted);
        }
        assert_eq!(misses.reason(slice(1)), Reason::Cold, "two generations later");
    }
}
