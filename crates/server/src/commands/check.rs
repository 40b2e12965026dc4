//! `matinee check`: a presentation in a folder or on a server, judged by the rules of HLS, DASH and CMAF.
//!
//! Owns where the bytes come from and how findings are told. The rules are `conform`'s.

mod folder;
mod http;

use super::Exit;
use crate::cli::Check;
use crate::config::Config;
use crate::{output, workspace};
use anyhow::{Context as _, ensure};
use conform::{At, Depth, Finding, Report, Severity};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Runs the command; fails where there are errors.
pub(crate) async fn run(config: &Config, args: Check) -> anyhow::Result<Exit> {
    let depth = if args.manifests_only { Depth::Manifests } else { Depth::Media };
    let report = judged(config, args.place, depth).await?;
    let mut out = std::io::stdout().lock();
    if args.json {
        output::json(&mut out, &ReportJson::new(&report))?;
    } else {
        told(&mut out, &report)?;
    }
    Ok(if report.count(Severity::Error) == 0 { Exit::Done } else { Exit::Failed })
}

/// Reads and judges on a thread of its own: rules ask for bytes one after the other.
async fn judged(config: &Config, place: String, depth: Depth) -> anyhow::Result<Report> {
    let is_url = place.contains("://");
    let is_known = place.starts_with("http://") || place.starts_with("https://");
    ensure!(!is_url || is_known, "`{place}` is neither a folder nor an http or https URL");
    let server = is_url.then(|| workspace::client(config)).transpose()?;
    let runtime = tokio::runtime::Handle::current();
    let work = move || {
        if let Some(client) = server {
            return Ok(conform::check(&http::Server { client, runtime }, &[place], depth));
        }
        let (folder, entries) = folder::Folder::open(Path::new(&place))?;
        Ok(conform::check(&folder, &entries, depth))
    };
    tokio::task::spawn_blocking(work).await.context("checking")?
}

/// Prints the findings, each with its clause and what to do.
fn told(out: &mut impl Write, report: &Report) -> anyhow::Result<()> {
    for finding in &report.findings {
        let Finding { rule, place, message, more } = finding;
        let printable = ::report::printable;
        writeln!(out, "{:<8} {}", rule.severity.name(), printable(&place.to_string()))?;
        writeln!(out, "         {}", printable(message))?;
        writeln!(out, "         {}: {} ({})", rule.id, rule.states, rule.clause)?;
        writeln!(out, "         {}", rule.hint)?;
        if *more > 0 {
            writeln!(out, "         and {more} more of this rule in this file")?;
        }
    }
    let Report { manifests, media_files, fragments, .. } = report;
    let counts = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| report.count(severity));
    let [errors, warnings, notes] = counts;
    Ok(writeln!(
        out,
        "{errors} errors, {warnings} warnings, {notes} notes in {manifests} manifests and playlists, \
         {media_files} media files, {fragments} fragments"
    )?)
}

#[derive(Debug, Serialize)]
struct ReportJson<'a> {
    errors: u64,
    warnings: u64,
    notes: u64,
    manifests: u64,
    media_files: u64,
    fragments: u64,
    findings: Vec<FindingJson<'a>>,
}

#[derive(Debug, Serialize)]
struct FindingJson<'a> {
    rule: &'static str,
    severity: &'static str,
    clause: &'static str,
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(rename = "box", skip_serializing_if = "Option::is_none")]
    box_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    message: &'a str,
    hint: &'static str,
    /// More of this rule in this file.
    more: u64,
}

impl<'a> ReportJson<'a> {
    fn new(report: &'a Report) -> ReportJson<'a> {
        ReportJson {
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            notes: report.count(Severity::Note),
            manifests: report.manifests,
            media_files: report.media_files,
            fragments: report.fragments,
            findings: report.findings.iter().map(FindingJson::new).collect(),
        }
    }
}

impl<'a> FindingJson<'a> {
    fn new(finding: &'a Finding) -> FindingJson<'a> {
        let (line, box_path, offset) = match &finding.place.at {
            At::Whole => (None, None, None),
            At::Line(line) => (Some(*line), None, None),
            At::Box { path, offset } => (None, Some(path.as_str()), Some(*offset)),
        };
        FindingJson {
            rule: finding.rule.id,
            severity: finding.rule.severity.name(),
            clause: finding.rule.clause,
            file: &finding.place.file,
            line,
            box_path,
            offset,
            message: &finding.message,
            hint: finding.rule.hint,
            more: finding.more,
        }
    }
}
