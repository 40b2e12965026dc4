//! `text` on one input: whatever is read is put right, written and cut, and what was written is read again.

use text::{Film, fit, read};

/// A film of an hour.
const FILM: Film = Film { start_us: 0, duration_us: 3_600_000_000 };

/// Reads `bytes` as subtitles. What it gives tells what was found.
pub(crate) fn run(bytes: &[u8]) -> u64 {
    let Ok(found) = read(bytes) else { return 0 };
    let way = (found.format as u64 * 7 + found.cues.len().min(20) as u64) * 7 + found.unread.min(6) as u64;
    let fitted = fit(found.cues.clone(), &FILM);
    drop(text::findings("film.srt", &found, &fitted));
    let written = text::write(&fitted.cues);
    let again = read(written.as_bytes()).map(|again| (again.unread, again.cues.len()));
    assert_eq!(again, Ok((0, fitted.cues.len())), "what was written is not read: {written}");
    let boundaries_ms = [0, 2000, 6000, 3_600_000];
    drop(text::webvtt_segments(&fitted.cues, &boundaries_ms));
    drop(text::slices(&fitted.cues, &boundaries_ms));
    way * 31 + fitted.cues.len().min(20) as u64
}
