//! Manifests: a package's files described for players, in every format from the one [`Package`].
//!
//! Owns the texts: HLS playlists, the DASH MPD, the WebVTT of seek thumbnails, and the JSON in which the
//! house keeps a package's description. Writes no file and moves no media; what is where in a track file,
//! `cmaf` has worked out. The same package always gives the same bytes.

pub mod offer;
pub mod device;
pub mod hls;
pub mod dash;
pub mod thumbnails;
pub mod chapters;
pub mod segments;
pub mod steering;
pub mod description;
pub mod mobile;
pub mod signalling;
mod sounds;

pub use device::Device;
pub use offer::Offer;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod witness;

use media::package::{DASH_FILE, HLS_FILE, Package, TextTrack};
use offer::TextForm;

/// File name of the seek thumbnails' cues.
pub const THUMBNAILS_FILE: &str = "thumbnails.vtt";

/// All manifest files of a package: path in the package's folder, and content.
pub fn files(package: &Package) -> Vec<(String, String)> {
    let offer = &Offer::whole(package);
    let mut files =
        vec![(HLS_FILE.to_owned(), hls::multivariant(offer)), (DASH_FILE.to_owned(), dash::mpd(offer))];
    if let Some(mobile) = mobile::offer(package) {
        files.push((mobile::MOBILE_FILE.to_owned(), hls::multivariant(&mobile)));
    }
    let tracks = package.video.iter().map(|video| &video.track);
    let tracks = tracks.chain(package.audio.iter().map(|audio| &audio.track));
    files.extend(tracks.map(|track| (hls::playlist_path(&track.id), hls::media(offer, track))));
    let keyframes = package
        .video
        .iter()
        .filter_map(|video| Some((hls::keyframes_path(&video.track.id), hls::keyframes(offer, video)?)));
    files.extend(keyframes);
    files.extend(package.text.iter().flat_map(|text| text_playlists(offer, text)));
    files.extend(hls::images(package).map(|images| (hls::IMAGES_FILE.to_owned(), images)));
    if let Some(thumbnails) = &package.thumbnails {
        files.push((THUMBNAILS_FILE.to_owned(), thumbnails::webvtt(thumbnails, package.duration_s)));
    }
    if !package.chapters.is_empty() {
        files.push((chapters::CHAPTERS_JSON_FILE.to_owned(), chapters::json(package)));
        files.push((chapters::CHAPTERS_FILE.to_owned(), chapters::webvtt(package)));
    }
    files
}

/// The playlists of a text track in all forms that it has.
fn text_playlists(offer: &Offer<'_>, text: &TextTrack) -> Vec<(String, String)> {
    let forms = TextForm::ALL.into_iter().filter(|form| form.of(text) == *form);
    let playlist = |form| (hls::playlist_path(&hls::text_id(text, form)), hls::text(offer, text, form));
    forms.map(playlist).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_track_has_its_file() {
        let paths: Vec<_> = files(&sample::package()).into_iter().map(|(path, _)| path).collect();
        let expected = [
            "master.m3u8",
            "manifest.mpd",
            "video-360p.m3u8",
            "video-180p.m3u8",
            "audio-en-aac-2.m3u8",
            "audio-de-aac-2.m3u8",
            "video-360p.keyframes.m3u8",
            "video-180p.keyframes.m3u8",
            "text-0-en.m3u8",
            "text-1-en.m3u8",
            "thumbnails.m3u8",
            "thumbnails.vtt",
        ];
        assert_eq!(paths, expected);
    }

    #[test]
    fn every_form_of_text_has_its_playlist() {
        let files = files(&sample::marked_package());
        let of_text = files.iter().map(|(path, _)| path.as_str()).filter(|path| path.starts_with("text-0"));
        let expected =
            ["text-0-en.m3u8", "text-0-en.segments.m3u8", "text-0-en.wvtt.m3u8", "text-0-en.imsc.m3u8"];
        assert_eq!(of_text.collect::<Vec<_>>(), expected);
        let chapters = files.iter().filter(|(path, _)| path.starts_with("chapters."));
        assert_eq!(chapters.count(), 2);
    }

    #[test]
    fn the_same_package_gives_the_same_bytes() {
        assert_eq!(files(&sample::package()), files(&sample::package()));
    }
}
