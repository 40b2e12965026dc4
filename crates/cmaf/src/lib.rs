//! CMAF tracks (ISO/IEC 23000-19): ISO BMFF bytes to values and back.
//!
//! Owns the boxes: it reads what an encoder's MP4 file holds, joins the shots of a film into one timeline, writes a
//! single-file CMAF track, and encrypts it ([`cenc`]). Decides nothing about segments: their boundaries come from outside.
//!
//! ```text
//! encoder's MP4s -> read::Movie -> splice::Spliced -> track::writer -> a track file + TrackIndex
//! ```
//!
//! Everything read is untrusted. Nothing here panics on any input, and memory stays in proportion to the
//! bytes that were really there ([`read`] names the limits).
//!
//! Clauses cited without a number of their own are those of ISO/IEC 14496-12:2022.

mod bits;
mod boxes;
mod cursor;
mod error;
mod write;

pub mod entry;
pub mod read;
pub mod timeline;
pub mod splice;
pub mod track;
pub mod text;
pub mod cenc;
pub mod dump;

#[cfg(test)]
mod properties;

pub use boxes::FourCc;
pub use error::{Error, Problem};
