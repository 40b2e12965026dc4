//! Image playlists: seek thumbnails as an extension of HLS by Disney, WarnerMedia and Roku (Image Media Playlist, version
//! 0.4), which players that do not know it pass over.

use super::attributes::Attributes;
use super::media_playlist::{extinf, head};
use media::Size;
use media::package::{Package, Thumbnails};

/// File name of the playlist of images.
pub const IMAGES_FILE: &str = "thumbnails.m3u8";

/// Writes the line of the multivariant playlist.
pub(super) fn stream(out: &mut String, package: &Package, base_url: &str) {
    let Some(thumbnails) = &package.thumbnails else { return };
    let sheet_s = sheet_tiles(thumbnails) * thumbnails.interval_s;
    let bitrate_bps =
        (thumbnails.sheet_bytes_max as f64 * 8.0 / sheet_s.max(f64::MIN_POSITIVE)).ceil() as u64;
    let mut attributes = Attributes::of(out, "EXT-X-IMAGE-STREAM-INF");
    attributes.plain("BANDWIDTH", bitrate_bps.max(1)).plain("RESOLUTION", thumbnails.tile);
    attributes.quoted("CODECS", "jpeg").quoted("URI", &format!("{base_url}{IMAGES_FILE}")).end();
}

/// The playlist of a package's thumbnails: a sheet is a segment, and says how its tiles lie.
pub fn images(package: &Package) -> Option<String> {
    let thumbnails = package.thumbnails.as_ref()?;
    let micros = |seconds: f64| (seconds * 1e6).round().max(0.0) as u64;
    let interval_us = micros(thumbnails.interval_s);
    let sheet_us = micros(sheet_tiles(thumbnails) * thumbnails.interval_s);
    let film_us = micros(package.duration_s);
    let mut out = String::new();
    head(&mut out, package, sheet_us.min(film_us), "#EXT-X-IMAGES-ONLY\n");
    for (number, sheet) in (0..).zip(&thumbnails.sheets) {
        let start_us = sheet_us * number;
        extinf(&mut out, sheet_us.min(film_us.saturating_sub(start_us)));
        tiles(&mut out, thumbnails, interval_us);
        out += sheet;
        out.push('\n');
    }
    Some(out + "#EXT-X-ENDLIST\n")
}

fn tiles(out: &mut String, thumbnails: &Thumbnails, interval_us: u64) {
    let layout = Size { width: thumbnails.columns, height: thumbnails.rows };
    let mut attributes = Attributes::of(out, "EXT-X-TILES");
    attributes.plain("RESOLUTION", thumbnails.tile).plain("LAYOUT", layout);
    attributes
        .plain("DURATION", format_args!("{}.{:06}", interval_us / 1_000_000, interval_us % 1_000_000))
        .end();
}

fn sheet_tiles(thumbnails: &Thumbnails) -> f64 {
    f64::from(thumbnails.columns) * f64::from(thumbnails.rows)
}
