//! Date ranges (section 4.4.5.1): chapters and what may be skipped, on the timeline of a playlist.
//!
//! A film has no dates, and date ranges need some: it is dated to begin at [`EPOCH`], so that a date is a place in it.

use super::attributes::Attributes;
use media::package::Package;
use std::fmt::Write;

/// The date of the first picture.
const EPOCH: &str = "1970-01-01T00:00:00.000Z";

/// `CLASS` of chapters and of markers; the latter is followed by the marker's kind.
const CHAPTER_CLASS: &str = "matinee.chapter";
const MARKER_CLASS: &str = "matinee.marker";

/// Most hours of a film that are dated: the day has no more.
const HOURS_MAX: u64 = 24;

/// Writes the date of the first segment where there are ranges: into every playlist of the title then, as one that has it
/// asks for it in all (section 6.2.4).
pub(super) fn first_date(out: &mut String, package: &Package) {
    if !package.chapters.is_empty() || !package.markers.is_empty() {
        let _ = writeln!(out, "#EXT-X-PROGRAM-DATE-TIME:{EPOCH}");
    }
}

/// Writes all ranges, after the date.
pub(super) fn write(out: &mut String, package: &Package) {
    let ends = package.chapters.iter().skip(1).map(|next| next.start_s).chain([package.duration_s]);
    for (number, (chapter, end_s)) in package.chapters.iter().zip(ends).enumerate() {
        let mut range = range(out, &format!("chapter-{number}"), CHAPTER_CLASS, chapter.start_s, end_s);
        range.quoted("X-TITLE", &chapter.title).maybe_quoted("X-LANGUAGE", chapter.language.as_deref()).end();
    }
    for (number, marker) in package.markers.iter().enumerate() {
        let class = format!("{MARKER_CLASS}.{}", marker.kind.name());
        range(out, &format!("marker-{number}"), &class, marker.start_s, marker.end_s).end();
    }
}

fn range<'a>(out: &'a mut String, id: &str, class: &str, start_s: f64, end_s: f64) -> Attributes<'a> {
    let mut attributes = Attributes::of(out, "EXT-X-DATERANGE");
    let duration = format_args!("{:.3}", (end_s - start_s).max(0.0)).to_string();
    attributes.quoted("ID", id).quoted("CLASS", class);
    attributes.quoted("START-DATE", &date(start_s)).plain("DURATION", duration);
    attributes
}

/// The date of a place in the film.
fn date(seconds: f64) -> String {
    let last_ms = HOURS_MAX * 3_600_000 - 1;
    let ms = ((seconds * 1000.0).round().max(0.0) as u64).min(last_ms);
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!("1970-01-01T{hours:02}:{minutes:02}:{seconds:02}.{:03}Z", ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_dates() {
        for (seconds, expected) in [
            (0.0, EPOCH),
            (3_725.5, "1970-01-01T01:02:05.500Z"),
            (59.9996, "1970-01-01T00:01:00.000Z"),
            (-1.0, EPOCH),
            (1e9, "1970-01-01T23:59:59.999Z"),
        ] {
            assert_eq!(date(seconds), expected);
        }
    }
}
