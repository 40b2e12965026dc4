//! A witness: every HLS playlist that is written here is read by a parser of others, `m3u8-rs`. It must know each tag, but for
//! those named here, and find as many variants and segments as there are.
//!
//! Values are looked at beside the writers. What reads the MPDs is in `witness`, apart, as it has many
//! dependencies.

use crate::offer::TextForm;
use crate::{Offer, files, hls, sample};
use m3u8_rs::{MasterPlaylist, MediaPlaylist, Playlist};

/// What `m3u8-rs` does not know: images and what stands in them, and what RFC 8216bis has beside RFC 8216.
const UNKNOWN_TO_M3U8: [&str; 4] = ["X-IMAGE-STREAM-INF", "X-IMAGES-ONLY", "X-TILES", "X-CONTENT-STEERING"];

#[track_caller]
fn check(name: &str, text: &str) {
    let (rest, playlist) =
        m3u8_rs::parse_playlist(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(rest.iter().all(u8::is_ascii_whitespace), "{name}: the rest is not read");
    let uris = text.lines().filter(|line| !line.starts_with('#')).count();
    let unknown = match playlist {
        Playlist::MasterPlaylist(MasterPlaylist { variants, unknown_tags, .. }) => {
            assert_eq!(variants.iter().filter(|variant| !variant.is_i_frame).count(), uris, "{name}");
            unknown_tags
        }
        Playlist::MediaPlaylist(MediaPlaylist { segments, unknown_tags, end_list, .. }) => {
            assert!(end_list && segments.len() == uris, "{name}: {} segments", segments.len());
            segments.into_iter().flat_map(|segment| segment.unknown_tags).chain(unknown_tags).collect()
        }
    };
    let unknown: Vec<_> = unknown.iter().filter(|tag| !UNKNOWN_TO_M3U8.contains(&tag.tag.as_str())).collect();
    assert!(unknown.is_empty(), "{name}: {unknown:?}");
}

#[test]
fn files_of_packages_are_read() {
    for (name, package) in sample::packages() {
        let files = files(&package);
        let playlists: Vec<_> = files.iter().filter(|(path, _)| path.ends_with(".m3u8")).collect();
        assert!(playlists.len() > 4, "{name}");
        playlists.iter().for_each(|(path, text)| check(&format!("{name}, {path}"), text));
    }
}

#[test]
fn playlists_of_devices_are_read() {
    let steering = sample::steering();
    for (name, package) in sample::packages() {
        for text_form in TextForm::ALL {
            for steering in [None, Some(&steering)] {
                let base_url = "https://edge.example/p/";
                let offer = Offer { text_form, steering, base_url, ..Offer::whole(&package) };
                check(&format!("{name}, {text_form:?}"), &hls::multivariant(&offer));
            }
        }
    }
}
