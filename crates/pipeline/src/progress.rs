//! Progress: what preparation tells whoever watches it.
//!
//! Owns the events. Draws nothing: the command line makes bars of them.

use crate::flow::Stage;
use std::fmt::Debug;

/// Told of progress. Called often and from many tasks: must be quick.
pub trait Listener: Send + Sync + Debug {
    /// Something moved on.
    fn progress(&self, event: &Event);
}

/// What moved on.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A stage began.
    Started {
        /// The stage.
        stage: Stage,
    },
    /// The stage has `total` units of work, as far as is known now; may be told again with another figure.
    Total {
        /// The stage.
        stage: Stage,
        /// Units in all.
        total: u64,
        /// What a unit is.
        unit: Unit,
    },
    /// `done` more units are done.
    Done {
        /// The stage.
        stage: Stage,
        /// Units since the last event.
        done: u64,
    },
    /// The stage ended well.
    Finished {
        /// The stage.
        stage: Stage,
        /// Steps whose outputs were there already.
        steps_cached: u64,
        /// Steps in all.
        steps: u64,
    },
    /// Something worth telling that stops nothing.
    Note {
        /// The stage.
        stage: Stage,
        /// A sentence.
        message: String,
    },
}

/// What a stage counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Frames.
    Frames,
    /// Steps, or whatever else comes one by one.
    Items,
}

/// Tells nobody.
#[derive(Debug)]
pub struct Silent;

impl Listener for Silent {
    fn progress(&self, _event: &Event) {}
}
