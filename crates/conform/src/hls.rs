//! HLS (draft-pantos-hls-rfc8216bis, whose sections are cited): playlists, and what they say of their media.

mod attributes;
mod bandwidth;
mod media;
mod media_bytes;
mod multivariant;
mod playlist;
mod renditions;
mod segments;
mod tags;
mod variants;
mod version;

use crate::entry_points::Depth;
use crate::library::{Library, Missing};
use crate::log::Place;
use crate::rule::hls as rule;
use playlist::{Kind, Playlist};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What an unreadable segment breaks.
const MISSING: Missing = Missing { resource: rule::RESOURCE, not_checked: rule::NOT_CHECKED };

/// A media playlist with what its segments hold.
#[derive(Debug)]
struct Loaded {
    media: segments::Media,
    bytes: media_bytes::Bytes,
}

/// Checks playlists, each once.
#[derive(Debug)]
pub(crate) struct Hls {
    depth: Depth,
    /// Media playlists that were read, by file.
    loaded: BTreeMap<String, Option<Rc<Loaded>>>,
}

impl Hls {
    pub(crate) fn new(depth: Depth) -> Hls {
        Hls { depth, loaded: BTreeMap::new() }
    }

    /// Whether a file is a playlist.
    pub(crate) fn is_playlist(bytes: &[u8]) -> bool {
        bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).starts_with(b"#EXT")
    }

    /// Whether a text is a multivariant playlist, which is to be checked before those that it names.
    pub(crate) fn is_multivariant(bytes: &[u8]) -> bool {
        Hls::is_playlist(bytes) && bytes.windows(13).any(|text| text == b"#EXT-X-STREAM")
    }

    /// Checks a playlist and, as deep as asked for, what it names.
    pub(crate) fn check(&mut self, file: &str, text: &[u8], library: &mut Library<'_>) {
        if self.loaded.contains_key(file) {
            return;
        }
        let Some(playlist) = Playlist::parse(file, text, &BTreeMap::new(), &mut library.log) else { return };
        match playlist.kind {
            Kind::Media => {
                let loaded = self.load_media(playlist, library);
                self.loaded.insert(file.to_owned(), Some(Rc::new(loaded)));
            }
            Kind::Multivariant => multivariant::check(self, &playlist, library),
        }
    }

    fn load_media(&mut self, playlist: Playlist, library: &mut Library<'_>) -> Loaded {
        let media = segments::Media::of(playlist, &mut library.log);
        media::check(&media, &mut library.log);
        let bytes = match self.depth {
            Depth::Manifests => media_bytes::Bytes::default(),
            Depth::Media => media_bytes::check(&media, library),
        };
        Loaded { media, bytes }
    }

    /// The media playlist that is named at a place; `None` where it cannot be read or is not to be.
    fn named(
        &mut self,
        file: &str,
        named: &Place,
        imports: &BTreeMap<String, String>,
        library: &mut Library<'_>,
    ) -> Option<Rc<Loaded>> {
        if self.depth == Depth::Manifests {
            return None;
        }
        if let Some(known) = self.loaded.get(file) {
            return known.clone();
        }
        let text = match library.text(file) {
            Ok(text) => text,
            Err(error) => {
                library.log.add(rule::RESOURCE, named.clone(), format!("{file}: {error}"));
                self.loaded.insert(file.to_owned(), None);
                return None;
            }
        };
        let playlist = Playlist::parse(file, &text, imports, &mut library.log);
        let loaded = match playlist {
            Some(playlist) if playlist.kind == Kind::Media => {
                Some(Rc::new(self.load_media(playlist, library)))
            }
            Some(_) => {
                library.log.add(
                    rule::KIND,
                    named.clone(),
                    format!("{file} is a multivariant playlist itself"),
                );
                None
            }
            None => None,
        };
        self.loaded.insert(file.to_owned(), loaded.clone());
        loaded
    }
}
