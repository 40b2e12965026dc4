//! Sample entries (clause 8.5.2): what a decoder must know before the first sample, as parsed values.
//!
//! A track protected by ISO/IEC 23001-7 has the same entry under another type, with a `sinf` box added: it
//! wraps these values, and the codecs here need not know of it.

mod sound;

pub mod visual;
pub mod avc;
pub mod hevc;
pub mod vp9;
pub mod av1;
pub mod aac;
pub mod eac3;
pub mod opus;
pub mod text;

use crate::boxes::BoxView;
use crate::cursor::Cursor;
use crate::error::{Error, Problem};
use crate::read::Handler;
use crate::write::Writer;
use visual::Visual;

/// A sample entry that this crate reads and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SampleEntry {
    /// H.264 with its parameter sets here and not among the samples: `avc1`.
    Avc(avc::AvcEntry),
    /// HEVC with its parameter sets here and not among the samples: `hvc1`.
    Hevc(hevc::HevcEntry),
    /// VP9: `vp09`.
    Vp9(vp9::Vp9Entry),
    /// AV1: `av01`.
    Av1(av1::Av1Entry),
    /// MPEG-4 AAC: `mp4a`.
    Aac(aac::AacEntry),
    /// Enhanced AC-3: `ec-3`.
    Eac3(eac3::Eac3Entry),
    /// Opus: `Opus`.
    Opus(opus::OpusEntry),
    /// Text: `wvtt` or `stpp`; written alone.
    Text(text::TextEntry),
}

impl SampleEntry {
    /// The codecs parameter of RFC 6381, such as `avc1.640028` or `mp4a.40.2`.
    pub fn codecs(&self) -> String {
        match self {
            SampleEntry::Avc(entry) => entry.codecs(),
            SampleEntry::Hevc(entry) => entry.codecs(),
            SampleEntry::Vp9(entry) => entry.codecs(),
            SampleEntry::Av1(entry) => entry.codecs(),
            SampleEntry::Aac(entry) => entry.codecs(),
            SampleEntry::Eac3(entry) => entry.codecs(),
            SampleEntry::Opus(entry) => entry.codecs(),
            SampleEntry::Text(entry) => entry.codecs(),
        }
    }

    /// The kind of media.
    pub fn handler(&self) -> Handler {
        match self {
            SampleEntry::Text(entry) => entry.handler(),
            _ if self.visual().is_some() => Handler::Video,
            _ => Handler::Audio,
        }
    }

    /// The picture, of video.
    pub fn visual(&self) -> Option<&Visual> {
        match self {
            SampleEntry::Avc(entry) => Some(&entry.visual),
            SampleEntry::Hevc(entry) => Some(&entry.visual),
            SampleEntry::Vp9(entry) => Some(&entry.visual),
            SampleEntry::Av1(entry) => Some(&entry.visual),
            SampleEntry::Aac(_) | SampleEntry::Eac3(_) | SampleEntry::Opus(_) | SampleEntry::Text(_) => None,
        }
    }

    /// The picture, of video, to be changed: an encoder's file need not have said all that is known of it.
    pub fn visual_mut(&mut self) -> Option<&mut Visual> {
        match self {
            SampleEntry::Avc(entry) => Some(&mut entry.visual),
            SampleEntry::Hevc(entry) => Some(&mut entry.visual),
            SampleEntry::Vp9(entry) => Some(&mut entry.visual),
            SampleEntry::Av1(entry) => Some(&mut entry.visual),
            SampleEntry::Aac(_) | SampleEntry::Eac3(_) | SampleEntry::Opus(_) | SampleEntry::Text(_) => None,
        }
    }

    pub(crate) fn parse(entry: &BoxView<'_>) -> Result<SampleEntry, Error> {
        match &entry.kind.0 {
            b"avc1" => avc::AvcEntry::parse(entry).map(SampleEntry::Avc),
            b"hvc1" => hevc::HevcEntry::parse(entry).map(SampleEntry::Hevc),
            b"vp09" => vp9::Vp9Entry::parse(entry).map(SampleEntry::Vp9),
            b"av01" => av1::Av1Entry::parse(entry).map(SampleEntry::Av1),
            b"mp4a" => aac::AacEntry::parse(entry).map(SampleEntry::Aac),
            b"ec-3" => eac3::Eac3Entry::parse(entry).map(SampleEntry::Eac3),
            b"Opus" => opus::OpusEntry::parse(entry).map(SampleEntry::Opus),
            _ => Err(entry.error(Problem::Unsupported("this sample entry"))),
        }
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        match self {
            SampleEntry::Avc(entry) => entry.write(w),
            SampleEntry::Hevc(entry) => entry.write(w),
            SampleEntry::Vp9(entry) => entry.write(w),
            SampleEntry::Av1(entry) => entry.write(w),
            SampleEntry::Aac(entry) => entry.write(w),
            SampleEntry::Eac3(entry) => entry.write(w),
            SampleEntry::Opus(entry) => entry.write(w),
            SampleEntry::Text(entry) => entry.write(w),
        }
    }
}

/// Reads what every sample entry begins with.
fn parse_common(fields: &mut Cursor<'_>) -> Result<(), Error> {
    fields.take(6)?; // reserved
    fields.u16()?; // data_reference_index
    Ok(())
}

/// Writes what every sample entry begins with.
fn write_common(w: &mut Writer) {
    w.zeros(6); // reserved
    w.u16(1); // data_reference_index: the media is in this file
}
