//! Why encoded files do not join.

use media::FrameRate;
use std::fmt;

/// Why files cannot be joined. Shots are counted from 0, as are the frames of a shot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpliceError {
    /// There is no shot.
    NoShots,
    /// The file has not exactly one track of the kind that is joined.
    Tracks {
        /// The shot.
        shot: usize,
    },
    /// No timescale holds the frame rate.
    Rate(FrameRate),
    /// The file has more or fewer frames than the shot.
    FrameCount {
        /// The shot.
        shot: usize,
        /// Frames of the shot.
        expected: u64,
        /// Frames in the file.
        found: u64,
    },
    /// The sample entry (parameter sets, size, colour) is not byte for byte that of shot 0.
    EntryDiffers {
        /// The shot.
        shot: usize,
    },
    /// The edit list is more than the offset of the first frame.
    Edits {
        /// The shot.
        shot: usize,
    },
    /// A frame is not shown at a multiple of the frame's duration, or not within the shot.
    OffGrid {
        /// The shot.
        shot: usize,
        /// Number of the sample in decoding order.
        sample: usize,
    },
    /// Two samples are shown as the same frame, so that another one is missing.
    Repeated {
        /// The shot.
        shot: usize,
        /// The frame.
        frame: u64,
    },
    /// The shot does not start with a keyframe that is shown first.
    FirstFrame {
        /// The shot.
        shot: usize,
    },
    /// A frame that is decoded after a keyframe is shown before it.
    OpenGroup {
        /// The shot.
        shot: usize,
        /// Number of the keyframe's sample in decoding order.
        sample: usize,
    },
}

impl fmt::Display for SpliceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoShots => f.write_str("there is no shot to join"),
            Self::Tracks { shot } => write!(f, "shot {shot} has not exactly one track of the kind to join"),
            Self::Rate(rate) => write!(f, "no timescale holds {rate} frames per second"),
            Self::FrameCount { shot, expected, found } => {
                write!(f, "shot {shot} has {found} frames in its file and should have {expected}")
            }
            Self::EntryDiffers { shot } => {
                write!(
                    f,
                    "shot {shot} has other parameter sets than shot 0: encode all shots of a rung alike"
                )
            }
            Self::Edits { shot } => {
                write!(f, "shot {shot} has an edit list that does more than move its start")
            }
            Self::OffGrid { shot, sample } => {
                write!(f, "sample {sample} of shot {shot} is not shown at a frame's time")
            }
            Self::Repeated { shot, frame } => write!(f, "frame {frame} of shot {shot} is there twice"),
            Self::FirstFrame { shot } => {
                write!(f, "shot {shot} does not start with a keyframe that is shown first")
            }
            Self::OpenGroup { shot, sample } => {
                let why = "begins an open group of pictures: encode with closed ones";
                write!(f, "the keyframe at sample {sample} of shot {shot} {why}")
            }
        }
    }
}

impl std::error::Error for SpliceError {}
