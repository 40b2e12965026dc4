//! Cut plan: where every rung has its keyframes and segments. One plan for all rungs.

use crate::cadence::Cadence;
use crate::timebase::FrameRange;

/// The cut points that all rungs share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutPlan {
    /// One for each shot, in order.
    pub shots: Vec<ShotCuts>,
    /// Segments, in order, without gap or overlap; each starts at a keyframe.
    pub segments: Vec<FrameRange>,
}

/// One shot with its keyframes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShotCuts {
    /// The shot's frames.
    pub frames: FrameRange,
    /// Keyframes (IDR) as frame numbers of the film; the first is `frames.start`.
    pub keyframes: Vec<u64>,
}

impl CutPlan {
    /// Frames of a rendition of `cadence`.
    pub fn frames(&self, cadence: Cadence) -> u64 {
        self.shots.iter().map(|shot| cadence.left(shot.frames.len())).sum()
    }

    /// The segments as ranges of such a rendition's own frames.
    pub fn segments_of(&self, cadence: Cadence) -> Vec<FrameRange> {
        let mut starts = Vec::with_capacity(self.segments.len());
        let (mut shots, mut before) = (self.shots.iter(), 0);
        let mut shot = shots.next();
        for segment in &self.segments {
            while let Some(past) = shot.filter(|shot| shot.frames.end <= segment.start) {
                before += cadence.left(past.frames.len());
                shot = shots.next();
            }
            let into = shot.map_or(0, |shot| segment.start.saturating_sub(shot.frames.start));
            starts.push(before + cadence.left(into));
        }
        let ends = starts.iter().skip(1).copied().chain([self.frames(cadence)]);
        starts.iter().zip(ends).map(|(&start, end)| FrameRange { start, end }).collect()
    }
}

impl ShotCuts {
    /// The keyframes among a rendition's own frames of the shot, counted from 0.
    pub fn keyframes_of(&self, cadence: Cadence) -> Vec<u64> {
        self.keyframes.iter().map(|frame| cadence.left(frame.saturating_sub(self.frames.start))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range((start, end): (u64, u64)) -> FrameRange {
        FrameRange { start, end }
    }

    #[test]
    fn a_rendition_of_half_the_frames_has_the_same_cuts() {
        let shot =
            |frames, keyframes: &[u64]| ShotCuts { frames: range(frames), keyframes: keyframes.to_vec() };
        // Shots of 5, 1 and 10 frames, of which 3, 1 and 5 are left.
        let plan = CutPlan {
            shots: vec![shot((0, 5), &[0]), shot((5, 6), &[5]), shot((6, 16), &[6, 10, 14])],
            segments: [(0, 5), (5, 10), (10, 16)].map(range).to_vec(),
        };
        assert_eq!((plan.frames(Cadence::Full), plan.frames(Cadence::Half)), (16, 9));
        assert_eq!(plan.segments_of(Cadence::Full), plan.segments);
        assert_eq!(plan.segments_of(Cadence::Half), [(0, 3), (3, 6), (6, 9)].map(range));
        assert_eq!(plan.shots[2].keyframes_of(Cadence::Half), [0, 2, 4]);
        assert_eq!(plan.shots[2].keyframes_of(Cadence::Full), [0, 4, 8]);
    }
}
