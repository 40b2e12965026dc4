//! Preparation: takes a master along its road, from file to published title.
//!
//! Owns the flow, the jobs and the steps they are made of: fetches what a room decides on, lets the room decide,
//! stores what came of it. Decides nothing about pictures itself (see the rooms `ingest` to `package`) and starts
//! no child process itself (see `codec`).
//!
//! Preparation is an incremental build of a film: each step is named by the hash of what goes into it
//! ([`step::Step`]) and its outputs are stored under that name ([`workshop::Workshop`]), so a second run, or one
//! after a crash, does only what is not there yet.

pub mod keys;
pub mod flow;
pub mod jobs;
pub mod step;
pub mod workshop;
pub mod scratch;
pub mod budget;
pub mod ledger;
pub mod progress;
pub mod settings;
pub mod summary;
pub mod packager;

pub use encode::policy::Policy;
pub use flow::{Context, Failure, Prepared, Request, Sidecar, prepare};
pub use keys::{ContentKey, Keys, Wanted};
pub use settings::Settings;
