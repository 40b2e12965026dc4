//! Fitting: cues put in order and onto the film's timeline, and a count of everything that was not right.

use crate::cue::Cue;

/// Shortest cue that is kept, in microseconds: the millisecond in which WebVTT tells times.
const CUE_US_MIN: i64 = 1000;
/// Overlaps of neighbours up to this, in microseconds, are slips of rounding and frame rates and are taken away; longer
/// ones are two people speaking.
const OVERLAP_SLIP_US: i64 = 100_000;
/// Characters a second beyond which nobody reads along. Style guides allow adults 17 to 20.
pub(crate) const CHARACTERS_PER_S_MAX: i64 = 30;
/// Cues of fewer characters are read at a glance, however short they are.
const GLANCE_CHARACTERS: i64 = 10;

/// The film on the timeline of the subtitles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Film {
    /// Time of the first picture, in microseconds.
    pub start_us: i64,
    /// Length in microseconds.
    pub duration_us: i64,
}

/// Cues on the film's own timeline, in order, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fitted {
    /// The cues: each is shown for some time, within the film.
    pub cues: Vec<Cue>,
    /// Cues that came after one with a later start; they were put in order.
    pub out_of_order: usize,
    /// Cues that end when or before they start; they were dropped.
    pub without_length: usize,
    /// Cues wholly before or after the film; they were dropped.
    pub outside: usize,
    /// Cues that are there twice, with the same times; they were dropped.
    pub repeated: usize,
    /// Cues with more text than anybody can read in their time; they were kept.
    pub too_fast: usize,
}

/// Puts cues in order, moves them to the film's start and clips them to its length.
pub fn fit(cues: Vec<Cue>, film: &Film) -> Fitted {
    let out_of_order = cues.windows(2).filter(|pair| pair[1].start_us < pair[0].start_us).count();
    let mut fitted = Fitted { out_of_order, ..Fitted::default() };
    for cue in cues {
        if cue.end_us.saturating_sub(cue.start_us) < CUE_US_MIN {
            fitted.without_length += 1;
            continue;
        }
        let on_film = |us: i64| us.saturating_sub(film.start_us).clamp(0, film.duration_us.max(0));
        let (start_us, end_us) = (on_film(cue.start_us), on_film(cue.end_us));
        if end_us - start_us < CUE_US_MIN {
            fitted.outside += 1;
        } else {
            fitted.cues.push(Cue { start_us, end_us, ..cue });
        }
    }
    fitted.cues.sort_by_key(|cue| (cue.start_us, cue.end_us)); // stable: the file's order among equals
    let before = fitted.cues.len();
    fitted.cues.dedup();
    fitted.repeated = before - fitted.cues.len();
    part(&mut fitted.cues);
    fitted.too_fast = fitted.cues.iter().filter(|cue| is_too_fast(cue)).count();
    fitted
}

/// Takes away slight overlaps of neighbours.
fn part(cues: &mut [Cue]) {
    for at in 1..cues.len() {
        let next_us = cues[at].start_us;
        let cue = &mut cues[at - 1];
        let is_slip = next_us < cue.end_us && cue.end_us - next_us <= OVERLAP_SLIP_US;
        if is_slip && next_us - cue.start_us >= CUE_US_MIN {
            cue.end_us = next_us;
        }
    }
}

fn is_too_fast(cue: &Cue) -> bool {
    let characters =
        cue.spans.iter().flat_map(|span| span.text.chars()).filter(|c| *c != '\n').count() as i64;
    let readable = (cue.end_us - cue.start_us).saturating_mul(CHARACTERS_PER_S_MAX) / 1_000_000;
    characters > readable.max(GLANCE_CHARACTERS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cue::{Place, Span, Style};

    /// Cues of one letter each, as (start, end) in milliseconds.
    fn check(film: (i64, i64), cues: &[(i64, i64, char)], expected: &[(i64, i64, char)]) -> Fitted {
        let cue = |&(start, end, letter): &(i64, i64, char)| Cue {
            start_us: start * 1000,
            end_us: end * 1000,
            spans: vec![Span { text: letter.into(), style: Style::default() }],
            place: Place::Bottom,
        };
        let film = Film { start_us: film.0 * 1000, duration_us: film.1 * 1000 };
        let fitted = fit(cues.iter().map(cue).collect(), &film);
        assert_eq!(fitted.cues, expected.iter().map(cue).collect::<Vec<_>>());
        fitted
    }

    #[test]
    fn cues_are_put_in_order_on_the_film() {
        let fitted = check(
            (0, 10_000),
            &[(3000, 4000, 'b'), (1000, 2000, 'a')],
            &[(1000, 2000, 'a'), (3000, 4000, 'b')],
        );
        assert_eq!(fitted.out_of_order, 1);
        // The first picture is at 0.5 s; one cue is over by then, one runs beyond the end.
        let cues = [(0, 400, 'a'), (200, 1500, 'b'), (9000, 12_000, 'c'), (10_500, 11_000, 'd')];
        let fitted = check((500, 10_000), &cues, &[(0, 1000, 'b'), (8500, 10_000, 'c')]);
        assert_eq!((fitted.outside, fitted.out_of_order), (2, 0));
        let fitted = check((0, 10_000), &[(1000, 1000, 'a'), (3000, 2000, 'b')], &[]);
        assert_eq!((fitted.without_length, fitted.out_of_order), (2, 0));
        assert_eq!(check((0, 0), &[(0, 1000, 'a')], &[]).outside, 1);
    }

    #[test]
    fn slight_overlaps_and_repetitions_go() {
        check((0, 10_000), &[(0, 1040, 'a'), (1000, 2000, 'b')], &[(0, 1000, 'a'), (1000, 2000, 'b')]);
        let together = [(0, 1500, 'a'), (1000, 2000, 'b')];
        check((0, 10_000), &together, &together);
        let fitted = check(
            (0, 10_000),
            &[(0, 1500, 'a'), (0, 1500, 'a'), (0, 1500, 'b')],
            &[(0, 1500, 'a'), (0, 1500, 'b')],
        );
        assert_eq!(fitted.repeated, 1);
    }

    #[test]
    fn reading_has_its_time() {
        for (characters, ms, expected) in
            [(31, 1000, true), (30, 1000, false), (10, 100, false), (11, 100, true)]
        {
            let spans = vec![Span { text: "é".repeat(characters), style: Style::default() }];
            let cue = Cue { start_us: 0, end_us: ms * 1000, spans, place: Place::Bottom };
            assert_eq!(is_too_fast(&cue), expected, "{characters} in {ms} ms");
        }
    }
}
