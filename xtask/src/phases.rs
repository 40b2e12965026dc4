//! How long each phase of a command took, as a table at its end.

use crate::shell::Result;
use std::time::Duration;
use stdx::clock::{Clock, SystemClock};

/// Phases in the order in which they ended.
pub(crate) struct Phases {
    clock: SystemClock,
    rows: Vec<(String, Duration)>,
}

impl Phases {
    /// No phase yet; the total runs from now.
    pub(crate) fn new() -> Phases {
        Phases { clock: SystemClock::new(), rows: Vec::new() }
    }

    /// Does `work` as the phase `name`, whether it succeeds or not.
    pub(crate) fn time<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let start = self.clock.monotonic();
        let result = work();
        self.rows.push((name.to_owned(), self.clock.monotonic().saturating_sub(start)));
        result
    }

    /// Does `other` on a thread of its own beside `work`; the phases of both are kept, and so is the first error.
    pub(crate) fn beside(
        &mut self,
        other: impl FnOnce(&mut Phases) -> Result + Send,
        work: impl FnOnce(&mut Phases) -> Result,
    ) -> Result {
        let mut others = Phases::new();
        let (other, worked) = std::thread::scope(|scope| {
            let thread = scope.spawn(|| other(&mut others));
            let worked = work(self);
            (thread.join(), worked)
        });
        self.rows.extend(others.rows);
        other.map_err(|_| "a thread panicked")?.and(worked)
    }

    /// Adds phases that were timed elsewhere, side by side with others.
    pub(crate) fn extend(&mut self, rows: Vec<(String, Duration)>) {
        self.rows.extend(rows);
    }

    /// The table: a line for each phase, then the total by the wall clock.
    pub(crate) fn table(&self) -> String {
        table(&self.rows, self.clock.monotonic())
    }
}

fn table(rows: &[(String, Duration)], total: Duration) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max("total".len());
    let line = |name: &str, time: Duration| format!("  {name:<width$}  {:>8.1} s\n", time.as_secs_f64());
    let body: String = rows.iter().map(|(name, time)| line(name, *time)).collect();
    body + &line("total", total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lines_up() {
        let rows = [
            ("setup".to_owned(), Duration::from_millis(1_250)),
            ("prepare".to_owned(), Duration::from_secs(300)),
        ];
        let expected = "  setup         1.2 s\n  prepare     300.0 s\n  total       301.5 s\n";
        assert_eq!(table(&rows, Duration::from_millis(301_500)), expected);
    }
}
