//! Checks of ContentProtection elements beside the header (clause 5.8.4.1; ISO/IEC 23001-7, 11).

use super::representation::Representation;
use super::xml::Element;
use crate::bmff::boxes::{boxes, name};
use crate::bmff::header::{Header, System};
use crate::log::{Log, Place};
use crate::rule::dash as rule;

/// The scheme that says how samples are encrypted.
const MP4_PROTECTION: &str = "urn:mpeg:dash:mp4protection:2011";

/// Clear Key in manifests, and the W3C's common system, by whose boxes it is served (DASH-IF identifiers; W3C "cenc"
/// Initialization Data Format).
const CLEAR_KEY: &str = "e2719d58a985b3c9781ab030af78d30e";
const COMMON: &str = "1077efecc0b24d02ace33c1e52e2fb4b";

/// Checks the elements of a representation and its set, apart from any media.
pub(super) fn check_elements(file: &str, element: &Element, log: &mut Log) {
    for child in &element.children {
        if child.name == "ContentProtection" {
            for pssh in child.all("pssh") {
                if let Some(wrong) = wrong_pssh(child, pssh) {
                    log.add(rule::PSSH, Place::line(file, pssh.line), wrong);
                }
            }
        }
        check_elements(file, child, log);
    }
}

/// Checks them beside the header.
pub(super) fn check(representation: &Representation<'_>, header: &Header, log: &mut Log) {
    let levels = representation.levels();
    let elements: Vec<&Element> =
        levels[..2].iter().flat_map(|level| level.all("ContentProtection")).collect();
    let general = elements.iter().find(|element| is_scheme(element, MP4_PROTECTION));
    let scheme = header.scheme();
    let at = |element: Option<&&Element>| {
        element.map_or(representation.place(), |e| Place::line(representation.file, e.line))
    };
    let wrong = match (scheme, general) {
        (Some(scheme), None) => Some(format!(
            "the header says {}, and there is no ContentProtection of {MP4_PROTECTION}",
            name(scheme)
        )),
        (Some(scheme), Some(element)) => {
            let said = element.get("value").unwrap_or_default();
            (said != name(scheme)).then(|| format!("the value is `{said}`, the header says {}", name(scheme)))
        }
        (None, Some(_)) => Some("the header says that samples are clear".to_owned()),
        (None, None) => None,
    };
    if let Some(wrong) = wrong {
        log.add(rule::PROTECTION, at(general), wrong);
    }
    let protection = header.entry().and_then(|entry| entry.protection.as_ref());
    let Some(real) = protection.and_then(|parts| parts.defaults.as_ref()).map(|tenc| hex(&tenc.key_id))
    else {
        return;
    };
    for element in elements {
        let Some(said) = element.get_local("default_KID") else { continue };
        let ids: Vec<String> =
            said.split_whitespace().map(|id| id.replace('-', "").to_ascii_lowercase()).collect();
        if !ids.contains(&real) {
            let message = format!("default_KID is {said}, the header's key ID {real}");
            log.add(rule::KEY_ID, at(Some(&element)), message);
        }
    }
}

fn is_scheme(element: &Element, scheme: &str) -> bool {
    element.get("schemeIdUri").is_some_and(|said| said.eq_ignore_ascii_case(scheme))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is wrong with a `cenc:pssh`.
fn wrong_pssh(protection: &Element, pssh: &Element) -> Option<String> {
    let Some(bytes) = base64(&pssh.text) else { return Some("it is not base64".into()) };
    let (found, whole) = boxes(&bytes, 0);
    let Some(system) =
        found.first().filter(|view| view.kind == *b"pssh").and_then(System::read).filter(|_| whole)
    else {
        return Some("it is no whole `pssh` box".into());
    };
    let said = protection.get("schemeIdUri").unwrap_or_default().to_ascii_lowercase();
    let said = said.strip_prefix("urn:uuid:")?.replace('-', "");
    let real = hex(&system.id);
    let clear_key = said == CLEAR_KEY && real == COMMON;
    (said != real && !clear_key).then(|| format!("the box is of the system {real}, the element of {said}"))
}

/// Base64 of RFC 4648, 4; blanks are passed over.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in text.trim().trim_end_matches('=').bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, 10.
    #[test]
    fn base64_is_read() {
        for (text, expected) in
            [("", Some("")), ("Zg==", Some("f")), ("Zm9v\n YmFy", Some("foobar")), ("Zm9v*", None)]
        {
            assert_eq!(base64(text), expected.map(|text| text.as_bytes().to_vec()), "{text}");
        }
    }
}
