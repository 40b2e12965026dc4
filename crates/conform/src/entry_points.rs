//! The check of a whole presentation, from the files that a person or a folder names.

use crate::dash;
use crate::hls::Hls;
use crate::library::{Library, Missing, Resource};
use crate::log::{Place, Report};
use crate::rule::{cmaf, hls};
use crate::source::Source;
use crate::uri;

/// How far a check goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The files given and nothing that they name.
    Manifests,
    /// All that they name, down to the boxes.
    Media,
}

/// Checks the files `entries` of a source: playlists, manifests and media files, told apart by what they hold. Media
/// files that a manifest among them names are checked once, as that manifest lists them.
pub fn check(source: &dyn Source, entries: &[String], depth: Depth) -> Report {
    let mut library = Library::new(source);
    let mut hls = Hls::new(depth);
    let mut texts = Vec::new();
    let mut others = Vec::new();
    for entry in entries {
        if !matches!(uri::extension(entry).as_str(), "m3u8" | "m3u" | "mpd" | "") {
            others.push(entry);
            continue;
        }
        match library.text(entry) {
            Ok(text) => texts.push((entry, text)),
            Err(error) => library.log.add(hls::RESOURCE, Place::file(entry), error.to_string()),
        }
    }
    texts.sort_by_key(|(_, text)| !Hls::is_multivariant(text)); // stable: first those that name others
    for (entry, text) in &texts {
        let is_mpd = uri::extension(entry) == "mpd" || text.trim_ascii_start().starts_with(b"<");
        if is_mpd && !Hls::is_playlist(text) {
            dash::check(entry, text, depth, &mut library);
        } else {
            hls.check(entry, text, &mut library);
        }
    }
    let missing = Missing { resource: cmaf::BOX, not_checked: cmaf::LIMIT };
    for entry in others {
        if !library.knows(entry) {
            let whole = Resource { uri: entry.clone(), range: None, named: Place::file(entry) };
            library.media(&whole, None, missing);
        }
    }
    library.into_log().report()
}
