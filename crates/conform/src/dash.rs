//! DASH (ISO/IEC 23009-1:2022, whose clauses are cited): manifests, and what they say of their media.

mod schema;
mod values;
mod xml;

use crate::entry_points::Depth;
use crate::library::Library;
use crate::log::Place;
use crate::rule::dash as rule;
use xml::Element;

/// The namespace of all editions.
const NAMESPACE: &str = "urn:mpeg:dash:schema:mpd:2011";

/// Checks a manifest and, as deep as asked for, what it names.
pub(crate) fn check(file: &str, text: &[u8], _depth: Depth, library: &mut Library<'_>) {
    let text = String::from_utf8_lossy(text);
    let root = match Element::parse(text.trim_start_matches('\u{feff}')) {
        Ok(root) => root,
        Err(broken) => return library.log.add(rule::XML, Place::line(file, broken.line), broken.message),
    };
    if root.name != "MPD" || !root.attributes.iter().any(|(_, value)| value.eq_ignore_ascii_case(NAMESPACE)) {
        let message = format!("the root is <{}>, or not in the namespace {NAMESPACE}", root.name);
        return library.log.add(rule::XML, Place::line(file, root.line), message);
    }
    schema::check(file, &root, &mut library.log);
}
