//! Packages one MP4 file: `package INPUT DIR none|cenc|cbcs [KEY_ID KEY]` writes one CMAF track file for each of its
//! tracks, cut at keyframes.
//!
//! Shows how the crate is used, and is what `cargo xtask bench package` measures. Memory is that of the sample tables and of
//! one window.

use cmaf::cenc::{Key, Period, Protection, pssh};
use cmaf::read::{self, Handler};
use cmaf::splice;
use cmaf::track::{Sample, writer};
use media::FrameRange;
use media::protection::{KeyId, KeySystem, Scheme};
use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Seconds that a segment lasts at least, as the packagers that it is compared with are told too.
const SEGMENT_S: u64 = 6;

/// Key of all who name none: for trials, not for films.
const KEY_TRIAL: (&str, &str) = ("00112233445566778899aabbccddeeff", "0123456789abcdeffedcba9876543210");

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder, scheme, keys @ ..] = &arguments[..] else {
        return Err("give INPUT DIR none|cenc|cbcs [KEY_ID KEY]".into());
    };
    let scheme = Scheme::ALL.into_iter().find(|known| known.name() == scheme);
    let (id, key) = match keys {
        [id, key] => (id.as_str(), key.as_str()),
        _ => KEY_TRIAL,
    };
    let (id, key): (KeyId, KeyId) = (id.parse()?, key.parse()?); // both are 16 bytes in hexadecimal
    let movie = read::movie(&mut BufReader::new(File::open(input)?))?;
    for (number, track) in movie.tracks.into_iter().enumerate() {
        let one = read::Movie { timescale: movie.timescale, tracks: vec![track] };
        let spliced = splice::whole(&one)?;
        let iv = std::array::from_fn(|at| if at == 0 { number as u8 } else { 0 });
        let period = Period { first_segment: 0, key_id: id, key: Key::new(key.0), iv };
        let protection = scheme.map(|scheme| Protection {
            scheme,
            clear_segments: 0,
            periods: vec![period],
            pssh: vec![pssh::header(KeySystem::Common, scheme, &[id], None).pssh],
        });
        let kind = if spliced.description.entry.handler() == Handler::Video { "video" } else { "audio" };
        let path = Path::new(folder).join(format!("{kind}-{number}.mp4"));
        write(&spliced, protection, File::open(input)?, &path)?;
    }
    Ok(())
}

fn write(
    spliced: &splice::Spliced,
    protection: Option<Protection>,
    input: File,
    path: &Path,
) -> Result<(), Box<dyn Error>> {
    let splice::Spliced { description, samples } = spliced;
    let segments = segments(samples, description.timescale);
    let mut source = |_, offset, into: &mut [u8]| input.read_exact_at(into, offset);
    writer::write(File::create(path)?, description, samples, &segments, protection, &mut source)?;
    Ok(())
}

/// Segments that begin at keyframes.
fn segments(samples: &[Sample], timescale: u32) -> Vec<FrameRange> {
    let mut starts = vec![0];
    let mut start = 0;
    for (number, sample) in samples.iter().enumerate() {
        if sample.sync && sample.dts - start >= SEGMENT_S * u64::from(timescale) {
            starts.push(number as u64);
            start = sample.dts;
        }
    }
    let ends = starts.iter().skip(1).copied().chain([samples.len() as u64]).collect::<Vec<_>>();
    starts.into_iter().zip(ends).map(|(start, end)| FrameRange { start, end }).collect()
}
