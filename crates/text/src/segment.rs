//! Segments: cues cut along the picture's segments, for forms that players fetch piece by piece.
//!
//! A cue that crosses a boundary is in both segments. Times are whole milliseconds, on the film's timeline.

use crate::cue::Cue;
use crate::write::{payload, settings, write_cue};

/// What begins each WebVTT segment: times there are the film's own, which begins at 0 (RFC 8216bis, section 3.1.4).
const SEGMENT_HEAD: &str = "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n";

/// A stretch of a segment in which the same cues are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// Milliseconds; never 0.
    pub duration_ms: u32,
    /// The cues that are shown, in the order in which they appear.
    pub cues: Vec<Shown>,
}

/// A cue that is shown, in the words of WebVTT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The cue's number among all.
    pub number: u32,
    /// Its settings; empty where there are none.
    pub settings: &'static str,
    /// Its text, with tags and references.
    pub payload: String,
}

/// A WebVTT file for each segment. `boundaries_ms` are where segments begin, and where the last one ends.
pub fn webvtt_segments(cues: &[Cue], boundaries_ms: &[i64]) -> Vec<String> {
    let file = |bounds: &[i64]| {
        let mut file = String::from(SEGMENT_HEAD);
        overlapping(cues, bounds).for_each(|(_, cue)| write_cue(&mut file, cue));
        file
    };
    boundaries_ms.windows(2).map(file).collect()
}

/// The slices of each segment, which together last as long as it does (ISO/IEC 14496-30, 7.4). Boundaries as in
/// [`webvtt_segments`], rising.
pub fn slices(cues: &[Cue], boundaries_ms: &[i64]) -> Vec<Vec<Slice>> {
    boundaries_ms.windows(2).map(|bounds| slices_of(cues, bounds)).collect()
}

fn slices_of(cues: &[Cue], bounds: &[i64]) -> Vec<Slice> {
    let own: Vec<_> = overlapping(cues, bounds).collect();
    let inside = |ms: &i64| (bounds[0]..bounds[1]).contains(ms);
    let changes = own.iter().flat_map(|(_, cue)| [start_ms(cue), end_ms(cue)]).filter(inside);
    let mut times: Vec<i64> = changes.chain(bounds.iter().copied()).collect();
    times.sort_unstable();
    times.dedup();
    let slice = |span: &[i64]| {
        let shown = own.iter().filter(|(_, cue)| start_ms(cue) < span[1] && end_ms(cue) > span[0]);
        let cues = shown.map(|(number, cue)| Shown {
            number: *number as u32,
            settings: settings(cue.place),
            payload: payload(cue),
        });
        Slice { duration_ms: (span[1] - span[0]) as u32, cues: cues.collect() }
    };
    times.windows(2).map(slice).collect()
}

/// The cues that are shown between two boundaries, with their numbers.
pub(crate) fn overlapping<'a>(cues: &'a [Cue], bounds: &'a [i64]) -> impl Iterator<Item = (usize, &'a Cue)> {
    let shown = |(_, cue): &(usize, &Cue)| {
        start_ms(cue) < end_ms(cue) && start_ms(cue) < bounds[1] && end_ms(cue) > bounds[0]
    };
    cues.iter().enumerate().filter(shown)
}

/// When a cue appears and goes, in whole milliseconds as [`crate::write()`] has them.
pub(crate) fn start_ms(cue: &Cue) -> i64 {
    milliseconds(cue.start_us)
}

pub(crate) fn end_ms(cue: &Cue) -> i64 {
    milliseconds(cue.end_us)
}

/// Microseconds, none of them before the film, as the nearest millisecond.
pub(crate) fn milliseconds(us: i64) -> i64 {
    us.max(0).saturating_add(500) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cue::{Place, Span, Style};

    fn cue(start_ms: i64, end_ms: i64, text: &str) -> Cue {
        let spans = vec![Span { text: text.into(), style: Style::default() }];
        Cue { start_us: start_ms * 1000, end_us: end_ms * 1000, spans, place: Place::Bottom }
    }

    /// Cues, boundaries, and the slices of each segment as `duration:texts`.
    #[track_caller]
    fn check(cues: &[Cue], boundaries_ms: &[i64], expected: &[&str]) {
        let told = |slices: &Vec<Slice>| {
            let slice = |slice: &Slice| {
                let texts: Vec<_> = slice.cues.iter().map(|shown| shown.payload.as_str()).collect();
                format!("{}:{}", slice.duration_ms, texts.join("+"))
            };
            slices.iter().map(slice).collect::<Vec<_>>().join(" ")
        };
        let slices = slices(cues, boundaries_ms);
        assert_eq!(slices.iter().map(told).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn segments_are_cut_where_what_is_shown_changes() {
        check(&[], &[0, 2000], &["2000:"]);
        check(&[cue(500, 1500, "a")], &[0, 2000], &["500: 1000:a 500:"]);
        check(&[cue(0, 2000, "a")], &[0, 2000], &["2000:a"]);
        check(&[cue(1000, 3000, "a")], &[0, 2000, 4000], &["1000: 1000:a", "1000:a 1000:"]);
        check(&[cue(0, 1500, "a"), cue(1000, 2000, "b")], &[0, 2000], &["1000:a 500:a+b 500:b"]);
        check(&[cue(2000, 2000, "a"), cue(9000, 9999, "b")], &[0, 2000, 4000], &["2000:", "2000:"]);
    }

    #[test]
    fn a_cue_keeps_its_number_in_all_slices() {
        let cues = [cue(0, 100, "a"), cue(1000, 3000, "b")];
        let numbers: Vec<_> = slices(&cues, &[0, 2000, 4000])
            .into_iter()
            .map(|slices| slices.iter().flat_map(|s| &s.cues).map(|shown| shown.number).collect::<Vec<_>>())
            .collect();
        assert_eq!(numbers, [vec![0, 1], vec![1]]);
    }

    #[test]
    fn a_segment_is_a_whole_file() {
        let files = webvtt_segments(&[cue(1000, 3000, "a & b")], &[0, 2000, 4000, 6000]);
        let head = "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n";
        let cue = "\n00:00:01.000 --> 00:00:03.000\na &amp; b\n";
        assert_eq!(files, [format!("{head}{cue}"), format!("{head}{cue}"), head.to_owned()]);
    }
}
