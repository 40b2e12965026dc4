//! Text in an MPD: an adaptation set for each track, a file or a CMAF track.

use super::xml::Xml;
use super::{ACCESSIBILITY, HARD_OF_HEARING, Set, descriptor, role};
use crate::offer::TextForm;
use media::package::{TextTrack, Track};

/// Bits per second of a text file. The MPD must say a number and a package knows none: some thirty bytes of
/// text a second are more than people read.
const FILE_BITRATE_BPS: u64 = 256;

/// Writes the set of a track, in a form where the track has it as a CMAF track; else as a file.
pub(super) fn set(xml: &mut Xml, set: &mut Set<'_>, text: &TextTrack, form: TextForm) {
    match form.track(text) {
        None => file_set(xml, set, text),
        Some(track) => track_set(xml, set, text, track),
    }
}

fn file_set(xml: &mut Xml, set: &mut Set<'_>, text: &TextTrack) {
    set.begin(xml, "text", "text/vtt", |xml, _| {
        xml.maybe_attribute("lang", text.language.as_deref());
        label(xml, text);
        xml.element("Representation", |xml| {
            xml.attribute("id", &text.id).attribute("bandwidth", FILE_BITRATE_BPS);
            xml.text_element("BaseURL", &text.path);
        });
    });
}

fn track_set(xml: &mut Xml, set: &mut Set<'_>, text: &TextTrack, track: &Track) {
    set.begin(xml, "text", "application/mp4", |xml, set| {
        set.addressing.alignment(xml);
        xml.maybe_attribute("lang", text.language.as_deref());
        label(xml, text);
        set.addressing.of_set(xml, track);
        xml.element("Representation", |xml| {
            xml.attribute("id", &track.id)
                .attribute("codecs", &track.codecs)
                .attribute("bandwidth", track.bitrate_bps_peak);
            set.addressing.of_track(xml, track);
        });
    });
}

/// Writes what a viewer reads, and for whom the text is.
fn label(xml: &mut Xml, text: &TextTrack) {
    xml.text_element("Label", &text.name);
    if text.hearing_impaired {
        descriptor(xml, "Accessibility", ACCESSIBILITY, HARD_OF_HEARING);
    }
    role(
        xml,
        match (text.forced, text.hearing_impaired) {
            (true, _) => "forced-subtitle",
            (false, true) => "caption",
            (false, false) => "subtitle",
        },
    );
}
