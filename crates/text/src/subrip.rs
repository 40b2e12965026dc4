//! SubRip: no specification, but the custom of its authors: a counter, two times with a comma, text.

use crate::blocks::{Block, blocks};
use crate::cue::{Cue, Style};
use crate::markup::{Dialect, marked};
use crate::read::Cues;
use crate::time::clock;

/// Reads the cues of a file.
pub(crate) fn read(text: &str) -> Cues {
    let mut cues = Cues::default();
    blocks(text).iter().for_each(|block| cues.take(cue(block)));
    cues
}

fn cue(block: &Block<'_>) -> Option<Cue> {
    // Old files have coordinates after the second time.
    let end = block.end.split_whitespace().next()?;
    let (start_us, end_us) = (time(block.start)?, time(end)?);
    let marked = marked(&block.lines.join("\n"), Dialect::SubRip, Style::default());
    Some(Cue { start_us, end_us, spans: marked.spans, place: marked.place.unwrap_or_default() })
}

fn time(text: &str) -> Option<i64> {
    clock(text, &[',', '.'], 3)
}
