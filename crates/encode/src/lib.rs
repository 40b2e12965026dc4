//! Encode plan: where keyframes are, and how the encoder is asked for them.
//!
//! In the order of use: [`plan`] places keyframes, [`level`] finds the H.264 level, [`command`] writes the
//! encoder's arguments. Runs nothing, and knows neither files nor segments.

pub mod command;
pub mod level;
pub mod plan;

pub use command::Settings;
pub use plan::{Limits, cuts};
