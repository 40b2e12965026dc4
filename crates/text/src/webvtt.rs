//! WebVTT (W3C Candidate Recommendation, 4 April 2019): cues with their text and, of their settings, the line.

use crate::blocks::{Block, blocks};
use crate::cue::{Cue, Place, Style};
use crate::markup::{Dialect, marked};
use crate::read::Cues;
use crate::time::clock;

/// Lines from the top, or from the bottom, that count as the upper or lower third: a picture has about 15 (6.3 gives a
/// line 5.33 % of the height).
const THIRD_LINES: f64 = 5.0;

/// Reads the cues of a file.
pub(crate) fn read(text: &str) -> Cues {
    let mut cues = Cues::default();
    blocks(text).iter().for_each(|block| cues.take(cue(block)));
    cues
}

fn cue(block: &Block<'_>) -> Option<Cue> {
    let mut words = block.end.split_whitespace();
    let (start_us, end_us) = (time(block.start)?, time(words.next()?)?);
    let place = words.find_map(|setting| line(setting.strip_prefix("line:")?)).unwrap_or_default();
    let marked = marked(&block.lines.join("\n"), Dialect::WebVtt, Style::default());
    Some(Cue { start_us, end_us, spans: marked.spans, place })
}

/// Section 4.1 asks for three digits; files without any are read all the same.
fn time(text: &str) -> Option<i64> {
    clock(text, &['.', ','], 3)
}

/// The `line` setting (4.4): a percentage from the top, or lines from the top or, below zero, the bottom.
fn line(value: &str) -> Option<Place> {
    let value = value.split(',').next()?;
    if let Some(percent) = value.strip_suffix('%') {
        return Some(Place::at(percent.parse::<f64>().ok()? / 100.0));
    }
    let lines: f64 = value.parse().ok()?;
    Some(match lines {
        lines if (0.0..THIRD_LINES).contains(&lines) => Place::Top,
        lines if lines >= 2.0 * THIRD_LINES || (-THIRD_LINES..0.0).contains(&lines) => Place::Bottom,
        lines if lines < -2.0 * THIRD_LINES => Place::Top,
        _ => Place::Middle,
    })
}
