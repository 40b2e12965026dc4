//! Rungs: what a viewer's player can choose from, and the trials from which they were chosen.

use crate::codec::Format;
use crate::picture::Size;
use crate::timebase::FrameRange;
use std::fmt;

/// Constant rate factor in tenths, so that it can be compared and hashed: 235 is CRF 23.5. Range 0 to 630.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Crf(pub u16);

impl Crf {
    /// As the encoder takes it.
    pub fn value(&self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

impl fmt::Display for Crf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// A trial: the film's samples at one size and quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Trial {
    /// Encoded size.
    pub size: Size,
    /// Encoder quality.
    pub crf: Crf,
}

/// What a trial came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrialPoint {
    /// The trial.
    pub trial: Trial,
    /// Mean bitrate in bits per second.
    pub bitrate_bps: f64,
    /// Mean VMAF at the common scoring size (0 to 100).
    pub vmaf: f64,
}

/// How much work an encoder puts into an encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effort {
    /// Little: to see how shots compare with each other.
    Probe,
    /// As viewers get it.
    Final,
}

/// A probe: an excerpt of one shot at one size and quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Probe {
    /// The shot, counted from 0.
    pub shot: usize,
    /// The excerpt's frames, all of that shot.
    pub frames: FrameRange,
    /// Encoded size and quality.
    pub trial: Trial,
    /// The encoder's effort.
    pub effort: Effort,
}

/// What a probe came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbePoint {
    /// The probe.
    pub probe: Probe,
    /// Encoded size in bits, without the container.
    pub bits: u64,
    /// Mean VMAF of its frames at the common scoring size (0 to 100).
    pub vmaf: f64,
}

/// The rungs chosen for one title and codec, best first, with the evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Ladder {
    /// What its rungs have in common.
    pub format: Format,
    /// Every trial made; each rests on a probe of every sample.
    pub trials: Vec<TrialPoint>,
    /// Indices into `trials` of the points on the upper convex hull over (bitrate, VMAF), by rising bitrate.
    pub hull: Vec<usize>,
    /// The rungs, by falling bitrate.
    pub rungs: Vec<Rung>,
    /// Probes made, of samples and of other shots.
    pub probes: usize,
    /// What the search could not give, each as a sentence for the report.
    pub notes: Vec<String>,
}

/// One rung of a ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct Rung {
    /// Its name in file names and reports: `1080p`, `av1-1080p`; unique within the title.
    pub name: String,
    /// Codec and dynamic range.
    pub format: Format,
    /// Encoded size.
    pub size: Size,
    /// Encoder quality of the film as a whole: that of the samples, from which each shot departs as its slope asks.
    pub crf: Crf,
    /// Encoder quality to begin with, for each shot.
    pub shot_crfs: Vec<Crf>,
    /// VMAF that the rung aims at (0 to 100).
    pub vmaf_target: f64,
    /// VMAF expected to be gained by lowering the CRF of all shots by 1.
    pub vmaf_per_crf: f64,
    /// Bitrate expected from the trials, in bits per second.
    pub bitrate_bps_expected: f64,
    /// Cap on the bitrate (VBV maximum rate) in bits per second.
    pub bitrate_bps_max: u64,
}
