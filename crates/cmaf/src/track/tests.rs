//! Cases of cutting, on samples made by hand.

use super::writer::{WriteError, write};
use super::*;
use crate::entry::avc;
use media::package::{SegmentSpan, TrackIndex};
use std::io::Cursor;

fn description() -> Description {
    Description {
        entry: SampleEntry::Avc(avc::tests::entry()),
        timescale: 10_000,
        language: None,
        edit: None,
        roll_samples: 0,
    }
}

/// Frames of 100 ticks and 50 bytes; each is given by the frame as which it is shown and whether it is a
/// keyframe.
fn samples(shown: &[(i32, bool)]) -> Vec<Sample> {
    let sample = |(number, (frame, sync)): (usize, &(i32, bool))| Sample {
        source: 0,
        offset: 50 * number as u64,
        size: 50,
        dts: 100 * number as u64,
        composition_offset: (frame - number as i32) * 100,
        duration: 100,
        sync: *sync,
    };
    shown.iter().enumerate().map(sample).collect()
}

/// Two closed groups of pictures: I P B, I P.
const FILM: [(i32, bool); 5] = [(0, true), (2, false), (1, false), (3, true), (4, false)];

fn ranges(cuts: &[(u64, u64)]) -> Vec<FrameRange> {
    cuts.iter().map(|(start, end)| FrameRange { start: *start, end: *end }).collect()
}

/// The file of these samples, all bytes of which are those of their file's start.
fn written(
    description: &Description,
    samples: &[Sample],
    segments: &[FrameRange],
) -> Result<(Vec<u8>, TrackIndex), WriteError> {
    let mut file = Cursor::new(Vec::new());
    let mut source = |_, _, into: &mut [u8]| {
        into.fill(7);
        Ok(())
    };
    let index = write(&mut file, description, samples, segments, None, &mut source)?;
    Ok((file.into_inner(), index))
}

#[test]
fn header_index_and_segments_follow_each_other() {
    let (file, index) = written(&description(), &samples(&FILM), &ranges(&[(0, 3), (3, 5)])).unwrap();
    assert_eq!((index.header.offset, index.sidx.offset), (0, index.header.length));
    assert_eq!(index.sidx.length, 40 + 2 * 12); // clause 8.16.3.2
    let part = |span: &SegmentSpan| &file[span.bytes.offset as usize..span.bytes.end() as usize];
    let mut end = index.sidx.end();
    for (span, frames) in index.segments.iter().zip([3, 2]) {
        assert_eq!(span.bytes.offset, end);
        assert_eq!(&part(span)[4..8], b"moof");
        assert!(part(span).ends_with(&[[7; 50]; 3].concat()[..50 * frames]));
        assert_eq!(span.first_sample_end, span.bytes.length - 50 * (frames as u64 - 1));
        end = span.bytes.end();
    }
    assert_eq!(end, file.len() as u64);
    let times: Vec<_> = index.segments.iter().map(|s| (s.start, s.duration)).collect();
    assert_eq!(times, [(0, 300), (300, 200)]);
}

#[test]
fn an_edit_shortens_the_first_and_the_last_segment() {
    let all_sync: Vec<_> = (0..5).map(|frame| (frame, true)).collect();
    let edit = Some(Edit { media_time: 100, duration: 350 });
    let edited = Description { edit, ..description() };
    let times = times(&edited, &samples(&all_sync), &ranges(&[(0, 2), (2, 4), (4, 5)])).unwrap();
    let times: Vec<_> = times.iter().map(|time| (time.start, time.duration)).collect();
    assert_eq!(times, [(0, 100), (100, 200), (300, 50)]);
}

#[test]
fn segments_that_cannot_be_are_refused() {
    let open = [(0, true), (2, false), (1, false), (4, true), (3, false)];
    let unsync = [(0, true), (1, false), (2, false), (3, false), (4, false)];
    for (film, cuts, expected) in [
        (FILM, &[][..], CutError::Cover { segment: 0 }),
        (FILM, &[(0, 3)], CutError::Cover { segment: 1 }),
        (FILM, &[(0, 3), (4, 5)], CutError::Cover { segment: 1 }),
        (FILM, &[(0, 3), (3, 3), (3, 5)], CutError::Cover { segment: 1 }),
        (FILM, &[(0, 3), (3, 6)], CutError::Cover { segment: 1 }),
        (FILM, &[(0, 2), (2, 5)], CutError::Open { segment: 0 }),
        (open, &[(0, 3), (3, 5)], CutError::Open { segment: 1 }),
        (unsync, &[(0, 3), (3, 5)], CutError::NotSync { segment: 1 }),
    ] {
        assert_eq!(times(&description(), &samples(&film), &ranges(cuts)), Err(expected), "{cuts:?}");
    }
}

#[test]
fn segments_keep_to_the_limits_of_the_index() {
    let mut large = samples(&FILM);
    large[0].size = SEGMENT_BYTES_MAX as u32;
    let too_large = written(&description(), &large, &ranges(&[(0, 3), (3, 5)]));
    assert!(matches!(too_large, Err(WriteError::Cut(CutError::TooLarge { segment: 0 }))), "{too_large:?}");

    let mut long = samples(&FILM);
    long[4].duration = u32::MAX; // together with the frame before it, the segment is longer than 32 bits
    let too_long = Err(CutError::Duration { segment: 1 });
    assert_eq!(times(&description(), &long, &ranges(&[(0, 3), (3, 5)])), too_long);

    let edit = Some(Edit { media_time: 0, duration: 300 });
    let cut_off = Description { edit, ..description() };
    assert_eq!(times(&cut_off, &samples(&FILM), &ranges(&[(0, 3), (3, 5)])), too_long);
}
