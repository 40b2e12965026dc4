//! Quality gate: frames' scores pooled, and what to do about a rendition that misses its aim.
//!
//! In the order of use: [`FrameScores`] are pooled to the numbers of a rendition, [`gate()`] judges it, and [`worth_having`] says
//! which of those that passed are worth having. Does not measure.

pub mod gate;
pub mod pool;
mod worth;

pub use gate::{Aim, Config, Renewal, ShotQuality, Verdict, gate};
pub use pool::{FrameScores, Pooled, PooledDb, PooledScores, pool, pool_db};
pub use worth::{Outcome, worth_having};
