//! Rules after the decode: was the film all there?

use crate::pictures::plausible_duration_s;
use crate::rules::{blocker, warning};
use media::facts::Facts;
use media::master::{Finding, Master};

/// What may be missing at the end before a film counts as truncated, by the duration of its picture stream: a share
/// for short clips, capped so that a long film may not miss more than about two seconds.
const MISSING_SHARE_MAX: f64 = 0.05;
const MISSING_S_MAX: f64 = 2.0;
/// What may be missing on top, as durations include the last frame's and are rounded.
const MISSING_S_SLACK: f64 = 0.2;
/// Where only the container declares a duration, sound may have made it longer.
const MISSING_SHARE_MAX_CONTAINER: f64 = 0.1;
/// What may be decoded beyond the declared duration: containers written live declare too little.
const SURPLUS_SHARE_MAX: f64 = 0.2;
const SURPLUS_S_SLACK: f64 = 1.0;
/// Share of damaged frames from which on a film is not worth showing.
const DAMAGED_SHARE_MAX: f64 = 0.1;

/// What came of the decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decoded {
    /// Frames written at the conformed rate.
    pub frames: u64,
    /// Packets lost and frames damaged.
    pub decode_errors: u64,
}

/// Judges the decode of `master`, which came from `facts`. A blocker among the findings stops the film.
pub fn after_decode(facts: &Facts, master: &Master, decoded: &Decoded) -> Vec<Finding> {
    if decoded.frames == 0 {
        return vec![blocker("undecodable", "Not a single frame could be decoded.".into())];
    }
    let mut findings = Vec::new();
    findings.extend(judge_length(facts, master, decoded));
    findings.extend(judge_damage(decoded));
    findings
}

/// Whether frames may be missing in the middle: the decode, which kept each frame as it came, is shorter than declared.
/// Decoding again by the timestamps (`resample_rate`) tells.
pub fn may_have_gaps(master: &Master, findings: &[Finding]) -> bool {
    let short = |finding: &Finding| matches!(finding.code, "truncated" | "shorter-than-declared");
    !master.conform.resample_rate && findings.iter().any(short)
}

/// What filling the gaps came to: `kept` frames became `filled`. `None` where there was no gap, so that the first decode
/// is the better one.
pub fn gaps(master: &Master, kept: &Decoded, filled: &Decoded) -> Option<Finding> {
    let added = filled.frames.checked_sub(kept.frames).filter(|added| *added > 0)?;
    let seconds = master.conform.rate.seconds(added);
    let message = format!(
        "The picture's timestamps have gaps of {seconds:.2} s together; the frame before each gap is held, so that sound \
         and picture stay together."
    );
    Some(warning("picture-gaps", message))
}

fn judge_length(facts: &Facts, master: &Master, decoded: &Decoded) -> Option<Finding> {
    let declared = plausible_duration_s(facts, &master.video, master.file.bytes)?;
    let length = master.conform.rate.seconds(decoded.frames);
    let missing = declared - length;
    let allowed = if master.video.duration_s.is_some() {
        (MISSING_SHARE_MAX * declared).min(MISSING_S_MAX)
    } else {
        MISSING_SHARE_MAX_CONTAINER * declared
    };
    if missing > allowed + MISSING_S_SLACK {
        let message = format!(
            "The file is truncated: it declares {declared:.2} s of picture, but {length:.2} s ({} frames) could be \
             decoded. Hand in the whole file.",
            decoded.frames
        );
        Some(blocker("truncated", message))
    } else if missing > MISSING_S_SLACK {
        let message =
            format!("The last {missing:.2} s of the declared {declared:.2} s could not be decoded.");
        Some(warning("shorter-than-declared", message))
    } else {
        judge_surplus(declared, length, master.conform.resample_rate)
    }
}

/// More frames than declared are welcome where each was in the file; where they were doubled to fill gaps between
/// timestamps, the timestamps are wrong.
fn judge_surplus(declared: f64, length: f64, doubled: bool) -> Option<Finding> {
    if length <= declared * (1.0 + SURPLUS_SHARE_MAX) + SURPLUS_S_SLACK {
        return None;
    }
    let message = format!("The file declares {declared:.2} s of picture, but its frames last {length:.2} s.");
    Some(if doubled {
        blocker(
            "broken-timestamps",
            format!("{message} Its timestamps are damaged; hand in a repaired file."),
        )
    } else {
        warning("longer-than-declared", message)
    })
}

fn judge_damage(decoded: &Decoded) -> Option<Finding> {
    let Decoded { frames, decode_errors } = *decoded;
    if decode_errors == 0 {
        return None;
    }
    let message = format!("{decode_errors} packets or frames of {frames} frames are damaged.");
    let is_hopeless = decode_errors as f64 > DAMAGED_SHARE_MAX * frames as f64;
    Some(if is_hopeless { blocker("too-damaged", message) } else { warning("decode-errors", message) })
}
