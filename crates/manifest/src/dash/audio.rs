//! The sound in an MPD: an adaptation set for each track, as players choose between sets and switch within one.

use super::xml::Xml;
use super::{ACCESSIBILITY, Set, VISUALLY_IMPAIRED, descriptor, role};
use crate::sounds::Sounds;
use media::codec::AudioCodec;
use media::package::AudioTrack;

/// Channel configurations by code point (ISO/IEC 23091-3).
const CHANNELS: &str = "urn:mpeg:mpegB:cicp:ChannelConfiguration";

/// Channel configurations of AC-3 and E-AC-3 by their places (ETSI TS 102 366, annex I.1.2.1): four hexadecimal digits, of
/// which the highest bit is the left channel.
const CHANNELS_DOLBY: &str = "tag:dolby.com,2014:dash:audio_channel_configuration:2011";

/// That there are objects beside the channels, and how many (ETSI TS 103 420, annex D).
const EC3_EXTENSION: &str = "tag:dolby.com,2018:dash:EC3_ExtensionType:2018";
const EC3_COMPLEXITY: &str = "tag:dolby.com,2018:dash:EC3_ExtensionComplexityIndex:2018";

/// Writes the sets, in the order of the tracks.
pub(super) fn sets(xml: &mut Xml, set: &mut Set<'_>, audio: &[&AudioTrack]) {
    let sounds = Sounds::of(audio);
    for audio in audio {
        set.write(xml, ("audio", audio.language.as_deref()), &audio.track, |xml, set| {
            xml.text_element("Label", &audio.name);
            if audio.describes_video {
                descriptor(xml, "Accessibility", ACCESSIBILITY, VISUALLY_IMPAIRED);
            }
            role(xml, kind(audio, &sounds));
            set.addressing.of_set(xml, &audio.track);
            representation(xml, set, audio);
        });
    }
}

fn kind(audio: &AudioTrack, sounds: &Sounds<'_>) -> &'static str {
    match (audio.describes_video, sounds.is_default(audio)) {
        (true, _) => "description",
        (false, true) => "main",
        (false, false) => "alternate",
    }
}

fn representation(xml: &mut Xml, set: &Set<'_>, audio: &AudioTrack) {
    xml.element("Representation", |xml| {
        xml.attribute("id", &audio.track.id)
            .attribute("codecs", &audio.track.codecs)
            .attribute("bandwidth", audio.track.bitrate_bps_peak)
            .attribute("audioSamplingRate", audio.sample_rate_hz);
        channels(xml, audio);
        if let Some(objects) = audio.joc_objects {
            descriptor(xml, "SupplementalProperty", EC3_EXTENSION, "JOC");
            descriptor(xml, "SupplementalProperty", EC3_COMPLEXITY, objects);
        }
        set.addressing.of_track(xml, &audio.track);
    });
}

fn channels(xml: &mut Xml, audio: &AudioTrack) {
    let name = "AudioChannelConfiguration";
    match (audio.codec, dolby_places(audio.channels)) {
        (AudioCodec::Eac3, Some(places)) => descriptor(xml, name, CHANNELS_DOLBY, places),
        _ => descriptor(xml, name, CHANNELS, channel_configuration(audio.channels)),
    }
}

/// The places of the usual layout of so many channels, from the highest bit on: left, centre, right, left surround, right
/// surround; then, far down, the rear pair, and last the low frequencies.
fn dolby_places(channels: u32) -> Option<&'static str> {
    match channels {
        1 => Some("4000"),
        2 => Some("A000"),
        5 => Some("F800"),
        6 => Some("F801"),
        8 => Some("FA01"),
        _ => None,
    }
}

/// `ChannelConfiguration` (ISO/IEC 23091-3, table 3) of the usual layout of so many channels.
fn channel_configuration(channels: u32) -> u32 {
    match channels {
        7 => 11, // 6.1
        8 => 12, // 7.1 with surround at side and back
        other => other,
    }
}
