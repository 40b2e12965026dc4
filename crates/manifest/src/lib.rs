//! Manifests: a package's files described for players, in every format from the one [`Package`].
//!
//! Owns the texts: HLS playlists, the DASH MPD, the WebVTT of seek thumbnails, and the JSON in which the
//! house keeps a package's description. Writes no file and moves no media; what is where in a track file,
//! `cmaf` has worked out. The same package always gives the same bytes.

pub mod hls;
pub mod dash;
pub mod thumbnails;
pub mod description;
pub mod mobile;
mod sounds;

#[cfg(test)]
mod sample;

use media::package::{DASH_FILE, HLS_FILE, Package};

/// File name of the seek thumbnails' cues.
pub const THUMBNAILS_FILE: &str = "thumbnails.vtt";

/// All manifest files of a package: path in the package's folder, and content.
pub fn files(package: &Package) -> Vec<(String, String)> {
    let mut files =
        vec![(HLS_FILE.to_owned(), hls::multivariant(package)), (DASH_FILE.to_owned(), dash::mpd(package))];
    if let Some(mobile) = mobile::ladder(package) {
        files.push((mobile::MOBILE_FILE.to_owned(), hls::multivariant(&mobile)));
    }
    let video = package.video.iter().map(|video| &video.track);
    let audio = package.audio.iter().map(|audio| &audio.track);
    files.extend(video.chain(audio).map(|track| (hls::playlist_path(&track.id), hls::media(track))));
    let text = package.text.iter();
    files.extend(text.map(|text| (hls::playlist_path(&text.id), hls::text(text, package.duration_s))));
    if let Some(thumbnails) = &package.thumbnails {
        files.push((THUMBNAILS_FILE.to_owned(), thumbnails::webvtt(thumbnails, package.duration_s)));
    }
    files
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
            "text-0-en.m3u8",
            "text-1-en.m3u8",
            "thumbnails.vtt",
        ];
        assert_eq!(paths, expected);
    }

    #[test]
    fn the_same_package_gives_the_same_bytes() {
        assert_eq!(files(&sample::package()), files(&sample::package()));
    }
}
