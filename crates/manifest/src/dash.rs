//! DASH media presentation description (ISO/IEC 23009-1:2022, whose clauses are cited), of the on-demand or the live
//! profile.
//!
//! Each track is one file with a segment index, which players read; the MPD says only where it is, or else names its
//! segments ([`Addressing`]). Thumbnails follow DASH-IF IOP 5, part 6 ("tiled thumbnails").

mod xml;
mod addressing;
pub(crate) mod protection;
mod video;
mod audio;
mod text;
mod tiles;
mod events;

pub use addressing::Addressing;

use crate::offer::{Offer, Steering};
use media::package::Track;
use media::protection::KeySystem;
use std::fmt::Display;
use xml::Xml;

const NAMESPACE: &str = "urn:mpeg:dash:schema:mpd:2011";

/// Namespace of the codecs that a stream may also be decoded as (ANSI/SCTE 214-1).
const NAMESPACE_SCTE214: &str = "urn:scte:dash:scte214-extensions";

/// Profile that allows all the standard has (clause 8.2): thumbnails have a segment template, which the on-demand one
/// does not know.
const PROFILE_FULL: &str = "urn:mpeg:dash:profile:full:2011";

/// Roles (clause 5.8.5.5).
const ROLE: &str = "urn:mpeg:dash:role:2011";

/// For whom sound and text are made: 1 is the visually impaired, 2 the hard of hearing (ETSI TS 102 822-3-1, annex A;
/// DVB-DASH, ETSI TS 103 285, 6.1.2 and 7.1.2).
const ACCESSIBILITY: &str = "urn:tva:metadata:cs:AudioPurposeCS:2007";
const VISUALLY_IMPAIRED: u32 = 1;
const HARD_OF_HEARING: u32 = 2;

/// Bytes that a track has in an MPD, about: room that is made at once.
const TRACK_BYTES: usize = 640;
/// Bytes of the rest, about.
const HEAD_BYTES: usize = 32_768;

/// The MPD of an offer, with players reading each track's index.
pub fn mpd(offer: &Offer<'_>) -> String {
    mpd_with(offer, Addressing::Index)
}

/// The MPD of an offer.
pub fn mpd_with(offer: &Offer<'_>, addressing: Addressing) -> String {
    let tracks = offer.video.len() + offer.audio.len() + offer.text.len();
    Xml::document(HEAD_BYTES + TRACK_BYTES * tracks, |xml| {
        xml.element("MPD", |xml| {
            attributes(xml, offer, addressing);
            match offer.steering {
                Some(steering) => places(xml, steering),
                None if offer.base_url.is_empty() => {}
                None => {
                    xml.text_element("BaseURL", offer.base_url);
                }
            }
            xml.element("Period", |xml| period(xml, offer, addressing));
        });
    })
}

fn attributes(xml: &mut Xml, offer: &Offer<'_>, addressing: Addressing) {
    xml.attribute("xmlns", NAMESPACE);
    if tracks(offer).any(|track| track.protection.is_some()) {
        protection::namespaces(xml);
    }
    if offer.video.iter().any(|video| video.supplemental_codecs.is_some()) {
        xml.attribute("xmlns:scte214", NAMESPACE_SCTE214);
    }
    xml.attribute("type", "static")
        .attribute("profiles", format_args!("{},{PROFILE_FULL}", addressing.profile()))
        .attribute("mediaPresentationDuration", duration(offer.package.duration_s))
        .attribute("minBufferTime", duration(longest_segment_s(offer)));
}

/// Where the files are, and who says which place to use (ETSI TS 103 998).
fn places(xml: &mut Xml, steering: &Steering) {
    for pathway in &steering.pathways {
        xml.element("BaseURL", |xml| {
            xml.attribute("serviceLocation", &pathway.id).text(&pathway.base_url);
        });
    }
    let Some(server_url) = &steering.server_url else { return };
    xml.element("ContentSteering", |xml| {
        xml.maybe_attribute("defaultServiceLocation", steering.pathways.first().map(|first| &first.id));
        xml.attribute("queryBeforeStart", steering.query_before_start).text(server_url);
    });
}

fn period(xml: &mut Xml, offer: &Offer<'_>, addressing: Addressing) {
    xml.attribute("id", 0).attribute("start", "PT0S");
    events::streams(xml, offer.package);
    let mut set = Set { addressing, systems: &offer.systems, next_id: 0 };
    video::sets(xml, &mut set, &offer.video); // first, as they name each other by number
    audio::sets(xml, &mut set, &offer.audio);
    offer.text.iter().for_each(|track| text::set(xml, &mut set, track, offer.text_form));
    if let Some(thumbnails) = &offer.package.thumbnails {
        tiles::set(xml, &mut set, thumbnails);
    }
}

fn tracks<'a>(offer: &Offer<'a>) -> impl Iterator<Item = &'a Track> {
    let video = offer.video.iter().map(|video| &video.track);
    video.chain(offer.audio.iter().map(|audio| &audio.track))
}

/// `xs:duration` in seconds, to the microsecond.
fn duration(seconds: f64) -> String {
    format!("PT{:.6}S", seconds.max(0.0))
}

/// With this much buffered, a line of a representation's peak bitrate never runs dry (clause 5.3.1.2): a
/// segment arrives whole within its own duration. All video tracks have the same segments.
fn longest_segment_s(offer: &Offer<'_>) -> f64 {
    let tracks = offer.video.first().map(|video| &video.track).into_iter();
    let tracks = tracks.chain(offer.audio.iter().map(|audio| &audio.track));
    let longest = tracks.map(|track| {
        let ticks = track.index.segments.iter().map(|segment| segment.duration).max().unwrap_or(0);
        ticks as f64 / f64::from(track.index.timescale.max(1))
    });
    longest.fold(0.0, f64::max)
}

/// Writes adaptation sets (clause 5.3.3) and numbers them.
struct Set<'a> {
    addressing: Addressing,
    systems: &'a [KeySystem],
    next_id: usize,
}

impl Set<'_> {
    /// Writes a set of CMAF tracks, whose protection and segments are those of `first`.
    fn write(
        &mut self,
        xml: &mut Xml,
        (kind, language): (&str, Option<&str>),
        first: &Track,
        inside: impl FnOnce(&mut Xml, &Set<'_>),
    ) {
        self.begin(xml, kind, &format!("{kind}/mp4"), |xml, set| {
            set.addressing.alignment(xml);
            xml.maybe_attribute("lang", language);
            if let Some(protection) = &first.protection {
                protection::write(xml, protection, set.systems);
            }
            inside(xml, set);
        });
    }

    /// Writes a set of files of any kind.
    fn begin(&mut self, xml: &mut Xml, kind: &str, mime: &str, inside: impl FnOnce(&mut Xml, &Set<'_>)) {
        let id = self.next_id;
        self.next_id += 1;
        xml.element("AdaptationSet", |xml| {
            xml.attribute("id", id).attribute("contentType", kind).attribute("mimeType", mime);
            inside(xml, self);
        });
    }
}

/// Writes an element that says something under a scheme (clause 5.8.2).
fn descriptor(xml: &mut Xml, name: &str, scheme: &str, value: impl Display) {
    xml.element(name, |xml| {
        xml.attribute("schemeIdUri", scheme).attribute("value", value);
    });
}

fn role(xml: &mut Xml, value: &str) {
    descriptor(xml, "Role", ROLE, value);
}

#[cfg(test)]
mod tests;
