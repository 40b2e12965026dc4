//! Ingest: is this file a film that can be prepared, and how?
//!
//! Pure: probe facts in, a [`QcReport`] out; after the decode, what was decoded in, findings out. Reads no file and
//! knows no tool. The next room is analyse, which gets the [`media::master::Master`].

mod conform;
mod pictures;
mod tracks;
mod decoded;
pub mod chapters;
pub mod rules;
pub mod sound;

pub use rules::{Decoded, QcReport, after_decode, gaps, inspect, may_have_gaps, unreadable};
