//! The start of a play session, as a player has it: catalogue, grant, first bytes of each kind of track.

use crate::json::Json;
use crate::served::Served;
use crate::shell::Result;

/// Plays the start of the first title; returns what was played in a sentence, or what failed.
pub(super) fn check(served: &Served) -> Result<String> {
    let titles = served.get("/api/titles", None)?.json()?;
    let id = titles.at("titles.0.id").and_then(Json::text).ok_or("the catalogue has no title")?;
    let grant = served.post(&format!("/api/titles/{id}/play"))?.json()?;
    let page = served.get("/", None)?;
    if page.status != 200 {
        return Err(format!("the page: status {}", page.status).into());
    }
    let base = grant.at("base_url").and_then(Json::text).ok_or("the play grant has no base_url")?;
    let mut bytes = 0;
    for (kind, tracks) in [("video", "video.tracks"), ("audio", "audio")] {
        let tracks = grant.at(tracks).ok_or_else(|| format!("the play grant has no {kind}"))?.items();
        // Tracks come by falling bitrate and a player starts low.
        let track = tracks.last().ok_or_else(|| format!("{id} has no {kind} track"))?;
        bytes += start(served, base, track).map_err(|error| format!("{kind}: {error}"))?;
    }
    Ok(format!("{id}: header and first segment of video and audio, {bytes} bytes, served as asked"))
}

/// Fetches the header and the first segment of `track`. Returns their length in bytes.
fn start(served: &Served, base: &str, track: &Json) -> Result<u64> {
    let path = track.at("path").and_then(Json::text).ok_or("the track has no path")?;
    let number = |at: &str| {
        track.at(at).and_then(Json::number).map(|n| n as u64).ok_or_else(|| format!("the track has no {at}"))
    };
    let mut bytes = 0;
    for (first, end) in [
        (number("header.0")?, number("header.0")? + number("header.1")?),
        (number("offsets.0")?, number("offsets.1")?),
    ] {
        let answer = served.get(&format!("{base}{path}"), Some((first, end.saturating_sub(1))))?;
        let length = answer.body.len() as u64;
        if answer.status != 206 || first + length != end {
            return Err(format!(
                "bytes {first} to {end} of {path}: status {}, {length} bytes",
                answer.status
            )
            .into());
        }
        bytes += length;
    }
    Ok(bytes)
}
