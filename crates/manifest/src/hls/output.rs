//! What a variant asks of the way to the screen: `HDCP-LEVEL` and `ALLOWED-CPC` (section 4.4.6.2).
//!
//! Hints only, which spare players the attempt: what a device gets is decided with its keys.

use super::attributes::Attributes;
use super::keys::key_format;
use media::package::Track;
use media::protection::{KeySystem, TrackClass};

/// Adds what the class of a protected track's keys needs.
pub(super) fn write(attributes: &mut Attributes<'_>, track: &Track, systems: &[KeySystem]) {
    let Some(protection) = &track.protection else { return };
    attributes.plain("HDCP-LEVEL", hdcp_level(protection.class));
    let labels = systems.iter().filter_map(|system| {
        let label = hardware_label(*system).filter(|_| protection.class > TrackClass::Hd)?;
        Some(format!("{}:{label}", key_format(*system)))
    });
    let labels: Vec<_> = labels.collect();
    if !labels.is_empty() {
        attributes.quoted("ALLOWED-CPC", &labels.join(","));
    }
}

/// `TYPE-1` is HDCP 2.2, which only ultra-high definition needs; none up to what software devices get.
fn hdcp_level(class: TrackClass) -> &'static str {
    match class {
        TrackClass::Audio | TrackClass::Sd | TrackClass::Hd => "NONE",
        TrackClass::FullHd => "TYPE-0",
        TrackClass::Uhd => "TYPE-1",
    }
}

/// The labels of decryption in hardware, of key systems that have defined some for HLS.
fn hardware_label(system: KeySystem) -> Option<&'static str> {
    match system {
        KeySystem::FairPlay => Some("AppleMain/Main"),
        KeySystem::PlayReady => Some("SL3000"),
        KeySystem::Common | KeySystem::Widevine => None,
    }
}
