//! Shot boundaries and complexity, from a film's frames at reduced size.
//!
//! In the order of use: [`measure`] folds frames into scores, with [`motion`] between neighbours, [`mix`], [`blend`],
//! [`relight`] and [`dissolve`] over windows and [`noise`] in single frames; [`record`] keeps scores as text; [`shots`] finds the shots
//! in them, from hard cuts, [`gradual`] transitions and lengths; [`complexity`] says how hard a shot is to code. Does not
//! decode: frames come as [`measure::FRAME_BYTES`] of luma. Wipes are not looked for (ADR 9 has the attempt): they end
//! inside a shot, where the fallback keyframes are.

pub mod blend;
pub mod complexity;
pub mod dissolve;
pub mod gradual;
pub mod measure;
pub mod mix;
pub mod motion;
pub mod noise;
pub mod record;
pub mod relight;
pub mod shots;

pub use measure::{FrameScore, Measure};
pub use shots::{Config, boundaries, detect};
