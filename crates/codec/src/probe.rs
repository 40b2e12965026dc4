//! Probe: what ffprobe says of a file, as [`Facts`].
//!
//! Three questions: what streams there are, what the container alone says of their colour, and what the headers of a
//! coded picture say, which no tool of ffprobe's tells without decoding. The raw answer can be stored and read again with
//! [`parse`]. Judges nothing: that is ingest's work.

mod headers;
mod json;
mod language;
mod pixels;

use crate::child::{Child, Finished, Patience, Stdout};
use crate::error::Error;
use crate::untrusted;
use crate::{Tools, child};
use media::facts::{Facts, VideoFacts};
use serde_json::{Value, json};
use std::path::Path;

/// Longest answer taken: a file with a hundred streams gives about 200 kB.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// Complaints kept: the first few name the cause.
const COMPLAINTS_MAX: usize = 8;

/// Picture streams whose headers are read: more than any film has.
const STREAMS_MAX: usize = 4;

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
    // Not the whole format section: it names the file, and the answer must not depend on where the file lies.
    let streams = ["-show_streams", "-show_chapters", "-show_entries", "format=format_name,duration"];
    let finished = ask(tools, &path, &streams).await?;
    let complaints: Vec<String> = finished.stderr.into_iter().take(COMPLAINTS_MAX).collect();
    let facts = parse(&finished.stdout, &complaints)?;
    let mut answer: Value = serde_json::from_slice(&finished.stdout).map_err(not_json)?;
    // Without looking into the streams: what stands in the container and nothing else.
    let entries = "stream=index,color_range,color_space,color_transfer,color_primaries";
    if let Ok(container) = ask(tools, &path, &["-nofind_stream_info", "-show_entries", entries]).await {
        answer["container"] = serde_json::from_slice(&container.stdout).unwrap_or_default();
    }
    for video in facts.video.iter().take(STREAMS_MAX).filter(|video| headers::are_read(&video.codec)) {
        // A stream whose headers cannot be read may still decode; then its facts are those of the container.
        if let Ok(lines) = headers(tools, &path, video).await {
            answer["headers"][video.stream.to_string()] = json!(lines);
        }
    }
    let raw_json = serde_json::to_vec(&answer).map_err(not_json)?;
    let facts = parse(&raw_json, &complaints)?;
    Ok(Probed { facts, raw_json, complaints })
}

async fn ask(tools: &Tools, path: &Path, question: &[&str]) -> Result<Finished, Error> {
    Child::new(&tools.ffprobe, "read the file's streams")
        .args(["-hide_banner", "-v", "error"])
        .args(untrusted::master_options())
        .args(question.iter().copied())
        .args(["-of", "json=compact=1"])
        .args([untrusted::file_address(path)])
        .read(path)
        .patience(Patience::SHORT)
        .run(Stdout::Capture(ANSWER_BYTES_MAX), &mut |_| {})
        .await
}

/// The fields that matter of the headers of the stream's first picture, one line each, as ffmpeg traces them.
async fn headers(tools: &Tools, path: &Path, video: &VideoFacts) -> Result<Vec<String>, Error> {
    let stream = format!("0:{}", video.stream);
    let finished = Child::new(&tools.ffmpeg, "read the picture's headers")
        .args(untrusted::QUIET)
        .args(["-v", "info", "-nostats"])
        .args(untrusted::master_options())
        .args(["-i".into(), untrusted::file_address(path)])
        .args(["-map", &stream, "-c", "copy", "-frames:v", "1", "-bsf:v", "trace_headers", "-f", "null", "-"])
        .read(path)
        .patience(Patience::SHORT)
        .asks(headers::is_wanted)
        .run(Stdout::Null, &mut |_| {})
        .await?;
    Ok(finished.asked)
}

/// Reads ffprobe's JSON answer.
///
/// # Errors
/// [`Error::Answer`] where it is not JSON with `format` and `streams`.
pub fn parse(raw_json: &[u8], complaints: &[String]) -> Result<Facts, Error> {
    json::read(raw_json, complaints).map_err(not_json)
}

fn not_json(error: serde_json::Error) -> Error {
    Error::Answer { tool: "ffprobe", reason: error.to_string() }
}
