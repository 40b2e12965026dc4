//! Fragments: a `moof` as values, summed up so that a film of any length fits into memory.

use super::boxes::{BoxView, Fields};
use super::header::Header;
use super::samples::{self, FragmentHeader, Sample};

/// A `moof` with its `mdat`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fragment {
    /// First byte of `moof` in the file.
    pub(crate) offset: u64,
    /// Bytes of `moof`.
    pub(crate) moof_bytes: u64,
    /// Head and whole length of the `mdat` that follows, where one does.
    pub(crate) mdat: Option<(u64, u64)>,
    /// The number of `traf` boxes.
    pub(crate) tracks: usize,
    pub(crate) sequence: Option<u32>,
    pub(crate) header: FragmentHeader,
    pub(crate) decode_time: Option<u64>,
    pub(crate) samples: usize,
    /// Of all samples, in ticks.
    pub(crate) duration: u64,
    /// Those of about the usual duration, and their duration in ticks: a frame may be cut short where the picture changes,
    /// or stand for long, and the rate is that of the others.
    pub(crate) steady: (usize, u64),
    /// Of all samples.
    pub(crate) sample_bytes: u64,
    /// Whether the first sample decodes by itself.
    pub(crate) sync: bool,
    /// Samples without a duration, the last one aside.
    pub(crate) timeless: usize,
    /// From `moof` to the first sample, where `trun` says so.
    pub(crate) data_offset: Option<i32>,
    /// First and last presentation time less the decode time, in ticks.
    pub(crate) presented: (i64, i64),
    /// Key IDs of its `seig` sample groups (ISO/IEC 23001-7, 6).
    pub(crate) key_ids: Vec<[u8; 16]>,
    /// Boxes that cannot be read.
    pub(crate) broken: Vec<(String, u64)>,
}

impl Fragment {
    /// Reads a `moof`; gives the samples too, which are not kept.
    pub(crate) fn read(moof: &BoxView<'_>, header: &Header) -> (Fragment, Vec<Sample>) {
        let moof_bytes = moof.head + moof.body.len() as u64;
        let mut fragment = Fragment { offset: moof.offset, moof_bytes, ..Fragment::default() };
        let mut all = Vec::new();
        for child in moof.children() {
            match &child.kind {
                b"mfhd" => fragment.sequence = child.full().and_then(|(_, _, mut fields)| fields.u32()),
                b"traf" => {
                    fragment.tracks += 1;
                    if fragment.tracks == 1 {
                        fragment.read_track(&child, header, &mut all);
                    }
                }
                _ => {}
            }
        }
        fragment.sum_up(&all);
        (fragment, all)
    }

    /// The byte after `mdat`.
    pub(crate) fn end(&self) -> u64 {
        self.offset.saturating_add(self.moof_bytes).saturating_add(self.mdat.map_or(0, |(_, length)| length))
    }

    /// Decode time of the sample that would follow.
    pub(crate) fn decode_end(&self) -> Option<u64> {
        self.decode_time?.checked_add(self.duration)
    }

    /// When the first sample is presented, in ticks of the media.
    pub(crate) fn presentation_start(&self) -> Option<i64> {
        i64::try_from(self.decode_time?).ok()?.checked_add(self.presented.0)
    }

    fn read_track(&mut self, traf: &BoxView<'_>, header: &Header, all: &mut Vec<Sample>) {
        let mut runs = 0;
        for child in traf.children() {
            let read = match &child.kind {
                b"tfhd" => FragmentHeader::read(&child).map(|read| self.header = read),
                b"tfdt" => child.full().and_then(|(version, _, mut fields)| {
                    self.decode_time = Some(fields.word(version)?);
                    Some(())
                }),
                b"trun" => {
                    runs += 1;
                    let extends = header.extends(self.header.track_id);
                    samples::read_run(&child, &self.header, extends, all).map(|offset| {
                        if runs == 1 {
                            self.data_offset = offset;
                        }
                    })
                }
                b"sgpd" => {
                    self.key_ids.extend(rotated(&child).unwrap_or_default());
                    Some(())
                }
                _ => Some(()),
            };
            if read.is_none() {
                self.broken.push((format!("moof/traf/{}", super::boxes::name(child.kind)), child.offset));
            }
        }
    }

    fn sum_up(&mut self, all: &[Sample]) {
        self.samples = all.len();
        self.sync = all.first().is_some_and(|sample| sample.sync);
        let before_last = &all[..all.len().saturating_sub(1)];
        self.timeless = before_last.iter().filter(|sample| sample.duration == 0).count();
        let mut presented: Option<(i64, i64)> = None;
        for sample in all {
            let start = self.duration as i64 + sample.composition_offset;
            let end = start + i64::from(sample.duration);
            presented = Some(presented.map_or((start, end), |(from, to)| (from.min(start), to.max(end))));
            self.duration += u64::from(sample.duration);
            self.sample_bytes += u64::from(sample.size);
        }
        self.presented = presented.unwrap_or_default();
        self.steady = steady(all);
    }
}

/// Number and duration of the samples that last between three quarters and four thirds of the median: rounding to
/// the ticks of any timescale stays far inside.
fn steady(all: &[Sample]) -> (usize, u64) {
    let mut durations: Vec<u64> = all.iter().map(|sample| u64::from(sample.duration)).collect();
    durations.sort_unstable();
    let Some(&median) = durations.get(durations.len() / 2) else { return (0, 0) };
    durations.retain(|duration| duration * 4 >= median * 3 && duration * 3 <= median * 4);
    (durations.len(), durations.iter().sum())
}

/// The key IDs of a `sgpd` of `seig` (clause 8.9.3; ISO/IEC 23001-7, 6).
fn rotated(sgpd: &BoxView<'_>) -> Option<Vec<[u8; 16]>> {
    let (version, _, mut fields) = sgpd.full()?;
    if fields.array::<4>()? != *b"seig" {
        return None;
    }
    let default_length = if version == 1 { fields.u32()? } else { 0 };
    if version >= 2 {
        fields.u32()?; // default_group_description_index
    }
    let count = fields.u32()?;
    let mut ids = Vec::new();
    for _ in 0..count {
        let length = if version == 1 && default_length == 0 { fields.u32()? } else { default_length };
        let mut entry = Fields::new(fields.take(length as usize)?);
        entry.take(4)?; // pattern, isProtected, Per_Sample_IV_Size
        ids.push(entry.array()?);
    }
    Some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(durations: &[u32], expected: (usize, u64)) {
        let sample = |&duration: &u32| Sample { duration, size: 1, sync: true, composition_offset: 0 };
        assert_eq!(steady(&durations.iter().map(sample).collect::<Vec<_>>()), expected, "{durations:?}");
    }

    #[test]
    fn the_rate_is_that_of_frames_of_the_usual_duration() {
        check(&[], (0, 0));
        check(&[2000; 5], (5, 10_000));
        // A shot's last frame is cut short; another stands for long.
        check(&[2000, 2000, 1000, 2000, 2000, 1000, 2000, 60_000], (5, 10_000));
        // 30 a second in milliseconds.
        check(&[33, 33, 34, 33, 33, 34], (6, 200));
        check(&[0, 0], (2, 0));
    }
}
