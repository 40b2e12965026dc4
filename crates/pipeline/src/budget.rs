//! Budget: how many steps may run at once, by cores and by memory.
//!
//! Owns the machine's two scarce things and hands out shares of them. Does not know what a step does.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory is shared out in pieces of this many bytes.
const MEMORY_PIECE_BYTES: u64 = 1 << 20;

/// Share of the free memory that steps may use together; the rest is left to the page cache and to other programs.
const MEMORY_SHARE: f64 = 0.75;

/// Memory assumed where the machine does not say how much is free.
const MEMORY_BYTES_UNKNOWN: u64 = 2 << 30;

/// What a step needs while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Threads that it keeps busy.
    pub threads: u32,
    /// Memory in bytes.
    pub memory_bytes: u64,
}

/// What the machine has for steps.
#[derive(Debug, Clone)]
pub struct Budget {
    threads: u32,
    memory_pieces: u32,
    free_threads: Arc<Semaphore>,
    free_memory: Arc<Semaphore>,
}

/// A share that is given back when dropped.
#[derive(Debug)]
pub struct Share {
    _memory: OwnedSemaphorePermit,
    _threads: OwnedSemaphorePermit,
}

impl Budget {
    /// A budget of `threads` (at least 1) and `memory_bytes`.
    pub fn new(threads: u32, memory_bytes: u64) -> Budget {
        let threads = threads.max(1);
        let memory_pieces = pieces(memory_bytes);
        Budget {
            threads,
            memory_pieces,
            free_threads: Arc::new(Semaphore::new(threads as usize)),
            free_memory: Arc::new(Semaphore::new(memory_pieces as usize)),
        }
    }

    /// The budget of this machine: all its cores, and three quarters of the memory that is free now. `threads` and
    /// `memory_bytes` replace what the machine says.
    pub fn of_machine(threads: Option<u32>, memory_bytes: Option<u64>) -> Budget {
        let cores =
            || std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(1));
        let free = || (memory_bytes_free().unwrap_or(MEMORY_BYTES_UNKNOWN) as f64 * MEMORY_SHARE) as u64;
        Budget::new(threads.unwrap_or_else(cores), memory_bytes.unwrap_or_else(free))
    }

    /// Threads in all.
    pub fn threads(&self) -> u32 {
        self.threads
    }

    /// Waits for a share. A step that needs more than there is gets all there is and runs alone.
    pub async fn take(&self, need: Need) -> Share {
        let threads = need.threads.clamp(1, self.threads);
        let memory = pieces(need.memory_bytes).min(self.memory_pieces);
        // Memory first, for everybody: one order of taking means that no two steps wait for each other.
        let memory = Arc::clone(&self.free_memory).acquire_many_owned(memory).await;
        let threads = Arc::clone(&self.free_threads).acquire_many_owned(threads).await;
        match (memory, threads) {
            (Ok(_memory), Ok(_threads)) => Share { _memory, _threads },
            _ => unreachable!("the semaphores are never closed"),
        }
    }
}

fn pieces(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(MEMORY_PIECE_BYTES)).unwrap_or(u32::MAX).clamp(1, u32::MAX >> 4)
}

/// `MemAvailable` of `/proc/meminfo`.
fn memory_bytes_free() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    const GIB: u64 = 1 << 30;

    fn need(threads: u32, memory_bytes: u64) -> Need {
        Need { threads, memory_bytes }
    }

    #[tokio::test]
    async fn steps_wait_for_cores_and_for_memory() {
        let budget = Budget::new(2, 4 * GIB);
        let first = budget.take(need(1, 3 * GIB)).await;
        assert!(budget.take(need(1, 2 * GIB)).now_or_never().is_none(), "memory is short");
        let second = budget.take(need(1, GIB)).await;
        assert!(budget.take(need(1, 0)).now_or_never().is_none(), "cores are short");
        drop(first);
        drop(second);
        assert!(budget.take(need(2, 4 * GIB)).now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_step_larger_than_the_machine_runs_alone() {
        let budget = Budget::new(2, GIB);
        let all = budget.take(need(64, 64 * GIB)).await;
        assert!(budget.take(need(1, 1)).now_or_never().is_none());
        drop(all);
    }
}
