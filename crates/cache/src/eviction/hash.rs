//! A map whose keys are hashes already.

use super::Slice;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from hashes to values, which does not hash them a second time.
pub(super) type HashedMap<K, V> = HashMap<K, V, BuildHasherDefault<Folding>>;

/// Folds what it is given into 64 bits by a multiplication each: enough for keys that are hashes.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Folding(u64);

/// The golden ratio in 64 bits: odd, with its bits spread.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for Folding {
    fn finish(&self) -> u64 {
        // The map takes its bucket from the low bits and its tag from the high ones.
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0 ^ value).wrapping_mul(SPREAD);
    }
}

/// Numbers that are even in all their bits, the same for the same slice.
pub(super) fn mixed(slice: Slice) -> u64 {
    let mut folding = Folding(u64::from(slice.index) + 1);
    folding.write_u64(slice.object);
    folding.write_u64(folding.finish());
    folding.finish()
}
