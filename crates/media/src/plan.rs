//! Cut plan: where every rung has its keyframes and segments. One plan for all rungs.

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
