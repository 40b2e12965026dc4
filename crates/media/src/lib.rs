//! The nouns of preparation: what a film is on each stop of its road, from master to package.
//!
//! Owns plain values and their units. Does no IO, decides nothing and is no wire format: rooms that read or
//! write bytes keep their own records.
//!
//! In the order in which a film becomes them:
//! [`facts::Facts`] → [`master::Master`] → [`shot::ShotList`] → [`rung::Ladder`] → [`plan::CutPlan`]
//! → [`package::Package`].

pub mod artefact;
pub mod timebase;
pub mod picture;
pub mod cadence;
pub mod codec;
pub mod facts;
pub mod sound;
pub mod master;
pub mod shot;
pub mod rung;
pub mod plan;
pub mod protection;
pub mod package;

pub use artefact::{ByteRange, Digest};
pub use cadence::Cadence;
pub use codec::Format;
pub use picture::Size;
pub use timebase::{FrameRange, FrameRate};
