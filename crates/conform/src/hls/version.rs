//! The version that a playlist's features need (section 8).

use super::playlist::{Playlist, Tag};
use crate::log::Log;
use crate::rule::hls as rule;

/// Checks EXT-X-VERSION, which is 1 where it is not there.
pub(super) fn check(playlist: &Playlist, log: &mut Log) {
    let said = playlist.find("EXT-X-VERSION");
    let version = said.and_then(|tag| tag.value.parse::<u64>().ok()).unwrap_or(1);
    let needs = playlist.tags().filter_map(|tag| need(playlist, tag));
    let Some((needed, line, feature)) =
        needs.max_by_key(|(needed, line, _)| (*needed, std::cmp::Reverse(*line)))
    else {
        return;
    };
    if version < needed {
        let message = format!("the version is {version}; {feature} in line {line} needs {needed}");
        log.add(rule::VERSION, playlist.place(said.map_or(1, |tag| tag.line)), message);
    }
}

/// The version that a tag needs, its line and what needs it.
fn need(playlist: &Playlist, tag: &Tag) -> Option<(u64, usize, &'static str)> {
    let has = |name: &str| tag.attributes.get(name).is_some();
    let (version, feature) = match tag.name.as_str() {
        "EXT-X-DEFINE" if has("QUERYPARAM") => (11, "QUERYPARAM of EXT-X-DEFINE"),
        _ if tag.attributes.names().any(|name| name.starts_with("REQ-")) => {
            (12, "an attribute that begins with REQ-")
        }
        "EXT-X-SKIP" if has("RECENTLY-REMOVED-DATERANGES") => (10, "EXT-X-SKIP of date ranges"),
        "EXT-X-SKIP" => (9, "EXT-X-SKIP"),
        "EXT-X-DEFINE" => (8, "EXT-X-DEFINE"),
        "EXT-X-MEDIA" if tag.attributes.get("INSTREAM-ID").is_some_and(|id| id.starts_with("SERVICE")) => {
            (7, "INSTREAM-ID with a SERVICE")
        }
        "EXT-X-MAP" if playlist.has("EXT-X-I-FRAMES-ONLY") => (5, "EXT-X-MAP"),
        "EXT-X-MAP" => (6, "EXT-X-MAP"),
        "EXT-X-KEY"
            if tag.attributes.get("METHOD").is_some_and(|method| method.starts_with("SAMPLE-AES")) =>
        {
            (5, "METHOD SAMPLE-AES")
        }
        "EXT-X-KEY" if has("KEYFORMAT") || has("KEYFORMATVERSIONS") => (5, "KEYFORMAT"),
        "EXT-X-BYTERANGE" => (4, "EXT-X-BYTERANGE"),
        "EXT-X-I-FRAMES-ONLY" => (4, "EXT-X-I-FRAMES-ONLY"),
        "EXTINF" if tag.value.split(',').next().is_some_and(|duration| duration.contains('.')) => {
            (3, "a duration with a fraction")
        }
        "EXT-X-KEY" if has("IV") => (2, "IV"),
        _ => return None,
    };
    Some((version, tag.line, feature))
}
