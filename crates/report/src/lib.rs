//! The preparation report: what was made of a film, at which price, as a web page or for a terminal.
//!
//! [`model`] holds what is reported; [`html()`] and [`text()`] render it, and [`record`] is its JSON. Renders only: measures nothing, reads
//! nothing, and the page fetches nothing either.

pub mod model;
mod units;
mod svg;
mod plot;
mod html;
mod text;
pub mod record;

pub use html::html;
pub use model::{Audio, Finding, Master, Rendition, Report, ShotResult, Stage, Tool, Vmaf};
pub use text::{printable, text};
