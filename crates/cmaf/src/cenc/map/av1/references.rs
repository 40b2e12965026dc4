//! The frames that later frames of AV1 refer to (sections 7.8 and 7.20).

use super::frame::{Frame, Segments};
use super::sequence::Sequence;

/// Frames that are kept.
pub(super) const SLOTS: usize = 8;

/// References of a frame.
pub(super) const REFERENCES: usize = 7;

/// References by their number less one (section 3).
const LAST: usize = 0;
const LAST2: usize = 1;
const LAST3: usize = 2;
const GOLDEN: usize = 3;
const BACKWARD: usize = 4;
const ALTERNATE2: usize = 5;
const ALTERNATE: usize = 6;

/// What is kept of a frame.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kept {
    /// Whether it is a key frame.
    pub(super) key: bool,
    /// Width before super-resolution made it smaller.
    pub(super) upscaled_width: u32,
    /// Height.
    pub(super) height: u32,
    /// Order hint.
    pub(super) order: u32,
    /// Segmentation.
    pub(super) segments: Segments,
}

/// The kept frames.
#[derive(Debug, Default)]
pub(super) struct References {
    pub(super) slots: [Kept; SLOTS],
}

impl References {
    /// Keeps `frame` where it says (7.20).
    pub(super) fn keep(&mut self, frame: &Frame) {
        for (slot, kept) in self.slots.iter_mut().enumerate() {
            if frame.refreshed >> slot & 1 != 0 {
                *kept = frame.kept;
            }
        }
    }

    /// The slots of all references, of which a frame tells but two (7.8).
    pub(super) fn by_two(
        &self,
        sequence: &Sequence,
        order: u32,
        last: usize,
        golden: usize,
    ) -> [usize; REFERENCES] {
        let distances = self.slots.map(|kept| sequence.distance(kept.order, order));
        let mut used = [false; SLOTS];
        let mut found: [Option<usize>; REFERENCES] = [None; REFERENCES];
        for (reference, slot) in [(LAST, last), (GOLDEN, golden)] {
            found[reference] = Some(slot);
            used[slot] = true;
        }
        let mut take = |reference: usize, slot: Option<usize>, used: &mut [bool; SLOTS]| {
            if let (Some(slot), None) = (slot, found[reference]) {
                found[reference] = Some(slot);
                used[slot] = true;
            }
        };
        let backward = |used: &[bool; SLOTS]| {
            let used = *used;
            (0..SLOTS).filter(move |slot| !used[*slot] && distances[*slot] >= 0)
        };
        // Of equals the later slot is the latest, and the earlier one the earliest.
        let latest = backward(&used).max_by_key(|slot| distances[*slot]);
        take(ALTERNATE, latest, &mut used);
        for reference in [BACKWARD, ALTERNATE2] {
            let earliest = backward(&used).min_by_key(|slot| distances[*slot]);
            take(reference, earliest, &mut used);
        }
        for reference in [LAST2, LAST3, BACKWARD, ALTERNATE2, ALTERNATE] {
            let forward = (0..SLOTS).filter(|slot| !used[*slot] && distances[*slot] < 0);
            let latest = forward.max_by_key(|slot| distances[*slot]);
            take(reference, latest, &mut used);
        }
        let earliest = (0..SLOTS).min_by_key(|slot| distances[*slot]).unwrap_or(0);
        found.map(|slot| slot.unwrap_or(earliest))
    }
}
