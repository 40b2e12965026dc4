//! S3-FIFO: three queues, no knowledge of who asks. What [`super::Foresight`] is measured against, and falls back on.

use super::residents::Residents;
use super::{Outcome, Policy, Request, Slice};

/// Keeps by S3-FIFO, counting in bytes.
#[derive(Debug)]
pub struct S3Fifo {
    residents: Residents,
}

impl S3Fifo {
    /// A cache of `capacity_bytes`.
    pub fn new(capacity_bytes: u64) -> S3Fifo {
        S3Fifo { residents: Residents::new(capacity_bytes) }
    }
}

impl Policy for S3Fifo {
    fn request(&mut self, request: &Request, evicted: &mut Vec<Slice>) -> Outcome {
        if self.residents.read(request.slice) {
            return Outcome::Hit;
        }
        admit_in_turn(&mut self.residents, request, evicted)
    }

    fn forget(&mut self, slice: Slice) {
        self.residents.remove(slice);
    }

    fn used_bytes(&self) -> u64 {
        self.residents.used_bytes()
    }
}

/// Lets the slice in, and those go whose turn it is.
pub(super) fn admit_in_turn(
    residents: &mut Residents,
    request: &Request,
    evicted: &mut Vec<Slice>,
) -> Outcome {
    if u64::from(request.bytes) > residents.capacity_bytes() {
        return Outcome::Passed;
    }
    while !residents.has_room(request.bytes) {
        let Some(gone) = residents.next_in_turn() else { break };
        residents.remove(gone);
        evicted.push(gone);
    }
    residents.insert(request.slice, request.bytes);
    Outcome::Admitted
}
