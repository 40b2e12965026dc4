//! DASH media presentation description (ISO/IEC 23009-1:2022, whose clauses are cited) of the on-demand
//! profile.
//!
//! Each track is one file with a segment index, which players read; the MPD says only where it is. Thumbnails
//! follow DASH-IF IOP 5, part 6 ("tiled thumbnails").

mod xml;
mod video;
mod audio;
mod tiles;

use media::ByteRange;
use media::package::{Package, TextTrack, Track};
use std::fmt::Display;
use xml::Element;

const NAMESPACE: &str = "urn:mpeg:dash:schema:mpd:2011";

/// Profile of the audio, video and text (clause 8.3).
const PROFILE_ON_DEMAND: &str = "urn:mpeg:dash:profile:isoff-on-demand:2011";

/// Profile that allows all the standard has (clause 8.2): thumbnails have a segment template, which the one
/// above does not know.
const PROFILE_FULL: &str = "urn:mpeg:dash:profile:full:2011";

/// Roles (clause 5.8.5.5).
const ROLE: &str = "urn:mpeg:dash:role:2011";

/// Bits per second of a text track. The MPD must say a number and a package knows none: some thirty bytes of
/// text a second are more than people read.
const TEXT_BITRATE_BPS: u64 = 256;

/// The MPD of a package.
pub fn mpd(package: &Package) -> String {
    let mut sets = video::sets(&package.video); // first, as they name each other by number
    sets.extend(audio::sets(&package.audio));
    sets.extend(package.text.iter().map(text_set));
    sets.extend(package.thumbnails.as_ref().and_then(tiles::set));
    let numbered = sets.into_iter().enumerate().map(|(number, set)| set.attribute("id", number));
    let period = Element::new("Period").attribute("id", 0).attribute("start", "PT0S").children(numbered);
    Element::new("MPD")
        .attribute("xmlns", NAMESPACE)
        .attribute("type", "static")
        .attribute("profiles", format!("{PROFILE_ON_DEMAND},{PROFILE_FULL}"))
        .attribute("mediaPresentationDuration", duration(package.duration_s))
        .attribute("minBufferTime", duration(longest_segment_s(package)))
        .child(period)
        .document()
}

/// `xs:duration` in seconds, to the microsecond.
fn duration(seconds: f64) -> String {
    format!("PT{:.6}S", seconds.max(0.0))
}

/// With this much buffered, a line of a representation's peak bitrate never runs dry (clause 5.3.1.2): a
/// segment arrives whole within its own duration.
fn longest_segment_s(package: &Package) -> f64 {
    let video = package.video.iter().map(|video| &video.track);
    let tracks = video.chain(package.audio.iter().map(|audio| &audio.track));
    let longest = tracks.map(|track| {
        let ticks = track.index.segments.iter().map(|segment| segment.duration).max().unwrap_or(0);
        ticks as f64 / f64::from(track.index.timescale.max(1))
    });
    longest.fold(0.0, f64::max)
}

/// An adaptation set (clause 5.3.3) of CMAF tracks.
fn cmaf_set(kind: &str) -> Element {
    Element::new("AdaptationSet")
        .attribute("contentType", kind)
        .attribute("mimeType", format!("{kind}/mp4"))
        .attribute("subsegmentAlignment", true)
        .attribute("subsegmentStartsWithSAP", 1)
}

/// An element that says something under a scheme (clause 5.8.2).
fn descriptor(name: &'static str, scheme: &str, value: impl Display) -> Element {
    Element::new(name).attribute("schemeIdUri", scheme).attribute("value", value)
}

fn role(value: &str) -> Element {
    descriptor("Role", ROLE, value)
}

fn language(set: Element, language: Option<&str>) -> Element {
    match language {
        Some(language) => set.attribute("lang", language),
        None => set,
    }
}

/// `BaseURL` and `SegmentBase` (clause 5.3.9.2) of a track file.
fn file(track: &Track) -> [Element; 2] {
    let base = Element::new("SegmentBase")
        .attribute("timescale", track.index.timescale)
        .attribute("indexRange", range(track.index.sidx))
        .attribute("indexRangeExact", true)
        .child(Element::new("Initialization").attribute("range", range(track.index.header)));
    [Element::new("BaseURL").text(&track.path), base]
}

/// First and last byte.
fn range(bytes: ByteRange) -> String {
    format!("{}-{}", bytes.offset, bytes.end().saturating_sub(1))
}

fn text_set(text: &TextTrack) -> Element {
    let kind = match (text.forced, text.hearing_impaired) {
        (true, _) => "forced-subtitle",
        (false, true) => "caption",
        (false, false) => "subtitle",
    };
    let set =
        Element::new("AdaptationSet").attribute("contentType", "text").attribute("mimeType", "text/vtt");
    let representation = Element::new("Representation")
        .attribute("id", &text.id)
        .attribute("bandwidth", TEXT_BITRATE_BPS)
        .child(Element::new("BaseURL").text(&text.path));
    language(set, text.language.as_deref())
        .child(Element::new("Label").text(&text.name))
        .child(role(kind))
        .child(representation)
}

#[cfg(test)]
mod tests;
