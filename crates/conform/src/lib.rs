//! Conformance: the rules of HLS, DASH and CMAF, and what breaks them in a presentation.
//!
//! Owns the rules ([`rule`]), parsers of playlists, manifests and boxes that go on after a mistake, and the checks
//! between all of these. Fetches nothing: the bytes come through a [`Source`], of which only the heads of boxes are
//! read and never a sample. Shares no code with `manifest` and `cmaf`, which write what is judged here: a
//! misunderstanding in both would agree with itself.
//!
//! ```text
//! Source -> hls | dash -> library (headers, fragments) -> cmaf -> Report { findings }
//! ```
//!
//! Everything read is untrusted. Nothing here panics on any input; limits are named where they apply.

mod bmff;
mod cmaf;
mod dash;
mod entry_points;
mod hls;
mod library;
mod log;
mod source;
mod track;
mod uri;

pub mod rule;

pub use entry_points::{Depth, check};
pub use log::{At, Finding, Place, Report};
pub use rule::{Rule, Severity};
pub use source::{Part, Source, Unreadable};
