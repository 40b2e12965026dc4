//! The end of what a child says: the last lines of its standard error, and a count of those that matter.
//!
//! Bounded: corrupt input can make a tool complain once for each block of each frame.

use std::collections::VecDeque;

/// Lines kept: enough to see the cause above ffmpeg's closing remarks.
const LINES_MAX: usize = 24;
/// Bytes kept of one line: the longest useful messages are option errors of about 200 bytes.
const LINE_BYTES_MAX: usize = 400;

/// Which lines are counted.
pub type Counts = fn(&str) -> bool;

/// Takes bytes as they come and keeps the last lines.
#[derive(Debug)]
pub(super) struct Tail {
    lines: VecDeque<String>,
    open: Vec<u8>,
    counts: Counts,
    counted: u64,
}

impl Tail {
    pub(super) fn new(counts: Counts) -> Tail {
        Tail { lines: VecDeque::new(), open: Vec::new(), counts, counted: 0 }
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

    /// The lines kept and the number of lines that counted.
    pub(super) fn finish(mut self) -> (Vec<String>, u64) {
        self.close_line();
        (self.lines.into(), self.counted)
    }

    fn close_line(&mut self) {
        let line = without_addresses(String::from_utf8_lossy(&self.open).trim());
        self.open.clear();
        if line.is_empty() {
            return;
        }
        self.counted += u64::from((self.counts)(&line));
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
            let mut tail = Tail::new(|_| false);
            tail.push(line.as_bytes());
            assert_eq!(tail.finish().0, [expected]);
        }
    }

    #[test]
    fn the_last_lines_are_kept_and_the_rest_only_counted() {
        let mut tail = Tail::new(|line| line.contains("bad"));
        for n in 0..100 {
            tail.push(format!("bad {n}\n").as_bytes());
        }
        tail.push(&[b'x'; 10_000]);
        let (lines, counted) = tail.finish();
        assert_eq!(counted, 100);
        assert_eq!(lines.len(), LINES_MAX);
        assert_eq!(lines[LINES_MAX - 2], "bad 99");
        assert_eq!(lines[LINES_MAX - 1].len(), LINE_BYTES_MAX);
    }

    #[test]
    fn lines_may_come_in_pieces() {
        let mut tail = Tail::new(|_| true);
        for piece in ["one", " line\r\n", "\n two", ""] {
            tail.push(piece.as_bytes());
        }
        assert_eq!(tail.finish(), (vec!["one line".to_string(), "two".to_string()], 2));
    }
}
