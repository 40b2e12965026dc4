//! The processor time of what was run: the same at any load of the machine, which wall time is not.

use crate::shell::Result;

/// Clock ticks a second in `/proc` (`USER_HZ`): 100 on every Linux.
const TICKS_PER_S: f64 = 100.0;
/// Where the times of awaited children stand in `/proc/self/stat` after the program's name (proc(5): fields 16 and 17,
/// of which the name is the second).
const CHILDREN_TICKS: std::ops::Range<usize> = 13..15;

/// Runs `work` and tells the processor seconds of the children that it waited for. Nothing else may run children
/// meanwhile.
pub(super) fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, f64)> {
    let before = children_cpu_s()?;
    let result = work()?;
    Ok((result, children_cpu_s()? - before))
}

fn children_cpu_s() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    Ok(children_ticks(&stat).ok_or("/proc/self/stat has another form")? / TICKS_PER_S)
}

fn children_ticks(stat: &str) -> Option<f64> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    fields.get(CHILDREN_TICKS)?.iter().map(|ticks| ticks.parse::<f64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_children_are_found_behind_any_name() {
        // User, system, then those of children: 1, 2, 30, 4.
        let stat = "77 (a) b) S 1 77 77 0 -1 4194304 100 200 0 0 1 2 30 4 20 0 1 0 100 1000 50";
        assert_eq!(children_ticks(stat), Some(34.0));
        assert_eq!(children_ticks("77"), None);
    }
}
