//! Which of a format's renditions are worth having, now that they are measured.
//!
//! A rung that was predicted may come out beside another one: at an encoder's best setting, or where a cap holds both. No
//! player gains by it.

/// A rendition as it came out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Its bytes.
    pub bytes: u64,
    /// VMAF of the whole, from 0 to 100.
    pub vmaf: f64,
}

/// Renditions nearer than this in VMAF look alike (rungs are to be 2 to 6 apart)...
const STEP_MIN: f64 = 1.0;
/// ... and unless one has fewer bytes than this share of the other's, it is no help on a slow network either.
const BYTES_SHARE_MAX: f64 = 0.9;

/// For each of the renditions of one format whether it stays. What stays has more VMAF for more bytes throughout; of those
/// that are alike the earlier stays. At least one stays, where there is one.
pub fn worth_having(renditions: &[Outcome]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..renditions.len()).collect();
    order.sort_by_key(|number| std::cmp::Reverse(renditions[*number].bytes));
    let mut kept: Vec<usize> = Vec::new();
    for number in order {
        let this = renditions[number];
        while kept
            .last()
            .is_some_and(|last| renditions[*last].bytes > this.bytes && renditions[*last].vmaf <= this.vmaf)
        {
            kept.pop();
        }
        let is_alike = |last: &usize| {
            let last = renditions[*last];
            last.vmaf - this.vmaf < STEP_MIN && this.bytes as f64 > BYTES_SHARE_MAX * last.bytes as f64
        };
        if !kept.last().is_some_and(is_alike) {
            kept.push(number);
        }
    }
    (0..renditions.len()).map(|number| kept.contains(&number)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(renditions: &[(u64, f64)], expected: &[bool]) {
        let outcomes: Vec<Outcome> =
            renditions.iter().map(|&(bytes, vmaf)| Outcome { bytes, vmaf }).collect();
        assert_eq!(worth_having(&outcomes), expected, "{renditions:?}");
    }

    #[test]
    fn a_ladder_stays_as_it_is() {
        check(&[(1000, 95.0), (600, 90.0), (300, 84.0), (120, 80.0)], &[true; 4]);
        check(&[(1000, 95.0)], &[true]);
        check(&[], &[]);
    }

    #[test]
    fn what_came_out_twice_stays_once() {
        check(&[(1000, 95.0), (227, 81.3), (227, 81.3), (125, 77.7)], &[true, true, false, true]);
    }

    #[test]
    fn what_costs_more_and_is_no_better_goes() {
        check(&[(1000, 95.0), (500, 80.0), (600, 79.0), (120, 70.0)], &[true, true, false, true]);
        check(&[(1000, 90.0), (800, 91.0)], &[false, true]);
    }

    #[test]
    fn what_looks_the_same_must_save_something() {
        check(&[(1000, 95.0), (950, 94.5)], &[true, false]);
        check(&[(1000, 95.0), (700, 94.5)], &[true, true]);
        check(&[(1000, 95.0), (950, 93.5)], &[true, true]);
    }
}
