//! Cases of joining, on sample tables made by hand.

use super::*;
use crate::entry::{aac::AacEntry, avc};
use crate::read::{Movie, Track};

/// 25 frames a second in the timescale that ffmpeg gives them.
const RATE: FrameRate = FrameRate { num: 25, den: 1 };
const TIMESCALE: u32 = 12_800;
const FRAME: u32 = 512;

/// A shot whose samples, in decoding order, are shown as the given frames; the encoder delays all by two
/// frames.
fn shot(shown: &[i64]) -> Movie {
    let sample = |(index, frame): (usize, &i64)| read::Sample {
        offset: 48 + 100 * index as u64,
        size: 100,
        dts: index as u64 * u64::from(FRAME),
        composition_offset: (frame + 2 - index as i64) * i64::from(FRAME),
        duration: FRAME,
        sync: index == 0,
    };
    let track = Track {
        id: 1,
        handler: Handler::Video,
        timescale: TIMESCALE,
        entry: SampleEntry::Avc(avc::tests::entry()),
        edits: vec![read::Edit { duration: 160, media_time: Some(2 * u64::from(FRAME)) }],
        samples: shown.iter().enumerate().map(sample).collect(),
    };
    Movie { timescale: 1000, tracks: vec![track] }
}

fn join(movies: &[(Movie, u64)]) -> Result<Spliced, SpliceError> {
    let shots: Vec<_> = movies.iter().map(|(movie, frames)| Shot { movie, frames: *frames }).collect();
    video(&shots, RATE)
}

#[test]
fn shots_follow_each_other_without_a_seam() {
    let spliced = join(&[(shot(&[0, 3, 1, 2]), 4), (shot(&[0, 2, 1]), 3)]).unwrap();
    let edit = Edit { media_time: 1000, duration: 7000 };
    assert_eq!((spliced.description.timescale, spliced.description.edit), (25_000, Some(edit)));
    let times: Vec<_> =
        spliced.samples.iter().map(|s| (s.source, s.dts, s.composition_offset, s.sync)).collect();
    let expected = [
        (0, 0, 1000, true),
        (0, 1000, 3000, false),
        (0, 2000, 0, false),
        (0, 3000, 0, false),
        (1, 4000, 1000, true),
        (1, 5000, 2000, false),
        (1, 6000, 0, false),
    ];
    assert_eq!(times, expected);
    assert_eq!(spliced.samples[5].offset, 148);
}

#[test]
fn every_second_frame_is_shown_for_two_and_the_last_to_the_end_of_its_shot() {
    // Of shots of 7, 1 and 4 frames of a film of 50 a second, every second one.
    let movies = [shot(&[0, 2, 1, 3]), shot(&[0]), shot(&[0, 1])];
    let shots: Vec<_> = movies.iter().zip([7, 1, 4]).map(|(movie, frames)| Shot { movie, frames }).collect();
    let film = FrameRate { num: 50, den: 1 };
    let spliced = video_of(&shots, film, Cadence::Half).unwrap();
    // Ticks of the film's frames, as in tracks that have them all.
    assert_eq!(spliced.description.timescale, 50_000);
    let delay = spliced.description.edit.map_or(0, |edit| edit.media_time);
    assert_eq!(spliced.description.edit.map(|edit| edit.duration), Some(12_000));
    let times = spliced.samples.iter().map(|s| {
        let shown = (s.dts as i64 + i64::from(s.composition_offset) - delay as i64) / 1000;
        (s.dts / 1000, shown, s.duration / 1000, s.sync)
    });
    let expected = [
        (0, 0, 2, true),
        (2, 4, 2, false),
        (4, 2, 2, false),
        (6, 6, 1, false),
        (7, 7, 1, true),
        (8, 8, 2, true),
        (10, 10, 2, false),
    ];
    assert_eq!(times.collect::<Vec<_>>(), expected);
    // The short frame may be decoded before others: they follow it at once.
    let spliced = video_of(&[Shot { movie: &shot(&[0, 2, 1]), frames: 5 }], film, Cadence::Half).unwrap();
    let times: Vec<_> = spliced.samples.iter().map(|s| (s.dts / 1000, s.duration / 1000)).collect();
    assert_eq!(times, [(0, 2), (2, 1), (3, 2)]);
    let missing = video_of(&[Shot { movie: &shot(&[0]), frames: 3 }], film, Cadence::Half);
    assert_eq!(missing, Err(SpliceError::FrameCount { shot: 0, expected: 2, found: 1 }));
}

#[test]
fn shots_that_do_not_fit_are_refused() {
    let good = || (shot(&[0, 1]), 2);
    let changed = |change: fn(&mut Track)| {
        let mut movie = shot(&[0, 1]);
        change(&mut movie.tracks[0]);
        (movie, 2)
    };
    let two_tracks = {
        let mut movie = shot(&[0, 1]);
        movie.tracks.push(movie.tracks[0].clone());
        (movie, 2)
    };
    let open_group = {
        let mut movie = shot(&[0, 2, 1]);
        movie.tracks[0].samples[1].sync = true;
        (movie, 3)
    };
    let other_size = |track: &mut Track| {
        let SampleEntry::Avc(entry) = &mut track.entry else { return };
        entry.visual.width += 2;
    };
    for (bad, expected) in [
        ((shot(&[0, 1]), 3), SpliceError::FrameCount { shot: 1, expected: 3, found: 2 }),
        ((shot(&[0, 2]), 2), SpliceError::OffGrid { shot: 1, sample: 1 }),
        ((shot(&[0, -1]), 2), SpliceError::OffGrid { shot: 1, sample: 1 }),
        ((shot(&[0, 0]), 2), SpliceError::Repeated { shot: 1, frame: 0 }),
        ((shot(&[1, 0]), 2), SpliceError::FirstFrame { shot: 1 }),
        (changed(|track| track.samples[0].sync = false), SpliceError::FirstFrame { shot: 1 }),
        (changed(|track| track.samples[1].dts += 1), SpliceError::OffGrid { shot: 1, sample: 1 }),
        (changed(|track| track.edits[0].media_time = None), SpliceError::Edits { shot: 1 }),
        (changed(|track| track.edits.push(track.edits[0])), SpliceError::Edits { shot: 1 }),
        (changed(other_size), SpliceError::EntryDiffers { shot: 1 }),
        (changed(|track| track.handler = Handler::Audio), SpliceError::Tracks { shot: 1 }),
        (open_group, SpliceError::OpenGroup { shot: 1, sample: 1 }),
        (two_tracks, SpliceError::Tracks { shot: 1 }),
    ] {
        assert_eq!(join(&[good(), bad]), Err(expected), "{expected}");
    }
    assert_eq!(join(&[]), Err(SpliceError::NoShots));
}

/// Three AAC frames after one of priming, at 48 kHz, with the given edit in milliseconds.
fn audio_movie(last_duration: u32, edits: &[read::Edit]) -> Movie {
    let sample = |index: u64| read::Sample {
        offset: 48 + 10 * index,
        size: 10,
        dts: 1024 * index,
        composition_offset: 0,
        duration: if index == 3 { last_duration } else { 1024 },
        sync: true,
    };
    let entry = AacEntry {
        channels: 2,
        sample_rate_hz: 48_000,
        frame_samples: 1024,
        bitrate_bps_max: 0,
        bitrate_bps_average: 0,
        config: vec![0x11, 0x90],
    };
    let track = Track {
        id: 1,
        handler: Handler::Audio,
        timescale: 48_000,
        entry: SampleEntry::Aac(entry),
        edits: edits.to_vec(),
        samples: (0..4).map(sample).collect(),
    };
    Movie { timescale: 1000, tracks: vec![track] }
}

#[test]
fn audio_keeps_its_edit() {
    let edit = |duration, media_time| [read::Edit { duration, media_time: Some(media_time) }];
    for (last_duration, edits, expected) in [
        (1024, &edit(64, 1024)[..], Ok(Some((1024, 3072)))), // 3072 ticks are exactly 64 ms
        (1000, &edit(63, 1024), Ok(Some((1024, 3048)))),     // 63.5 ms: as exact as milliseconds are
        (1024, &edit(60, 1024), Ok(Some((1024, 2880)))),     // 60 ms: padding behind
        (1024, &edit(90, 1024), Ok(Some((1024, 3072)))),     // more than there is
        (1024, &edit(0, 1024), Ok(Some((1024, 3072)))),      // zero: to the end
        (1024, &edit(85, 0), Ok(None)),                      // 4096 ticks are 85.3 ms
        (1024, &[], Ok(None)),
        (1024, &edit(64, 4096), Err(SpliceError::Edits { shot: 0 })),
        (1024, &[read::Edit { duration: 64, media_time: None }], Err(SpliceError::Edits { shot: 0 })),
    ] {
        let spliced = audio(&audio_movie(last_duration, edits));
        let edit =
            spliced.map(|spliced| spliced.description.edit.map(|edit| (edit.media_time, edit.duration)));
        assert_eq!(edit, expected, "{edits:?}");
    }
}
