//! H.264 sample entry: `avc1` with `avcC` (ISO/IEC 14496-15:2022, 5.3.3 and 5.4.2).

use super::visual::Visual;
use crate::boxes::BoxView;
use crate::cursor::Cursor;
use crate::error::{Error, Problem};
use crate::write::Writer;

/// The `avc1` sample entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvcEntry {
    /// The picture.
    pub visual: Visual,
    /// Decoder configuration.
    pub config: AvcConfig,
}

/// The AVC decoder configuration record (ISO/IEC 14496-15, 5.3.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvcConfig {
    /// `AVCProfileIndication`: 66 Baseline, 77 Main, 100 High.
    pub profile: u8,
    /// `profile_compatibility`: the constraint flags of the sequence parameter set.
    pub compatibility: u8,
    /// `AVCLevelIndication`: ten times the level.
    pub level: u8,
    /// Bytes of the length before each NAL unit: 1, 2 or 4.
    pub nal_length_bytes: u8,
    /// Sequence parameter sets as NAL units; at least one.
    pub sps: Vec<Vec<u8>>,
    /// Picture parameter sets as NAL units; at least one.
    pub pps: Vec<Vec<u8>>,
    /// What High profiles add (chroma format, bit depths, extensions), unread.
    pub extension: Vec<u8>,
}

/// The count of sequence parameter sets has five bits.
const SPS_COUNT_MAX: u8 = 31;

impl AvcEntry {
    /// `avc1.PPCCLL` with the three bytes after the NAL unit header of the first sequence parameter set (RFC
    /// 6381, 3.3).
    pub fn codecs(&self) -> String {
        let fallback = [self.config.profile, self.config.compatibility, self.config.level];
        let first = self.config.sps.first().and_then(|sps| sps.get(1..4));
        first
            .unwrap_or(&fallback)
            .iter()
            .fold("avc1.".to_string(), |text, byte| text + &format!("{byte:02x}"))
    }

    pub(super) fn parse(entry: &BoxView<'_>) -> Result<AvcEntry, Error> {
        let (visual, config) = Visual::parse(entry, b"avcC")?;
        Ok(AvcEntry { visual, config: AvcConfig::parse(&config)? })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        self.visual.write(w, b"avc1", |w| self.config.write(w));
    }
}

impl AvcConfig {
    fn parse(avcc: &BoxView<'_>) -> Result<AvcConfig, Error> {
        let mut fields = avcc.fields();
        if fields.u8()? != 1 {
            return Err(avcc.error(Problem::Unsupported("this configurationVersion")));
        }
        let (profile, compatibility, level) = (fields.u8()?, fields.u8()?, fields.u8()?);
        let nal_length_bytes = (fields.u8()? & 0b11) + 1;
        let sps_count = fields.u8()? & SPS_COUNT_MAX;
        let sps = parse_sets(&mut fields, sps_count)?;
        let pps_count = fields.u8()?;
        let pps = parse_sets(&mut fields, pps_count)?;
        if sps.is_empty() || pps.is_empty() {
            return Err(avcc.error(Problem::Unsupported("a configuration without parameter sets")));
        }
        let extension = fields.rest().to_vec();
        Ok(AvcConfig { profile, compatibility, level, nal_length_bytes, sps, pps, extension })
    }

    fn write(&self, w: &mut Writer) {
        w.boxed(b"avcC", |w| {
            w.bytes(&[1, self.profile, self.compatibility, self.level]);
            w.u8(0b1111_1100 | self.nal_length_bytes.wrapping_sub(1) & 0b11);
            let sps = &self.sps[..self.sps.len().min(SPS_COUNT_MAX.into())];
            w.u8(0b1110_0000 | sps.len() as u8);
            write_sets(w, sps);
            let pps = &self.pps[..self.pps.len().min(u8::MAX.into())];
            w.u8(pps.len() as u8);
            write_sets(w, pps);
            w.bytes(&self.extension);
        });
    }
}

/// Parameter sets, each after its length in 16 bits.
fn parse_sets(fields: &mut Cursor<'_>, count: u8) -> Result<Vec<Vec<u8>>, Error> {
    let mut set = || {
        let length = fields.u16()?;
        fields.take(length.into()).map(<[u8]>::to_vec)
    };
    (0..count).map(|_| set()).collect()
}

fn write_sets(w: &mut Writer, sets: &[Vec<u8>]) {
    for set in sets {
        w.u16(set.len() as u16);
        w.bytes(set);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::boxes::Children;
    use crate::entry::visual;

    /// A High profile, level 4.0 entry with every optional part.
    pub(crate) fn entry() -> AvcEntry {
        AvcEntry {
            visual: visual::tests::visual(),
            config: AvcConfig {
                profile: 100,
                compatibility: 0,
                level: 40,
                nal_length_bytes: 4,
                sps: vec![vec![0x67, 0x64, 0x00, 0x28, 0xac]],
                pps: vec![vec![0x68, 0xee]],
                extension: vec![0xfd, 0xf8, 0xf8, 0x00],
            },
        }
    }

    fn reread(bytes: &[u8]) -> Result<AvcEntry, Error> {
        AvcEntry::parse(&Children::new(bytes, 0).next().unwrap()?)
    }

    #[test]
    fn an_entry_survives_its_bytes() {
        let bytes = Writer::build(|w| entry().write(w));
        assert_eq!(reread(&bytes).unwrap(), entry());
    }

    /// Worked out by hand from ISO/IEC 14496-15, 5.3.3.1.2.
    #[test]
    fn the_configuration_record_has_its_bytes() {
        let bytes = Writer::build(|w| entry().config.write(w));
        let expected =
            b"\0\0\0\x1eavcC\x01\x64\x00\x28\xff\xe1\0\x05\x67\x64\0\x28\xac\x01\0\x02\x68\xee\xfd\xf8\xf8\0";
        assert_eq!(bytes.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }

    #[test]
    fn codecs_come_from_the_parameter_set() {
        assert_eq!(entry().codecs(), "avc1.640028");
    }

    #[test]
    fn an_entry_without_parameter_sets_is_refused() {
        let mut bare = entry();
        bare.config.sps.clear();
        let error = reread(&Writer::build(|w| bare.write(w))).unwrap_err();
        assert!(error.to_string().contains("without parameter sets"), "{error}");
    }
}
