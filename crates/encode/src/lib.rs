//! Encode plan: which formats a title gets, where keyframes are, and how the encoders are asked for them.
//!
//! In the order of use: [`policy`] chooses formats, [`plan`] places keyframes, [`quality`] knows each encoder's
//! scale, [`level`] finds the level, [`command`] writes the encoder's arguments. Runs nothing, and knows neither files
//! nor segments.

pub mod policy;
pub mod plan;
pub mod quality;
pub mod level;
pub mod command;

pub use command::Settings;
pub use plan::{Limits, cuts};
