//! ffmpeg, ffprobe and VMAF as sandboxed child processes.
//!
//! The only crate that starts processes. Owns the command lines, the sandbox and the reading of what the tools
//! answer; decides nothing: what to make of facts, scores and errors is for the rooms. All files that it writes are
//! bit for bit the same for the same input, parameters and tool version.
//!
//! Master in: [`probe`], [`mezzanine`], [`audio`], [`loudness`], [`subtitles`]. From the mezzanine: [`encode`], [`vmaf`],
//! [`still`].

mod error;
mod sandbox;
mod untrusted;
pub mod child;
pub mod tools;
pub mod probe;
pub mod mezzanine;
pub mod encode;
pub mod vmaf;
pub mod check;
pub mod audio;
pub mod loudness;
pub mod still;
pub mod subtitles;

pub use child::{OnProgress, Progress, Usage};
pub use error::Error;
pub use sandbox::{Applied, Limits, landlock_abi};
pub use tools::Tools;
