//! Protection in an MPD (clause 5.8.4.1; ISO/IEC 23001-7, 11; DASH-IF IOP part 6, content protection).
//!
//! All tracks of an adaptation set have the same protection, which stands there once: players know it there, and not all
//! of them in representations.

use super::xml::Xml;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use media::protection::{KeySystem, Protection, Signal};
use std::fmt::Display;

/// Tells of Common Encryption: scheme and default key ID.
const MP4_PROTECTION: &str = "urn:mpeg:dash:mp4protection:2011";

/// Clear Key as DASH-IF names it. The W3C's common system, whose `pssh` it uses, is none that gives keys.
const CLEAR_KEY: &str = "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e";

/// Kind of licence request of Clear Key: the JSON of Encrypted Media Extensions.
const CLEAR_KEY_LICENCE: &str = "EME-1.0";

/// Namespaces of what is inside.
const NAMESPACES: [(&str, &str); 3] = [
    ("xmlns:cenc", "urn:mpeg:cenc:2013"),
    ("xmlns:mspr", "urn:microsoft:playready"),
    ("xmlns:dashif", "https://dashif.org/CPS"),
];

/// Adds the namespaces to the root.
pub(super) fn namespaces(xml: &mut Xml) {
    for (name, namespace) in NAMESPACES {
        xml.attribute(name, namespace);
    }
}

/// Writes how an adaptation set is protected, and what key systems are told.
pub(super) fn write(xml: &mut Xml, protection: &Protection, systems: &[KeySystem]) {
    xml.element("ContentProtection", |xml| {
        xml.attribute("schemeIdUri", MP4_PROTECTION).attribute("value", protection.scheme);
        xml.maybe_attribute("cenc:default_KID", protection.periods.first().map(|first| first.key_id));
    });
    for signal in protection.signals.iter().filter(|signal| systems.contains(&signal.system)) {
        match signal.system {
            KeySystem::Common => system(xml, signal, CLEAR_KEY, "ClearKey1.0"),
            KeySystem::Widevine => system(xml, signal, uuid(signal.system), "Widevine"),
            KeySystem::PlayReady => system(xml, signal, uuid(signal.system), "MSPR 2.0"),
            KeySystem::FairPlay => system(xml, signal, uuid(signal.system), "FairPlay"),
        }
    }
}

fn uuid(system: KeySystem) -> impl Display {
    format!("urn:uuid:{}", system.id())
}

fn system(xml: &mut Xml, signal: &Signal, scheme: impl Display, value: &str) {
    xml.element("ContentProtection", |xml| {
        xml.attribute("schemeIdUri", scheme).attribute("value", value);
        for (name, _, bytes) in data(signal) {
            xml.text_element(name, BASE64.encode(bytes));
        }
        if let Some(url) = &signal.licence_url {
            xml.element("dashif:Laurl", |xml| {
                if signal.system == KeySystem::Common {
                    xml.attribute("licenseType", CLEAR_KEY_LICENCE);
                }
                xml.text(url);
            });
        }
    });
}

/// The elements that hold a system's own data: name, namespace, and bytes.
fn data(signal: &Signal) -> impl Iterator<Item = (&'static str, (&'static str, &'static str), &[u8])> {
    let object = if signal.system == KeySystem::PlayReady { &signal.object[..] } else { &[] };
    let [cenc, mspr, _] = NAMESPACES;
    let all = [("cenc:pssh", cenc, &signal.pssh[..]), ("mspr:pro", mspr, object)];
    all.into_iter().filter(|(.., bytes)| !bytes.is_empty())
}

/// What a system is told by itself, each element with its namespace.
pub(crate) fn fragment(signal: &Signal) -> String {
    Xml::fragment(|xml| {
        for (name, (prefix, namespace), bytes) in data(signal) {
            xml.element(name, |xml| {
                xml.attribute(prefix, namespace).text(BASE64.encode(bytes));
            });
        }
    })
}
