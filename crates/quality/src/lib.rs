//! Quality gate: frames' scores pooled, and what to do about a rendition that misses its aim.
//!
//! In the order of use: [`FrameScores`] are pooled to the numbers of a rendition, [`gate()`] judges it. Does not
//! measure.

pub mod gate;
pub mod pool;

pub use gate::{Aim, Config, Renewal, ShotQuality, Verdict, gate};
pub use pool::{FrameScores, Pooled, PooledDb, PooledScores, pool, pool_db};
