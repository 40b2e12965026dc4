//! Quality gate: frames' VMAF pooled, and what to do about a rendition that misses its target.
//!
//! In the order of use: [`pool()`] makes the numbers of a rendition, [`gate()`] judges it. Does not measure.

pub mod gate;
pub mod pool;

pub use gate::{Config, Renewal, ShotQuality, Verdict, gate};
pub use pool::{Pooled, pool};
