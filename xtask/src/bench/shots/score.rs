//! What a detector found against what is there.

use super::plan::{Kind, Transition};

/// A reported cut counts when it is at most this many frames from the true one.
const CUT_FRAMES: usize = 1;
/// A reported boundary counts for a gradual transition when it is inside it, or at most this many frames outside.
const GRADUAL_FRAMES: usize = 2;

/// A boundary that a detector reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Report {
    /// First frame of the shot that begins.
    pub(super) frame: usize,
    /// Whether it is said to be a gradual one.
    pub(super) is_gradual: bool,
}

/// Counts over one or more films.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// True cuts and those of them that were found.
    pub(super) cuts: (usize, usize),
    /// The same of dissolves.
    pub(super) dissolves: (usize, usize),
    /// The same of fades.
    pub(super) fades: (usize, usize),
    /// The same of wipes.
    pub(super) wipes: (usize, usize),
    /// Reports of a cut where nothing is, and second reports of one transition.
    pub(super) false_cuts: usize,
    /// The same of gradual transitions.
    pub(super) false_graduals: usize,
}

impl Tally {
    /// Adds one film's: each transition takes at most one of the reports, in order, whichever kind that says.
    pub(super) fn add(&mut self, truth: &[Transition], reported: &[Report]) {
        let mut free: Vec<Report> = reported.to_vec();
        for transition in truth {
            let margin = if transition.kind == Kind::Cut { CUT_FRAMES } else { GRADUAL_FRAMES };
            let range = transition.start.saturating_sub(margin)..=transition.end + margin;
            let found = free.iter().position(|report| range.contains(&report.frame));
            let counts = match transition.kind {
                Kind::Cut => &mut self.cuts,
                Kind::Dissolve => &mut self.dissolves,
                Kind::Fade => &mut self.fades,
                Kind::Wipe(_) => &mut self.wipes,
            };
            counts.0 += 1;
            if let Some(index) = found {
                free.remove(index);
                counts.1 += 1;
            }
        }
        let gradual = free.iter().filter(|report| report.is_gradual).count();
        self.false_graduals += gradual;
        self.false_cuts += free.len() - gradual;
    }

    /// F1 of cuts, every false alarm counted.
    pub(super) fn cut_f1(&self) -> f64 {
        f1(self.cuts, self.false_alarms())
    }

    /// F1 of dissolves, fades and wipes together, every false alarm counted.
    pub(super) fn gradual_f1(&self) -> f64 {
        f1(self.graduals(), self.false_alarms())
    }

    /// F1 of cuts, false alarms that say to be one counted.
    pub(super) fn cut_f1_by_kind(&self) -> f64 {
        f1(self.cuts, self.false_cuts)
    }

    /// F1 of gradual transitions, false alarms that say to be one counted.
    pub(super) fn gradual_f1_by_kind(&self) -> f64 {
        f1(self.graduals(), self.false_graduals)
    }

    /// Share of the wipes that were found.
    pub(super) fn wipe_recall(&self) -> f64 {
        self.wipes.1 as f64 / self.wipes.0.max(1) as f64
    }

    pub(super) fn false_alarms(&self) -> usize {
        self.false_cuts + self.false_graduals
    }

    fn graduals(&self) -> (usize, usize) {
        let kinds = [self.dissolves, self.fades, self.wipes];
        kinds.iter().fold((0, 0), |sum, kind| (sum.0 + kind.0, sum.1 + kind.1))
    }
}

/// 2 TP / (2 TP + FP + FN).
fn f1((all, found): (usize, usize), false_alarms: usize) -> f64 {
    2.0 * found as f64 / (found + all + false_alarms).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: Transition = Transition { kind: Kind::Cut, start: 50, end: 50 };
    const DISSOLVE: Transition = Transition { kind: Kind::Dissolve, start: 100, end: 110 };

    /// Cuts are reported as numbers, gradual transitions as numbers below 0.
    #[track_caller]
    fn check(reported: &[i32], cuts: usize, dissolves: usize, false_cuts: usize, false_graduals: usize) {
        let report = |&at: &i32| Report { frame: at.unsigned_abs() as usize, is_gradual: at < 0 };
        let mut tally = Tally::default();
        tally.add(&[CUT, DISSOLVE], &reported.iter().map(report).collect::<Vec<_>>());
        let (cuts, dissolves) = ((1, cuts), (1, dissolves));
        assert_eq!(
            tally,
            Tally { cuts, dissolves, false_cuts, false_graduals, ..Tally::default() },
            "{reported:?}"
        );
    }

    #[test]
    fn reports_count_within_their_margin_and_once() {
        check(&[50, -105], 1, 1, 0, 0);
        check(&[-49, 98], 1, 1, 0, 0);
        check(&[51, -112], 1, 1, 0, 0);
        check(&[48, -97], 0, 0, 1, 1);
        check(&[50, 51, -100, -110, -70], 1, 1, 1, 2);
        check(&[], 0, 0, 0, 0);
    }

    #[test]
    fn false_alarms_count_for_all_or_for_their_kind() {
        let tally =
            Tally { cuts: (10, 8), fades: (5, 5), false_cuts: 1, false_graduals: 5, ..Tally::default() };
        for (got, expected) in [
            (tally.cut_f1(), 16.0 / 24.0),
            (tally.cut_f1_by_kind(), 16.0 / 19.0),
            (tally.gradual_f1(), 10.0 / 16.0),
            (tally.gradual_f1_by_kind(), 10.0 / 15.0),
        ] {
            assert!((got - expected).abs() < 1e-12, "{got} {expected}");
        }
    }

    #[test]
    fn f1_is_the_harmonic_mean_of_precision_and_recall() {
        // Recall 8 of 10, precision 8 of 12: 2 x 0.8 x 0.667 / 1.467.
        assert!((f1((10, 8), 4) - 0.727_272).abs() < 1e-5);
        assert_eq!(f1((10, 10), 0), 1.0);
    }
}
