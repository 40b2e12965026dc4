//! Every reader of `cmaf` on one input, and the writer on whatever they read.

use cmaf::cenc::{Key, Mapper, Period, Protection};
use cmaf::read::{self, fragmented};
use cmaf::splice::{self, Shot};
use cmaf::track::writer::{Extent, Source, TrackWriter};
use cmaf::track::{Description, Sample, Time};
use media::FrameRate;
use media::protection::{KeyId, Scheme};
use std::io::{self, Cursor};

struct Bytes<'a>(&'a [u8]);

impl Source for Bytes<'_> {
    fn read(&mut self, _source: usize, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let found = self.0.get(offset as usize..).and_then(|rest| rest.get(..into.len()));
        into.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// Reads `bytes` as everything that they could be. What it gives tells how far that went, and nothing else.
pub(crate) fn run(bytes: &[u8]) -> u64 {
    let mut way = told(&cmaf::dump::text(&mut Cursor::new(bytes)));
    let movie = read::movie(&mut Cursor::new(bytes));
    way = way.wrapping_mul(31).wrapping_add(told(&movie));
    if let Ok(movie) = movie {
        join(&movie);
        for track in movie.tracks {
            way = way.wrapping_mul(31).wrapping_add(track.samples.len() as u64);
            let one = read::Movie { timescale: movie.timescale, tracks: vec![track] };
            if let Ok(spliced) = splice::whole(&one) {
                way =
                    way.wrapping_mul(31).wrapping_add(protect(bytes, &spliced.description, &spliced.samples));
            }
        }
    }
    way.wrapping_mul(31).wrapping_add(fragments(bytes))
}

/// The error by its words, without its place.
fn told<T>(result: &Result<T, cmaf::Error>) -> u64 {
    let Err(error) = result else { return 1 };
    let text = format!("{}{:?}", error.kind, error.problem);
    text.bytes().fold(7, |sum: u64, byte| sum.wrapping_mul(131).wrapping_add(byte.into()))
}

fn join(movie: &read::Movie) {
    let frames = movie.tracks.first().map_or(0, |track| track.samples.len() as u64);
    let _ = splice::video(&[Shot { movie, frames }], FrameRate { num: 25, den: 1 });
    let _ = splice::audio(movie);
    let _ = splice::copied(movie, 1.0);
}

fn fragments(bytes: &[u8]) -> u64 {
    let mut file = Cursor::new(bytes);
    let header = fragmented::track_header(&mut file);
    let mut way = told(&header);
    let Ok(header) = header else { return way };
    for range in &header.fragments {
        let fragment = fragmented::fragment(&mut file, &header, *range);
        way = way.wrapping_mul(31).wrapping_add(told(&fragment));
        if let Ok(fragment) = fragment {
            way = way.wrapping_mul(31).wrapping_add(protect(bytes, &header.description, &fragment.samples));
        }
    }
    way
}

/// Maps every sample, and writes all as one segment, clear and protected.
fn protect(bytes: &[u8], description: &Description, samples: &[Sample]) -> u64 {
    let mut way = 0;
    for scheme in Scheme::ALL {
        if let Ok(mut mapper) = Mapper::new(&description.entry, scheme) {
            let mut map = Vec::new();
            for sample in samples {
                let sample =
                    bytes.get(sample.offset as usize..).and_then(|rest| rest.get(..sample.size as usize));
                way += u64::from(sample.is_some_and(|sample| mapper.map(sample, &mut map).is_ok()));
            }
        }
        write(bytes, description, samples, Some(protection(scheme)));
    }
    write(bytes, description, samples, None);
    way
}

fn protection(scheme: Scheme) -> Protection {
    let period = Period { first_segment: 0, key_id: KeyId([1; 16]), key: Key::new([2; 16]), iv: [3; 16] };
    Protection { scheme, clear_segments: 0, periods: vec![period], pssh: Vec::new() }
}

fn write(bytes: &[u8], description: &Description, samples: &[Sample], protection: Option<Protection>) {
    if samples.is_empty() || samples.iter().map(|sample| u64::from(sample.size)).sum::<u64>() > 1 << 20 {
        return; // nothing, or many samples of the same bytes: true, and slow
    }
    let extent = Extent { duration: 1, segments: 1 };
    let Ok(mut writer) = TrackWriter::new(Cursor::new(Vec::new()), description, extent, protection) else {
        return;
    };
    if writer.segment(samples, Time { start: 0, duration: 1 }, &mut Bytes(bytes)).is_ok() {
        let _ = writer.finish();
    }
}
