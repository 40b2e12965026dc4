//! Sound whose coded frames were made elsewhere, placed against the picture without touching one of them.
//!
//! Frames wholly before or after the picture are left out, and an edit cuts what remains to the sample. CMAF tracks begin
//! at the film's start (ISO/IEC 23000-19, 7.5.13 knows no empty edit), so sound that begins later cannot be placed,
//! but for a lateness that nobody hears.

use super::{Spliced, only_track};
use crate::read::{self, Handler};
use crate::track::{Description, Edit, Sample};
use std::fmt;

/// Whole frames kept before the one that is heard first: transform codecs overlap each frame with the next, so the first
/// that is decoded is not right.
const PRE_ROLL_FRAMES: u64 = 1;

/// Most seconds by which sound may begin late: it is then played as much too early, which nobody perceives below 45 ms
/// (ITU-R BT.1359-1, 2.1).
const LATE_MAX_S: f64 = 0.016;

/// Why the frames of a stream cannot be placed. Samples are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CopyError {
    /// The file has not exactly one sound track, or no sample in it.
    Track,
    /// The edit list does more than move the start.
    Edits,
    /// A frame is longer or shorter than those before it: the stream has a gap, or its times are wrong.
    Irregular {
        /// Number of the sample.
        sample: usize,
    },
    /// Sound begins too long after the picture.
    Late {
        /// Seconds after the picture's start.
        seconds: f64,
    },
    /// All sound lies before or after the picture.
    Outside,
}

impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Track => f.write_str("the copy has not exactly one sound track"),
            Self::Edits => f.write_str("its edit list does more than move its start"),
            Self::Irregular { sample } => write!(f, "its times have a gap after frame {sample}"),
            Self::Late { seconds } => write!(f, "it begins {seconds:.3} s after the picture"),
            Self::Outside => f.write_str("none of it is heard with the picture"),
        }
    }
}

impl std::error::Error for CopyError {}

/// Takes over the frames of the one sound track of `movie` that are heard with a picture of `duration_s` seconds, which
/// begins at the movie's start.
///
/// # Errors
/// Where the frames cannot be placed as they are; the sound must then be encoded.
pub fn copied(movie: &read::Movie, duration_s: f64) -> Result<Spliced, CopyError> {
    let track = only_track(movie, Handler::Audio, 0).map_err(|_| CopyError::Track)?;
    let frame_ticks = regular(&track.samples)?;
    let origin = origin(movie, track)?;
    let late_s = origin as f64 / f64::from(track.timescale);
    if late_s > LATE_MAX_S {
        return Err(CopyError::Late { seconds: late_s });
    }
    let early = origin.min(0).unsigned_abs();
    let dropped = (early / frame_ticks).saturating_sub(PRE_ROLL_FRAMES);
    let media_time = early - dropped * frame_ticks;
    let film = (duration_s * f64::from(track.timescale)).round() as u64;
    let kept = (media_time + film).div_ceil(frame_ticks);
    let samples: Vec<Sample> = track
        .samples
        .iter()
        .skip(dropped as usize)
        .take(kept as usize)
        .enumerate()
        .map(place(frame_ticks))
        .collect();
    let end = samples.len() as u64 * frame_ticks;
    if end <= media_time || film == 0 {
        return Err(CopyError::Outside);
    }
    let duration = film.min(end - media_time);
    let edit = (media_time > 0 || media_time + duration < end).then_some(Edit { media_time, duration });
    let description = Description {
        entry: track.entry.clone(),
        timescale: track.timescale,
        language: None,
        edit,
        roll_samples: 0,
    };
    Ok(Spliced { description, samples })
}

fn place(frame_ticks: u64) -> impl Fn((usize, &read::Sample)) -> Sample {
    move |(number, sample)| Sample {
        source: 0,
        offset: sample.offset,
        size: sample.size,
        dts: number as u64 * frame_ticks,
        composition_offset: 0,
        duration: frame_ticks as u32,
        sync: true,
    }
}

/// The length that all frames have; that of the last need not be told right.
fn regular(samples: &[read::Sample]) -> Result<u64, CopyError> {
    let frame_ticks = samples.first().map_or(0, |sample| sample.duration);
    if frame_ticks == 0 {
        return Err(CopyError::Track);
    }
    let before_last = &samples[..samples.len() - 1];
    match before_last.iter().position(|sample| sample.duration != frame_ticks) {
        Some(sample) => Err(CopyError::Irregular { sample }),
        None => Ok(frame_ticks.into()),
    }
}

/// When the first sample is heard, in ticks of the track after the movie's start.
fn origin(movie: &read::Movie, track: &read::Track) -> Result<i64, CopyError> {
    let (late, media_time) = match track.edits[..] {
        [] => (0, 0),
        [read::Edit { media_time: Some(media_time), .. }] => (0, media_time),
        [read::Edit { media_time: None, duration }, read::Edit { media_time: Some(media_time), .. }] => {
            (duration, media_time)
        }
        _ => return Err(CopyError::Edits),
    };
    let late = u128::from(late) * u128::from(track.timescale) / u128::from(movie.timescale.max(1));
    let ticks = i128::try_from(late).ok().map(|late| late - i128::from(media_time));
    ticks.and_then(|ticks| i64::try_from(ticks).ok()).ok_or(CopyError::Edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::SampleEntry;
    use crate::entry::eac3::Eac3Entry;
    use crate::read::{Movie, Track};

    const FRAME: u32 = 1536;

    /// `frames` frames of 32 ms under these edits: (duration in milliseconds, first tick).
    fn movie(frames: u64, edits: &[(u64, Option<u64>)]) -> Movie {
        let sample = |number| read::Sample {
            offset: 100 * number,
            size: 100,
            dts: number * u64::from(FRAME),
            composition_offset: 0,
            duration: FRAME,
            sync: true,
        };
        let entry = Eac3Entry {
            channels: 6,
            sample_rate_hz: 48_000,
            joc_objects: None,
            config: vec![0x0c, 0x00, 0x20, 0x0f, 0x00],
        };
        let edit = |&(duration, media_time): &(u64, Option<u64>)| read::Edit { duration, media_time };
        let track = Track {
            id: 1,
            handler: Handler::Audio,
            timescale: 48_000,
            entry: SampleEntry::Eac3(entry),
            edits: edits.iter().map(edit).collect(),
            samples: (0..frames).map(sample).collect(),
        };
        Movie { timescale: 1000, tracks: vec![track] }
    }

    /// First byte of the first sample, number of samples, and the edit as (first tick, ticks).
    type Placed = (u64, usize, Option<(u64, u64)>);

    #[track_caller]
    fn check(
        frames: u64,
        edits: &[(u64, Option<u64>)],
        duration_s: f64,
        expected: Result<Placed, CopyError>,
    ) {
        let placed = copied(&movie(frames, edits), duration_s).map(|spliced| {
            let edit = spliced.description.edit.map(|edit| (edit.media_time, edit.duration));
            assert!(spliced.samples.iter().enumerate().all(|(n, s)| s.dts == n as u64 * u64::from(FRAME)));
            (spliced.samples[0].offset, spliced.samples.len(), edit)
        });
        assert_eq!(placed, expected);
    }

    #[test]
    fn frames_are_placed_against_the_picture() {
        check(100, &[], 3.2, Ok((0, 100, None)));
        check(50, &[], 3.2, Ok((0, 50, None))); // sound ends before the picture
        check(100, &[], 1.6, Ok((0, 50, None))); // 50 frames of 32 ms
        check(100, &[], 1.61, Ok((0, 51, Some((0, 77_280)))));
        check(100, &[(3000, Some(256))], 1.6, Ok((0, 51, Some((256, 76_800))))); // an encoder's delay
        check(100, &[(3000, Some(1536))], 1.6, Ok((0, 51, Some((1536, 76_800))))); // one frame of pre-roll
        check(100, &[(3000, Some(4000))], 1.6, Ok((100, 52, Some((2464, 76_800))))); // 2.6 frames early: the first is not kept
        check(100, &[(10, None), (3000, Some(0))], 1.6, Ok((0, 50, None))); // 10 ms late
        check(100, &[(10, None), (3000, Some(480))], 1.6, Ok((0, 50, None))); // late by as much as is cut off
    }

    #[test]
    fn what_cannot_be_placed_is_told() {
        check(100, &[(500, None), (3000, Some(0))], 1.6, Err(CopyError::Late { seconds: 0.5 }));
        check(10, &[(3000, Some(48_000))], 1.6, Err(CopyError::Outside));
        check(10, &[], 0.0, Err(CopyError::Outside));
        check(0, &[], 1.6, Err(CopyError::Track));
        check(10, &[(1, Some(0)), (1, Some(9))], 1.6, Err(CopyError::Edits));
        let mut gap = movie(10, &[]);
        gap.tracks[0].samples[4].duration = 5000;
        assert_eq!(copied(&gap, 1.6).unwrap_err(), CopyError::Irregular { sample: 4 });
    }
}
