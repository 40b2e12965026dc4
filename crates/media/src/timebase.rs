//! Time in a film: frame rates and frame ranges.
//!
//! After ingest a film runs at one constant rate, so that frame numbers are its clock and seconds are derived.

use std::fmt;
use std::str::FromStr;

/// Frames per second as a fraction, both parts above zero: 24000/1001.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameRate {
    /// Frames in `den` seconds.
    pub num: u32,
    /// Seconds in which `num` frames pass.
    pub den: u32,
}

impl FrameRate {
    /// Frames per second.
    pub fn fps(&self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }

    /// Seconds from the film's start to the start of frame `frame`.
    pub fn seconds(&self, frame: u64) -> f64 {
        frame as f64 * f64::from(self.den) / f64::from(self.num)
    }

    /// The number of frames that come nearest to `seconds`.
    pub fn frames(&self, seconds: f64) -> u64 {
        (seconds * self.fps()).round().max(0.0) as u64
    }
}

impl fmt::Display for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

/// Why a text is not a [`FrameRate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAFrameRate;

impl fmt::Display for NotAFrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a frame rate is a fraction of two whole numbers above zero, such as 24000/1001")
    }
}

impl std::error::Error for NotAFrameRate {}

impl FromStr for FrameRate {
    type Err = NotAFrameRate;

    fn from_str(text: &str) -> Result<Self, NotAFrameRate> {
        let (num, den) = text.split_once('/').unwrap_or((text, "1"));
        match (num.parse(), den.parse()) {
            (Ok(num), Ok(den)) if num > 0 && den > 0 => Ok(FrameRate { num, den }),
            _ => Err(NotAFrameRate),
        }
    }
}

/// Frames `start..end` of a film, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameRange {
    /// First frame.
    pub start: u64,
    /// The frame after the last one.
    pub end: u64,
}

impl FrameRange {
    /// Number of frames.
    pub fn len(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether there is no frame in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_probes_print_them() {
        for (text, expected) in [
            ("24000/1001", Some((24000, 1001))),
            ("25", Some((25, 1))),
            ("0/0", None),
            ("25/0", None),
            ("-25/1", None),
            ("fast", None),
        ] {
            let rate = text.parse::<FrameRate>().ok().map(|r| (r.num, r.den));
            assert_eq!(rate, expected, "{text}");
        }
    }

    #[test]
    fn frames_and_seconds_agree() {
        let rate = FrameRate { num: 30000, den: 1001 };
        for frame in [0, 1, 29, 107_892] {
            assert_eq!(rate.frames(rate.seconds(frame)), frame);
        }
    }
}
