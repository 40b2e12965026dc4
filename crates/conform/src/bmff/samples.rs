//! The samples of a fragment: sizes, times and flags, with their defaults filled in (clauses 8.8.7 and 8.8.8).

use super::boxes::BoxView;
use super::header::Extends;

/// Samples of a fragment that are read; more is a broken count.
const SAMPLES_MAX: usize = 1 << 20;

/// `sample_is_non_sync_sample` of sample flags (clause 8.8.3.1).
const NON_SYNC: u32 = 0x1_0000;

/// `tfhd`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FragmentHeader {
    pub(crate) track_id: u32,
    /// Whether it has base-data-offset.
    pub(crate) has_base: bool,
    /// default-base-is-moof.
    pub(crate) base_is_moof: bool,
    /// `sample_description_index`, counted from 1.
    pub(crate) description: Option<u32>,
    duration: Option<u32>,
    size: Option<u32>,
    flags: Option<u32>,
}

/// A sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) duration: u32,
    pub(crate) size: u32,
    pub(crate) sync: bool,
    pub(crate) composition_offset: i64,
}

impl FragmentHeader {
    /// Reads `tfhd`.
    pub(crate) fn read(view: &BoxView<'_>) -> Option<FragmentHeader> {
        let (_, flags, mut fields) = view.full()?;
        let track_id = fields.u32()?;
        let has_base = flags & 1 != 0;
        if has_base {
            fields.u64()?;
        }
        let description = fields.u32_if(flags & 2 != 0)?;
        Some(FragmentHeader {
            track_id,
            has_base,
            base_is_moof: flags & 0x2_0000 != 0,
            description,
            duration: fields.u32_if(flags & 8 != 0)?,
            size: fields.u32_if(flags & 0x10 != 0)?,
            flags: fields.u32_if(flags & 0x20 != 0)?,
        })
    }
}

/// Reads a `trun` onto `samples`; gives its data offset. `None` where it is broken.
pub(crate) fn read_run(
    trun: &BoxView<'_>,
    header: &FragmentHeader,
    extends: Option<&Extends>,
    samples: &mut Vec<Sample>,
) -> Option<Option<i32>> {
    let (version, flags, mut fields) = trun.full()?;
    let count = fields.u32()? as usize;
    let data_offset = fields.u32_if(flags & 1 != 0)?.map(|offset| offset as i32);
    let first_flags = fields.u32_if(flags & 4 != 0)?;
    if samples.len().saturating_add(count) > SAMPLES_MAX {
        return None;
    }
    let default = |said: Option<u32>, of: fn(&Extends) -> u32| said.or(extends.map(of)).unwrap_or(0);
    let default_duration = default(header.duration, |extends| extends.duration);
    let default_size = default(header.size, |extends| extends.size);
    let default_flags = default(header.flags, |extends| extends.flags);
    for number in 0..count {
        let duration = fields.u32_if(flags & 0x100 != 0)?.unwrap_or(default_duration);
        let size = fields.u32_if(flags & 0x200 != 0)?.unwrap_or(default_size);
        let own = fields.u32_if(flags & 0x400 != 0)?;
        let offset = fields.u32_if(flags & 0x800 != 0)?.unwrap_or(0);
        let first = first_flags.filter(|_| number == 0);
        let sample_flags = first.or(own).unwrap_or(default_flags);
        let composition_offset = if version == 0 { i64::from(offset) } else { i64::from(offset as i32) };
        samples.push(Sample { duration, size, sync: sample_flags & NON_SYNC == 0, composition_offset });
    }
    Some(data_offset)
}
