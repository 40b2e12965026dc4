//! How many tests passed and failed, read from what test runners print.

use crate::shell::Result;
use std::fmt;

/// Passed and failed tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Count {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Count {
    /// Both together.
    pub(super) fn plus(self, other: Count) -> Count {
        Count { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }

    /// An error where a test failed.
    pub(super) fn verdict(self) -> Result {
        if self.failed == 0 { Ok(()) } else { Err(format!("{} tests failed", self.failed).into()) }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Who ran the tests, and so how its closing lines read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runner {
    /// `cargo nextest` (`Summary [1s] 3 tests run: 2 passed, 1 failed`) or `cargo test` (`test result: ok. 2 passed; ...`).
    /// The latter stands at the line's start; nextest shows it indented, within the output of a test that failed.
    Rust,
    /// Node's own runner (`# pass 2` or `ℹ pass 2`).
    Node,
    /// Our scripts in `web/e2e` (`2 passed, 1 failed`).
    Script,
}

impl Runner {
    /// The sum over all closing lines in `text`.
    pub(super) fn count(self, text: &str) -> Count {
        text.lines().map(|line| self.closing(&plain(line))).fold(Count::default(), Count::plus)
    }

    fn closing(self, line: &str) -> Count {
        let captured = line.starts_with(' ');
        let line = line.trim();
        let closes = match self {
            Runner::Rust => {
                (line.starts_with("test result:") && !captured)
                    || (line.starts_with("Summary") && line.contains("run:"))
            }
            Runner::Node => line.starts_with("# ") || line.starts_with("ℹ "),
            Runner::Script => line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(" passed, "),
        };
        let words: Vec<&str> = line.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
        let number = |names: &[&str]| {
            let at = words.iter().position(|word| names.contains(word))?;
            let number = if self == Runner::Node { at + 1 } else { at.checked_sub(1)? };
            words.get(number)?.parse::<u64>().ok()
        };
        if !closes {
            return Count::default();
        }
        Count {
            passed: number(&["passed", "pass"]).unwrap_or(0),
            failed: number(&["failed", "fail"]).unwrap_or(0) + number(&["timed"]).unwrap_or(0),
        }
    }
}

/// `line` without terminal escapes (ECMA-48 control sequences).
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            text.push(c);
        } else if chars.next() == Some('[') {
            chars.by_ref().find(char::is_ascii_alphabetic);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_counted() {
        for (runner, text, passed, failed) in [
            (Runner::Rust, "     Summary [   1.2s] 12 tests run: 11 passed, 1 failed, 0 skipped", 11, 1),
            (
                Runner::Rust,
                "  Summary [ 9s] 5/7 tests run: 2 passed (1 slow), 1 failed, 2 timed out, 0 skipped",
                2,
                3,
            ),
            (
                Runner::Rust,
                "\u{1b}[32;1m     Summary\u{1b}[0m [ 1s] \u{1b}[1m2\u{1b}[0m tests run: \u{1b}[1m2\u{1b}[0m \u{1b}[32mpassed\u{1b}[0m, 0 skipped",
                2,
                0,
            ),
            (
                Runner::Rust,
                "test result: ok. 3 passed; 0 failed; 0 ignored\ntest result: FAILED. 1 passed; 2 failed;",
                4,
                2,
            ),
            (
                Runner::Rust,
                "    test result: FAILED. 0 passed; 1 failed;\n     Summary [ 1s] 3 tests run: 2 passed, 1 failed",
                2,
                1,
            ),
            (Runner::Node, "# tests 5\n# pass 4\n# fail 1\n", 4, 1),
            (Runner::Node, "ℹ pass 7\nℹ fail 0", 7, 0),
            (Runner::Script, "plays to the end\n9 passed, 2 failed", 9, 2),
            (Runner::Rust, "test said 5 passed", 0, 0),
        ] {
            assert_eq!(runner.count(text), Count { passed, failed }, "{text}");
        }
    }
}
