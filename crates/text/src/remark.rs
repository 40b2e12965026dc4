//! Remarks: what was found in a subtitle file, as findings for people.

use crate::encoding::Encoding;
use crate::fit::{CHARACTERS_PER_S_MAX, Fitted};
use crate::read::Read;
use media::master::{Finding, Severity};

/// What somebody should know of the subtitles called `what`; all of them are warnings, for a film can be shown without.
pub fn findings(what: &str, read: &Read, fitted: &Fitted) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut remark = |code, message: String| {
        findings.push(Finding { code, severity: Severity::Warning, message: format!("{what}: {message}") });
    };
    if read.encoding == Encoding::Windows1252 {
        let message =
            "it is not UTF-8 and was read as windows-1252; hand it in as UTF-8 if letters are wrong.";
        remark("subtitles-encoding-guessed", message.into());
    }
    if fitted.cues.is_empty() && read.pictures == 0 {
        remark("subtitles-empty", "no cue is shown in the film; the track is left out.".into());
    }
    let counted = [
        (read.pictures, "subtitles-are-pictures", "{} cues are pictures, not text, and are left out."),
        (read.unread, "subtitles-unreadable-cues", "{} cues cannot be read and are left out."),
        (
            fitted.without_length,
            "subtitles-without-length",
            "{} cues end before they begin and are left out.",
        ),
        (
            fitted.outside,
            "subtitles-beyond-the-film",
            "{} cues lie before or after the film and are left out.",
        ),
        (
            fitted.out_of_order,
            "subtitles-out-of-order",
            "{} cues come too late in the file and were put in order.",
        ),
    ];
    for (count, code, message) in counted.iter().filter(|(count, ..)| *count > 0) {
        remark(code, message.replace("{}", &count.to_string()));
    }
    if fitted.too_fast > 0 {
        let message = format!(
            "{} cues have more than {CHARACTERS_PER_S_MAX} characters a second, too many to read.",
            fitted.too_fast
        );
        remark("subtitles-too-fast", message);
    }
    findings
}
