//! The ladder of one title in one format: which sizes and qualities its viewers may choose from, and how good each shot
//! must be in each of them.
//!
//! In the order of use: [`sample`] chooses the excerpts that stand for the film, [`looks`] where every other shot is first
//! looked at, [`search::next`] says which probes to make, or the ladder. Inside it: [`sizes`] are the candidates,
//! [`trial`] joins the probes of all samples, [`curve`] predicts between trials, [`model`] what all shots come
//! to at equal slope, [`rungs`] places the rungs, [`hull`] is the evidence shown. Encodes and measures nothing.

pub mod sample;
pub mod looks;
pub mod trial;
pub mod sizes;
pub mod curve;
pub mod model;
pub mod hull;
pub mod rungs;
pub mod search;

pub use rungs::Config;
pub use sample::{Sample, samples};
pub use search::{Film, Next, Source, next};
