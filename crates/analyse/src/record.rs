//! Scores as text: a CSV table, one line a frame, read back to the same bits.
//!
//! Numbers are written with the fewest digits that name them exactly, so that the table is both small and exact.

use crate::measure::FrameScore;
use std::fmt::Write as _;
use std::str::FromStr;

/// First line of a table: the names of its columns.
pub const HEADER: &str = "luma_mean,contrast,detail,change,change_compensated,structure,likeness,structure_lasting,\
    block_change,return_change,return_frames,dissolve_odds,dissolve_frames,dissolve_back,noise";

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
    let s = score;
    let mut line = String::new();
    let mut add = |value: &dyn std::fmt::Display| {
        let separator = if line.is_empty() { "" } else { "," };
        let _ = write!(line, "{separator}{value}"); // writing to a String cannot fail
    };
    for value in [s.luma_mean, s.contrast, s.detail, s.change, s.change_compensated] {
        add(&value);
    }
    for value in [s.structure, s.likeness, s.structure_lasting, s.block_change, s.return_change] {
        add(&value);
    }
    add(&s.return_frames);
    add(&s.dissolve_odds);
    add(&s.dissolve_frames);
    add(&s.dissolve_back);
    add(&s.noise);
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
        contrast: finite(columns.next())?,
        detail: finite(columns.next())?,
        change: finite(columns.next())?,
        change_compensated: finite(columns.next())?,
        structure: finite(columns.next())?,
        likeness: finite(columns.next())?,
        structure_lasting: finite(columns.next())?,
        block_change: finite(columns.next())?,
        return_change: finite(columns.next())?,
        return_frames: columns.next()?.parse().ok()?,
        dissolve_odds: finite(columns.next())?,
        dissolve_frames: columns.next()?.parse().ok()?,
        dissolve_back: columns.next()?.parse().ok()?,
        noise: finite(columns.next())?,
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
                contrast: 20.5,
                detail: f32::MIN_POSITIVE,
                change: 0.1,
                change_compensated: 1e-7,
                structure: 1.0 - f32::EPSILON,
                likeness: -0.5,
                structure_lasting: 0.75,
                block_change: 254.999_98,
                return_change: 3.0,
                return_frames: 12,
                dissolve_odds: -99.0,
                dissolve_frames: 32,
                dissolve_back: 17,
                noise: 1.25,
            },
        ];
        assert_eq!(read(&write(&scores)), Ok(scores.to_vec()));
        assert_eq!(read(&write(&[])), Ok(vec![]));
    }

    #[test]
    fn other_texts_are_refused_with_their_line() {
        let good = line(&FrameScore::default());
        let table = |line: &str| format!("{HEADER}\n{good}\n{line}\n");
        for (text, line) in [
            (String::new(), 1),
            ("luma_mean\n".into(), 1),
            (table(&good[2..]), 3),
            (table(&format!("{good},0")), 3),
            (table(&good.replacen("0,", "NaN,", 1)), 3),
            (table("0,0,0,0,0,0,0,0,0,0,300,0,0,0,0"), 3),
            (table(""), 3),
        ] {
            assert_eq!(read(&text), Err(NotScores { line }), "{text:?}");
        }
    }
}
