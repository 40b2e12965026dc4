//! Seek thumbnails in an MPD: an adaptation set of pictures that hold tiles.

use super::xml::Xml;
use super::{PROFILE_FULL, Set, descriptor};
use media::package::Thumbnails;

/// Scheme that tells of tiles; its value is columns and rows.
const TILE_SCHEME: &str = "http://dashif.org/guidelines/thumbnail_tile";

/// Ticks per second of the sheets' duration.
const TIMESCALE: u32 = 1000;

/// Bits for a pixel, of sheets whose size is not known: a JPEG of good quality stays below.
const BITS_PER_PIXEL: f64 = 2.0;

/// Writes the set, where the sheets have names that a segment template can express.
pub(super) fn set(xml: &mut Xml, set: &mut Set<'_>, thumbnails: &Thumbnails) {
    let Some((media, start_number)) = template(&thumbnails.sheets) else { return };
    let sheet_tiles = f64::from(thumbnails.columns) * f64::from(thumbnails.rows);
    let sheet_s = sheet_tiles * thumbnails.interval_s;
    let sheet_bits = match thumbnails.sheet_bytes_max {
        0 => thumbnails.tile.pixels() as f64 * sheet_tiles * BITS_PER_PIXEL,
        bytes => bytes as f64 * 8.0,
    };
    set.begin(xml, "image", "image/jpeg", |xml, _| {
        xml.attribute("profiles", PROFILE_FULL);
        xml.element("SegmentTemplate", |xml| {
            xml.attribute("media", media)
                .attribute("timescale", TIMESCALE)
                .attribute("duration", (sheet_s * f64::from(TIMESCALE)).round() as u64)
                .attribute("startNumber", start_number);
        });
        xml.element("Representation", |xml| {
            xml.attribute("id", "thumbnails")
                .attribute("bandwidth", (sheet_bits / sheet_s).ceil() as u64)
                .attribute("width", thumbnails.tile.width * thumbnails.columns)
                .attribute("height", thumbnails.tile.height * thumbnails.rows);
            let layout = format_args!("{}x{}", thumbnails.columns, thumbnails.rows).to_string();
            descriptor(xml, "EssentialProperty", TILE_SCHEME, layout);
        });
    });
}

/// The `media` template and the number of the first sheet, where all names are one text with a rising number
/// in it (ISO/IEC 23009-1, 5.3.9.4.4).
fn template(sheets: &[String]) -> Option<(String, u64)> {
    let first = sheets.first()?;
    let end = first.rfind(|letter: char| letter.is_ascii_digit())? + 1;
    let start = first[..end].rfind(|letter: char| !letter.is_ascii_digit()).map_or(0, |before| before + 1);
    let (prefix, digits, suffix) = (&first[..start], &first[start..end], &first[end..]);
    let (width, first_number) = (digits.len(), digits.parse::<u64>().ok()?);
    let fits = |(number, sheet): (u64, &String)| *sheet == format!("{prefix}{number:0width$}{suffix}");
    if !(first_number..).zip(sheets).all(fits) {
        return None;
    }
    let number = if width == 1 { "$Number$".to_owned() } else { format!("$Number%0{width}d$") };
    Some((format!("{prefix}{number}{suffix}"), first_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_rising_number_have_a_template() {
        for (sheets, expected) in [
            (&["sheet-000.jpg", "sheet-001.jpg"][..], Some(("sheet-$Number%03d$.jpg", 0))),
            (&["t9.jpg", "t10.jpg"], Some(("t$Number$.jpg", 9))),
            (&["t1x2.jpg", "t1x3.jpg"], Some(("t1x$Number$.jpg", 2))),
            (&["07"], Some(("$Number%02d$", 7))),
            (&["t1.jpg", "t3.jpg"], None),
            (&["t1.jpg", "u2.jpg"], None),
            (&["sheet.jpg"], None),
            (&["t99999999999999999999.jpg"], None),
            (&[], None),
        ] {
            let sheets: Vec<_> = sheets.iter().map(|sheet| (*sheet).to_owned()).collect();
            let template = template(&sheets);
            assert_eq!(
                template.as_ref().map(|(media, first)| (media.as_str(), *first)),
                expected,
                "{sheets:?}"
            );
        }
    }
}
