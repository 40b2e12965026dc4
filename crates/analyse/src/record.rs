//! Scores as text: a CSV table, one line a frame, read back to the same bits.
//!
//! Numbers are written with the fewest digits that name them exactly, so that the table is both small and exact.

use crate::measure::FrameScore;
use std::fmt::Write as _;
use std::str::FromStr;

/// First line of a table: the names of its columns.
pub const HEADER: &str =
    "luma_mean,detail,change,change_compensated,histogram_change,block_change,return_change,return_frames";

/// Why a text is not a table of scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotScores {
    /// The line at fault, counted from 1.
    pub line: usize,
}

impl std::fmt::Display for NotScores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {} is not one of a table of frame scores; measure the film again", self.line)
    }
}

impl std::error::Error for NotScores {}

/// The table of `scores`: the header, then a line for each frame.
pub fn write(scores: &[FrameScore]) -> String {
    let mut table = format!("{HEADER}\n");
    for score in scores {
        table.push_str(&line(score));
        table.push('\n');
    }
    table
}

/// One line of a table, without its end.
pub fn line(score: &FrameScore) -> String {
    let FrameScore {
        luma_mean,
        detail,
        change,
        change_compensated,
        histogram_change,
        block_change,
        return_change,
        return_frames,
    } = score;
    let mut line = String::new();
    for value in
        [luma_mean, detail, change, change_compensated, histogram_change, block_change, return_change]
    {
        let _ = write!(line, "{value},"); // writing to a String cannot fail
    }
    let _ = write!(line, "{return_frames}");
    line
}

/// Reads a table back.
///
/// # Errors
/// [`NotScores`] where the header, the number of columns or a number is wrong.
pub fn read(table: &str) -> Result<Vec<FrameScore>, NotScores> {
    let mut lines = table.lines().enumerate();
    match lines.next() {
        Some((_, HEADER)) => {}
        _ => return Err(NotScores { line: 1 }),
    }
    lines.map(|(i, text)| parse(text).ok_or(NotScores { line: i + 1 })).collect()
}

/// Reads one line of a table; `None` where it is not one.
pub fn parse(line: &str) -> Option<FrameScore> {
    let mut columns = line.split(',');
    let score = FrameScore {
        luma_mean: finite(columns.next())?,
        detail: finite(columns.next())?,
        change: finite(columns.next())?,
        change_compensated: finite(columns.next())?,
        histogram_change: finite(columns.next())?,
        block_change: finite(columns.next())?,
        return_change: finite(columns.next())?,
        return_frames: columns.next()?.parse().ok()?,
    };
    columns.next().is_none().then_some(score)
}

fn finite(text: Option<&str>) -> Option<f32> {
    f32::from_str(text?).ok().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_survive_their_table() {
        let scores = [
            FrameScore::default(),
            FrameScore {
                luma_mean: 100.0 / 3.0,
                detail: f32::MIN_POSITIVE,
                change: 0.1,
                change_compensated: 1e-7,
                histogram_change: 1.0 - f32::EPSILON,
                block_change: 254.999_98,
                return_change: 3.0,
                return_frames: 12,
            },
        ];
        assert_eq!(read(&write(&scores)), Ok(scores.to_vec()));
        assert_eq!(read(&write(&[])), Ok(vec![]));
    }

    #[test]
    fn other_texts_are_refused_with_their_line() {
        let table = |line: &str| format!("{HEADER}\n0,0,0,0,0,0,0,0\n{line}\n");
        for (text, line) in [
            (String::new(), 1),
            ("luma_mean\n".into(), 1),
            (table("0,0,0,0,0,0,0"), 3),
            (table("0,0,0,0,0,0,0,0,0"), 3),
            (table("0,0,NaN,0,0,0,0,0"), 3),
            (table("0,0,0,0,0,0,0,300"), 3),
            (table(""), 3),
        ] {
            assert_eq!(read(&text), Err(NotScores { line }), "{text:?}");
        }
    }
}
