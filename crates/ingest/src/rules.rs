//! The rules in order: what stops a film, what a person should look at, and the [`Master`] that comes out.
//!
//! A blocker is something that no later room could repair; everything else is a warning, and the film goes on.

pub use crate::decoded::{Decoded, after_decode, gaps, may_have_gaps};

use crate::{conform, pictures, tracks};
use media::facts::Facts;
use media::master::{Finding, Master, MasterFile, Severity};

/// What ingest says of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct QcReport {
    /// In the order of the rules.
    pub findings: Vec<Finding>,
    /// The accepted master; `None` exactly where a finding is a blocker.
    pub master: Option<Master>,
}

impl QcReport {
    /// The findings that stop the film.
    pub fn blockers(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Blocker)
    }
}

/// Judges a probed file.
pub fn inspect(facts: &Facts, file: MasterFile) -> QcReport {
    let mut findings = Vec::new();
    if let Some(complaint) = facts.complaints.first() {
        let message = format!("The file reads, but not cleanly: {complaint}.");
        findings.push(warning("unclean-container", message));
    }
    let Some(video) = pictures::choose(facts, &mut findings) else {
        let message = "The file has no picture stream; hand in a file with one.".into();
        findings.push(blocker("no-video", message));
        return QcReport { findings, master: None };
    };
    pictures::judge(video, &mut findings);
    pictures::judge_length(facts, video, file.bytes, &mut findings);
    if is_blocked(&findings) {
        return QcReport { findings, master: None };
    }
    let audio = tracks::audio(facts, video, &mut findings);
    let text = tracks::text(facts, &mut findings);
    let conform = conform::conform(video, &mut findings);
    let master = Master { file, video: video.clone(), audio, text, conform };
    QcReport { master: (!is_blocked(&findings)).then_some(master), findings }
}

fn is_blocked(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Blocker)
}

/// The report on a file that the probe could not read at all, with the probe's reason.
pub fn unreadable(reason: &str) -> QcReport {
    let message = format!(
        "The file is none of the containers that can be read, or it is damaged: {}.",
        reason.trim_end_matches('.')
    );
    QcReport { findings: vec![blocker("unreadable", message)], master: None }
}

pub(crate) fn blocker(code: &'static str, message: String) -> Finding {
    Finding { code, severity: Severity::Blocker, message }
}

pub(crate) fn warning(code: &'static str, message: String) -> Finding {
    Finding { code, severity: Severity::Warning, message }
}
