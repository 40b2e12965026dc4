//! Sample tables. Nothing but a test writes them: the files that they are in come from encoders.

use super::check;
use crate::boxes::Children;
use crate::read::samples::{Sample, expand};
use crate::write::Writer;
use stdx::random::Random;

/// Samples of a track.
const SAMPLES_MAX: usize = 60;

/// Samples in chunks: where each chunk begins, and how many samples it has.
struct Track {
    samples: Vec<Sample>,
    chunks: Vec<(u64, u32)>,
    file_bytes: u64,
    /// Whether places have 64 bits, which those beyond 4 GiB need.
    large: bool,
}

fn track(random: &mut Random) -> Track {
    let large = random.chance(0.5);
    let (mut samples, mut chunks) = (Vec::new(), Vec::new());
    let (mut at, mut dts) = (if large { 1 << 33 } else { 40 }, 0);
    let same = random.chance(0.5);
    let all_sync = random.chance(0.3);
    for _ in 0..random.between(1, 12) {
        at += random.between(0, 1000) as u64; // another track's chunk lies between
        let count = random.between(1, SAMPLES_MAX / 12);
        chunks.push((at, count as u32));
        for _ in 0..count {
            let sample = Sample {
                offset: at,
                size: random.between(1, 500) as u32,
                dts,
                composition_offset: if same { 0 } else { random.between(0, 9) as i64 - 4 },
                duration: if same { 512 } else { random.between(0, 3) as u32 },
                sync: all_sync || random.chance(0.2),
            };
            (at, dts) = (at + u64::from(sample.size), dts + u64::from(sample.duration));
            samples.push(sample);
        }
    }
    Track { samples, chunks, file_bytes: at, large }
}

/// The values with how often each stands in a row.
fn runs<T: PartialEq + Copy>(values: impl Iterator<Item = T>) -> Vec<(u32, T)> {
    let mut runs: Vec<(u32, T)> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some((count, last)) if *last == value => *count += 1,
            _ => runs.push((1, value)),
        }
    }
    runs
}

fn table(w: &mut Writer, kind: &[u8; 4], version: u8, rows: &[Vec<u32>]) {
    w.full(kind, version, 0, |w| {
        w.u32(rows.len() as u32);
        rows.iter().flatten().for_each(|word| w.u32(*word));
    });
}

/// `stbl` by clauses 8.6 and 8.7.
fn write(track: &Track) -> Vec<u8> {
    let samples = &track.samples;
    let pairs =
        |runs: Vec<(u32, u32)>| runs.into_iter().map(|(count, value)| vec![count, value]).collect::<Vec<_>>();
    let sync = samples.iter().zip(1..).filter(|(sample, _)| sample.sync).map(|(_, number)| vec![number]);
    let sync: Vec<_> = sync.collect();
    let mut first = 1;
    let groups = runs(track.chunks.iter().map(|(_, count)| *count)).into_iter().map(|(chunks, count)| {
        let row = vec![first, count, 1];
        first += chunks;
        row
    });
    let groups: Vec<_> = groups.collect();
    let sizes: Vec<u32> = samples.iter().map(|sample| sample.size).collect();
    Writer::build(|w| {
        w.boxed(b"stbl", |w| {
            table(w, b"stts", 0, &pairs(runs(samples.iter().map(|sample| sample.duration))));
            if samples.iter().any(|sample| sample.composition_offset != 0) {
                table(
                    w,
                    b"ctts",
                    1,
                    &pairs(runs(samples.iter().map(|s| s.composition_offset as i32 as u32))),
                );
            }
            if sync.len() < samples.len() {
                table(w, b"stss", 0, &sync);
            }
            w.full(b"stsz", 0, 0, |w| {
                w.u32(0); // each has its own
                w.u32(sizes.len() as u32);
                sizes.iter().for_each(|size| w.u32(*size));
            });
            table(w, b"stsc", 0, &groups);
            let places = track.chunks.iter().map(|(offset, _)| *offset);
            if track.large {
                let rows: Vec<_> = places.map(|offset| vec![(offset >> 32) as u32, offset as u32]).collect();
                table(w, b"co64", 0, &rows);
            } else {
                table(w, b"stco", 0, &places.map(|offset| vec![offset as u32]).collect::<Vec<_>>());
            }
        });
    })
}

#[test]
fn samples_survive_their_tables() {
    check(|random| {
        let track = track(random);
        let bytes = write(&track);
        let stbl = Children::new(&bytes, 0).next().unwrap().unwrap();
        assert_eq!(expand(&stbl, track.file_bytes, u64::MAX).unwrap(), track.samples);
        assert!(expand(&stbl, track.file_bytes - 1, u64::MAX).is_err());
        assert!(expand(&stbl, track.file_bytes, track.samples.len() as u64 - 1).is_err());
    });
}
