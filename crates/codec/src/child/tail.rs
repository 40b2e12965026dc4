//! What is kept of what a child says: the last lines of its standard error, those asked for, and a count of those that
//! matter.
//!
//! Bounded: corrupt input can make a tool complain once for each block of each frame.

use std::collections::VecDeque;

/// Lines kept: enough to see the cause above ffmpeg's closing remarks.
const LINES_MAX: usize = 24;
/// Bytes kept of one line: the longest useful messages are option errors of about 200 bytes.
const LINE_BYTES_MAX: usize = 400;

/// Lines kept because they were asked for: the headers of one picture have a few dozen.
const ASKED_MAX: usize = 256;

/// Which lines are meant.
pub type Counts = fn(&str) -> bool;

/// What was kept.
#[derive(Debug, PartialEq)]
pub(super) struct Heard {
    /// The last lines.
    pub(super) last: Vec<String>,
    /// The first of the lines asked for.
    pub(super) asked: Vec<String>,
    /// Number of lines that count.
    pub(super) counted: u64,
}

/// Takes bytes as they come and keeps the last lines.
#[derive(Debug)]
pub(super) struct Tail {
    lines: VecDeque<String>,
    open: Vec<u8>,
    asks: Counts,
    asked: Vec<String>,
    counts: Counts,
    counted: u64,
}

impl Tail {
    /// Counts the lines that `counts` means, and keeps those that `asks` means.
    pub(super) fn new(counts: Counts, asks: Counts) -> Tail {
        Tail { lines: VecDeque::new(), open: Vec::new(), asks, asked: Vec::new(), counts, counted: 0 }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte {
                b'\n' | b'\r' => self.close_line(),
                _ if self.open.len() < LINE_BYTES_MAX => self.open.push(byte),
                _ => {}
            }
        }
    }

    pub(super) fn finish(mut self) -> Heard {
        self.close_line();
        Heard { last: self.lines.into(), asked: self.asked, counted: self.counted }
    }

    fn close_line(&mut self) {
        let line = without_addresses(String::from_utf8_lossy(&self.open).trim());
        self.open.clear();
        if line.is_empty() {
            return;
        }
        self.counted += u64::from((self.counts)(&line));
        if self.asked.len() < ASKED_MAX && (self.asks)(&line) {
            self.asked.push(line.clone());
        }
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }
}

/// A line without the memory addresses that ffmpeg puts in, which differ from run to run: `[h264 @ 0x55d0]` becomes
/// `[h264]`.
fn without_addresses(line: &str) -> String {
    let mut parts = line.split(" @ 0x");
    let mut text = parts.next().unwrap_or_default().to_string();
    parts.for_each(|part| text += part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_their_addresses() {
        for (line, expected) in [
            ("[h264 @ 0x55d0aa] no frame!", "[h264] no frame!"),
            (
                "[vist#0:0/h264 @ 0x1f] [dec:h264 @ 0x2E] [error] bad",
                "[vist#0:0/h264] [dec:h264] [error] bad",
            ),
            ("plain", "plain"),
        ] {
            let mut tail = Tail::new(|_| false, |_| false);
            tail.push(line.as_bytes());
            assert_eq!(tail.finish().last, [expected]);
        }
    }

    #[test]
    fn the_last_lines_are_kept_and_the_rest_only_counted() {
        let mut tail = Tail::new(|line| line.contains("bad"), |line| line == "bad 7");
        for n in 0..100 {
            tail.push(format!("bad {n}\n").as_bytes());
        }
        tail.push(&[b'x'; 10_000]);
        let Heard { last: lines, asked, counted } = tail.finish();
        assert_eq!((counted, asked), (100, vec!["bad 7".to_string()]));
        assert_eq!(lines.len(), LINES_MAX);
        assert_eq!(lines[LINES_MAX - 2], "bad 99");
        assert_eq!(lines[LINES_MAX - 1].len(), LINE_BYTES_MAX);
    }

    #[test]
    fn lines_may_come_in_pieces() {
        let mut tail = Tail::new(|_| true, |_| false);
        for piece in ["one", " line\r\n", "\n two", ""] {
            tail.push(piece.as_bytes());
        }
        let last = vec!["one line".to_string(), "two".to_string()];
        assert_eq!(tail.finish(), Heard { last, asked: Vec::new(), counted: 2 });
    }
}
