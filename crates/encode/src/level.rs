//! Levels: what a decoder must be able to do. One table for each codec, chosen from what all shots of a rung share.
//!
//! A level follows from size, rate and cap alone, never from content, so that every shot of a rung carries the same
//! header. Tier is always Main: few decoders in devices have the High one.

pub mod av1;
pub mod h264;
pub mod hevc;
pub mod vp9;

use media::{FrameRate, Size};

/// Luma samples a second.
fn samples_per_s(size: Size, rate: FrameRate) -> u64 {
    size.pixels() * u64::from(rate.num) / u64::from(rate.den.max(1))
}
