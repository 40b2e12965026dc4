//! DASH (ISO/IEC 23009-1:2022, whose clauses are cited): manifests, and what they say of their media.

mod document;
mod media;
mod protection;
mod representation;
mod schema;
mod segments;
mod sets;
mod timeline;
mod values;
mod xml;

use crate::entry_points::Depth;
use crate::library::Library;
use crate::log::{Log, Place};
use crate::rule::dash as rule;
use representation::Representation;
use xml::Element;

/// The namespace of all editions.
const NAMESPACE: &str = "urn:mpeg:dash:schema:mpd:2011";

/// Checks a manifest and, as deep as asked for, what it names.
pub(crate) fn check(file: &str, text: &[u8], depth: Depth, library: &mut Library<'_>) {
    let text = String::from_utf8_lossy(text);
    let mpd = match Element::parse(text.trim_start_matches('\u{feff}')) {
        Ok(root) if root.name == "MPD" => root,
        Ok(root) => {
            return library.log.add(
                rule::XML,
                Place::line(file, root.line),
                format!("the root is <{}>", root.name),
            );
        }
        Err(broken) => return library.log.add(rule::XML, Place::line(file, broken.line), broken.message),
    };
    let log = &mut library.log;
    namespace(file, &mpd, log);
    schema::check(file, &mpd, log);
    document::check(file, &mpd, log);
    protection::check_elements(file, &mpd, log);
    for (period, (_, duration_s)) in mpd.all("Period").zip(document::period_times(&mpd)) {
        for set in period.all("AdaptationSet") {
            let representations: Vec<_> = set
                .all("Representation")
                .map(|element| Representation { file, mpd: &mpd, period, set, element, period_s: duration_s })
                .collect();
            check_set(file, &representations, depth, library);
        }
    }
}

fn namespace(file: &str, mpd: &Element, log: &mut Log) {
    let names = mpd.attributes.iter().filter(|(name, _)| name.starts_with("xmlns"));
    match names.map(|(_, value)| value).find(|value| value.eq_ignore_ascii_case(NAMESPACE)) {
        Some(value) if value == NAMESPACE => {}
        Some(value) => log.add(rule::NAMESPACE_CASE, Place::line(file, mpd.line), format!("it is `{value}`")),
        None => log.add(rule::NAMESPACE, Place::line(file, mpd.line), "there is no such namespace"),
    }
}

fn check_set(file: &str, representations: &[Representation<'_>], depth: Depth, library: &mut Library<'_>) {
    let Some(Representation { mpd, set, .. }) = representations.first().copied() else { return };
    sets::check(file, set, representations, &mut library.log);
    sets::profile(file, mpd, set, representations, &mut library.log);
    let mut renditions = Vec::new();
    for representation in representations {
        let segments = segments::find(representation, &mut library.log);
        if let Some(segments) = segments.filter(|_| depth == Depth::Media) {
            renditions.extend(media::read(representation, &segments, library));
        }
    }
    sets::media(set, &renditions, &mut library.log);
}
