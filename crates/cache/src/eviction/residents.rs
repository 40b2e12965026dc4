//! The slices that are kept, in the two queues of S3-FIFO, and the ghosts of those that were.
//!
//! Owns the bookkeeping: who is in, how often each was read, and whose turn it is. Whether to go by turns or by
//! another order is the policies' business; slices taken out of turn leave their places in the queues to be skipped.
//!
//! S3-FIFO: Yang, Zhang, Qiu, Yue, Vinayak, "FIFO queues are all you need for cache eviction", SOSP 2023, algorithm 1.

use super::Slice;
use super::hash::HashedMap;
use std::collections::VecDeque;

/// The share of the capacity that newcomers have (section 5.1: a tenth).
const SMALL_SHARE: u64 = 10;
/// Reads counted at most: two bits.
const READS_MAX: u8 = 3;
/// A newcomer with more reads than this stays (algorithm 1, `EVICTS`).
const READS_OF_NEWCOMERS: u8 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Queue {
    Small,
    Main,
}

#[derive(Debug, Clone, Copy)]
struct Resident {
    slice: Slice,
    bytes: u32,
    reads: u8,
    queue: Queue,
    /// The turn in its queue that is this one's; others with its name are of former stays.
    turn: u64,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Residents {
    capacity_bytes: u64,
    small_bytes: u64,
    main_bytes: u64,
    all: Vec<Resident>,
    places: HashedMap<Slice, usize>,
    small: VecDeque<(Slice, u64)>,
    main: VecDeque<(Slice, u64)>,
    ghosts: Ghosts,
    turns: u64,
}

impl Residents {
    pub(super) fn new(capacity_bytes: u64) -> Residents {
        Residents {
            capacity_bytes,
            small_bytes: 0,
            main_bytes: 0,
            all: Vec::new(),
            places: HashedMap::default(),
            small: VecDeque::new(),
            main: VecDeque::new(),
            ghosts: Ghosts {
                limit_bytes: capacity_bytes - capacity_bytes / SMALL_SHARE,
                ..Ghosts::default()
            },
            turns: 0,
        }
    }

    pub(super) fn capacity_bytes(&self) -> u64 {
        self.capacity_bytes
    }

    pub(super) fn used_bytes(&self) -> u64 {
        self.small_bytes + self.main_bytes
    }

    pub(super) fn has_room(&self, bytes: u32) -> bool {
        self.used_bytes() + u64::from(bytes) <= self.capacity_bytes
    }

    pub(super) fn contains(&self, slice: Slice) -> bool {
        self.places.contains_key(&slice)
    }

    /// Counts a read; whether the slice is here.
    pub(super) fn read(&mut self, slice: Slice) -> bool {
        let Some(resident) = self.places.get(&slice).and_then(|place| self.all.get_mut(*place)) else {
            return false;
        };
        resident.reads = (resident.reads + 1).min(READS_MAX);
        true
    }

    /// One of those that are here, by a number that is any.
    pub(super) fn any(&self, number: u64) -> Option<Slice> {
        let count = u64::try_from(self.all.len()).ok().filter(|count| *count > 0)?;
        let place = usize::try_from(number % count).ok()?;
        self.all.get(place).map(|resident| resident.slice)
    }

    /// Lets in a slice that is not here: among the newcomers, or with the settled if it is known by its ghost.
    pub(super) fn insert(&mut self, slice: Slice, bytes: u32) {
        let queue = if self.ghosts.take(slice) { Queue::Main } else { Queue::Small };
        let turn = self.enqueue(queue, slice);
        *self.bytes_of(queue) += u64::from(bytes);
        self.places.insert(slice, self.all.len());
        self.all.push(Resident { slice, bytes, reads: 0, queue, turn });
    }

    /// Takes the slice out, wherever it stands; a newcomer leaves its ghost.
    pub(super) fn remove(&mut self, slice: Slice) {
        let Some(place) = self.places.remove(&slice) else { return };
        let gone = self.all.swap_remove(place);
        if let Some(moved) = self.all.get(place) {
            self.places.insert(moved.slice, place);
        }
        *self.bytes_of(gone.queue) -= u64::from(gone.bytes);
        if gone.queue == Queue::Small {
            self.ghosts.add(slice, gone.bytes);
        }
    }

    /// Remembers a slice that was not let in, as if it had been and had gone at once.
    pub(super) fn pass(&mut self, slice: Slice, bytes: u32) {
        self.ghosts.add(slice, bytes);
    }

    /// Whose turn it is to go, by S3-FIFO; those who earned it are given another turn on the way. `None` where
    /// nobody is here.
    pub(super) fn next_in_turn(&mut self) -> Option<Slice> {
        while !self.all.is_empty() {
            let from_small = self.small_bytes > self.capacity_bytes / SMALL_SHARE || self.main_bytes == 0;
            let (queue, front) = if from_small {
                (Queue::Small, self.small.pop_front())
            } else {
                (Queue::Main, self.main.pop_front())
            };
            let (slice, turn) = front?;
            if let Some(gone) = self.judged(queue, slice, turn) {
                return Some(gone);
            }
        }
        None
    }

    /// The slice, if it has to go now that its turn has come.
    fn judged(&mut self, queue: Queue, slice: Slice, turn: u64) -> Option<Slice> {
        let place = *self.places.get(&slice)?;
        let resident = self.all.get_mut(place).filter(|resident| resident.turn == turn)?;
        match queue {
            Queue::Small if resident.reads > READS_OF_NEWCOMERS => {
                resident.reads = 0;
                resident.queue = Queue::Main;
                let bytes = u64::from(resident.bytes);
                self.small_bytes -= bytes;
                self.main_bytes += bytes;
            }
            Queue::Main if resident.reads > 0 => resident.reads -= 1,
            _ => return Some(slice),
        }
        let turn = self.enqueue(Queue::Main, slice);
        if let Some(resident) = self.all.get_mut(place) {
            resident.turn = turn;
        }
        None
    }

    fn enqueue(&mut self, queue: Queue, slice: Slice) -> u64 {
        self.turns += 1;
        match queue {
            Queue::Small => self.small.push_back((slice, self.turns)),
            Queue::Main => self.main.push_back((slice, self.turns)),
        }
        self.sweep();
        self.turns
    }

    /// Clears the queues of the places of those who went out of turn, before these are more than the others.
    fn sweep(&mut self) {
        const SPARE: usize = 64;
        let is_standing = |all: &[Resident],
                           places: &HashedMap<Slice, usize>,
                           (slice, turn): &(Slice, u64)| {
            places.get(slice).and_then(|place| all.get(*place)).is_some_and(|resident| resident.turn == *turn)
        };
        if self.small.len() + self.main.len() > 2 * self.all.len() + SPARE {
            let newest = self.turns;
            for queue in [&mut self.small, &mut self.main] {
                queue.retain(|entry| entry.1 == newest || is_standing(&self.all, &self.places, entry));
            }
        }
    }

    fn bytes_of(&mut self, queue: Queue) -> &mut u64 {
        match queue {
            Queue::Small => &mut self.small_bytes,
            Queue::Main => &mut self.main_bytes,
        }
    }
}

/// Names of slices that were here lately, as many as would fill the main queue.
#[derive(Debug, Default)]
struct Ghosts {
    limit_bytes: u64,
    bytes: u64,
    queue: VecDeque<(Slice, u32, u64)>,
    known: HashedMap<Slice, u64>,
    turns: u64,
}

impl Ghosts {
    fn add(&mut self, slice: Slice, bytes: u32) {
        self.turns += 1;
        self.known.insert(slice, self.turns);
        self.queue.push_back((slice, bytes, self.turns));
        self.bytes += u64::from(bytes);
        while self.bytes > self.limit_bytes {
            let Some((slice, bytes, turn)) = self.queue.pop_front() else { break };
            self.bytes -= u64::from(bytes);
            if self.known.get(&slice) == Some(&turn) {
                self.known.remove(&slice);
            }
        }
    }

    fn take(&mut self, slice: Slice) -> bool {
        self.known.remove(&slice).is_some()
    }
}
