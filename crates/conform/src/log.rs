//! The log of a check: findings with their places, and no flood of them.

use crate::rule::{Rule, Severity};
use std::collections::BTreeMap;
use std::fmt;

/// Findings of one rule in one file that are kept; more are counted. A track that is wrong once is often wrong in every
/// one of its thousands of segments.
const FINDINGS_PER_RULE_AND_FILE_MAX: u64 = 4;

/// Where something is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was asked of the source.
    pub file: String,
    /// Where in it.
    pub at: At,
}

/// A position in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// All of it.
    Whole,
    /// A line of a text, counted from 1.
    Line(usize),
    /// A box.
    Box {
        /// Its types from the top level down: `moof/traf/trun`.
        path: String,
        /// First byte, counted from 0.
        offset: u64,
    },
}

impl Place {
    /// A whole file.
    pub(crate) fn file(file: &str) -> Place {
        Place { file: file.to_owned(), at: At::Whole }
    }

    /// A line of a text.
    pub(crate) fn line(file: &str, line: usize) -> Place {
        Place { file: file.to_owned(), at: At::Line(line) }
    }

    /// A box of a file.
    pub(crate) fn of_box(file: &str, path: &str, offset: u64) -> Place {
        Place { file: file.to_owned(), at: At::Box { path: path.to_owned(), offset } }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::Whole => f.write_str(&self.file),
            At::Line(line) => write!(f, "{}:{line}", self.file),
            At::Box { path, offset } => write!(f, "{} {path} at byte {offset}", self.file),
        }
    }
}

/// A breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Where.
    pub place: Place,
    /// What is there and what should be.
    pub message: String,
    /// How many more of this rule there are in this file.
    pub more: u64,
}

/// What a check came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Breaches, the worst first and in each severity by place.
    pub findings: Vec<Finding>,
    /// Manifests and playlists that were read.
    pub manifests: u64,
    /// Media files of which boxes were read.
    pub media_files: u64,
    /// Fragments that were looked through.
    pub fragments: u64,
}

impl Report {
    /// How many breaches of a severity there are, those not kept as well.
    pub fn count(&self, severity: Severity) -> u64 {
        self.findings.iter().filter(|f| f.rule.severity == severity).map(|finding| 1 + finding.more).sum()
    }
}

/// Collects findings.
#[derive(Debug, Default)]
pub(crate) struct Log {
    findings: Vec<Finding>,
    /// For each rule and file, how many were found and where the first of them is in `findings`.
    seen: BTreeMap<(&'static str, String), (u64, usize)>,
    pub(crate) manifests: u64,
    pub(crate) media_files: u64,
    pub(crate) fragments: u64,
}

impl Log {
    /// Notes a breach. One that is known already, word for word, is not noted again.
    pub(crate) fn add(&mut self, rule: &'static Rule, place: Place, message: impl Into<String>) {
        let message = message.into();
        let known = |f: &Finding| f.rule == rule && f.place == place && f.message == message;
        let next = self.findings.len();
        let (count, first) = self.seen.entry((rule.id, place.file.clone())).or_insert((0, next));
        if *count > 0 && self.findings[*first..].iter().any(known) {
            return;
        }
        *count += 1;
        if *count > FINDINGS_PER_RULE_AND_FILE_MAX {
            self.findings[*first].more += 1;
        } else {
            self.findings.push(Finding { rule, place, message, more: 0 });
        }
    }

    /// The report, in order.
    pub(crate) fn report(mut self) -> Report {
        self.findings.sort_by(|a, b| (a.rule.severity, &a.place).cmp(&(b.rule.severity, &b.place)));
        Report {
            findings: self.findings,
            manifests: self.manifests,
            media_files: self.media_files,
            fragments: self.fragments,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted_and_a_repetition_is_not() {
        let mut log = Log::default();
        for line in [1, 1, 2, 3, 4, 5, 6] {
            log.add(crate::rule::hls::VERSION, Place::line("a", line), "old");
        }
        log.add(crate::rule::hls::VERSION, Place::line("b", 1), "old");
        let report = log.report();
        let places: Vec<_> = report.findings.iter().map(|f| (f.place.to_string(), f.more)).collect();
        let expected = [("a:1", 2), ("a:2", 0), ("a:3", 0), ("a:4", 0), ("b:1", 0)];
        assert_eq!(places, expected.map(|(place, more)| (place.to_owned(), more)));
        assert_eq!((report.count(Severity::Error), report.count(Severity::Note)), (7, 0));
    }
}
