//! Keys: `EXT-X-KEY` before the segments that need one (section 4.4.4.4), and `EXT-X-SESSION-KEY` (section 4.4.6.5).
//!
//! The methods are those of ISO/IEC 23001-7 in fragmented MP4: `SAMPLE-AES` is `cbcs`, `SAMPLE-AES-CTR` is `cenc`. What
//! `URI` holds is each key system's own custom:
//!
//! | system | `KEYFORMAT` | `URI` |
//! | --- | --- | --- |
//! | Widevine | its UUID | `pssh` box as data |
//! | PlayReady | `com.microsoft.playready` | PlayReady object as data |
//! | FairPlay | `com.apple.streamingkeydelivery` | `skd://` |
//! | Clear Key | `org.w3.clearkey` | key ID as data, as hls.js reads it |

use super::attributes::Attributes;
use crate::offer::Offer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use media::package::Track;
use media::protection::{KeyId, KeyPeriod, KeySystem, Protection, Scheme, Signal};

/// Writes the keys that come into force before a segment: at a key period's first, or where the clear lead ends.
pub(super) fn before_segment(
    out: &mut String,
    protection: &Protection,
    segment: usize,
    systems: &[KeySystem],
) {
    let Some(period) = period_from(protection, segment) else { return };
    for signal in signals(protection, systems) {
        write(out, "EXT-X-KEY", protection, signal, period.key_id);
    }
}

/// The key period that comes into force at a segment, if one does.
fn period_from(protection: &Protection, segment: usize) -> Option<&KeyPeriod> {
    let starts = |period: &KeyPeriod| period.first_segment.max(protection.clear_segments) == segment;
    // Of periods that end within the clear lead, the last is in force after it.
    protection.periods.iter().rev().find(|period| starts(period))
}

/// Writes all keys of an offer, each once, for players to ask for before they need one.
pub(super) fn session(out: &mut String, offer: &Offer<'_>) {
    let video = offer.video.iter().map(|video| &video.track);
    let tracks = video.chain(offer.audio.iter().map(|audio| &audio.track));
    let mut told: Vec<&Protection> = Vec::new();
    for protection in tracks.filter_map(|track: &Track| track.protection.as_ref()) {
        if told.iter().any(|other| other.periods == protection.periods) {
            continue;
        }
        told.push(protection);
        for period in &protection.periods {
            for signal in signals(protection, &offer.systems) {
                write(out, "EXT-X-SESSION-KEY", protection, signal, period.key_id);
            }
        }
    }
}

fn signals<'a>(protection: &'a Protection, systems: &'a [KeySystem]) -> impl Iterator<Item = &'a Signal> {
    protection.signals.iter().filter(|signal| systems.contains(&signal.system))
}

/// Writes the line of one system and one key.
pub(crate) fn write(out: &mut String, tag: &str, protection: &Protection, signal: &Signal, key: KeyId) {
    let method = match protection.scheme {
        Scheme::Cbcs => "SAMPLE-AES",
        Scheme::Cenc => "SAMPLE-AES-CTR",
    };
    let mut attributes = Attributes::of(out, tag);
    attributes.plain("METHOD", method).quoted("URI", &uri(protection, signal, key));
    if matches!(signal.system, KeySystem::Widevine | KeySystem::Common) {
        attributes.plain("KEYID", format_args!("0x{}", key.hex()));
    }
    attributes.quoted("KEYFORMAT", key_format(signal.system)).quoted("KEYFORMATVERSIONS", "1").end();
}

/// `KEYFORMAT` of a key system.
pub(super) fn key_format(system: KeySystem) -> &'static str {
    match system {
        KeySystem::Common => "org.w3.clearkey",
        KeySystem::Widevine => "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed",
        KeySystem::PlayReady => "com.microsoft.playready",
        KeySystem::FairPlay => "com.apple.streamingkeydelivery",
    }
}

fn uri(protection: &Protection, signal: &Signal, key: KeyId) -> String {
    match signal.system {
        KeySystem::Common => data("text/plain", &key.0),
        KeySystem::Widevine => data("text/plain", &signal.pssh),
        KeySystem::PlayReady => data("text/plain;charset=UTF-16", &signal.object),
        KeySystem::FairPlay => fairplay_uri(protection, signal, key),
    }
}

fn data(kind: &str, bytes: &[u8]) -> String {
    format!("data:{kind};base64,{}", BASE64.encode(bytes))
}

/// FairPlay asks for one key by one URI, which names the track's default key; another key's URI names that key instead.
fn fairplay_uri(protection: &Protection, signal: &Signal, key: KeyId) -> String {
    let uri = String::from_utf8_lossy(&signal.object);
    match protection.periods.first() {
        Some(default) if default.key_id != key => uri
            .replace(&default.key_id.hex(), &key.hex())
            .replace(&default.key_id.to_string(), &key.to_string()),
        _ => uri.into_owned(),
    }
}
