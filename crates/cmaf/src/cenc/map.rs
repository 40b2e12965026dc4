//! Subsample maps: which bytes of a sample a decoder must see in the clear, by codec (ISO/IEC 23001-7, 9.5).
//!
//! Owns reading the headers of coded pictures as far as it takes to know where they end. Encrypts nothing. What cannot be
//! read is refused rather than guessed at: a byte too many in the clear is a leak, one too few does not play.

mod ranges;
mod nal;
mod avc;
mod hevc;
mod vp9;
mod av1;

pub use ranges::{SUBSAMPLES_MAX, Subsample};

use crate::entry::SampleEntry;
use media::protection::Scheme;
use ranges::{Align, Ranges};
use std::fmt;

/// Why a sample has no map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapError {
    /// What cannot be read, and of what.
    pub what: &'static str,
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be read", self.what)
    }
}

impl std::error::Error for MapError {}

/// Maps the samples of one track, which must come in decoding order: some codecs refer to earlier headers.
#[derive(Debug)]
pub struct Mapper {
    codec: Codec,
    align: Align,
}

#[derive(Debug)]
enum Codec {
    /// Sound, whose samples are protected whole (10.1, 10.4.3).
    Whole,
    Avc(nal::Units<avc::Headers>),
    Hevc(nal::Units<hevc::Headers>),
    Vp9(vp9::Frames),
    Av1(Box<av1::Units>),
}

impl Mapper {
    /// A mapper for the samples of `entry`.
    ///
    /// # Errors
    /// Where the entry's own headers cannot be read.
    pub fn new(entry: &SampleEntry, scheme: Scheme) -> Result<Mapper, MapError> {
        let codec = match entry {
            SampleEntry::Avc(avc) => Codec::Avc(nal::Units {
                length_bytes: avc.config.nal_length_bytes.into(),
                headers: avc::Headers::new(&avc.config)?,
            }),
            SampleEntry::Hevc(hevc) => Codec::Hevc(nal::Units {
                length_bytes: hevc.config.nal_length_bytes().into(),
                headers: hevc::Headers::new(&hevc.config)?,
            }),
            SampleEntry::Vp9(_) => Codec::Vp9(vp9::Frames::default()),
            SampleEntry::Av1(av1) => Codec::Av1(Box::new(av1::Units::new(&av1.config.obus)?)),
            SampleEntry::Aac(_) | SampleEntry::Eac3(_) | SampleEntry::Opus(_) | SampleEntry::Text(_) => {
                Codec::Whole
            }
        };
        let align = match (scheme, entry) {
            (Scheme::Cenc, _) | (Scheme::Cbcs, SampleEntry::Vp9(_)) => Align::End,
            (Scheme::Cbcs, _) => Align::Start,
        };
        Ok(Mapper { codec, align })
    }

    /// Whether samples are protected whole and have no map.
    pub fn is_whole(&self) -> bool {
        matches!(self.codec, Codec::Whole)
    }

    /// Adds the map of the next sample to `map`, and gives the number of its subsamples: 0 where all of it is protected.
    ///
    /// # Errors
    /// Where the sample is not what its codec says, or has more parts than can be told.
    pub fn map(&mut self, sample: &[u8], map: &mut Vec<Subsample>) -> Result<usize, MapError> {
        let before = map.len();
        let mut ranges = Ranges::new(map, self.align);
        match &mut self.codec {
            Codec::Whole => return Ok(0),
            Codec::Avc(units) => units.map(sample, &mut ranges)?,
            Codec::Hevc(units) => units.map(sample, &mut ranges)?,
            Codec::Vp9(frames) => frames.map(sample, &mut ranges)?,
            Codec::Av1(units) => units.map(sample, &mut ranges)?,
        }
        ranges.end();
        match map.len() - before {
            count @ 0..=SUBSAMPLES_MAX => Ok(count),
            _ => Err(MapError { what: "a sample of more slices or tiles than `saiz` has room for" }),
        }
    }
}
