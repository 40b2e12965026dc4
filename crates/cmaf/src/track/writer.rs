//! Writes a track file, at once or segment by segment: the only place where media bytes pass through this crate.
//!
//! They pass through a window, so that the memory that writing takes does not grow with the file.
//! A segment that fits into the window is read once; of a longer one that is protected, all samples are read to be
//! mapped and again to be encrypted. Where bytes come from is said by [`Source`].

mod window;

pub use window::{Source, WINDOW_BYTES};

use super::{
    CutError, Description, SEGMENT_BYTES_MAX, SEGMENT_SAMPLES_MAX, Sample, Time, fragment, header, index,
    times,
};
use crate::cenc::{MapError, Protection, Protector};
use media::package::{SegmentSpan, TrackIndex};
use media::{ByteRange, FrameRange};
use std::fmt;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use window::{Window, batches, total};

/// Why a track is not written.
#[derive(Debug)]
pub enum WriteError {
    /// The track cannot be cut into these segments.
    Cut(CutError),
    /// Sample number `sample`, counted from 0 over the track, cannot be protected.
    Map {
        /// The sample.
        sample: u64,
        /// What of it cannot be read.
        error: MapError,
    },
    /// The headers of the track's sample entry cannot be read.
    Entry(MapError),
    /// The track is to be protected by no key.
    NoKey,
    /// There are more or fewer segments than were announced.
    Count {
        /// Announced.
        expected: usize,
        /// Written.
        written: usize,
    },
    /// A file failed.
    Io(io::Error),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut(error) => error.fmt(f),
            Self::Map { sample, error } => write!(f, "sample {sample} cannot be encrypted: {error}"),
            Self::Entry(error) => write!(f, "the track cannot be encrypted: {error}"),
            Self::NoKey => f.write_str("the track is to be encrypted, and no key is given"),
            Self::Count { expected, written } => {
                write!(f, "{written} segments were written of a track of {expected}")
            }
            Self::Io(error) => write!(f, "samples cannot be copied: {error}"),
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Map { error, .. } | Self::Entry(error) => Some(error),
            Self::Io(error) => Some(error),
            Self::Cut(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> WriteError {
        WriteError::Io(error)
    }
}

impl From<CutError> for WriteError {
    fn from(error: CutError) -> WriteError {
        WriteError::Cut(error)
    }
}

/// Writes the whole track whose `samples`, in decoding order, are cut into `segments`: ranges of sample numbers that cover
/// all of them in order. `out` stands at the start of the file.
///
/// # Errors
/// Those of [`times`] and of [`TrackWriter`].
pub fn write(
    out: impl Write + Seek,
    description: &Description,
    samples: &[Sample],
    segments: &[FrameRange],
    protection: Option<Protection>,
    source: &mut impl Source,
) -> Result<TrackIndex, WriteError> {
    let times = times(description, samples, segments)?;
    let extent = Extent::of(&times);
    let mut writer = TrackWriter::new(out, description, extent, protection)?;
    for (segment, time) in segments.iter().zip(times) {
        writer.segment(&samples[segment.start as usize..segment.end as usize], time, source)?;
    }
    writer.finish()
}

/// What has to be known of a track before its first segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Ticks presented.
    pub duration: u64,
    /// Number of segments.
    pub segments: usize,
}

impl Extent {
    /// Of all segments, by their times.
    pub fn of(times: &[Time]) -> Extent {
        let duration = times.last().map_or(0, |last| last.start + u64::from(last.duration));
        Extent { duration, segments: times.len() }
    }
}

/// A track file in the making. The segment index comes before the segments, so its place is kept and filled at the end.
pub struct TrackWriter<W> {
    out: W,
    timescale: u32,
    rolls: bool,
    expected: usize,
    chunk_ticks: Option<u32>,
    ntp: Option<u64>,
    /// Fragments written.
    fragments: u32,
    protector: Option<Protector>,
    window: Window,
    samples_written: u64,
    references: Vec<index::Reference>,
    index: TrackIndex,
    at: u64,
}

impl<W: Write + Seek> TrackWriter<W> {
    /// Writes the header. `out` stands at the start of the file.
    ///
    /// # Errors
    /// Where the track cannot be protected, or `out` cannot be written.
    pub fn new(
        mut out: W,
        description: &Description,
        extent: Extent,
        protection: Option<Protection>,
    ) -> Result<TrackWriter<W>, WriteError> {
        if protection.as_ref().is_some_and(|protection| protection.periods.is_empty()) {
            return Err(WriteError::NoKey);
        }
        let header = header::write(description, extent.duration, protection.as_ref());
        let protector = match protection {
            Some(protection) => {
                Some(Protector::new(&description.entry, protection).map_err(WriteError::Entry)?)
            }
            None => None,
        };
        let place = index::write(description.timescale, &vec![index::Reference::default(); extent.segments]);
        out.write_all(&header)?;
        out.write_all(&place)?;
        let header = ByteRange { offset: 0, length: header.len() as u64 };
        let sidx = ByteRange { offset: header.end(), length: place.len() as u64 };
        let index = TrackIndex { timescale: description.timescale, header, sidx, segments: Vec::new() };
        Ok(TrackWriter {
            out,
            timescale: description.timescale,
            rolls: description.roll_samples > 0,
            expected: extent.segments,
            chunk_ticks: None,
            ntp: None,
            fragments: 0,
            protector,
            window: Window::default(),
            samples_written: 0,
            references: Vec::with_capacity(extent.segments),
            at: sidx.end(),
            index,
        })
    }

    /// Has each segment written in chunks (CMAF 7.3.2.3), so that a player can be given its beginning before its end is
    /// known: the shortest runs of samples that last `chunk_ticks`, and what is left.
    pub fn with_chunks(mut self, chunk_ticks: u32) -> TrackWriter<W> {
        self.chunk_ticks = Some(chunk_ticks);
        self
    }

    /// Has the time of capture written before each chunk: `ntp` is that of tick 0 of the media's timeline, in the format of
    /// RFC 5905 (32 bits of seconds since 1900, 32 bits of fractions).
    pub fn with_reference_time(mut self, ntp: u64) -> TrackWriter<W> {
        self.ntp = Some(ntp);
        self
    }

    /// Writes the next segment, of at least one sample.
    ///
    /// # Errors
    /// Where a sample cannot be read or protected, the segment is too large, or `out` cannot be written.
    pub fn segment(
        &mut self,
        samples: &[Sample],
        time: Time,
        source: &mut impl Source,
    ) -> Result<(), WriteError> {
        let segment = self.references.len();
        match samples.len() as u64 {
            0 => return Err(CutError::Cover { segment }.into()),
            1..=SEGMENT_SAMPLES_MAX => {}
            _ => return Err(CutError::TooLarge { segment }.into()),
        }
        let fits = total(samples) <= WINDOW_BYTES;
        if self.protector.is_some() {
            self.map(segment, samples, source)?;
        } else if fits {
            self.window.load(samples, source)?;
        }
        let chunks = chunks(samples, self.chunk_ticks);
        let heads: Vec<Vec<u8>> = chunks.iter().map(|chunk| self.head(segment, samples, chunk)).collect();
        let bytes = total(samples) as u64 + heads.iter().map(|head| head.len() as u64).sum::<u64>();
        if bytes > SEGMENT_BYTES_MAX {
            return Err(CutError::TooLarge { segment }.into());
        }
        let mut loaded = 0;
        for (chunk, head) in chunks.into_iter().zip(&heads) {
            self.out.write_all(head)?;
            if fits {
                let end = loaded + total(&samples[chunk.clone()]);
                self.pass(&samples[chunk], loaded..end)?;
                loaded = end;
                continue;
            }
            for batch in batches(&samples[chunk.clone()]) {
                let batch = &samples[chunk.clone()][batch];
                self.window.load(batch, source)?;
                self.pass(batch, 0..total(batch))?;
            }
        }
        self.samples_written += samples.len() as u64;
        self.references.push(index::Reference { bytes: bytes as u32, duration: time.duration });
        self.index.segments.push(SegmentSpan {
            start: time.start,
            duration: time.duration.into(),
            bytes: ByteRange { offset: self.at, length: bytes },
            first_sample_end: heads.first().map_or(0, |head| head.len() as u64)
                + samples.first().map_or(0, |sample| u64::from(sample.size)),
        });
        self.at += bytes;
        Ok(())
    }

    /// Maps the samples of a segment; those of one that fits stay in the window.
    fn map(
        &mut self,
        segment: usize,
        samples: &[Sample],
        source: &mut impl Source,
    ) -> Result<(), WriteError> {
        let Some(protector) = &mut self.protector else { return Ok(()) };
        protector.begin(segment);
        let mut number = self.samples_written;
        for batch in batches(samples) {
            let batch = &samples[batch];
            self.window.load(batch, source)?;
            let mut rest = self.window.bytes_mut();
            for sample in batch {
                let (bytes, after) = rest.split_at_mut(sample.size as usize);
                protector.map(bytes).map_err(|error| WriteError::Map { sample: number, error })?;
                (rest, number) = (after, number + 1);
            }
        }
        Ok(())
    }

    /// What stands before the samples of a chunk: the time of capture, `moof`, and the header of `mdat`.
    fn head(&mut self, segment: usize, samples: &[Sample], chunk: &Range<usize>) -> Vec<u8> {
        let info = self.protector.as_ref().map(|protector| protector.fragment(segment, chunk.clone()));
        let samples = &samples[chunk.clone()];
        self.fragments += 1;
        let (moof, _) = fragment::write(self.fragments, samples, self.rolls, info.as_ref());
        let time = self.ntp.map(|ntp| fragment::reference_time(ntp, samples, self.timescale));
        time.unwrap_or_default().into_iter().chain(moof).collect()
    }

    /// Encrypts the samples that lie at `place` in the window, and writes them.
    fn pass(&mut self, samples: &[Sample], place: Range<usize>) -> io::Result<()> {
        let bytes = &mut self.window.bytes_mut()[place];
        if let Some(protector) = &mut self.protector {
            let mut rest = &mut bytes[..];
            for sample in samples {
                let (bytes, after) = rest.split_at_mut(sample.size as usize);
                protector.encrypt(bytes);
                rest = after;
            }
        }
        self.out.write_all(bytes)
    }

    /// Writes the segment index to its place; gives where all lies.
    ///
    /// # Errors
    /// Where not all segments were written, or `out` cannot be.
    pub fn finish(mut self) -> Result<TrackIndex, WriteError> {
        if self.references.len() != self.expected {
            return Err(WriteError::Count { expected: self.expected, written: self.references.len() });
        }
        self.out.seek(SeekFrom::Start(self.index.sidx.offset))?;
        self.out.write_all(&index::write(self.timescale, &self.references))?;
        self.out.flush()?;
        Ok(self.index)
    }
}

/// The samples in the shortest runs that last so many ticks.
fn chunks(samples: &[Sample], ticks: Option<u32>) -> Vec<Range<usize>> {
    let Some(ticks) = ticks else { return vec![Range { start: 0, end: samples.len() }] };
    let (mut chunks, mut start, mut lasts) = (Vec::new(), 0, 0u64);
    for (number, sample) in samples.iter().enumerate() {
        lasts += u64::from(sample.duration);
        if lasts >= u64::from(ticks) || number + 1 == samples.len() {
            chunks.push(start..number + 1);
            (start, lasts) = (number + 1, 0);
        }
    }
    chunks
}
