//! Cases of layout, on samples made by hand.

use super::*;
use crate::entry::avc;

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

#[test]
fn header_index_and_segments_follow_each_other() {
    let layout = layout(&description(), &samples(&FILM), &ranges(&[(0, 3), (3, 5)])).unwrap();
    let index = &layout.index;
    assert_eq!((index.header.offset, index.header.length), (0, layout.header.len() as u64));
    assert_eq!((index.sidx.offset, index.sidx.length), (index.header.end(), 40 + 2 * 12)); // clause 8.16.3.2
    let expected: Vec<_> =
        layout.fragments.iter().map(|f| f.head.len() as u64 + 50 * f.samples.len()).collect();
    assert_eq!(index.segments.iter().map(|s| s.bytes.length).collect::<Vec<_>>(), expected);
    assert_eq!(index.segments[0].bytes.offset, index.sidx.end());
    assert_eq!(index.segments[1].bytes.offset, index.segments[0].bytes.end());
    let times: Vec<_> = index.segments.iter().map(|s| (s.start, s.duration)).collect();
    assert_eq!(times, [(0, 300), (300, 200)]);
}

#[test]
fn an_edit_shortens_the_first_and_the_last_segment() {
    let all_sync: Vec<_> = (0..5).map(|frame| (frame, true)).collect();
    let edit = Some(Edit { media_time: 100, duration: 350 });
    let edited = Description { edit, ..description() };
    let layout = layout(&edited, &samples(&all_sync), &ranges(&[(0, 2), (2, 4), (4, 5)])).unwrap();
    let times: Vec<_> = layout.index.segments.iter().map(|s| (s.start, s.duration)).collect();
    assert_eq!(times, [(0, 100), (100, 200), (300, 50)]);
}

#[test]
fn segments_that_cannot_be_are_refused() {
    let open = [(0, true), (2, false), (1, false), (4, true), (3, false)];
    let unsync = [(0, true), (1, false), (2, false), (3, false), (4, false)];
    for (film, cuts, expected) in [
        (FILM, &[][..], LayoutError::Cover { segment: 0 }),
        (FILM, &[(0, 3)], LayoutError::Cover { segment: 1 }),
        (FILM, &[(0, 3), (4, 5)], LayoutError::Cover { segment: 1 }),
        (FILM, &[(0, 3), (3, 3), (3, 5)], LayoutError::Cover { segment: 1 }),
        (FILM, &[(0, 3), (3, 6)], LayoutError::Cover { segment: 1 }),
        (FILM, &[(0, 2), (2, 5)], LayoutError::Open { segment: 0 }),
        (open, &[(0, 3), (3, 5)], LayoutError::Open { segment: 1 }),
        (unsync, &[(0, 3), (3, 5)], LayoutError::NotSync { segment: 1 }),
    ] {
        assert_eq!(layout(&description(), &samples(&film), &ranges(cuts)), Err(expected), "{cuts:?}");
    }
}

#[test]
fn segments_keep_to_the_limits_of_the_index() {
    let mut large = samples(&FILM);
    large[0].size = SEGMENT_BYTES_MAX as u32;
    let too_large = Err(LayoutError::TooLarge { segment: 0 });
    assert_eq!(layout(&description(), &large, &ranges(&[(0, 3), (3, 5)])), too_large);

    let mut long = samples(&FILM);
    long[4].duration = u32::MAX; // together with the frame before it, the segment is longer than 32 bits
    let too_long = Err(LayoutError::Duration { segment: 1 });
    assert_eq!(layout(&description(), &long, &ranges(&[(0, 3), (3, 5)])), too_long);

    let edit = Some(Edit { media_time: 0, duration: 300 });
    let cut_off = Description { edit, ..description() };
    assert_eq!(layout(&cut_off, &samples(&FILM), &ranges(&[(0, 3), (3, 5)])), too_long);
}
