//! Whole files: what was written is read, and written again to the same bytes.

use crate::protect::{CUTS, PICTURES, SOUNDS, picture, sound};
use crate::support::{Files, folder, write_by, write_track};
use cmaf::read::fragmented;
use cmaf::splice::Spliced;
use cmaf::track::Time;
use cmaf::track::writer::{Extent, TrackWriter};
use std::fs::{self, File};
use std::io::Cursor;
use std::path::Path;

/// Reads `track.mp4` and writes what was read, with its samples from the same file.
fn again(folder: &Path, times: &[Time]) -> Vec<u8> {
    let mut file = File::open(folder.join("track.mp4")).unwrap();
    let header = fragmented::track_header(&mut file).unwrap();
    let mut out = Cursor::new(Vec::new());
    let extent = Extent { duration: header.duration, segments: times.len() };
    let mut writer = TrackWriter::new(&mut out, &header.description, extent, None).unwrap();
    let mut source = Files::read(folder, &["track.mp4"]);
    for (range, time) in header.fragments.iter().zip(times) {
        let fragment = fragmented::fragment(&mut file, &header, *range).unwrap();
        writer.segment(&fragment.samples, *time, &mut source).unwrap();
    }
    writer.finish().unwrap();
    out.into_inner()
}

fn check(name: &str, folder: &Path, spliced: &Spliced, cuts: &[u64]) {
    let index = write_track(folder, "track.mp4", spliced, cuts, &["0.mp4"]);
    let spans = index.segments.iter();
    let times: Vec<_> =
        spans.map(|span| Time { start: span.start, duration: span.duration as u32 }).collect();
    let file = fs::read(folder.join("track.mp4")).unwrap();
    assert!(again(folder, &times) == file, "{name}");

    // Chunks are fragments too, of the same samples.
    let chunked = spliced.description.timescale / 4;
    write_by(folder, "track.mp4", spliced, cuts, &["0.mp4"], None, |writer| writer.with_chunks(chunked));
    let mut file = File::open(folder.join("track.mp4")).unwrap();
    let header = fragmented::track_header(&mut file).unwrap();
    assert!(header.fragments.len() > times.len(), "{name}");
    let mut fragment = |range: &_| fragmented::fragment(&mut file, &header, *range).unwrap().samples;
    let samples: Vec<_> = header.fragments.iter().flat_map(&mut fragment).collect();
    let without_place = |sample: &cmaf::track::Sample| cmaf::track::Sample { offset: 0, ..*sample };
    let read: Vec<_> = samples.iter().map(without_place).collect();
    assert_eq!(read, spliced.samples.iter().map(without_place).collect::<Vec<_>>(), "{name}");
}

#[test]
fn tracks_are_written_again_to_the_same_bytes() {
    for (name, pictures, encoder) in PICTURES.into_iter().filter(|(name, ..)| !name.contains('-')) {
        let folder = folder(&format!("again-{name}"));
        let spliced = picture(&folder, pictures, encoder);
        check(name, &folder, &spliced, &CUTS);
    }
    for (name, encoder) in SOUNDS {
        let folder = folder(&format!("again-{name}"));
        let spliced = sound(&folder, encoder);
        check(name, &folder, &spliced, &[0, 40, spliced.samples.len() as u64]);
    }
}
