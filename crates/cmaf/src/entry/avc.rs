//! H.264 sample entry: `avc1` with `avcC` (ISO/IEC 14496-15:2022, 5.3.3 and 5.4.2), `colr` and `pasp`.

use super::{parse_common, write_common};
use crate::boxes::{BoxView, FourCc};
use crate::cursor::Cursor;
use crate::error::{Error, Problem};
use crate::write::Writer;

/// The `avc1` sample entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvcEntry {
    /// Coded width after cropping, in pixels.
    pub width: u16,
    /// Coded height after cropping, in pixels.
    pub height: u16,
    /// Decoder configuration.
    pub config: AvcConfig,
    /// Colour, where said.
    pub colour: Option<Colour>,
    /// Shape of a pixel, where said; square otherwise.
    pub pixel_aspect: Option<PixelAspect>,
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

/// Colour in the code points of ITU-T H.273 (clause 12.1.5, `nclx`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// `colour_primaries`.
    pub primaries: u16,
    /// `transfer_characteristics`.
    pub transfer: u16,
    /// `matrix_coefficients`.
    pub matrix: u16,
    /// Whether samples use the full range.
    pub full_range: bool,
}

/// Relative width and height of a pixel (clause 12.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelAspect {
    /// `hSpacing`, above zero.
    pub horizontal: u32,
    /// `vSpacing`, above zero.
    pub vertical: u32,
}

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

    /// Width and height on screen in pixels, as the pixels' shape makes it.
    pub(crate) fn display_size(&self) -> (u64, u64) {
        let aspect = self.pixel_aspect.unwrap_or(PixelAspect { horizontal: 1, vertical: 1 });
        let (h, v) = (u64::from(aspect.horizontal), u64::from(aspect.vertical.max(1)));
        (u64::from(self.width) * h / v, u64::from(self.height))
    }

    /// Reads the entry (clause 12.1.3.2 for the fields that all video entries share).
    pub(super) fn parse(entry: &BoxView<'_>) -> Result<AvcEntry, Error> {
        let mut fields = entry.fields();
        parse_common(&mut fields)?;
        fields.take(16)?; // pre_defined and reserved
        let (width, height) = (fields.u16()?, fields.u16()?);
        fields.take(50)?; // resolution, frame_count, compressorname, depth, pre_defined
        let mut config = None;
        let (mut colour, mut pixel_aspect) = (None, None);
        for child in fields.boxes() {
            let child = child?;
            match &child.kind.0 {
                b"avcC" => config = Some(AvcConfig::parse(&child)?),
                b"colr" => colour = Colour::parse(&child)?,
                b"pasp" => pixel_aspect = Some(PixelAspect::parse(&child)?),
                _ => {}
            }
        }
        let config = config.ok_or(entry.error(Problem::Missing(FourCc(*b"avcC"))))?;
        Ok(AvcEntry { width, height, config, colour, pixel_aspect })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.boxed(b"avc1", |w| {
            write_common(w);
            w.zeros(16); // pre_defined and reserved
            w.u16(self.width);
            w.u16(self.height);
            w.u32(0x0048_0000); // horizresolution: 72 dpi
            w.u32(0x0048_0000); // vertresolution
            w.u32(0); // reserved
            w.u16(1); // frame_count per sample
            w.zeros(32); // compressorname: none
            w.u16(0x0018); // depth: colour without alpha
            w.u16(0xffff); // pre_defined
            self.config.write(w);
            if let Some(colour) = self.colour {
                colour.write(w);
            }
            if let Some(aspect) = self.pixel_aspect {
                aspect.write(w);
            }
        });
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

impl Colour {
    /// Reads `nclx`; other kinds of `colr`, such as ICC profiles, say nothing that is used here.
    fn parse(colr: &BoxView<'_>) -> Result<Option<Colour>, Error> {
        let mut fields = colr.fields();
        if fields.four_cc()?.0 != *b"nclx" {
            return Ok(None);
        }
        let (primaries, transfer, matrix) = (fields.u16()?, fields.u16()?, fields.u16()?);
        Ok(Some(Colour { primaries, transfer, matrix, full_range: fields.u8()? & 0x80 != 0 }))
    }

    fn write(&self, w: &mut Writer) {
        w.boxed(b"colr", |w| {
            w.bytes(b"nclx");
            w.u16(self.primaries);
            w.u16(self.transfer);
            w.u16(self.matrix);
            w.u8(u8::from(self.full_range) << 7);
        });
    }
}

impl PixelAspect {
    fn parse(pasp: &BoxView<'_>) -> Result<PixelAspect, Error> {
        let mut fields = pasp.fields();
        let (horizontal, vertical) = (fields.u32()?, fields.u32()?);
        if horizontal == 0 || vertical == 0 {
            return Err(pasp.error(Problem::Invalid("a pixel with no width or height")));
        }
        Ok(PixelAspect { horizontal, vertical })
    }

    fn write(&self, w: &mut Writer) {
        w.boxed(b"pasp", |w| {
            w.u32(self.horizontal);
            w.u32(self.vertical);
        });
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::boxes::Children;

    /// A High profile, level 4.0 entry with every optional part.
    pub(crate) fn entry() -> AvcEntry {
        AvcEntry {
            width: 1920,
            height: 1080,
            config: AvcConfig {
                profile: 100,
                compatibility: 0,
                level: 40,
                nal_length_bytes: 4,
                sps: vec![vec![0x67, 0x64, 0x00, 0x28, 0xac]],
                pps: vec![vec![0x68, 0xee]],
                extension: vec![0xfd, 0xf8, 0xf8, 0x00],
            },
            colour: Some(Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false }),
            pixel_aspect: Some(PixelAspect { horizontal: 4, vertical: 3 }),
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
    fn wide_pixels_widen_the_picture() {
        assert_eq!(entry().display_size(), (2560, 1080));
    }

    #[test]
    fn an_entry_without_parameter_sets_is_refused() {
        let mut bare = entry();
        bare.config.sps.clear();
        let error = reread(&Writer::build(|w| bare.write(w))).unwrap_err();
        assert!(error.to_string().contains("without parameter sets"), "{error}");
    }
}
