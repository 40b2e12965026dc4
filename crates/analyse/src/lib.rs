//! Shot boundaries and complexity, from a film's frames at reduced size.
//!
//! In the order of use: [`measure`] folds frames into scores, [`record`] keeps scores as text, [`shots`] finds
//! the shots in them. Does not decode: frames come as [`measure::WIDTH`] x [`measure::HEIGHT`] bytes of luma.
//! Long dissolves and wipes are not looked for: they end inside a shot, where the fallback keyframes are.

pub mod measure;
pub mod motion;
pub mod record;
pub mod shots;

pub use measure::{FrameScore, Measure};
pub use shots::{Config, detect};
