//! The question to the operator's entitlement service, and its answer.

use media::protection::TrackClass;
use playback::Entitlement;
use serde::{Deserialize, Serialize};

/// Longest reason that is passed on to a viewer, in characters: two sentences.
const REASON_CHARS_MAX: usize = 200;

/// Who wants to watch what.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Question {
    /// Id of the title.
    pub title: String,
    /// The device's fingerprint, 64 hexadecimal digits; empty where a clear title is asked for without a device.
    pub device: String,
    /// The profile; empty where there are none.
    pub profile: String,
    /// The playback, 32 hexadecimal digits: the same from the grant on to the last renewal.
    pub session: String,
}

/// The body of an answer.
#[derive(Debug, Deserialize)]
struct Body {
    allow: bool,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    class_max: Option<String>,
    #[serde(default)]
    until_ms: Option<i64>,
    #[serde(default)]
    cache_s: u64,
}

/// What the service says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The viewer may watch.
    Entitled(Entitlement),
    /// The viewer may not; a reason in words for the viewer, where there is one.
    Not(Option<String>),
}

/// What the service says, and for how many seconds it may be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub verdict: Verdict,
    pub cache_s: u64,
}

/// Reads an answer; an error says what is wrong with it, and none of its words.
pub(crate) fn read(body: &[u8]) -> Result<Answer, &'static str> {
    let Body { allow, reason, class_max, until_ms, cache_s } =
        serde_json::from_slice(body).map_err(|_| "its answer has not the form that is documented")?;
    if !allow {
        let reason = reason.map(|reason| printable(&reason)).filter(|reason| !reason.is_empty());
        return Ok(Answer { verdict: Verdict::Not(reason), cache_s });
    }
    let class_max = match class_max.as_deref() {
        None => TrackClass::Uhd,
        Some(name) => TrackClass::named(name).ok_or("its answer's class_max is no class of tracks")?,
    };
    Ok(Answer { verdict: Verdict::Entitled(Entitlement { class_max, until_ms }), cache_s })
}

fn printable(reason: &str) -> String {
    reason.chars().filter(|c| !c.is_control()).take(REASON_CHARS_MAX).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_documented() {
        let entitled = |class_max, until_ms, cache_s| {
            Ok(Answer { verdict: Verdict::Entitled(Entitlement { class_max, until_ms }), cache_s })
        };
        let not = |reason: Option<&str>, cache_s| {
            Ok(Answer { verdict: Verdict::Not(reason.map(str::to_owned)), cache_s })
        };
        let form = Err("its answer has not the form that is documented");
        for (body, expected) in [
            (r#"{"allow":true}"#, entitled(TrackClass::Uhd, None, 0)),
            (
                r#"{"allow":true,"class_max":"hd","until_ms":5,"cache_s":60,"more":1}"#,
                entitled(TrackClass::Hd, Some(5), 60),
            ),
            (r#"{"allow":false}"#, not(None, 0)),
            (r#"{"allow":false,"reason":" Rent it\n first.","cache_s":9}"#, not(Some("Rent it first."), 9)),
            (r#"{"allow":false,"reason":"\n"}"#, not(None, 0)),
            (r#"{"allow":true,"class_max":"8k"}"#, Err("its answer's class_max is no class of tracks")),
            (r#"{"allow":"yes"}"#, form.clone()),
            (r#"{"allow":true,"cache_s":-1}"#, form.clone()),
            ("{}", form.clone()),
            ("", form),
        ] {
            assert_eq!(read(body.as_bytes()), expected, "{body}");
        }
        let long = format!(r#"{{"allow":false,"reason":"{}"}}"#, "é".repeat(300));
        assert_eq!(read(long.as_bytes()), not(Some(&"é".repeat(200)), 0));
    }
}
