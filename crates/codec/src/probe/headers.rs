//! Headers of a coded picture, as ffmpeg's `trace_headers` prints them: colour description and grading.
//!
//! A line is `[trace_headers] 237 transfer_characteristics 00010000 = 16`: position, name, bits, value. A name that comes
//! twice counts as it stood last, for the sample entry comes before the picture.

use media::picture::{Colour, ContentLight, MasteringDisplay};

/// Codecs that ffmpeg can trace and that carry a description of their colour.
const CODECS: [&str; 4] = ["h264", "hevc", "av1", "mpeg2video"];
/// Beginnings of the names of the fields that are read.
const NAMES: [&str; 16] = [
    "colour_primaries",
    "color_primaries",
    "transfer_characteristics",
    "matrix_coefficients",
    "display_primaries_",
    "white_point_x",
    "white_point_y",
    "max_display_mastering_luminance",
    "min_display_mastering_luminance",
    "max_content_light_level",
    "max_pic_average_light_level",
    "primary_chromaticity_",
    "white_point_chromaticity_",
    "luminance_m",
    "max_cll",
    "max_fall",
];
/// Ranges of luminance in steps of 0.0001 cd/m² (Rec. ITU-T H.265, D.3.28): outside is a mistake of whoever wrote it.
const LUMINANCE_MAX: std::ops::RangeInclusive<u32> = 50_000..=100_000_000;
const LUMINANCE_MIN_MAX: u32 = 50_000;
/// Steps of a chromaticity in AV1 (5.8.4: 0.16 fixed point) and in SEI messages.
const AV1_CHROMATICITY: f64 = 65_536.0;
const SEI_CHROMATICITY: f64 = 50_000.0;
/// Steps of greatest and least luminance in AV1 (24.8 and 18.14 fixed point) for one cd/m², and in SEI messages.
const AV1_LUMINANCE: (f64, f64) = (256.0, 16_384.0);
const SEI_LUMINANCE: f64 = 10_000.0;

/// What headers say.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Headers {
    /// The colour description, in ffmpeg's names; what is not said, or not known here, is `None`.
    pub(super) colour: Colour,
    pub(super) mastering: Option<MasteringDisplay>,
    pub(super) light: Option<ContentLight>,
}

/// Whether headers of this codec are read.
pub(super) fn are_read(codec: &str) -> bool {
    CODECS.contains(&codec)
}

/// Whether this line of the trace says something that is read.
pub(super) fn is_wanted(line: &str) -> bool {
    field(line).is_some_and(|(name, _)| NAMES.iter().any(|wanted| name.starts_with(wanted)))
}

pub(super) fn read(lines: &[String]) -> Headers {
    let fields = Fields(lines.iter().filter_map(|line| field(line)).collect());
    Headers {
        colour: colour(&fields),
        mastering: sei_display(&fields).or_else(|| av1_display(&fields)).and_then(plausible),
        light: light(&fields),
    }
}

/// Name and value of a line.
fn field(line: &str) -> Option<(&str, u32)> {
    let mut words = line.strip_prefix("[trace_headers]")?.split_whitespace();
    words.next()?.parse::<u64>().ok()?;
    let name = words.next()?;
    let (_, value) = line.rsplit_once(" = ")?;
    Some((name, value.trim().parse().ok()?))
}

struct Fields<'a>(Vec<(&'a str, u32)>);

impl Fields<'_> {
    fn get(&self, name: &str) -> Option<u32> {
        self.0.iter().rev().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }

    /// A pair `x` and `y` of fields with this beginning and end.
    fn point(&self, start: &str, end: &str) -> Option<(u32, u32)> {
        Some((self.get(&format!("{start}x{end}"))?, self.get(&format!("{start}y{end}"))?))
    }
}

/// Code points of Rec. ITU-T H.273, tables 2 to 4, in ffmpeg's names.
fn colour(fields: &Fields<'_>) -> Colour {
    let primaries = fields.get("colour_primaries").or_else(|| fields.get("color_primaries"));
    let primaries = match primaries {
        Some(1) => Some("bt709"),
        Some(5) => Some("bt470bg"),
        Some(6) => Some("smpte170m"),
        Some(9) => Some("bt2020"),
        Some(11) => Some("smpte431"),
        Some(12) => Some("smpte432"),
        _ => None,
    };
    let transfer = match fields.get("transfer_characteristics") {
        Some(1) => Some("bt709"),
        Some(6) => Some("smpte170m"),
        Some(14) => Some("bt2020-10"),
        Some(15) => Some("bt2020-12"),
        Some(16) => Some("smpte2084"),
        Some(18) => Some("arib-std-b67"),
        _ => None,
    };
    let matrix = match fields.get("matrix_coefficients") {
        Some(1) => Some("bt709"),
        Some(5) => Some("bt470bg"),
        Some(6) => Some("smpte170m"),
        Some(9) => Some("bt2020nc"),
        Some(10) => Some("bt2020c"),
        Some(14) => Some("ictcp"),
        _ => None,
    };
    let own = |name: Option<&str>| name.map(str::to_string);
    Colour { primaries: own(primaries), transfer: own(transfer), matrix: own(matrix), full_range: false }
}

/// A display whose luminances are in cd/m² and whose chromaticities are fractions.
pub(super) struct Display {
    pub(super) primaries: [(f64, f64); 3],
    pub(super) white: (f64, f64),
    /// Greatest and least.
    pub(super) luminance: (f64, f64),
}

fn sei_display(fields: &Fields<'_>) -> Option<Display> {
    let point = |start: &str, end: &str| {
        let (x, y) = fields.point(start, end)?;
        Some((f64::from(x) / SEI_CHROMATICITY, f64::from(y) / SEI_CHROMATICITY))
    };
    let primary = |i: usize| point("display_primaries_", &format!("[{i}]"));
    let luminance = |name: &str| Some(f64::from(fields.get(name)?) / SEI_LUMINANCE);
    Some(Display {
        primaries: [primary(0)?, primary(1)?, primary(2)?],
        white: point("white_point_", "")?,
        luminance: (
            luminance("max_display_mastering_luminance")?,
            luminance("min_display_mastering_luminance")?,
        ),
    })
}

fn av1_display(fields: &Fields<'_>) -> Option<Display> {
    let point = |start: &str, end: &str| {
        let (x, y) = fields.point(start, end)?;
        Some((f64::from(x) / AV1_CHROMATICITY, f64::from(y) / AV1_CHROMATICITY))
    };
    let primary = |i: usize| point("primary_chromaticity_", &format!("[{i}]"));
    Some(Display {
        primaries: [primary(0)?, primary(1)?, primary(2)?],
        white: point("white_point_chromaticity_", "")?,
        luminance: (
            f64::from(fields.get("luminance_max")?) / AV1_LUMINANCE.0,
            f64::from(fields.get("luminance_min")?) / AV1_LUMINANCE.1,
        ),
    })
}

/// The display in the units of SEI messages; `None` where none can be like that. Encoders write the primaries in more than one order, but the reddest is red
/// (greatest x) and the greenest green (greatest y).
pub(super) fn plausible(display: Display) -> Option<MasteringDisplay> {
    let point =
        |(x, y): (f64, f64)| ((x * SEI_CHROMATICITY).round() as u16, (y * SEI_CHROMATICITY).round() as u16);
    let mut primaries = display.primaries.map(point);
    primaries.sort_by_key(|&(x, _)| std::cmp::Reverse(x));
    primaries[1..].sort_by_key(|&(_, y)| std::cmp::Reverse(y));
    let luminance_max = (display.luminance.0 * SEI_LUMINANCE).round() as u32;
    let luminance_min = (display.luminance.1 * SEI_LUMINANCE).round() as u32;
    let is_plausible = LUMINANCE_MAX.contains(&luminance_max) && luminance_min <= LUMINANCE_MIN_MAX;
    let display = MasteringDisplay { primaries, white: point(display.white), luminance_max, luminance_min };
    is_plausible.then_some(display)
}

fn light(fields: &Fields<'_>) -> Option<ContentLight> {
    let get = |sei: &str, obu: &str| fields.get(sei).or_else(|| fields.get(obu));
    let max = get("max_content_light_level", "max_cll")?;
    let frame_average_max = get("max_pic_average_light_level", "max_fall")?;
    Some(ContentLight { max: max.try_into().ok()?, frame_average_max: frame_average_max.try_into().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let lines = text.lines().map(str::trim).map(str::to_string);
        lines.filter(|line| is_wanted(line)).collect()
    }

    const P3: [(u16, u16); 3] = [(34000, 16000), (13250, 34500), (7500, 3000)];

    /// As ffmpeg traces a stream of x265, whose order is green, blue, red.
    const HEVC: &str = "[trace_headers] Extradata
        [trace_headers] 229         colour_primaries                                     00000001 = 1
        [trace_headers] Packet: 114225 bytes, key frame, pts 0, dts 0, duration 4649.
        [trace_headers] 229         colour_primaries                                     00001001 = 9
        [trace_headers] 237         transfer_characteristics                             00010000 = 16
        [trace_headers] 245         matrix_coefficients                                  00001001 = 9
        [trace_headers] 32          display_primaries_x[0]                       0011001111000010 = 13250
        [trace_headers] 48          display_primaries_y[0]                       1000011011000100 = 34500
        [trace_headers] 64          display_primaries_x[1]                       0001110101001100 = 7500
        [trace_headers] 80          display_primaries_y[1]                       0000101110111000 = 3000
        [trace_headers] 96          display_primaries_x[2]                       1000010011010000 = 34000
        [trace_headers] 112         display_primaries_y[2]                       0011111010000000 = 16000
        [trace_headers] 128         white_point_x                                0011110100010011 = 15635
        [trace_headers] 144         white_point_y                                0100000001000010 = 16450
        [trace_headers] 160         max_display_mastering_luminance  00000000100110001001011010000000 = 10000000
        [trace_headers] 192         min_display_mastering_luminance  00000000000000000000000000110010 = 50
        [trace_headers] 240         max_content_light_level                      0000001111101000 = 1000
        [trace_headers] 256         max_pic_average_light_level                  0000000011001000 = 200
        [trace_headers] 300         slice_type = 2";

    #[test]
    fn sei_messages_are_read_in_any_order() {
        let display = MasteringDisplay {
            primaries: P3,
            white: (15635, 16450),
            luminance_max: 10_000_000,
            luminance_min: 50,
        };
        let headers = read(&lines(HEVC));
        assert_eq!(headers.colour.primaries.as_deref(), Some("bt2020"));
        assert_eq!(headers.colour.transfer.as_deref(), Some("smpte2084"));
        assert_eq!(headers.light, Some(ContentLight { max: 1000, frame_average_max: 200 }));
        assert_eq!(headers.mastering, Some(display));
        // Some encoders begin with red.
        let turned = HEVC.replace("_x[2]", "_x[9]").replace("_y[2]", "_y[9]");
        let turned = turned.replace("_x[1]", "_x[2]").replace("_y[1]", "_y[2]");
        let turned = turned.replace("_x[0]", "_x[1]").replace("_y[0]", "_y[1]");
        let turned = turned.replace("_x[9]", "_x[0]").replace("_y[9]", "_y[0]");
        assert_eq!(read(&lines(&turned)).mastering, Some(display));
        // A thousandth of what a display can show: written in whole candelas by mistake.
        assert_eq!(read(&lines(&HEVC.replace("= 10000000", "= 1000"))).mastering, None);
    }

    #[test]
    fn metadata_obus_are_read() {
        // The values that SVT-AV1 writes for a P3 display of 1000 and 0.005 cd/m²: 82 / 16384 = 0.005005.
        let trace =
            "[trace_headers] 95          color_primaries                                      00001001 = 9
            [trace_headers] 24          max_cll                                      0000001111011011 = 987
            [trace_headers] 40          max_fall                                     0000000001111011 = 123
            [trace_headers] 24          primary_chromaticity_x[0]                    1010111000010100 = 44564
            [trace_headers] 40          primary_chromaticity_y[0]                    0101000111101100 = 20972
            [trace_headers] 56          primary_chromaticity_x[1]                    0100001111010111 = 17367
            [trace_headers] 72          primary_chromaticity_y[1]                    1011000010100100 = 45220
            [trace_headers] 88          primary_chromaticity_x[2]                    0010011001100110 = 9830
            [trace_headers] 104         primary_chromaticity_y[2]                    0000111101011100 = 3932
            [trace_headers] 120         white_point_chromaticity_x                   0101000000001101 = 20493
            [trace_headers] 136         white_point_chromaticity_y                   0101010000111001 = 21561
            [trace_headers] 152         luminance_max                00000000000000111110100000000000 = 256000
            [trace_headers] 184         luminance_min                00000000000000000000000001010010 = 82";
        let display = MasteringDisplay {
            primaries: P3,
            white: (15635, 16450),
            luminance_max: 10_000_000,
            luminance_min: 50,
        };
        let headers = read(&lines(trace));
        assert_eq!(headers.mastering, Some(display));
        assert_eq!(headers.light, Some(ContentLight { max: 987, frame_average_max: 123 }));
    }

    #[test]
    fn odd_lines_say_nothing() {
        for line in ["", "[trace_headers]", "[h264] 1 max_cll = 3", "[trace_headers] 1 max_cll = many"] {
            assert!(!is_wanted(line), "{line}");
        }
        assert_eq!(read(&["[trace_headers] 1 max_cll 1 = 70000".into()]), Headers::default());
    }
}
