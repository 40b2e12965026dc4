//! Outside witnesses: media that ffmpeg made is read, joined and laid out here, and ffmpeg, ffprobe, the
//! Shaka packager and the `mp4-atom` crate must find in the result what went in.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test itself does")]

mod support;
mod video;
mod formats;
mod audio;
mod sound;
mod protect;
mod text;
mod again;
mod memory;
mod robust;

/// Every reader on one input; fuzzing has the same.
#[path = "../../../../fuzz/targets/boxes.rs"]
mod boxes;
