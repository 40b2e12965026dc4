//! Track files: has `cmaf` write them, and remembers where what lies in them.
//!
//! Owns where the samples of a track come from, encodes or a clear track, and the record of a track's index. Memory is
//! bounded by the sample tables: media bytes pass through in pieces.

use anyhow::{Context as _, bail};
use cmaf::cenc::Protection;
use cmaf::entry::SampleEntry;
use cmaf::read::{self, Movie, fragmented};
use cmaf::splice::Spliced;
use cmaf::track::Time;
use cmaf::track::writer::{self, Extent, TrackWriter};
use media::package::{SegmentSpan, TrackIndex};
use media::{ByteRange, FrameRange};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufReader};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Reads the sample tables of encoded files.
pub fn read_movies(sources: &[PathBuf]) -> anyhow::Result<Vec<Movie>> {
    let movie = |path: &PathBuf| {
        let doing = || format!("reading the encode {}", path.display());
        let mut file = BufReader::new(File::open(path).with_context(doing)?);
        read::movie(&mut file).with_context(doing)
    };
    sources.iter().map(movie).collect()
}

/// Bytes of all frames in an encoded file.
pub fn sample_bytes(encoded: &Path) -> anyhow::Result<u64> {
    let movies = read_movies(&[encoded.to_owned()])?;
    let samples = movies.iter().flat_map(|movie| &movie.tracks).flat_map(|track| &track.samples);
    Ok(samples.map(|sample| u64::from(sample.size)).sum())
}

/// Writes the track file `output` whose samples come from `sources`, protected where it is said how.
pub fn write(
    spliced: &Spliced,
    segments: &[FrameRange],
    protection: Option<Protection>,
    sources: &[PathBuf],
    output: &Path,
) -> anyhow::Result<IndexRecord> {
    let Spliced { description, samples } = spliced;
    let mut source = Source::new(sources);
    let out = File::create(output)?;
    let index = writer::write(out, description, samples, segments, protection, &mut source)?;
    Ok(IndexRecord::new(&description.entry, &index))
}

/// Writes the track file `output`, the clear one at `clear` with `protection`; its segments are those of `index`.
pub fn rewrite(
    clear: &Path,
    index: &TrackIndex,
    protection: Protection,
    output: &Path,
) -> anyhow::Result<IndexRecord> {
    let mut file = BufReader::new(File::open(clear)?);
    let header = fragmented::track_header(&mut file)?;
    if header.fragments.len() != index.segments.len() {
        bail!("it has {} fragments, not {} segments", header.fragments.len(), index.segments.len());
    }
    let extent = Extent { duration: header.duration, segments: index.segments.len() };
    let mut writer = TrackWriter::new(File::create(output)?, &header.description, extent, Some(protection))?;
    let clear = [clear.to_owned()];
    let mut source = Source::new(&clear);
    for (range, span) in header.fragments.iter().zip(&index.segments) {
        let fragment = fragmented::fragment(&mut file, &header, *range)?;
        let duration = u32::try_from(span.duration).context("a segment is longer than 32 bits of ticks")?;
        writer.segment(&fragment.samples, Time { start: span.start, duration }, &mut source)?;
    }
    Ok(IndexRecord::new(&header.description.entry, &writer.finish()?))
}

/// The files that samples come from, of which the one is open that was last read: samples come file by file.
struct Source<'a> {
    paths: &'a [PathBuf],
    open: Option<(usize, File)>,
}

impl<'a> Source<'a> {
    fn new(paths: &'a [PathBuf]) -> Source<'a> {
        Source { paths, open: None }
    }
}

impl writer::Source for Source<'_> {
    fn read(&mut self, source: usize, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let file = match &mut self.open {
            Some((open, file)) if *open == source => file,
            _ => {
                let none = || io::Error::other("a sample comes from a file that was not given");
                let file = File::open(self.paths.get(source).ok_or_else(none)?)?;
                &mut self.open.insert((source, file)).1
            }
        };
        file.read_exact_at(into, offset)
    }
}

/// A [`TrackIndex`] as a step output.
#[derive(Debug, Serialize, Deserialize)]
pub struct IndexRecord {
    codecs: String,
    /// Of Enhanced AC-3 with objects.
    #[serde(default)]
    joc_objects: Option<u32>,
    timescale: u32,
    header: [u64; 2],
    sidx: [u64; 2],
    /// Start, duration, offset, length.
    segments: Vec<[u64; 5]>,
}

impl IndexRecord {
    /// The record of a track of `entry` with `index`.
    pub fn new(entry: &SampleEntry, index: &TrackIndex) -> IndexRecord {
        let pair = |range: ByteRange| [range.offset, range.length];
        let span =
            |s: &SegmentSpan| [s.start, s.duration, s.bytes.offset, s.bytes.length, s.first_sample_end];
        IndexRecord {
            codecs: entry.codecs(),
            joc_objects: joc_objects(entry),
            timescale: index.timescale,
            header: pair(index.header),
            sidx: pair(index.sidx),
            segments: index.segments.iter().map(span).collect(),
        }
    }

    /// The codecs parameter, the objects of the sound, and the index.
    pub fn into_index(self) -> (String, Option<u32>, TrackIndex) {
        let range = |[offset, length]: [u64; 2]| ByteRange { offset, length };
        let span = |[start, duration, offset, length, first_sample_end]: [u64; 5]| SegmentSpan {
            start,
            duration,
            bytes: ByteRange { offset, length },
            first_sample_end,
        };
        let index = TrackIndex {
            timescale: self.timescale,
            header: range(self.header),
            sidx: range(self.sidx),
            segments: self.segments.into_iter().map(span).collect(),
        };
        (self.codecs, self.joc_objects, index)
    }
}

fn joc_objects(entry: &SampleEntry) -> Option<u32> {
    match entry {
        SampleEntry::Eac3(entry) => entry.joc_objects.map(u32::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cmaf::entry::eac3::Eac3Entry;

    #[test]
    fn an_index_survives_its_record() {
        let index = TrackIndex {
            timescale: 24_000,
            header: ByteRange { offset: 0, length: 700 },
            sidx: ByteRange { offset: 700, length: 56 },
            segments: vec![SegmentSpan {
                start: 0,
                duration: 48_000,
                bytes: ByteRange { offset: 756, length: 9 },
                first_sample_end: 7,
            }],
        };
        let entry = SampleEntry::Eac3(Eac3Entry {
            channels: 6,
            sample_rate_hz: 48_000,
            joc_objects: Some(16),
            config: Vec::new(),
        });
        let record = IndexRecord::new(&entry, &index);
        let text = serde_json::to_string(&record).unwrap();
        let record: IndexRecord = serde_json::from_str(&text).unwrap();
        assert_eq!(record.into_index(), ("ec-3".to_owned(), Some(16), index));
    }
}
