//! Seek thumbnails as WebVTT (W3C WebVTT: The Web Video Text Tracks Format): each cue names a sheet and, as a
//! media fragment (W3C Media Fragments URI, 4.2.2), the tile that shows its time.

use media::package::Thumbnails;
use std::fmt::Write;

/// The cues of a film of `duration_s` seconds: one for each tile that begins before its end.
pub fn webvtt(thumbnails: &Thumbnails, duration_s: f64) -> String {
    let mut out = "WEBVTT\n".to_owned();
    let duration_ms = millis(duration_s);
    for tile in 0..thumbnails.tiles {
        let start_ms = millis(f64::from(tile) * thumbnails.interval_s);
        let end_ms = millis(f64::from(tile + 1) * thumbnails.interval_s).min(duration_ms);
        let Some(place) = place(thumbnails, tile).filter(|_| start_ms < end_ms) else {
            break;
        };
        let _ = write!(out, "\n{} --> {}\n{place}\n", timestamp(start_ms), timestamp(end_ms));
    }
    out
}

/// Where a tile is: `sheet-000.jpg#xywh=160,0,160,90`; `None` beyond the last sheet.
fn place(thumbnails: &Thumbnails, tile: u32) -> Option<String> {
    let columns = thumbnails.columns.max(1);
    let tiles_per_sheet = columns * thumbnails.rows.max(1);
    let sheet = thumbnails.sheets.get((tile / tiles_per_sheet) as usize)?;
    let on_sheet = tile % tiles_per_sheet;
    let (width, height) = (thumbnails.tile.width, thumbnails.tile.height);
    let (x, y) = (on_sheet % columns * width, on_sheet / columns * height);
    Some(format!("{sheet}#xywh={x},{y},{width},{height}"))
}

pub(crate) fn millis(seconds: f64) -> u64 {
    (seconds * 1000.0).round().max(0.0) as u64
}

/// Hours, minutes, seconds and milliseconds.
pub(crate) fn timestamp(ms: u64) -> String {
    let seconds = ms / 1000;
    format!("{:02}:{:02}:{:02}.{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect;

    /// Five tiles of two seconds, two by two on a sheet; the last one is cut off by the film's end.
    #[test]
    fn cues_name_their_tiles() {
        let package = sample::package();
        expect![[r#"
            WEBVTT

            00:00:00.000 --> 00:00:02.000
            sheet-000.jpg#xywh=0,0,160,90

            00:00:02.000 --> 00:00:04.000
            sheet-000.jpg#xywh=160,0,160,90

            00:00:04.000 --> 00:00:06.000
            sheet-000.jpg#xywh=0,90,160,90

            00:00:06.000 --> 00:00:08.000
            sheet-000.jpg#xywh=160,90,160,90

            00:00:08.000 --> 00:00:09.500
            sheet-001.jpg#xywh=0,0,160,90
        "#]]
        .assert_eq(&webvtt(&package.thumbnails.unwrap(), 9.5));
    }

    #[test]
    fn tiles_after_the_end_have_no_cue() {
        let thumbnails = sample::package().thumbnails.unwrap();
        assert_eq!(webvtt(&thumbnails, 4.0).matches("-->").count(), 2);
        assert_eq!(webvtt(&thumbnails, 0.0), "WEBVTT\n");
    }

    #[test]
    fn timestamps() {
        for (ms, expected) in [(0, "00:00:00.000"), (59_999, "00:00:59.999"), (360_061_001, "100:01:01.001")]
        {
            assert_eq!(timestamp(ms), expected);
        }
    }
}
