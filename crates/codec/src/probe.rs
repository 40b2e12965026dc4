//! Probe: what ffprobe says of a file, as [`Facts`].
//!
//! The raw answer can be stored and read again with [`parse`]. Judges nothing: that is ingest's work.

mod json;
mod language;

use crate::child::{Child, Patience, Stdout};
use crate::error::Error;
use crate::untrusted;
use crate::{Tools, child};
use media::facts::Facts;
use std::path::Path;

/// Longest answer taken: a file with a hundred streams gives about 200 kB.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// Complaints kept: the first few name the cause.
const COMPLAINTS_MAX: usize = 8;

/// A probed file.
#[derive(Debug, Clone, PartialEq)]
pub struct Probed {
    /// What was found.
    pub facts: Facts,
    /// The answer as it came, to be read again with [`parse`].
    pub raw_json: Vec<u8>,
    /// What ffprobe complained of, one line each; the second argument of [`parse`].
    pub complaints: Vec<String>,
}

/// Probes the file at `path`, which may be anything.
///
/// # Errors
/// [`Error::Failed`] where it is none of the containers that are allowed, or broken beyond reading; then the
/// error's text says why. Other errors are the machine's.
pub async fn probe(tools: &Tools, path: &Path) -> Result<Probed, Error> {
    let path = child::absolute(path)?;
    let finished = Child::new(&tools.ffprobe, "read the file's streams")
        .args(["-hide_banner", "-v", "error"])
        .args(untrusted::master_options())
        // Not the whole format section: it names the file, and the answer must not depend on where the file lies.
        .args(["-show_streams", "-show_entries", "format=format_name,duration", "-of", "json=compact=1"])
        .args([untrusted::file_address(&path)])
        .read(&path)
        .patience(Patience::SHORT)
        .run(Stdout::Capture(ANSWER_BYTES_MAX), &mut |_| {})
        .await?;
    let complaints: Vec<String> = finished.stderr.into_iter().take(COMPLAINTS_MAX).collect();
    let facts = parse(&finished.stdout, &complaints)?;
    Ok(Probed { facts, raw_json: finished.stdout, complaints })
}

/// Reads ffprobe's JSON answer.
///
/// # Errors
/// [`Error::Answer`] where it is not JSON with `format` and `streams`.
pub fn parse(raw_json: &[u8], complaints: &[String]) -> Result<Facts, Error> {
    json::read(raw_json, complaints)
        .map_err(|error| Error::Answer { tool: "ffprobe", reason: error.to_string() })
}
