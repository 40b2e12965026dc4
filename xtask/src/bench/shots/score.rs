//! What a detector found against what is there.

use super::compose::{Kind, Transition};

/// A reported cut counts when it is at most this many frames from the true one.
const CUT_FRAMES: usize = 1;
/// A reported boundary counts for a gradual transition when it is inside it, or at most this many frames outside.
const GRADUAL_FRAMES: usize = 2;

/// Counts over one or more films.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// True cuts and those of them that were found.
    pub(super) cuts: (usize, usize),
    /// The same of dissolves.
    pub(super) dissolves: (usize, usize),
    /// The same of fades.
    pub(super) fades: (usize, usize),
    /// Reports where nothing is, and second reports of one transition.
    pub(super) false_alarms: usize,
}

impl Tally {
    /// Adds one film's: each transition takes at most one of the `reported` frames, in order.
    pub(super) fn add(&mut self, truth: &[Transition], reported: &[usize]) {
        let mut free: Vec<usize> = reported.to_vec();
        for transition in truth {
            let margin = if transition.kind == Kind::Cut { CUT_FRAMES } else { GRADUAL_FRAMES };
            let range = transition.start.saturating_sub(margin)..=transition.end + margin;
            let found = free.iter().position(|frame| range.contains(frame));
            let counts = match transition.kind {
                Kind::Cut => &mut self.cuts,
                Kind::Dissolve => &mut self.dissolves,
                Kind::Fade => &mut self.fades,
            };
            counts.0 += 1;
            if let Some(index) = found {
                free.remove(index);
                counts.1 += 1;
            }
        }
        self.false_alarms += free.len();
    }

    /// F1 of cuts. Detectors do not say which kind they mean, so that every false alarm counts against cuts and against
    /// gradual ones in full.
    pub(super) fn cut_f1(&self) -> f64 {
        f1(self.cuts, self.false_alarms)
    }

    /// F1 of dissolves and fades together.
    pub(super) fn gradual_f1(&self) -> f64 {
        f1((self.dissolves.0 + self.fades.0, self.dissolves.1 + self.fades.1), self.false_alarms)
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

    #[track_caller]
    fn check(reported: &[usize], cuts: usize, dissolves: usize, false_alarms: usize) {
        let mut tally = Tally::default();
        tally.add(&[CUT, DISSOLVE], reported);
        let expected = Tally { cuts: (1, cuts), dissolves: (1, dissolves), fades: (0, 0), false_alarms };
        assert_eq!(tally, expected, "{reported:?}");
    }

    #[test]
    fn reports_count_within_their_margin_and_once() {
        check(&[50, 105], 1, 1, 0);
        check(&[49, 98], 1, 1, 0);
        check(&[51, 112], 1, 1, 0);
        check(&[48, 97], 0, 0, 2);
        check(&[50, 51, 100, 110], 1, 1, 2);
        check(&[], 0, 0, 0);
    }

    #[test]
    fn f1_is_the_harmonic_mean_of_precision_and_recall() {
        // Recall 8 of 10, precision 8 of 12: 2 x 0.8 x 0.667 / 1.467.
        assert!((f1((10, 8), 4) - 0.727_272).abs() < 1e-5);
        assert_eq!(f1((10, 10), 0), 1.0);
    }
}
