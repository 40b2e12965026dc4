//! Sources for tests: a folder, and files in memory.
#![allow(dead_code, reason = "each test file uses the part that it needs")]

pub(crate) mod boxes;
pub(crate) mod cases;
pub(crate) mod sample;

use conform::{Depth, Part, Report, Source, Unreadable};
use media::ByteRange;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A folder.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Source for Folder {
    fn read(&self, uri: &str, range: ByteRange) -> Result<Part, Unreadable> {
        let path = uri.split('?').next().unwrap_or_default();
        if uri.contains("://") || path.starts_with('/') || path.contains("..") {
            return Err(Unreadable::Elsewhere);
        }
        let bytes = std::fs::read(self.0.join(path)).map_err(|_| Unreadable::Missing)?;
        Ok(part(&bytes, range))
    }
}

/// Files in memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory(pub(crate) BTreeMap<String, Vec<u8>>);

impl Source for Memory {
    fn read(&self, uri: &str, range: ByteRange) -> Result<Part, Unreadable> {
        self.0.get(uri).map(|bytes| part(bytes, range)).ok_or(Unreadable::Missing)
    }
}

fn part(bytes: &[u8], range: ByteRange) -> Part {
    let start = usize::try_from(range.offset).unwrap_or(usize::MAX).min(bytes.len());
    let end =
        usize::try_from(range.offset.saturating_add(range.length)).unwrap_or(usize::MAX).min(bytes.len());
    Part { bytes: bytes[start..end].to_vec(), file_bytes: bytes.len() as u64 }
}

impl Memory {
    /// Checks all files that are no segments of others.
    pub(crate) fn check(&self) -> Report {
        let entries: Vec<String> = self.0.keys().cloned().collect();
        conform::check(self, &entries, Depth::Media)
    }
}

/// A report for people.
pub(crate) fn told(report: &Report) -> String {
    let line = |finding: &conform::Finding| {
        let conform::Finding { rule, place, message, more } = finding;
        format!("{} {} {place}: {message} (+{more})\n", rule.severity, rule.id)
    };
    report.findings.iter().map(line).collect()
}
