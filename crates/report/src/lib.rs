//! The preparation report: what was made of a film, at which price, as a web page or for a terminal.
//!
//! [`model`] holds what is reported, [`fixed`] compares with a ladder that is the same for every film; [`html()`] and
//! [`text()`] render it, and [`record`] is its JSON. Renders only: measures nothing, reads nothing, and the page
//! fetches nothing either.

pub mod model;
pub mod fixed;
mod units;
mod svg;
mod plot;
mod html;
mod text;
pub mod record;

pub use html::html;
pub use model::{
    Audio, Finding, Loudness, Master, Rendition, Report, Search, ShotResult, Stage, Tool, Vmaf, Xpsnr,
};
pub use text::{printable, text};
