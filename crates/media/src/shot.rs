//! Shots: runs of frames from one camera position, from cut to cut.

use crate::timebase::FrameRange;

/// The shots of a film, in order, without gap or overlap, from frame 0 to the last one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShotList {
    /// At least one where the film has a frame.
    pub shots: Vec<Shot>,
}

impl ShotList {
    /// Number of frames of the film.
    pub fn frames(&self) -> u64 {
        self.shots.last().map_or(0, |shot| shot.frames.end)
    }
}

/// One shot.
#[derive(Debug, Clone, PartialEq)]
pub struct Shot {
    /// Its frames.
    pub frames: FrameRange,
    /// How hard it is to code.
    pub complexity: Complexity,
    /// How sure the detector is of the cut at its start, from 0 to 1; 1 for the film's first frame, 0 where
    /// a long shot is only divided.
    pub cut_score: f64,
}

/// First measure of how hard a shot is to code, from its luma at reduced size.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Complexity {
    /// Mean absolute difference of neighbouring frames, in 8-bit luma steps (0 to 255).
    pub motion: f64,
    /// Mean absolute difference of neighbouring pixels, in 8-bit luma steps (0 to 255).
    pub detail: f64,
    /// Mean luma (0 to 255).
    pub brightness: f64,
    /// Standard deviation of grain and noise in the source's own pixels, in 8-bit luma steps.
    pub grain: f64,
}
