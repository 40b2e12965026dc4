//! Chapters and markers in an MPD, as events of the presentation's time (clause 5.10.2).

use super::xml::Xml;
use media::package::Package;

/// Schemes of this program's own: an event's text is a chapter's title, or a marker's kind.
const CHAPTER: &str = "urn:matinee:dash:chapter:2026";
const MARKER: &str = "urn:matinee:dash:marker:2026";

/// Ticks per second.
const TIMESCALE: u32 = 1000;

/// Writes the event streams, if there are events.
pub(super) fn streams(xml: &mut Xml, package: &Package) {
    let ends = package.chapters.iter().skip(1).map(|next| next.start_s).chain([package.duration_s]);
    let chapters = package.chapters.iter().zip(ends);
    stream(xml, CHAPTER, chapters.map(|(chapter, end_s)| (chapter.start_s, end_s, chapter.title.as_str())));
    let markers = package.markers.iter();
    stream(xml, MARKER, markers.map(|marker| (marker.start_s, marker.end_s, marker.kind.name())));
}

/// Writes a stream of events: where each begins and ends, in seconds, and what it says.
fn stream<'a>(xml: &mut Xml, scheme: &str, events: impl Iterator<Item = (f64, f64, &'a str)>) {
    let mut events = events.enumerate().peekable();
    if events.peek().is_none() {
        return;
    }
    let ticks = |seconds: f64| (seconds * f64::from(TIMESCALE)).round().max(0.0) as u64;
    xml.element("EventStream", |xml| {
        xml.attribute("schemeIdUri", scheme).attribute("timescale", TIMESCALE);
        for (number, (start_s, end_s, text)) in events {
            xml.element("Event", |xml| {
                xml.attribute("presentationTime", ticks(start_s))
                    .attribute("duration", ticks(end_s).saturating_sub(ticks(start_s)))
                    .attribute("id", number)
                    .text(text);
            });
        }
    });
}
