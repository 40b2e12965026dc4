//! Codecs, and formats: what all tracks have in common between which a player may switch without a break.
//!
//! Owns their names. Codec strings (RFC 6381) follow from a track's own sample entry and are `cmaf`'s.

use crate::picture::Transfer;
use std::fmt;
use std::str::FromStr;

/// How a picture is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VideoCodec {
    /// H.264 High, 8-bit: plays everywhere.
    H264,
    /// HEVC Main 10 (Rec. ITU-T H.265).
    Hevc,
    /// VP9: profile 0, or 2 for high dynamic range.
    Vp9,
    /// AV1 Main, 10-bit.
    Av1,
}

impl VideoCodec {
    /// All of them, the most widely played first.
    pub const ALL: [VideoCodec; 4] = [VideoCodec::H264, VideoCodec::Hevc, VideoCodec::Vp9, VideoCodec::Av1];

    /// Its name in settings, file names and reports.
    pub fn name(self) -> &'static str {
        match self {
            VideoCodec::H264 => "h264",
            VideoCodec::Hevc => "hevc",
            VideoCodec::Vp9 => "vp9",
            VideoCodec::Av1 => "av1",
        }
    }
}

impl fmt::Display for VideoCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a text names no codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotACodec;

impl fmt::Display for NotACodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a video codec is h264, hevc, vp9 or av1")
    }
}

impl std::error::Error for NotACodec {}

impl FromStr for VideoCodec {
    type Err = NotACodec;

    fn from_str(name: &str) -> Result<Self, NotACodec> {
        VideoCodec::ALL.into_iter().find(|codec| codec.name() == name).ok_or(NotACodec)
    }
}

/// Codec and dynamic range of a picture. The tracks of one format are one CMAF switching set (ISO/IEC 23000-19, 7.3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Format {
    /// How it is coded.
    pub codec: VideoCodec,
    /// Its dynamic range.
    pub transfer: Transfer,
}

impl Format {
    /// What every title has: H.264 in standard dynamic range.
    pub const BASE: Format = Format { codec: VideoCodec::H264, transfer: Transfer::Sdr };
}

impl fmt::Display for Format {
    /// `h264`, `av1-pq`: the codec, and the dynamic range where it is high.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.transfer {
            Transfer::Sdr => write!(f, "{}", self.codec),
            Transfer::Pq => write!(f, "{}-pq", self.codec),
            Transfer::Hlg => write!(f, "{}-hlg", self.codec),
        }
    }
}

/// How sound is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AudioCodec {
    /// MPEG-4 AAC-LC: plays everywhere.
    Aac,
    /// Enhanced AC-3 (ETSI TS 102 366, annex E), with or without joint object coding.
    Eac3,
    /// Opus (RFC 6716).
    Opus,
}

impl AudioCodec {
    /// Its name in settings, file names and reports.
    pub fn name(self) -> &'static str {
        match self {
            AudioCodec::Aac => "aac",
            AudioCodec::Eac3 => "eac3",
            AudioCodec::Opus => "opus",
        }
    }
}

/// Why a text names no audio codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAudioCodec;

impl fmt::Display for NotAnAudioCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an audio codec is aac, eac3 or opus")
    }
}

impl std::error::Error for NotAnAudioCodec {}

impl FromStr for AudioCodec {
    type Err = NotAnAudioCodec;

    fn from_str(name: &str) -> Result<Self, NotAnAudioCodec> {
        let all = [AudioCodec::Aac, AudioCodec::Eac3, AudioCodec::Opus];
        all.into_iter().find(|codec| codec.name() == name).ok_or(NotAnAudioCodec)
    }
}

impl fmt::Display for AudioCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for codec in VideoCodec::ALL {
            assert_eq!(codec.name().parse(), Ok(codec));
        }
        assert_eq!("H264".parse::<VideoCodec>(), Err(NotACodec));
        assert_eq!(Format { codec: VideoCodec::Av1, transfer: Transfer::Hlg }.to_string(), "av1-hlg");
    }
}
