//! AV1 sample entry: `av01` with `av1C` (AV1 Codec ISO Media File Format Binding 1.3.0, sections 2.2 and 2.3).

use super::visual::{Colour, Visual};
use crate::boxes::BoxView;
use crate::error::{Error, Problem};
use crate::write::Writer;

/// The `av01` sample entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Av1Entry {
    /// The picture.
    pub visual: Visual,
    /// Decoder configuration.
    pub config: Av1Config,
}

/// The AV1 codec configuration record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Av1Config {
    /// `seq_profile`: 0 Main, 1 High, 2 Professional.
    pub profile: u8,
    /// `seq_level_idx_0`: 4 times the level's first number less 8, plus its second; 31 where there is no limit.
    pub level: u8,
    /// `seq_tier_0`: whether the level is of the High tier.
    pub high_tier: bool,
    /// Bits of a sample: 8, 10 or 12.
    pub bit_depth: u8,
    /// `monochrome`.
    pub monochrome: bool,
    /// `chroma_subsampling_x` and `chroma_subsampling_y`.
    pub subsampling: (bool, bool),
    /// `chroma_sample_position` (2 bits).
    pub chroma_position: u8,
    /// `initial_presentation_delay_minus_one` (4 bits), where said.
    pub presentation_delay: Option<u8>,
    /// `configOBUs`: the sequence header and metadata, unread.
    pub obus: Vec<u8>,
}

/// `marker` and `version` of the record.
const MARKER_AND_VERSION: u8 = 0x81;

/// What codecs parameters mean that end after the bit depth (section 5).
const CODECS_DEFAULT: &str = ".0.110.01.01.01.0";

impl Av1Entry {
    /// `av01.0.04M.10`, or `av01.0.04M.10.0.112.09.16.09.0` where chroma or colour are not the usual ones (section
    /// 5). Colour is that of `colr`; an entry without one is taken to be of the usual colour.
    pub fn codecs(&self) -> String {
        let Av1Config { profile, level, bit_depth, chroma_position, .. } = self.config;
        let tier = if self.config.high_tier { 'H' } else { 'M' };
        let (x, y) = self.config.subsampling;
        let position = if x && y { chroma_position } else { 0 };
        let Colour { primaries, transfer, matrix, full_range } = self.visual.colour.unwrap_or(Colour::BT709);
        let [monochrome, x, y, full_range] = [self.config.monochrome, x, y, full_range].map(u8::from);
        let end =
            format!(".{monochrome}.{x}{y}{position}.{primaries:02}.{transfer:02}.{matrix:02}.{full_range}");
        let short = format!("av01.{profile}.{level:02}{tier}.{bit_depth:02}");
        if end == CODECS_DEFAULT { short } else { short + &end }
    }

    pub(super) fn parse(entry: &BoxView<'_>) -> Result<Av1Entry, Error> {
        let (visual, config) = Visual::parse(entry, b"av1C")?;
        Ok(Av1Entry { visual, config: Av1Config::parse(&config)? })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        self.visual.write(w, b"av01", |w| self.config.write(w));
    }
}

impl Av1Config {
    fn parse(av1c: &BoxView<'_>) -> Result<Av1Config, Error> {
        let mut fields = av1c.fields();
        if fields.u8()? != MARKER_AND_VERSION {
            return Err(av1c.error(Problem::Unsupported("this version of the configuration")));
        }
        let (profile, format, delay) = (fields.u8()?, fields.u8()?, fields.u8()?);
        let bit = |number: u8| format >> number & 1 != 0;
        let bit_depth = match (bit(6), bit(5)) {
            (false, _) => 8,
            (true, false) => 10,
            (true, true) => 12,
        };
        Ok(Av1Config {
            profile: profile >> 5,
            level: profile & 0b1_1111,
            high_tier: bit(7),
            bit_depth,
            monochrome: bit(4),
            subsampling: (bit(3), bit(2)),
            chroma_position: format & 0b11,
            presentation_delay: (delay & 0b1_0000 != 0).then_some(delay & 0b1111),
            obus: fields.rest().to_vec(),
        })
    }

    fn write(&self, w: &mut Writer) {
        let (x, y) = self.subsampling;
        let flags = [self.high_tier, self.bit_depth > 8, self.bit_depth > 10, self.monochrome, x, y];
        let format = flags.into_iter().fold(0, |bits, flag| bits << 1 | u8::from(flag));
        w.boxed(b"av1C", |w| {
            w.u8(MARKER_AND_VERSION);
            w.u8(self.profile << 5 | self.level & 0b1_1111);
            w.u8(format << 2 | self.chroma_position & 0b11);
            w.u8(self.presentation_delay.map_or(0, |delay| 0b1_0000 | delay & 0b1111));
            w.bytes(&self.obus);
        });
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::boxes::Children;
    use crate::entry::visual;

    /// A Main profile, level 4.0 entry of 10 bits.
    pub(crate) fn entry() -> Av1Entry {
        Av1Entry {
            visual: visual::tests::visual(),
            config: Av1Config {
                profile: 0,
                level: 8,
                high_tier: false,
                bit_depth: 10,
                monochrome: false,
                subsampling: (true, true),
                chroma_position: 0,
                presentation_delay: None,
                obus: vec![0x0a, 0x0b, 0x00],
            },
        }
    }

    fn reread(entry: &Av1Entry) -> Av1Entry {
        let bytes = Writer::build(|w| entry.write(w));
        Av1Entry::parse(&Children::new(&bytes, 0).next().unwrap().unwrap()).unwrap()
    }

    #[test]
    fn an_entry_survives_its_bytes() {
        let mut other = entry();
        other.config.presentation_delay = Some(3);
        (other.config.high_tier, other.config.bit_depth) = (true, 12);
        (other.config.monochrome, other.config.subsampling) = (true, (true, false));
        for entry in [entry(), other] {
            assert_eq!(reread(&entry), entry);
        }
    }

    /// Section 2.3.3 by hand: profile 0 and level 8; tier 0, 10 bits, colour, 4:2:0.
    #[test]
    fn the_configuration_record_has_its_bytes() {
        let bytes = Writer::build(|w| entry().config.write(w));
        assert_eq!(bytes, b"\0\0\0\x0fav1C\x81\x08\x4c\x00\x0a\x0b\x00");
    }

    /// The two examples of section 5, and what follows from its rules.
    #[test]
    fn codecs_name_colour_where_it_is_not_the_usual() {
        let bt2100 = |transfer| Some(Colour { primaries: 9, transfer, matrix: 9, full_range: false });
        let usual = Some(Colour::BT709);
        for (level, high_tier, bit_depth, position, colour, expected) in [
            (4, false, 10, 2, bt2100(16), "av01.0.04M.10.0.112.09.16.09.0"),
            (1, false, 8, 0, usual, "av01.0.01M.08"),
            (1, false, 8, 0, None, "av01.0.01M.08"),
            (13, true, 10, 0, bt2100(18), "av01.0.13H.10.0.110.09.18.09.0"),
            (8, false, 10, 1, usual, "av01.0.08M.10.0.111.01.01.01.0"),
        ] {
            let mut entry = entry();
            entry.visual.colour = colour;
            (entry.config.level, entry.config.high_tier) = (level, high_tier);
            (entry.config.bit_depth, entry.config.chroma_position) = (bit_depth, position);
            assert_eq!(entry.codecs(), expected);
        }
    }

    #[test]
    fn another_version_is_refused() {
        let bytes = Writer::build(|w| w.boxed(b"av1C", |w| w.bytes(&[0x82, 0, 0, 0])));
        let error = Av1Config::parse(&Children::new(&bytes, 0).next().unwrap().unwrap()).unwrap_err();
        assert!(error.to_string().contains("this version"), "{error}");
    }
}
