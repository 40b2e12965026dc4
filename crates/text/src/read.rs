//! Reading: which format a file is in, and its cues.

use crate::cue::Cue;
use crate::encoding::{self, Encoding};
use crate::{ssa, subrip, ttml, webvtt};
use std::fmt;

/// Longest file that is read: a film of three hours with a cue each second is half a megabyte, with every style that
/// TTML has a few.
pub const BYTES_MAX: usize = 32 << 20;
/// Most cues of a film: ten in each second of three hours.
const CUES_MAX: usize = 100_000;
/// Longest text of a cue in bytes: many pictures full of text.
const CUE_BYTES_MAX: usize = 8192;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// SubRip (`.srt`).
    SubRip,
    /// WebVTT (`.vtt`).
    WebVtt,
    /// TTML, IMSC 1 text profile among them (`.ttml`, `.xml`, `.dfxp`).
    Ttml,
    /// SubStation Alpha (`.ssa`, `.ass`).
    Ssa,
}

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Its format.
    pub format: Format,
    /// How its characters were coded.
    pub encoding: Encoding,
    /// Its cues, in its order.
    pub cues: Vec<Cue>,
    /// Cues that could not be read, or are beyond a limit.
    pub unread: usize,
    /// Cues that are pictures and not text.
    pub pictures: usize,
}

/// Why a file is no subtitles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It has more than [`BYTES_MAX`] bytes.
    TooLong,
    /// It is in none of the formats that are known here.
    Unknown,
    /// It is no well-formed XML, from this byte of its text on.
    Xml {
        /// First byte that does not fit.
        at: u64,
    },
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "it is longer than {BYTES_MAX} bytes"),
            Self::Unknown => f.write_str("it is neither SubRip, WebVTT, TTML nor SubStation Alpha"),
            Self::Xml { at } => write!(f, "its XML is broken at byte {at}"),
        }
    }
}

impl std::error::Error for Unreadable {}

/// Reads a subtitle file by its content; its name is not asked.
///
/// # Errors
/// Where it is too long or in no known format. A file without any cue is read, and so are the good cues of a bad one.
pub fn read(bytes: &[u8]) -> Result<Read, Unreadable> {
    if bytes.len() > BYTES_MAX {
        return Err(Unreadable::TooLong);
    }
    let (text, encoding) = encoding::decode(bytes);
    let format = format(&text).ok_or(Unreadable::Unknown)?;
    let Cues { cues, unread, pictures } = match format {
        Format::SubRip => subrip::read(&text),
        Format::WebVtt => webvtt::read(&text),
        Format::Ssa => ssa::read(&text),
        Format::Ttml => ttml::read(&text)?,
    };
    Ok(Read { format, encoding, cues, unread, pictures })
}

fn format(text: &str) -> Option<Format> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let has_line = |beginning: &str| text.lines().any(|line| line.trim_start().starts_with(beginning));
    if text.starts_with("WEBVTT") {
        Some(Format::WebVtt)
    } else if text.starts_with('<') {
        Some(Format::Ttml)
    } else if has_line("[Script Info]") || has_line("[Events]") {
        Some(Format::Ssa)
    } else if text.is_empty() || text.contains("-->") {
        Some(Format::SubRip)
    } else {
        None
    }
}

/// Cues as they are read, within the limits.
#[derive(Debug, Default)]
pub(crate) struct Cues {
    pub(crate) cues: Vec<Cue>,
    pub(crate) unread: usize,
    pub(crate) pictures: usize,
}

impl Cues {
    /// Takes a cue; `None` is one that could not be read. One without text says nothing and is no fault.
    pub(crate) fn take(&mut self, cue: Option<Cue>) {
        let bytes = |cue: &Cue| cue.spans.iter().map(|span| span.text.len()).sum::<usize>();
        match cue {
            Some(cue) if cue.spans.is_empty() => {}
            Some(cue) if self.cues.len() < CUES_MAX && bytes(&cue) <= CUE_BYTES_MAX => self.cues.push(cue),
            _ => self.unread += 1,
        }
    }
}
