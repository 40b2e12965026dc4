//! Splice: the sample tables of encoded files, joined into one timeline.
//!
//! Video comes as one file for each shot and becomes one track without a seam; audio comes whole. Here all is
//! checked that a player would stumble over: frame counts, parameter sets, and that each frame is shown
//! exactly once.

mod copied;
mod error;

pub use copied::{CopyError, copied};
pub use error::SpliceError;

use crate::entry::{SampleEntry, opus};
use crate::read::{self, Handler};
use crate::timeline::Timeline;
use crate::track::{Description, Edit, Sample};
use media::{Cadence, FrameRate};

/// One shot of a film, encoded to a file of its own.
#[derive(Debug, Clone, Copy)]
pub struct Shot<'a> {
    /// What the file holds.
    pub movie: &'a read::Movie,
    /// Frames that the shot has in the film; the file holds those that the track's cadence leaves.
    pub frames: u64,
}

/// A track on its own timeline, ready for [`crate::track::writer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spliced {
    /// What the track is.
    pub description: Description,
    /// Its samples in decoding order; for video, sample `n` of a closed group of pictures that begins at
    /// frame `n`.
    pub samples: Vec<Sample>,
}

/// Joins the shots of a film, in order, into one track of constant frame rate.
///
/// Frame `n` of the film is shown at `n` frame durations, and decoding times run on from shot to shot. Where frames
/// are reordered, all are composed later by the encoder's delay, and an edit takes that delay away.
///
/// # Errors
/// Where the shots do not fit together, or a file is not what its shot should be.
pub fn video(shots: &[Shot<'_>], rate: FrameRate) -> Result<Spliced, SpliceError> {
    video_of(shots, rate, Cadence::Full)
}

/// Joins the shots of a film of `rate` of which each file holds the frames that `cadence` leaves. In the film's own ticks,
/// so that tracks of all cadences cut from shot to shot at the same one: a shot's last frame ends with the shot.
///
/// # Errors
/// Those of [`video`].
pub fn video_of(shots: &[Shot<'_>], rate: FrameRate, cadence: Cadence) -> Result<Spliced, SpliceError> {
    let timeline = Timeline::of(rate).ok_or(SpliceError::Rate(rate))?;
    let entry = &only_track(shots.first().ok_or(SpliceError::NoShots)?.movie, Handler::Video, 0)?.entry;
    let mut samples: Vec<Sample> = Vec::new();
    let mut start = 0;
    for (number, shot) in shots.iter().enumerate() {
        let track = only_track(shot.movie, Handler::Video, number)?;
        if track.entry != *entry {
            return Err(SpliceError::EntryDiffers { shot: number });
        }
        let order = presentation_order(track, number, cadence.left(shot.frames), cadence.rate(rate))?;
        let mut decoded = start;
        for (sample, (read, frame)) in track.samples.iter().zip(order).enumerate() {
            let shown = frame * cadence.step();
            let frames = cadence.step().min(shot.frames - shown);
            let on_film = place(read, number, (decoded, start + shown, frames), timeline);
            samples.push(on_film.ok_or(SpliceError::OffGrid { shot: number, sample })?);
            decoded += frames;
        }
        start += shot.frames;
    }
    let (entry, timescale) = (entry.clone(), timeline.timescale);
    let edit = delay(&mut samples);
    let description = Description { entry, timescale, language: None, edit, roll_samples: 0 };
    Ok(Spliced { description, samples })
}

/// Delays the composition of all samples by as much as the most negative offset, and edits that delay out again.
///
/// Negative offsets would say the same without an edit, but ffmpeg and the players built on it show such fragments
/// late by the largest of them, and so picture and sound apart.
fn delay(samples: &mut [Sample]) -> Option<Edit> {
    let earliest = samples.iter().map(|sample| sample.composition_offset).min().unwrap_or(0);
    let delay = 0i32.saturating_sub(earliest).max(0);
    for sample in samples.iter_mut() {
        sample.composition_offset = sample.composition_offset.saturating_add(delay);
    }
    let duration = samples.iter().map(|sample| u64::from(sample.duration)).sum();
    (delay > 0).then_some(Edit { media_time: delay.unsigned_abs().into(), duration })
}

/// Takes over the one track of `movie` as it is, whatever it holds, its times and its edit list included.
///
/// # Errors
/// Where the file has not exactly one track, its edit list does more than move the start, or composition offsets need
/// more than 32 bits.
pub fn whole(movie: &read::Movie) -> Result<Spliced, SpliceError> {
    let [track] = &movie.tracks[..] else {
        return Err(SpliceError::Tracks { shot: 0 });
    };
    let edit = audio_edit(movie, track)?;
    let (entry, timescale, roll_samples) = (track.entry.clone(), track.timescale, roll_samples(track));
    let place = |(number, sample): (usize, &read::Sample)| {
        let offset = i32::try_from(sample.composition_offset);
        Ok(Sample {
            source: 0,
            offset: sample.offset,
            size: sample.size,
            dts: sample.dts,
            composition_offset: offset.map_err(|_| SpliceError::OffGrid { shot: 0, sample: number })?,
            duration: sample.duration,
            sync: sample.sync,
        })
    };
    let samples = track.samples.iter().enumerate().map(place).collect::<Result<_, _>>()?;
    Ok(Spliced { description: Description { entry, timescale, language: None, edit, roll_samples }, samples })
}

/// Takes over the one audio track of `movie` as it is. Its edit list becomes the track's: the encoder's delay
/// is cut off in front, and its padding behind.
///
/// # Errors
/// Where the file has not exactly one audio track, or one that does not start at the film's start.
pub fn audio(movie: &read::Movie) -> Result<Spliced, SpliceError> {
    let track = only_track(movie, Handler::Audio, 0)?;
    let edit = audio_edit(movie, track)?;
    let samples = track.samples.iter().map(|sample| Sample {
        source: 0,
        offset: sample.offset,
        size: sample.size,
        dts: sample.dts,
        composition_offset: 0,
        duration: sample.duration,
        sync: sample.sync,
    });
    let samples = samples.collect();
    let (entry, timescale) = (track.entry.clone(), track.timescale);
    let roll_samples = roll_samples(track);
    Ok(Spliced { description: Description { entry, timescale, language: None, edit, roll_samples }, samples })
}

/// Frames of sound that must be decoded before one for that one to be right.
fn roll_samples(track: &read::Track) -> u16 {
    let frame_ticks = track.samples.first().map_or(0, |sample| sample.duration).max(1);
    match track.entry {
        SampleEntry::Opus(_) => opus::PRE_ROLL_TICKS.div_ceil(frame_ticks) as u16, // at most 3840
        _ => 0,
    }
}

fn only_track(movie: &read::Movie, handler: Handler, shot: usize) -> Result<&read::Track, SpliceError> {
    let mut tracks = movie.tracks.iter().filter(|track| track.handler == handler);
    match (tracks.next(), tracks.next()) {
        (Some(track), None) if track.entry.handler() == handler => Ok(track),
        _ => Err(SpliceError::Tracks { shot }),
    }
}

/// First tick that a track presents.
fn media_time(track: &read::Track, shot: usize) -> Result<u64, SpliceError> {
    match track.edits[..] {
        [] => Ok(0),
        [read::Edit { media_time: Some(media_time), .. }] => Ok(media_time),
        _ => Err(SpliceError::Edits { shot }),
    }
}

/// For each sample, in decoding order, the frame of the shot that it is: each of the shot's frames once.
fn presentation_order(
    track: &read::Track,
    shot: usize,
    frames: u64,
    rate: FrameRate,
) -> Result<Vec<u64>, SpliceError> {
    let found = track.samples.len() as u64;
    if found != frames {
        return Err(SpliceError::FrameCount { shot, expected: frames, found });
    }
    let media_time = media_time(track, shot)?;
    let mut seen = vec![false; track.samples.len()];
    let mut order = Vec::with_capacity(track.samples.len());
    for (number, sample) in track.samples.iter().enumerate() {
        let ticks = i128::from(sample.pts()) - i128::from(media_time);
        let frame = whole_frame(ticks, track.timescale, rate).filter(|frame| *frame < frames);
        let frame = frame.ok_or(SpliceError::OffGrid { shot, sample: number })?;
        if std::mem::replace(&mut seen[frame as usize], true) {
            return Err(SpliceError::Repeated { shot, frame });
        }
        order.push(frame);
    }
    if order.first() != Some(&0) || !track.samples[0].sync {
        return Err(SpliceError::FirstFrame { shot });
    }
    check_closed(track, shot, &order)?;
    Ok(order)
}

/// Every keyframe begins a closed group of pictures: nothing that is decoded after it is shown before it. Of HEVC, MP4
/// files mark CRA pictures as keyframes too, after which decoding can start only with a gap.
fn check_closed(track: &read::Track, shot: usize, order: &[u64]) -> Result<(), SpliceError> {
    let mut earliest = u64::MAX;
    for (number, (sample, frame)) in track.samples.iter().zip(order).enumerate().rev() {
        if sample.sync && earliest < *frame {
            return Err(SpliceError::OpenGroup { shot, sample: number });
        }
        earliest = earliest.min(*frame);
    }
    Ok(())
}

/// The frame that is shown at exactly `ticks`.
fn whole_frame(ticks: i128, timescale: u32, rate: FrameRate) -> Option<u64> {
    let scaled = ticks * i128::from(rate.num);
    let frame_scaled = i128::from(timescale) * i128::from(rate.den);
    (scaled % frame_scaled == 0).then(|| u64::try_from(scaled / frame_scaled).ok())?
}

/// A sample that is decoded when the film's frame `decoded` begins and shown when `shown` does, for as long as `frames` of
/// them; `None` where its times do not fit.
fn place(
    sample: &read::Sample,
    source: usize,
    (decoded, shown, frames): (u64, u64, u64),
    timeline: Timeline,
) -> Option<Sample> {
    let frame_ticks = i64::from(timeline.frame_ticks);
    let early = (shown as i64 - decoded as i64).checked_mul(frame_ticks)?;
    Some(Sample {
        source,
        offset: sample.offset,
        size: sample.size,
        dts: decoded.checked_mul(timeline.frame_ticks.into())?,
        composition_offset: i32::try_from(early).ok()?,
        duration: u32::try_from(frames).ok()?.checked_mul(timeline.frame_ticks)?,
        sync: sample.sync,
    })
}

/// What of an audio track is presented; `None` where all is.
///
/// The file states the edit's duration in ticks of the movie, which are often milliseconds. Where it agrees
/// with the end of the samples as far as those ticks can tell, the samples' end is exact and taken.
fn audio_edit(movie: &read::Movie, track: &read::Track) -> Result<Option<Edit>, SpliceError> {
    let media_time = media_time(track, 0)?;
    let end: u64 = track.samples.last().map_or(0, |last| last.dts + u64::from(last.duration));
    let left = end.checked_sub(media_time).filter(|left| *left > 0).ok_or(SpliceError::Edits { shot: 0 })?;
    let stated = track.edits.first().map_or(0, |edit| edit.duration);
    let to_ticks = |movie_ticks: u64| {
        u128::from(movie_ticks) * u128::from(track.timescale) / u128::from(movie.timescale)
    };
    let ends_early = stated > 0 && to_ticks(stated.saturating_add(1)) < u128::from(left);
    let duration = if ends_early { to_ticks(stated) as u64 } else { left };
    Ok((media_time > 0 || ends_early).then_some(Edit { media_time, duration }))
}

#[cfg(test)]
mod tests;
