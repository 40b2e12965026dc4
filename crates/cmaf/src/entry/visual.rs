//! What all video entries share: `VisualSampleEntry` (clause 12.1.3) with `colr`, `pasp`, `mdcv` and `clli`.
//!
//! Boxes of other kinds beside the codec's configuration are left out of what is written; none of them changes how a
//! picture is decoded.

use super::{parse_common, write_common};
use crate::boxes::{BoxView, FourCc};
use crate::error::{Error, Problem};
use crate::write::Writer;
use media::picture::{ContentLight, MasteringDisplay};

/// The picture of a video entry, apart from its coding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visual {
    /// Coded width after cropping, in pixels.
    pub width: u16,
    /// Coded height after cropping, in pixels.
    pub height: u16,
    /// Colour, where said.
    pub colour: Option<Colour>,
    /// Shape of a pixel, where said; square otherwise.
    pub pixel_aspect: Option<PixelAspect>,
    /// The display on which the film was graded, where said (clause 12.1.7).
    pub mastering: Option<MasteringDisplay>,
    /// Light level of the content, where said (clause 12.1.6).
    pub light: Option<ContentLight>,
}

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

impl Colour {
    /// Rec. ITU-R BT.709 in limited range: what codecs parameters mean that say nothing of colour.
    pub const BT709: Colour = Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false };
}

/// Relative width and height of a pixel (clause 12.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelAspect {
    /// `hSpacing`, above zero.
    pub horizontal: u32,
    /// `vSpacing`, above zero.
    pub vertical: u32,
}

impl Visual {
    /// Width and height on screen in pixels, as the pixels' shape makes it.
    pub(crate) fn display_size(&self) -> (u64, u64) {
        let aspect = self.pixel_aspect.unwrap_or(PixelAspect { horizontal: 1, vertical: 1 });
        let (h, v) = (u64::from(aspect.horizontal), u64::from(aspect.vertical.max(1)));
        (u64::from(self.width) * h / v, u64::from(self.height))
    }

    /// Reads the entry; with it goes the codec's configuration, the box of the given type.
    pub(super) fn parse<'a>(
        entry: &BoxView<'a>,
        config_kind: &[u8; 4],
    ) -> Result<(Visual, BoxView<'a>), Error> {
        let mut fields = entry.fields();
        parse_common(&mut fields)?;
        fields.take(16)?; // pre_defined and reserved
        let (width, height) = (fields.u16()?, fields.u16()?);
        fields.take(50)?; // resolution, frame_count, compressorname, depth, pre_defined
        let mut visual =
            Visual { width, height, colour: None, pixel_aspect: None, mastering: None, light: None };
        let mut config = None;
        for child in fields.boxes() {
            let child = child?;
            match &child.kind.0 {
                b"colr" => visual.colour = visual.colour.or(Colour::parse(&child)?),
                b"pasp" => visual.pixel_aspect = Some(PixelAspect::parse(&child)?),
                b"mdcv" => visual.mastering = Some(parse_mastering(&child)?),
                b"clli" => visual.light = Some(parse_light(&child)?),
                kind if kind == config_kind => config = Some(child),
                _ => {}
            }
        }
        Ok((visual, config.ok_or(entry.error(Problem::Missing(FourCc(*config_kind))))?))
    }

    /// Writes an entry of type `kind` with the box that `config` writes.
    pub(super) fn write(&self, w: &mut Writer, kind: &[u8; 4], config: impl FnOnce(&mut Writer)) {
        w.boxed(kind, |w| {
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
            config(w);
            if let Some(colour) = self.colour {
                colour.write(w);
            }
            if let Some(aspect) = self.pixel_aspect {
                aspect.write(w);
            }
            if let Some(mastering) = self.mastering {
                write_mastering(w, &mastering);
            }
            if let Some(light) = self.light {
                write_light(w, light);
            }
        });
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

/// `mdcv` has the primaries in the order green, blue, red.
fn parse_mastering(mdcv: &BoxView<'_>) -> Result<MasteringDisplay, Error> {
    let mut fields = mdcv.fields();
    let mut point = || Ok::<_, Error>((fields.u16()?, fields.u16()?));
    let (green, blue, red, white) = (point()?, point()?, point()?, point()?);
    let (luminance_max, luminance_min) = (fields.u32()?, fields.u32()?);
    Ok(MasteringDisplay { primaries: [red, green, blue], white, luminance_max, luminance_min })
}

fn write_mastering(w: &mut Writer, mastering: &MasteringDisplay) {
    let [red, green, blue] = mastering.primaries;
    w.boxed(b"mdcv", |w| {
        for (x, y) in [green, blue, red, mastering.white] {
            w.u16(x);
            w.u16(y);
        }
        w.u32(mastering.luminance_max);
        w.u32(mastering.luminance_min);
    });
}

fn parse_light(clli: &BoxView<'_>) -> Result<ContentLight, Error> {
    let mut fields = clli.fields();
    Ok(ContentLight { max: fields.u16()?, frame_average_max: fields.u16()? })
}

fn write_light(w: &mut Writer, light: ContentLight) {
    w.boxed(b"clli", |w| {
        w.u16(light.max);
        w.u16(light.frame_average_max);
    });
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::boxes::Children;

    /// A picture with every optional part but those of high dynamic range.
    pub(crate) fn visual() -> Visual {
        Visual {
            width: 1920,
            height: 1080,
            colour: Some(Colour::BT709),
            pixel_aspect: Some(PixelAspect { horizontal: 4, vertical: 3 }),
            mastering: None,
            light: None,
        }
    }

    /// A picture graded on a P3 display of 1000 cd/m².
    pub(crate) fn hdr() -> Visual {
        Visual {
            colour: Some(Colour { primaries: 9, transfer: 16, matrix: 9, full_range: false }),
            mastering: Some(MasteringDisplay {
                primaries: [(34_000, 16_000), (13_250, 34_500), (7500, 3000)],
                white: (15_635, 16_450),
                luminance_max: 10_000_000,
                luminance_min: 1,
            }),
            light: Some(ContentLight { max: 1000, frame_average_max: 400 }),
            ..visual()
        }
    }

    #[test]
    fn a_picture_survives_its_bytes() {
        for visual in [visual(), hdr()] {
            let bytes = Writer::build(|w| visual.write(w, b"avc1", |w| w.boxed(b"avcC", |w| w.u8(7))));
            let entry = Children::new(&bytes, 0).next().unwrap().unwrap();
            let (read, config) = Visual::parse(&entry, b"avcC").unwrap();
            assert_eq!((read, config.body), (visual, &[7][..]));
            let error = Visual::parse(&entry, b"hvcC").unwrap_err();
            assert!(error.to_string().contains("has no hvcC box"), "{error}");
        }
    }

    /// Clauses 12.1.6 and 12.1.7 by hand: green, blue, red, white, greatest and least luminance.
    #[test]
    fn high_dynamic_range_has_its_bytes() {
        let mastering = Writer::build(|w| write_mastering(w, &hdr().mastering.unwrap()));
        #[rustfmt::skip]
        let expected = [
            &[0, 0, 0, 32][..], b"mdcv",
            &[0x33, 0xc2, 0x86, 0xc4, 0x1d, 0x4c, 0x0b, 0xb8, 0x84, 0xd0, 0x3e, 0x80, 0x3d, 0x13, 0x40, 0x42],
            &[0x00, 0x98, 0x96, 0x80, 0, 0, 0, 1],
        ]
        .concat();
        assert_eq!(mastering, expected);
        let light = Writer::build(|w| write_light(w, hdr().light.unwrap()));
        assert_eq!(light, b"\0\0\0\x0cclli\x03\xe8\x01\x90");
    }

    #[test]
    fn wide_pixels_widen_the_picture() {
        assert_eq!(visual().display_size(), (2560, 1080));
    }
}
