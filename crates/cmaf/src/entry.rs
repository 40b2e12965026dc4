//! Sample entries (clause 8.5.2): what a decoder must know before the first sample, as parsed values.
//!
//! A track protected by ISO/IEC 23001-7 has the same entry under another type, with a `sinf` box added: it
//! wraps these values, and the codecs here need not know of it.

pub mod avc;
pub mod aac;

use crate::boxes::BoxView;
use crate::cursor::Cursor;
use crate::error::{Error, Problem};
use crate::write::Writer;

/// A sample entry that this crate reads and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SampleEntry {
    /// H.264 with its parameter sets here and not among the samples: `avc1`.
    Avc(avc::AvcEntry),
    /// MPEG-4 AAC: `mp4a`.
    Aac(aac::AacEntry),
}

impl SampleEntry {
    /// The codecs parameter of RFC 6381, such as `avc1.640028` or `mp4a.40.2`.
    pub fn codecs(&self) -> String {
        match self {
            SampleEntry::Avc(entry) => entry.codecs(),
            SampleEntry::Aac(entry) => entry.codecs(),
        }
    }

    pub(crate) fn parse(entry: &BoxView<'_>) -> Result<SampleEntry, Error> {
        match &entry.kind.0 {
            b"avc1" => avc::AvcEntry::parse(entry).map(SampleEntry::Avc),
            b"mp4a" => aac::AacEntry::parse(entry).map(SampleEntry::Aac),
            _ => Err(entry.error(Problem::Unsupported("this sample entry"))),
        }
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        match self {
            SampleEntry::Avc(entry) => entry.write(w),
            SampleEntry::Aac(entry) => entry.write(w),
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
