//! How soon a slice will be read, in one number that can be compared.
//!
//! *Hit density*: the chance that a slice is read within some time, divided by the time for which it would have to be
//! kept until then; at the best such time. It is what a slice earns for its room (Beckmann, Chen, Cidon, "LHD", NSDI
//! 2018), here with arrivals that are seen coming instead of ages that are learned. Without any it is the rate of new ones.

/// Somebody who reads towards the slice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Arrival {
    /// Seconds until the slice is reached, if it is.
    pub(super) in_s: f64,
    /// The chance that it is.
    pub(super) chance: f64,
}

/// A moment at which every wait counts as over.
const WAIT_S_MIN: f64 = 1.0;

/// The hit density in reads per second, where `rate` more come per second from nowhere, and `arrivals` are the nearest
/// first.
pub(super) fn density(rate: f64, arrivals: impl Iterator<Item = Arrival>) -> f64 {
    let mut best = rate;
    // The chance that nobody has come, the expected wait, and the time, all up to the arrival before.
    let (mut nobody, mut wait_s, mut before_s) = (1.0, 0.0, 0.0_f64);
    for Arrival { in_s, chance } in arrivals {
        let gap_s = (in_s - before_s).max(0.0);
        let none_new = (-rate * gap_s).exp();
        wait_s += nobody * if rate * gap_s > 1e-6 { (1.0 - none_new) / rate } else { gap_s };
        nobody *= none_new * (1.0 - chance);
        before_s = in_s.max(before_s);
        best = f64::max(best, (1.0 - nobody) / wait_s.max(WAIT_S_MIN));
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The density within a thousandth of `expected`.
    fn check(rate: f64, arrivals: &[(f64, f64)], expected: f64) {
        let found = density(rate, arrivals.iter().map(|&(in_s, chance)| Arrival { in_s, chance }));
        assert!((found - expected).abs() <= expected * 1e-3, "{rate} {arrivals:?}: {found}, not {expected}");
    }

    #[test]
    fn nobody_in_sight_leaves_the_rate() {
        check(0.25, &[], 0.25);
    }

    #[test]
    fn one_who_surely_comes_is_worth_one_read_for_the_wait() {
        check(0.0, &[(20.0, 1.0)], 1.0 / 20.0);
        check(0.0, &[(20.0, 0.5)], 0.5 / 20.0);
    }

    #[test]
    fn who_is_here_counts_for_a_second_of_wait() {
        check(0.0, &[(0.0, 1.0)], 1.0);
    }

    #[test]
    fn the_best_time_to_stop_waiting_is_taken() {
        // Waiting for the second: 1 - 0.5 * 0.5 over 10 + 0.5 * 990.
        check(0.0, &[(10.0, 0.5), (1000.0, 0.5)], 0.5 / 10.0);
        // Two close together are worth more than the first: 0.75 over 10 + 0.5 * 1.
        check(0.0, &[(10.0, 0.5), (11.0, 0.5)], 0.75 / 10.5);
    }

    #[test]
    fn an_unlikely_arrival_does_not_lower_the_rate() {
        check(0.25, &[(1000.0, 0.1)], 0.25);
    }

    #[test]
    fn new_ones_may_come_first() {
        // 1 - e^-1 within 10 s at 0.1 a second, then surely: 1 over (1 - e^-1) / 0.1.
        check(0.1, &[(10.0, 1.0)], 0.1 / (1.0 - (-1.0_f64).exp()));
    }
}
