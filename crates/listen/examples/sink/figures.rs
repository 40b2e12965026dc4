//! What was measured, a line each.

use std::fmt;
use std::time::Duration;

/// Counts, and times to the first byte.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// Answers that came whole.
    pub(crate) answers: u64,
    /// Bytes that came, heads and encryption counted.
    pub(crate) bytes: u64,
    pub(crate) elapsed: Duration,
    /// From sending each request to the first byte of its answer.
    pub(crate) first_byte: Vec<Duration>,
    /// Connections that broke.
    pub(crate) failed: u64,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        writeln!(f, "answers {}", self.answers)?;
        writeln!(f, "bytes {}", self.bytes)?;
        writeln!(f, "seconds {seconds:.3}")?;
        writeln!(f, "answers_per_s {:.0}", self.answers as f64 / seconds)?;
        writeln!(f, "gbit_per_s {:.2}", self.bytes as f64 * 8.0 / seconds / 1e9)?;
        let mut times = self.first_byte.clone();
        times.sort_unstable();
        for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999), ("max", 1.0)] {
            let at = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len().max(1)) - 1;
            let us = times.get(at).map_or(0, Duration::as_micros);
            writeln!(f, "first_byte_us_{name} {us}")?;
        }
        write!(f, "failed {}", self.failed)
    }
}
