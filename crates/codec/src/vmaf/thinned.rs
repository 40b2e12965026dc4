//! Thinning: where only every n-th frame is scored, most others need not even be scaled.
//!
//! The scores are those of a comparison of all frames, to the last digit: a score looks at its frame's neighbours alone.

/// Frames before a scored one that its score rests on: VMAF's motion looks one back; XPSNR two, above 32 frames a second
/// (libavfilter/vf_xpsnr.c).
const BEFORE: u32 = 2;
/// Frames after it: VMAF's motion is the lesser of those on both sides.
const AFTER: u32 = 1;
/// Frames kept for each that is scored.
const KEPT: u32 = BEFORE + 1 + AFTER;

/// Every how many frames one is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Thinned {
    every: u32,
}

impl Thinned {
    /// One of `every` frames is scored, the first among them; all where it is 0.
    pub(super) fn new(every: u32) -> Thinned {
        Thinned { every: every.max(1) }
    }

    /// How many of `frames` are scored.
    pub(super) fn scored(self, frames: u64) -> u64 {
        frames.div_ceil(u64::from(self.every))
    }

    /// Of every how many frames that are left one is scored. They begin with a frame to be scored and its successors:
    /// the next one is a whole group later.
    pub(super) fn subsample(self) -> u32 {
        self.every.min(KEPT)
    }

    /// The filter that leaves those frames out that no score needs, with its comma; empty where all are needed.
    pub(super) fn filter(self) -> String {
        let every = self.every;
        if every <= KEPT { String::new() } else { format!(r"select=lt(mod(n+{BEFORE}\,{every})\,{KEPT}),") }
    }

    /// The number, among all frames, of the frame that has number `left` among those left; it is one that is scored.
    pub(super) fn frame(self, left: u64) -> u64 {
        left / u64::from(self.subsample()) * u64::from(self.every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The frames of 25 that are left, and those of them that are scored.
    #[track_caller]
    fn check(every: u32, left: &[u64], scored: &[u64]) {
        let thinned = Thinned::new(every);
        let kept = |n: &u64| every <= KEPT || (n + u64::from(BEFORE)) % u64::from(every) < u64::from(KEPT);
        let kept: Vec<u64> = (0..25).filter(kept).collect();
        assert_eq!(kept, left);
        let numbers: Vec<u64> = (0..kept.len() as u64).step_by(thinned.subsample() as usize).collect();
        assert_eq!(numbers.iter().map(|&n| kept[n as usize]).collect::<Vec<_>>(), scored);
        assert_eq!(numbers.iter().map(|&n| thinned.frame(n)).collect::<Vec<_>>(), scored);
        assert_eq!(thinned.scored(25), scored.len() as u64);
    }

    #[test]
    fn neighbours_of_scored_frames_are_kept() {
        let all: Vec<u64> = (0..25).collect();
        check(0, &all, &all);
        check(1, &all, &all);
        check(4, &all, &[0, 4, 8, 12, 16, 20, 24]);
        check(10, &[0, 1, 8, 9, 10, 11, 18, 19, 20, 21], &[0, 10, 20]);
        assert_eq!(Thinned::new(10).filter(), r"select=lt(mod(n+2\,10)\,4),");
        assert_eq!(Thinned::new(4).filter(), "");
    }
}
