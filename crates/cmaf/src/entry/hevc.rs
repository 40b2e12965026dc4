//! HEVC sample entry: `hvc1` with `hvcC` (ISO/IEC 14496-15:2022, 8.3.2 and 8.4.1).
//!
//! `hev1`, which may have parameter sets among its samples, is not read: shots join only where one set serves all.

use super::visual::Visual;
use crate::boxes::BoxView;
use crate::cursor::Cursor;
use crate::error::{Error, Problem};
use crate::write::Writer;

/// The `hvc1` sample entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HevcEntry {
    /// The picture.
    pub visual: Visual,
    /// Decoder configuration.
    pub config: HevcConfig,
}

/// The HEVC decoder configuration record (ISO/IEC 14496-15, 8.3.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HevcConfig {
    /// `general_profile_space`: 0, or 1 to 3 for other sets of profiles.
    pub profile_space: u8,
    /// `general_tier_flag`: whether the level is of the High tier.
    pub high_tier: bool,
    /// `general_profile_idc`: 1 Main, 2 Main 10.
    pub profile: u8,
    /// `general_profile_compatibility_flags`, profile 0 in the most significant bit.
    pub compatibility: u32,
    /// `general_constraint_indicator_flags`.
    pub constraints: [u8; 6],
    /// `general_level_idc`: thirty times the level.
    pub level: u8,
    /// From `min_spatial_segmentation_idc` to `lengthSizeMinusOne`, unread.
    pub details: [u8; 9],
    /// NAL units for the decoder, by their type; at least the three kinds of parameter sets.
    pub arrays: Vec<NalArray>,
}

/// NAL units of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NalArray {
    /// Whether no sample has a NAL unit of this type (`array_completeness`).
    pub complete: bool,
    /// `NAL_unit_type` (Rec. ITU-T H.265, table 7-1).
    pub kind: u8,
    /// The NAL units.
    pub units: Vec<Vec<u8>>,
}

/// NAL unit types of video, sequence and picture parameter sets.
const PARAMETER_SETS: [u8; 3] = [32, 33, 34];

/// NAL unit types of supplemental enhancement information (SEI) before and after the picture.
const SEI: [u8; 2] = [39, 40];

/// `payloadType` of user data that no registry knows (Rec. ITU-T H.265, D.2.7).
const SEI_USER_DATA_UNREGISTERED: u8 = 5;

/// Bytes of a NAL unit's header.
const NAL_HEAD_BYTES: usize = 2;

impl HevcEntry {
    /// `hvc1.2.4.L123.B0` (ISO/IEC 14496-15, annex E.3): profile, compatibility flags with profile 0 last, tier and
    /// level, and the constraint bytes without trailing zeros.
    pub fn codecs(&self) -> String {
        let config = &self.config;
        let space = ["", "A", "B", "C"][usize::from(config.profile_space & 0b11)];
        let tier = if config.high_tier { 'H' } else { 'L' };
        let used = config.constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let constraints = config.constraints[..used].iter().map(|byte| format!(".{byte:X}"));
        let compatibility = config.compatibility.reverse_bits();
        format!("hvc1.{space}{}.{compatibility:X}.{tier}{}", config.profile, config.level)
            + &constraints.collect::<String>()
    }

    pub(super) fn parse(entry: &BoxView<'_>) -> Result<HevcEntry, Error> {
        let (visual, config) = Visual::parse(entry, b"hvcC")?;
        Ok(HevcEntry { visual, config: HevcConfig::parse(&config)? })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        self.visual.write(w, b"hvc1", |w| self.config.write(w));
    }
}

impl HevcConfig {
    /// Bytes of the length before each NAL unit: 1, 2 or 4.
    pub fn nal_length_bytes(&self) -> u8 {
        (self.details[8] & 0b11) + 1
    }

    fn parse(hvcc: &BoxView<'_>) -> Result<HevcConfig, Error> {
        let mut fields = hvcc.fields();
        if fields.u8()? != 1 {
            return Err(hvcc.error(Problem::Unsupported("this configurationVersion")));
        }
        let profile = fields.u8()?;
        let config = HevcConfig {
            profile_space: profile >> 6,
            high_tier: profile & 0b10_0000 != 0,
            profile: profile & 0b1_1111,
            compatibility: fields.u32()?,
            constraints: fields.array()?,
            level: fields.u8()?,
            details: fields.array()?,
            arrays: parse_arrays(&mut fields)?,
        };
        let complete = |kind: &u8| config.arrays.iter().any(|array| array.kind == *kind && array.complete);
        if !PARAMETER_SETS.iter().all(complete) {
            let problem = Problem::Unsupported("a configuration without all parameter sets");
            return Err(hvcc.error(problem));
        }
        Ok(config)
    }

    fn write(&self, w: &mut Writer) {
        w.boxed(b"hvcC", |w| {
            w.u8(1); // configurationVersion
            w.u8(self.profile_space << 6 | u8::from(self.high_tier) << 5 | self.profile & 0b1_1111);
            w.u32(self.compatibility);
            w.bytes(&self.constraints);
            w.u8(self.level);
            w.bytes(&self.details);
            let arrays = &self.arrays[..self.arrays.len().min(u8::MAX.into())];
            w.u8(arrays.len() as u8);
            arrays.iter().for_each(|array| array.write(w));
        });
    }
}

impl NalArray {
    fn parse(fields: &mut Cursor<'_>) -> Result<NalArray, Error> {
        let head = fields.u8()?;
        let (complete, kind) = (head & 0x80 != 0, head & 0x3f);
        let mut units = Vec::new();
        for _ in 0..fields.u16()? {
            let length = fields.u16()?;
            let unit = fields.take(length.into())?;
            if !is_signature(kind, unit) {
                units.push(unit.to_vec());
            }
        }
        Ok(NalArray { complete, kind, units })
    }

    fn write(&self, w: &mut Writer) {
        w.u8(u8::from(self.complete) << 7 | self.kind & 0x3f);
        let units = &self.units[..self.units.len().min(u16::MAX.into())];
        w.u16(units.len() as u16);
        for unit in units {
            w.u16(unit.len() as u16);
            w.bytes(unit);
        }
    }
}

/// The arrays that hold anything.
fn parse_arrays(fields: &mut Cursor<'_>) -> Result<Vec<NalArray>, Error> {
    let mut arrays = Vec::new();
    for _ in 0..fields.u8()? {
        let array = NalArray::parse(fields)?;
        if !array.units.is_empty() {
            arrays.push(array);
        }
    }
    Ok(arrays)
}

/// Whether a NAL unit is the note that an encoder leaves of its own settings. It tells a decoder nothing, and has the
/// shot's quality in it, so that shots encoded alike would seem to differ.
fn is_signature(kind: u8, unit: &[u8]) -> bool {
    SEI.contains(&kind) && unit.get(NAL_HEAD_BYTES) == Some(&SEI_USER_DATA_UNREGISTERED)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::boxes::Children;
    use crate::entry::visual;

    fn array(kind: u8, unit: &[u8]) -> NalArray {
        NalArray { complete: PARAMETER_SETS.contains(&kind), kind, units: vec![unit.to_vec()] }
    }

    /// A Main 10, level 4.1 entry in high dynamic range.
    pub(crate) fn entry() -> HevcEntry {
        HevcEntry {
            visual: visual::tests::hdr(),
            config: HevcConfig {
                profile_space: 0,
                high_tier: false,
                profile: 2,
                compatibility: 0x2000_0000,
                constraints: [0xb0, 0, 0, 0, 0, 0],
                level: 123,
                details: [0xf0, 0x00, 0xfc, 0xfd, 0xfa, 0xfa, 0x00, 0x00, 0x0f],
                arrays: vec![
                    array(32, &[0x40, 0x01, 0x0c]),
                    array(33, &[0x42, 0x01, 0x01]),
                    array(34, &[0x44, 0x01, 0xc1]),
                    array(39, &[0x4e, 0x01, 0x90, 0x04, 0x03, 0xe8, 0x01, 0x90, 0x80]),
                ],
            },
        }
    }

    fn reread(entry: &HevcEntry) -> Result<HevcEntry, Error> {
        let bytes = Writer::build(|w| entry.write(w));
        HevcEntry::parse(&Children::new(&bytes, 0).next().unwrap()?)
    }

    #[test]
    fn an_entry_survives_its_bytes() {
        assert_eq!(reread(&entry()).unwrap(), entry());
    }

    /// Worked out by hand from ISO/IEC 14496-15, 8.3.2.1.2.
    #[test]
    fn the_configuration_record_has_its_bytes() {
        let mut short = entry().config;
        short.arrays.truncate(1);
        let bytes = Writer::build(|w| short.write(w));
        let expected: &[u8] =
            b"\0\0\0\x27hvcC\x01\x02\x20\0\0\0\xb0\0\0\0\0\0\x7b\xf0\0\xfc\xfd\xfa\xfa\0\0\x0f\
            \x01\xa0\0\x01\0\x03\x40\x01\x0c";
        assert_eq!(bytes.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }

    /// The examples of ISO/IEC 14496-15, annex E.3, and what follows from its rules.
    #[test]
    fn codecs_follow_annex_e() {
        for (space, profile, compatibility, high_tier, level, constraints, expected) in [
            (0, 1, 0x6000_0000, false, 93, [0xb0, 0, 0, 0, 0, 0], "hvc1.1.6.L93.B0"),
            (1, 1, 0x0000_0001, false, 93, [0xb0, 0, 0, 0, 0, 0], "hvc1.A1.80000000.L93.B0"),
            (0, 2, 0x2000_0000, false, 60, [0x90, 0, 0, 0, 0, 0], "hvc1.2.4.L60.90"),
            (0, 2, 0x2000_0000, true, 153, [0; 6], "hvc1.2.4.H153"),
            (3, 4, 0x0800_0000, true, 156, [0x9d, 0, 0x08, 0, 0, 0], "hvc1.C4.10.H156.9D.0.8"),
        ] {
            let mut entry = entry();
            let config = &mut entry.config;
            (config.profile_space, config.profile, config.compatibility) = (space, profile, compatibility);
            (config.high_tier, config.level, config.constraints) = (high_tier, level, constraints);
            assert_eq!(entry.codecs(), expected);
        }
    }

    #[test]
    fn an_encoders_signature_is_left_out() {
        let mut signed = entry();
        signed.config.arrays[3].units.push(vec![0x4e, 0x01, 0x05, 0x11, 0x2c]);
        signed.config.arrays.push(array(40, &[0x50, 0x01, 0x05, 0x11, 0x2c]));
        assert_eq!(reread(&signed).unwrap(), entry());
    }

    #[test]
    fn parameter_sets_must_all_be_there() {
        for missing in 0..3 {
            let mut bare = entry();
            bare.config.arrays.remove(missing);
            let mut elsewhere = entry();
            elsewhere.config.arrays[missing].complete = false;
            for refused in [bare, elsewhere] {
                let error = reread(&refused).unwrap_err();
                assert!(error.to_string().contains("without all parameter sets"), "{error}");
            }
        }
    }
}
