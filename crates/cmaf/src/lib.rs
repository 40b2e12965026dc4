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
//!
//! One track, encrypted under `cbcs`, in segments of 50 frames:
//!
//! ```no_run
//! use cmaf::cenc::{Key, Period, Protection, pssh};
//! use cmaf::media::FrameRange;
//! use cmaf::media::protection::{KeyId, KeySystem, Scheme};
//! use cmaf::track::writer;
//! use std::fs::File;
//! use std::os::unix::fs::FileExt;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut input = File::open("encode.mp4")?;
//! let movie = cmaf::read::movie(&mut input)?;
//! let spliced = cmaf::splice::whole(&movie)?;
//! let frames = spliced.samples.len() as u64;
//! let segment = |start| FrameRange { start, end: frames.min(start + 50) };
//! let segments: Vec<_> = (0..frames).step_by(50).map(segment).collect();
//!
//! let key_id: KeyId = "00112233-4455-6677-8899-aabbccddeeff".parse()?;
//! let key = Period { first_segment: 0, key_id, key: Key::new([7; 16]), iv: [1; 16] };
//! let common = pssh::header(KeySystem::Common, Scheme::Cbcs, &[key_id], None).pssh;
//! let protection =
//!     Protection { scheme: Scheme::Cbcs, clear_segments: 0, periods: vec![key], pssh: vec![common] };
//!
//! let mut source = |_file, offset, into: &mut [u8]| input.read_exact_at(into, offset);
//! let out = File::create("track.mp4")?;
//! let (description, samples) = (&spliced.description, &spliced.samples);
//! let index = writer::write(out, description, samples, &segments, Some(protection), &mut source)?;
//! println!("{}: {} segments", description.entry.codecs(), index.segments.len());
//! # Ok(())
//! # }
//! ```

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

/// The vocabulary that all values here are made of, so that who uses this crate needs no other.
pub use media;

pub use boxes::FourCc;
pub use error::{Error, Problem};
