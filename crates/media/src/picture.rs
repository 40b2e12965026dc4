//! The picture: size and colour.

use std::fmt;

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// Number of pixels.
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// How light is coded (ITU-T H.273 `TransferCharacteristics`), as far as preparation treats it differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Transfer {
    /// Standard dynamic range, or not said.
    #[default]
    Sdr,
    /// Perceptual quantizer (SMPTE ST 2084): HDR10 and Dolby Vision.
    Pq,
    /// Hybrid log-gamma (ARIB STD-B67).
    Hlg,
}

/// The display on which a master was graded (SMPTE ST 2086), in the units in which streams carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MasteringDisplay {
    /// CIE 1931 (x, y) of red, green and blue, in steps of 0.00002.
    pub primaries: [(u16, u16); 3],
    /// CIE 1931 (x, y) of white, in steps of 0.00002.
    pub white: (u16, u16),
    /// Greatest luminance, in steps of 0.0001 cd/m².
    pub luminance_max: u32,
    /// Least luminance, in steps of 0.0001 cd/m².
    pub luminance_min: u32,
}

impl fmt::Display for MasteringDisplay {
    /// As x264 and x265 take it: `G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min)`, in the same units.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.primaries;
        for (name, (x, y)) in [("G", green), ("B", blue), ("R", red), ("WP", self.white)] {
            write!(f, "{name}({x},{y})")?;
        }
        write!(f, "L({},{})", self.luminance_max, self.luminance_min)
    }
}

/// Light level of the content (CTA-861.3), in cd/m²; 0 where not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentLight {
    /// Greatest light level of any pixel (MaxCLL).
    pub max: u16,
    /// Greatest frame-average light level (MaxFALL).
    pub frame_average_max: u16,
}

/// Colour description of a stream, in the probe's (ffmpeg's) names; `None` where the stream says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Colour {
    /// Colour primaries, such as `bt709`, `bt2020`.
    pub primaries: Option<String>,
    /// Transfer characteristics, such as `bt709`, `smpte2084`, `arib-std-b67`.
    pub transfer: Option<String>,
    /// Matrix coefficients, such as `bt709`, `smpte170m`, `bt2020nc`.
    pub matrix: Option<String>,
    /// Whether samples use the full range (`pc`) and not the limited one (`tv`).
    pub full_range: bool,
}

impl Colour {
    /// The class of transfer that the stream declares.
    pub fn transfer_class(&self) -> Transfer {
        match self.transfer.as_deref() {
            Some("smpte2084") => Transfer::Pq,
            Some("arib-std-b67") => Transfer::Hlg,
            _ => Transfer::Sdr,
        }
    }
}
