//! Revocations over the API: what an operator asks, and what is answered.

use playback::{REVOCATION_S_MAX, Subject};
use serde::{Deserialize, Serialize};

/// Body of `POST /api/revocations`.
#[derive(Debug, Deserialize)]
struct Request {
    subject: String,
    #[serde(default)]
    for_s: i64,
}

/// What is to be revoked, and for how many milliseconds at least; an error says what is wrong with `body`.
pub(crate) fn read(body: &[u8]) -> Result<(Subject, i64), String> {
    let Request { subject, for_s } =
        serde_json::from_slice(body).map_err(|error| format!("is unreadable: {error}"))?;
    let subject = subject.parse().map_err(|error| format!("names nothing: {error}"))?;
    if !(0..=REVOCATION_S_MAX).contains(&for_s) {
        return Err(format!("has for_s out of range: from 0 to {REVOCATION_S_MAX}"));
    }
    Ok((subject, for_s * 1000))
}

/// A session or a device that gets nothing for some time.
#[derive(Debug, Serialize)]
pub struct Revocation {
    /// The session, or the device's fingerprint.
    pub subject: String,
    /// Since when, in milliseconds since 1970 (UTC).
    pub revoked_ms: i64,
    /// Until when, in milliseconds since 1970 (UTC).
    pub until_ms: i64,
}

impl From<db::Revocation> for Revocation {
    fn from(revocation: db::Revocation) -> Revocation {
        let db::Revocation { subject, revoked_ms, until_ms } = revocation;
        Revocation { subject, revoked_ms, until_ms }
    }
}

/// Answer to `GET /api/revocations`.
#[derive(Debug, Serialize)]
pub struct Revocations {
    /// The newest first.
    pub revocations: Vec<Revocation>,
}
