//! VP9 sample entry: `vp09` with `vpcC` (VP Codec ISO Media File Format Binding, version 1.0).

use super::visual::{Colour, Visual};
use crate::boxes::BoxView;
use crate::error::{Error, Problem};
use crate::write::Writer;

/// The `vp09` sample entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vp9Entry {
    /// The picture.
    pub visual: Visual,
    /// Decoder configuration.
    pub config: Vp9Config,
}

/// The VP codec configuration record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vp9Config {
    /// `profile`: 0, or 2 for more than 8 bits.
    pub profile: u8,
    /// `level`: ten times the level. The stream itself does not say it, and ffmpeg goes by the picture's size alone: who
    /// knows rate and bitrate sets it.
    pub level: u8,
    /// `bitDepth`: 8, 10 or 12.
    pub bit_depth: u8,
    /// `chromaSubsampling`: 0 and 1 are 4:2:0 with chroma between rows or on them, 2 is 4:2:2, 3 is 4:4:4.
    pub chroma: u8,
    /// Colour, each value below 256.
    pub colour: Colour,
}

/// Chroma of codecs parameters that do not say it: 4:2:0, on the luma rows.
const CHROMA_DEFAULT: u8 = 1;

impl Vp9Entry {
    /// `vp09.00.41.08`, or `vp09.02.41.10.01.09.16.09.00` where chroma or colour are not the usual ones (section
    /// "Codecs Parameter String").
    pub fn codecs(&self) -> String {
        let Vp9Config { profile, level, bit_depth, chroma, colour } = self.config;
        let short = format!("vp09.{profile:02}.{level:02}.{bit_depth:02}");
        if chroma == CHROMA_DEFAULT && colour == Colour::BT709 {
            return short;
        }
        let Colour { primaries, transfer, matrix, full_range } = colour;
        let full_range = u8::from(full_range);
        format!("{short}.{chroma:02}.{primaries:02}.{transfer:02}.{matrix:02}.{full_range:02}")
    }

    pub(super) fn parse(entry: &BoxView<'_>) -> Result<Vp9Entry, Error> {
        let (visual, config) = Visual::parse(entry, b"vpcC")?;
        Ok(Vp9Entry { visual, config: Vp9Config::parse(&config)? })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        self.visual.write(w, b"vp09", |w| self.config.write(w));
    }
}

impl Vp9Config {
    fn parse(vpcc: &BoxView<'_>) -> Result<Vp9Config, Error> {
        let mut fields = vpcc.fields();
        if fields.version_and_flags()?.0 != 1 {
            return Err(vpcc.error(Problem::Unsupported("this version of the configuration")));
        }
        let (profile, level, format) = (fields.u8()?, fields.u8()?, fields.u8()?);
        let colour = Colour {
            primaries: fields.u8()?.into(),
            transfer: fields.u8()?.into(),
            matrix: fields.u8()?.into(),
            full_range: format & 1 != 0,
        };
        if level == 0 {
            return Err(vpcc.error(Problem::Invalid("no level")));
        }
        if fields.u16()? != 0 {
            return Err(vpcc.error(Problem::Invalid("initialization data, of which VP9 has none")));
        }
        Ok(Vp9Config { profile, level, bit_depth: format >> 4, chroma: format >> 1 & 0b111, colour })
    }

    fn write(&self, w: &mut Writer) {
        let colour = self.colour;
        w.full(b"vpcC", 1, 0, |w| {
            w.u8(self.profile);
            w.u8(self.level);
            w.u8(self.bit_depth << 4 | (self.chroma & 0b111) << 1 | u8::from(colour.full_range));
            [colour.primaries, colour.transfer, colour.matrix].into_iter().for_each(|code| w.u8(code as u8));
            w.u16(0); // codecIntializationDataSize
        });
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::boxes::Children;
    use crate::entry::visual;

    /// A profile 0, level 4.1 entry.
    pub(crate) fn entry() -> Vp9Entry {
        let config = Vp9Config { profile: 0, level: 41, bit_depth: 8, chroma: 1, colour: Colour::BT709 };
        Vp9Entry { visual: visual::tests::visual(), config }
    }

    fn reread(entry: &Vp9Entry) -> Result<Vp9Entry, Error> {
        let bytes = Writer::build(|w| entry.write(w));
        Vp9Entry::parse(&Children::new(&bytes, 0).next().unwrap()?)
    }

    #[test]
    fn an_entry_survives_its_bytes() {
        assert_eq!(reread(&entry()).unwrap(), entry());
    }

    /// The binding's own layout by hand: 4 bits of depth, 3 of chroma, 1 of range.
    #[test]
    fn the_configuration_has_its_bytes() {
        let bytes = Writer::build(|w| entry().config.write(w));
        assert_eq!(bytes, b"\0\0\0\x14vpcC\x01\0\0\0\0\x29\x82\x01\x01\x01\0\0");
    }

    /// The two examples of the binding, and each field on its own.
    #[test]
    fn codecs_name_colour_where_it_is_not_the_usual() {
        let pq = |full_range| Colour { primaries: 9, transfer: 16, matrix: 9, full_range };
        for (profile, level, bit_depth, chroma, colour, expected) in [
            (0, 41, 8, 1, Colour::BT709, "vp09.00.41.08"),
            (2, 10, 10, 1, pq(true), "vp09.02.10.10.01.09.16.09.01"),
            (2, 51, 10, 1, pq(false), "vp09.02.51.10.01.09.16.09.00"),
            (0, 41, 8, 0, Colour::BT709, "vp09.00.41.08.00.01.01.01.00"),
        ] {
            let entry =
                Vp9Entry { config: Vp9Config { profile, level, bit_depth, chroma, colour }, ..entry() };
            assert_eq!(entry.codecs(), expected);
        }
    }

    #[test]
    fn a_configuration_without_a_level_is_refused() {
        let mut bare = entry();
        bare.config.level = 0;
        assert!(reread(&bare).unwrap_err().to_string().contains("no level"));
    }
}
