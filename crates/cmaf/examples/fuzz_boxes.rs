//! Feeds mutated files to every reader of the crate: `fuzz_boxes INPUTS [SEED] FILE...`. Ends with a failure at the first panic,
//! and names the seed that makes it again.
//!
//! The files are the corpus: a few small MP4 and CMAF files of different codecs. Mutations are drawn from a seeded generator,
//! so that a seed stands for one input whatever the machine.

use cmaf::cenc::{Key, Mapper, Period, Protection};
use cmaf::read::{self, fragmented};
use cmaf::splice;
use cmaf::track::Time;
use cmaf::track::writer::{Extent, Source, TrackWriter};
use media::protection::{KeyId, Scheme};
use std::io::{self, Cursor};

/// Most bytes that one mutation changes.
const CHANGES_MAX: u64 = 12;

/// A generator of 64-bit numbers (xorshift64*, Vigna 2016).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let inputs: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let seed = arguments.peek().and_then(|text| text.parse().ok());
    if seed.is_some() {
        arguments.next();
    }
    let corpus: Vec<Vec<u8>> = arguments.filter_map(|file| std::fs::read(file).ok()).collect();
    if corpus.is_empty() {
        eprintln!("give a number of INPUTS, a SEED if you like, and files to begin with");
        std::process::exit(2);
    }
    let first: u64 = seed.unwrap_or(1);
    for seed in first..first + inputs {
        let input = mutated(&corpus, seed);
        if std::panic::catch_unwind(|| try_all(&input)).is_err() {
            eprintln!("seed {seed} makes it panic");
            std::process::exit(1);
        }
    }
    eprintln!("{inputs} inputs, no panic");
}

/// A file of the corpus with some bytes changed, mostly in its boxes, sometimes cut short.
fn mutated(corpus: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut bytes = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.next() % CHANGES_MAX {
        let at = match random.below(4) {
            0 => random.below(bytes.len()),
            _ => random.below(bytes.len().min(4096)),
        };
        bytes[at] = match random.below(4) {
            0 => 0,
            1 => 0xff,
            2 => bytes[at] ^ 1 << random.below(8),
            _ => random.next() as u8,
        };
    }
    if random.below(8) == 0 {
        bytes.truncate(random.below(bytes.len()).max(1));
    }
    bytes
}

struct Bytes<'a>(&'a [u8]);

impl Source for Bytes<'_> {
    fn read(&mut self, _source: usize, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let found = self.0.get(offset as usize..).and_then(|rest| rest.get(..into.len()));
        into.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

fn try_all(bytes: &[u8]) {
    let _ = cmaf::dump::text(&mut Cursor::new(bytes));
    if let Ok(movie) = read::movie(&mut Cursor::new(bytes)) {
        movie.tracks.into_iter().for_each(|track| try_track(bytes, movie.timescale, track));
    }
    let mut file = Cursor::new(bytes);
    if let Ok(header) = fragmented::track_header(&mut file) {
        for range in &header.fragments {
            let _ = fragmented::fragment(&mut file, &header, *range);
        }
    }
}

/// Maps every sample of a track, and writes it protected as one segment.
fn try_track(bytes: &[u8], timescale: u32, track: read::Track) {
    let Ok(spliced) = splice::whole(&read::Movie { timescale, tracks: vec![track] }) else { return };
    for scheme in Scheme::ALL {
        if let Ok(mut mapper) = Mapper::new(&spliced.description.entry, scheme) {
            let mut map = Vec::new();
            for sample in &spliced.samples {
                let sample = &bytes[sample.offset as usize..][..sample.size as usize];
                let _ = mapper.map(sample, &mut map);
            }
        }
        let period = Period { first_segment: 0, key_id: KeyId([1; 16]), key: Key::new([2; 16]), iv: [3; 16] };
        let protection = Protection { scheme, clear_segments: 0, periods: vec![period], pssh: Vec::new() };
        let extent = Extent { duration: 1, segments: 1 };
        let out = Cursor::new(Vec::new());
        if let Ok(mut writer) = TrackWriter::new(out, &spliced.description, extent, Some(protection))
            && !spliced.samples.is_empty()
            && writer.segment(&spliced.samples, Time { start: 0, duration: 1 }, &mut Bytes(bytes)).is_ok()
        {
            let _ = writer.finish();
        }
    }
}
