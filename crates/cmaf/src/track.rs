//! A single-file CMAF track (ISO/IEC 23000-19, 7.3.3): CMAF header, one segment index, one fragment for each segment.
//!
//! Owns what a track is ([`Description`], [`Sample`]) and when its segments are presented ([`times`]). It is written by
//! [`writer`]: at once, or segment by segment.
//!
//! There is no `styp` box: it tells the type of a segment stored in a file of its own (clause 8.16.2), and
//! here all segments share the file whose `ftyp` says it.

pub(crate) mod header;
pub(crate) mod fragment;
mod index;
pub mod writer;

use crate::entry::SampleEntry;
use media::FrameRange;
use std::fmt;

/// Most samples of one segment: at a thousand a second, more than a minute.
pub const SEGMENT_SAMPLES_MAX: u64 = 65_536;

/// Most segments: `reference_count` of the segment index has 16 bits (clause 8.16.3). At 2 s each, 36 hours.
pub const SEGMENTS_MAX: usize = u16::MAX as usize;

/// Most bytes of a segment: `referenced_size` of the segment index has 31 bits (clause 8.16.3).
pub const SEGMENT_BYTES_MAX: u64 = i32::MAX as u64;

/// Bytes of the `mdat` header before a segment's samples.
const MDAT_HEAD_BYTES: u64 = 8;

/// What a track is, apart from its samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// What a decoder must know first.
    pub entry: SampleEntry,
    /// Ticks per second of all times.
    pub timescale: u32,
    /// BCP 47 language, where known.
    pub language: Option<String>,
    /// The part of the samples that is presented; all of them where `None`.
    pub edit: Option<Edit>,
    /// Samples to decode before one for that one to be right (clause 10.1); 0 where each sync sample is at once.
    pub roll_samples: u16,
}

/// The presented part of a track: an encoder's delay before it and its padding after it are cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit {
    /// Ticks before the first that is presented.
    pub media_time: u64,
    /// Ticks presented.
    pub duration: u64,
}

/// A sample on the track's timeline, and where its bytes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Index of the file that has the bytes, in the order in which the files were given to [`crate::splice`].
    pub source: usize,
    /// First byte in that file.
    pub offset: u64,
    /// Number of bytes.
    pub size: u32,
    /// Decoding time in ticks.
    pub dts: u64,
    /// Composition time less decoding time, in ticks.
    pub composition_offset: i32,
    /// Ticks until the next sample's decoding time.
    pub duration: u32,
    /// Whether decoding can start here.
    pub sync: bool,
}

impl Sample {
    /// Composition time in ticks.
    pub fn pts(&self) -> i64 {
        self.dts as i64 + i64::from(self.composition_offset)
    }
}

/// Why a track cannot be cut so. Segments are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutError {
    /// The segments leave samples out, overlap, or are empty.
    Cover {
        /// First segment that does not begin where the one before ends, or is empty.
        segment: usize,
    },
    /// More than [`SEGMENTS_MAX`] segments.
    TooManySegments,
    /// More than [`SEGMENT_SAMPLES_MAX`] samples or [`SEGMENT_BYTES_MAX`] bytes.
    TooLarge {
        /// The segment.
        segment: usize,
    },
    /// Decoding cannot start at the segment's first sample.
    NotSync {
        /// The segment.
        segment: usize,
    },
    /// The segment shows a sample before its first one or after the next segment's first one.
    Open {
        /// The segment.
        segment: usize,
    },
    /// The segment presents nothing, or more than 2^32 ticks.
    Duration {
        /// The segment.
        segment: usize,
    },
}

impl fmt::Display for CutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cover { segment } => {
                write!(f, "segment {segment} is empty or does not join its neighbours")
            }
            Self::TooManySegments => write!(f, "more than {SEGMENTS_MAX} segments"),
            Self::TooLarge { segment } => write!(f, "segment {segment} has too many samples or bytes"),
            Self::NotSync { segment } => write!(f, "segment {segment} does not start at a keyframe"),
            Self::Open { segment } => write!(f, "segment {segment} shows frames beyond its boundaries"),
            Self::Duration { segment } => write!(f, "segment {segment} presents nothing, or too much"),
        }
    }
}

impl std::error::Error for CutError {}

fn slice<'a>(samples: &'a [Sample], range: &FrameRange) -> &'a [Sample] {
    &samples[range.start as usize..range.end as usize]
}

fn check_cover(samples: &[Sample], segments: &[FrameRange]) -> Result<(), CutError> {
    if segments.len() > SEGMENTS_MAX {
        return Err(CutError::TooManySegments);
    }
    let mut next = 0;
    for (segment, range) in segments.iter().enumerate() {
        if range.start != next || range.is_empty() || range.end > samples.len() as u64 {
            return Err(CutError::Cover { segment });
        }
        if range.len() > SEGMENT_SAMPLES_MAX {
            return Err(CutError::TooLarge { segment });
        }
        next = range.end;
    }
    if next != samples.len() as u64 || segments.is_empty() {
        return Err(CutError::Cover { segment: segments.len() });
    }
    Ok(())
}

/// When a segment is presented, in ticks after the edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// First tick.
    pub start: u64,
    /// Ticks.
    pub duration: u32,
}

/// When each segment is presented: from its first sample to the next segment's. `segments` are ranges of sample numbers
/// that cover all `samples`, which are in decoding order.
///
/// # Errors
/// Where the segments do not cover the samples, cannot be decoded each on its own, or are beyond a limit.
pub fn times(
    description: &Description,
    samples: &[Sample],
    segments: &[FrameRange],
) -> Result<Vec<Time>, CutError> {
    check_cover(samples, segments)?;
    let end = samples.iter().map(|sample| sample.pts() + i64::from(sample.duration)).max().unwrap_or(0);
    let first_pts =
        |segment: usize| segments.get(segment).map_or(end, |range| slice(samples, range)[0].pts());
    let media_time = description.edit.map_or(0, |edit| edit.media_time);
    let edited = |pts: i64| (pts.max(0) as u64).saturating_sub(media_time);
    let mut times = Vec::with_capacity(segments.len());
    for (segment, range) in segments.iter().enumerate() {
        let own = slice(samples, range);
        let shown = first_pts(segment)..first_pts(segment + 1);
        if !own[0].sync {
            return Err(CutError::NotSync { segment });
        }
        if own.iter().any(|sample| !shown.contains(&sample.pts())) {
            return Err(CutError::Open { segment });
        }
        let last = segment + 1 == segments.len();
        let end = description.edit.filter(|_| last).map_or(edited(shown.end), |edit| edit.duration);
        let start = edited(shown.start);
        let duration = end.checked_sub(start).and_then(|ticks| u32::try_from(ticks).ok());
        let duration = duration.filter(|ticks| *ticks > 0).ok_or(CutError::Duration { segment })?;
        times.push(Time { start, duration });
    }
    Ok(times)
}

#[cfg(test)]
mod tests;
