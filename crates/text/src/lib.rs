//! Text: subtitles in the formats that people hand in, made one clean WebVTT file, and segments of WebVTT and IMSC 1.
//!
//! Pure. Owns the reading of SubRip, WebVTT, TTML (the IMSC 1 text profile) and SubStation Alpha, what is put right in
//! them ([`fit()`]), what somebody should look at (`remark`), and the writing. Does not shape text into pictures: of all
//! styling, italics, bold, underlining and whether a cue stands at the top are kept.
//!
//! ```text
//! bytes -> read() -> Read { cues, .. } -> fit() -> Fitted { cues, .. } -> write(), webvtt_segments(), slices(), Imsc
//! ```
//!
//! Everything read is untrusted. Nothing here panics on any input, and memory stays in proportion to its length.

mod cue;
mod encoding;
mod time;
mod blocks;
mod markup;
mod subrip;
mod webvtt;
mod ssa;
mod ttml;
mod read;
mod fit;
mod remark;
mod write;
mod segment;
mod imsc;

pub use cue::{Cue, Place, Span, Style};
pub use encoding::Encoding;
pub use fit::{Film, Fitted, fit};
pub use imsc::Imsc;
pub use read::{BYTES_MAX, Format, Read, Unreadable, read};
pub use remark::findings;
pub use segment::{Shown, Slice, slices, webvtt_segments};
pub use write::write;
