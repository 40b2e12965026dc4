//! CMAF fragment (ISO/IEC 23000-19, 7.3.2.4): one `moof` with one track run, and the header of its `mdat`.

use super::header::{ENTRY_OF_LEAD, TRACK_ID};
use super::{MDAT_HEAD_BYTES, Sample};
use crate::cenc::boxes::FragmentInfo;
use crate::write::Writer;

/// Sample flags (clause 8.8.3.1) of a sample that depends on no other: `sample_depends_on` 2.
const FLAGS_SYNC: u32 = 0x0200_0000;

/// Sample flags of a sample that depends on others: `sample_depends_on` 1, `sample_is_non_sync_sample` 1.
const FLAGS_NON_SYNC: u32 = 0x0101_0000;

/// Flags of `tfhd` (clause 8.8.7.1).
const SAMPLE_DESCRIPTION_INDEX: u32 = 0x02;
const DEFAULT_SAMPLE_DURATION: u32 = 0x08;
const DEFAULT_SAMPLE_FLAGS: u32 = 0x20;
const DEFAULT_BASE_IS_MOOF: u32 = 0x02_0000;

/// Flags of `trun` (clause 8.8.8.1).
const DATA_OFFSET: u32 = 0x001;
const FIRST_SAMPLE_FLAGS: u32 = 0x004;
const SAMPLE_DURATION: u32 = 0x100;
const SAMPLE_SIZE: u32 = 0x200;
const SAMPLE_FLAGS: u32 = 0x400;
const SAMPLE_COMPOSITION_OFFSET: u32 = 0x800;

/// Writes `moof` and the header of `mdat` for a fragment of at least one sample; with it goes the length of
/// the whole fragment in bytes, samples and all. Numbers of fragments count from 1. `rolls` tells whether samples belong
/// to the header's group of those that need others decoded before; `protection` how they are encrypted, where they are.
pub(crate) fn write(
    number: u32,
    samples: &[Sample],
    rolls: bool,
    protection: Option<&FragmentInfo>,
) -> (Vec<u8>, u64) {
    let payload: u64 = samples.iter().map(|sample| u64::from(sample.size)).sum();
    let run = Run { rolls, protection, ..Run::of(samples) };
    // How long `moof` is does not depend on the offset that it states, so a first writing measures it.
    let moof_bytes = moof(number, &run, 0).len() as u64;
    let mut head = moof(number, &run, (moof_bytes + MDAT_HEAD_BYTES) as i32);
    head.extend(((payload + MDAT_HEAD_BYTES) as u32).to_be_bytes());
    head.extend(b"mdat");
    let bytes = head.len() as u64 + payload;
    (head, bytes)
}

/// `prft` (clause 8.16.5) for a fragment: when its first sample was captured, `ntp` being when tick 0 was.
pub(super) fn reference_time(ntp: u64, samples: &[Sample], timescale: u32) -> Vec<u8> {
    const CAPTURED: u32 = 24; // flags: the time is that of capture
    let media_time = samples.first().map_or(0, |sample| sample.dts);
    let since = (u128::from(media_time) << 32) / u128::from(timescale.max(1));
    Writer::build(|w| {
        w.full(b"prft", 1, CAPTURED, |w| {
            w.u32(TRACK_ID);
            w.u64(ntp.wrapping_add(since as u64));
            w.u64(media_time);
        });
    })
}

/// The samples of a fragment and which of their fields they share.
struct Run<'a> {
    samples: &'a [Sample],
    default_duration: u32,
    default_flags: u32,
    /// Flags of `trun`: the fields that each sample states for itself.
    fields: u32,
    /// Whether all samples need others decoded before.
    rolls: bool,
    /// How they are encrypted, where they are.
    protection: Option<&'a FragmentInfo>,
}

impl<'a> Run<'a> {
    fn of(samples: &'a [Sample]) -> Run<'a> {
        let default_duration = samples.first().map_or(0, |sample| sample.duration);
        let default_flags = samples.get(1).or(samples.first()).map_or(FLAGS_SYNC, flags);
        let mut fields = DATA_OFFSET | SAMPLE_SIZE;
        if samples.iter().any(|sample| sample.duration != default_duration) {
            fields |= SAMPLE_DURATION;
        }
        if samples.iter().any(|sample| sample.composition_offset != 0) {
            fields |= SAMPLE_COMPOSITION_OFFSET;
        }
        if samples.iter().skip(1).any(|sample| flags(sample) != default_flags) {
            fields |= SAMPLE_FLAGS;
        } else if samples.first().is_some_and(|sample| flags(sample) != default_flags) {
            fields |= FIRST_SAMPLE_FLAGS;
        }
        Run { samples, default_duration, default_flags, fields, rolls: false, protection: None }
    }

    fn has(&self, field: u32) -> bool {
        self.fields & field != 0
    }
}

fn flags(sample: &Sample) -> u32 {
    if sample.sync { FLAGS_SYNC } else { FLAGS_NON_SYNC }
}

fn moof(number: u32, run: &Run<'_>, data_offset: i32) -> Vec<u8> {
    Writer::build(|w| {
        w.boxed(b"moof", |w| {
            w.full(b"mfhd", 0, 0, |w| w.u32(number));
            w.boxed(b"traf", |w| {
                fragment_header(w, run);
                w.full(b"tfdt", 1, 0, |w| w.u64(run.samples.first().map_or(0, |sample| sample.dts)));
                w.full(b"trun", 1, run.fields, |w| track_run(w, run, data_offset));
                if let Some(protection) = run.protection {
                    protection.write(w, 0);
                }
                if run.rolls {
                    w.full(b"sbgp", 0, 0, |w| sample_group(w, run));
                }
            });
        });
    })
}

/// `tfhd` (clause 8.8.7).
fn fragment_header(w: &mut Writer, run: &Run<'_>) {
    let leads = run.protection.is_some_and(|protection| protection.clear);
    let entry = if leads { SAMPLE_DESCRIPTION_INDEX } else { 0 };
    let told = DEFAULT_BASE_IS_MOOF | DEFAULT_SAMPLE_DURATION | DEFAULT_SAMPLE_FLAGS | entry;
    w.full(b"tfhd", 0, told, |w| {
        w.u32(TRACK_ID);
        if leads {
            w.u32(ENTRY_OF_LEAD);
        }
        w.u32(run.default_duration);
        w.u32(run.default_flags);
    });
}

/// The body of `sbgp` (clause 8.9.2): all samples are of the first group that the header describes.
fn sample_group(w: &mut Writer, run: &Run<'_>) {
    w.bytes(b"roll");
    w.u32(1); // entry_count
    w.u32(run.samples.len() as u32);
    w.u32(1); // group_description_index
}

/// The body of `trun` in version 1, which has signed composition offsets.
fn track_run(w: &mut Writer, run: &Run<'_>, data_offset: i32) {
    w.u32(run.samples.len() as u32);
    w.i32(data_offset);
    if run.has(FIRST_SAMPLE_FLAGS) {
        w.u32(run.samples.first().map_or(0, flags));
    }
    for sample in run.samples {
        if run.has(SAMPLE_DURATION) {
            w.u32(sample.duration);
        }
        w.u32(sample.size);
        if run.has(SAMPLE_FLAGS) {
            w.u32(flags(sample));
        }
        if run.has(SAMPLE_COMPOSITION_OFFSET) {
            w.i32(sample.composition_offset);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(size: u32, dts: u64, composition_offset: i32, sync: bool) -> Sample {
        Sample { source: 0, offset: 0, size, dts, composition_offset, duration: 10, sync }
    }

    /// Every byte worked out by hand from clauses 8.8.4 to 8.8.12: an I, a P and a B frame.
    #[test]
    fn a_fragment_has_its_bytes() {
        let samples = [sample(100, 70, 0, true), sample(50, 80, 10, false), sample(30, 90, -10, false)];
        let (head, bytes) = write(3, &samples, false, None);
        #[rustfmt::skip]
        let expected = [
            &[0, 0, 0, 124][..], b"moof",
            &[0, 0, 0, 16], b"mfhd", &[0, 0, 0, 0], &[0, 0, 0, 3],
            &[0, 0, 0, 100], b"traf",
            &[0, 0, 0, 24], b"tfhd", &[0, 0x02, 0, 0x28], &[0, 0, 0, 1], &[0, 0, 0, 10], &[1, 1, 0, 0],
            &[0, 0, 0, 20], b"tfdt", &[1, 0, 0, 0], &[0, 0, 0, 0, 0, 0, 0, 70],
            &[0, 0, 0, 48], b"trun", &[1, 0, 0x0a, 0x05], // offset, first flags, sizes, composition offsets
            &[0, 0, 0, 3], &[0, 0, 0, 132], &[2, 0, 0, 0],
            &[0, 0, 0, 100], &[0, 0, 0, 0],
            &[0, 0, 0, 50], &[0, 0, 0, 10],
            &[0, 0, 0, 30], &[0xff, 0xff, 0xff, 0xf6],
            &[0, 0, 0, 188], b"mdat",
        ]
        .concat();
        assert_eq!(head, expected);
        assert_eq!(bytes, 124 + 8 + 180);
    }

    /// Clause 8.16.5.2 by hand: 1.5 s after the start.
    #[test]
    fn a_reference_time_has_its_bytes() {
        let expected = [
            &[0, 0, 0, 32][..],
            b"prft",
            &[1, 0, 0, 24],
            &[0, 0, 0, 1],
            &[0, 0, 0, 101, 0x80, 0, 0, 0],
            &[0, 0, 0, 0, 0, 0, 0, 15],
        ];
        assert_eq!(reference_time(100 << 32, &[sample(1, 15, 0, true)], 10), expected.concat());
    }

    /// The word of `trun` after its type: version 1 and the fields that samples state.
    #[test]
    fn samples_state_only_what_differs() {
        let longer = |mut sample: Sample| {
            sample.duration = 11;
            sample
        };
        for (samples, expected) in [
            (vec![sample(1, 0, 0, true)], 0x201),
            (vec![sample(1, 0, 0, true), sample(1, 10, 0, true)], 0x201),
            (vec![sample(1, 0, 0, true), sample(1, 10, 0, false)], 0x205),
            (vec![sample(1, 0, 0, true), sample(1, 10, 0, false), sample(1, 20, 0, true)], 0x601),
            (vec![sample(1, 0, 0, true), longer(sample(1, 10, 0, true))], 0x301),
            (vec![sample(1, 0, 0, true), sample(1, 10, 5, true)], 0xa01),
        ] {
            assert_eq!(Run::of(&samples).fields, expected, "{samples:?}");
        }
    }
}
