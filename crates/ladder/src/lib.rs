//! The ladder of one title: which sizes and qualities its viewers may choose from.
//!
//! In the order of use: [`sample`] chooses the excerpts on which trials are made, [`trial`] joins what was measured
//! on them, [`search::next`] says which trials to make, or the ladder. Inside it: [`sizes`] are the candidates,
//! [`curve`] predicts between trials, [`hull`] is the evidence shown, [`rungs`] places the rungs.
//! Encodes and measures nothing.

pub mod sample;
pub mod trial;
pub mod sizes;
pub mod curve;
pub mod hull;
pub mod rungs;
pub mod search;

pub use rungs::Config;
pub use sample::{Sample, samples};
pub use search::{Next, Source, next};
pub use trial::{Measured, combine};
