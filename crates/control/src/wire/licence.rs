//! Clear Key's licence request and licence (W3C Encrypted Media Extensions, 2024, 9.1.3 and 9.1.4), and the terms that go
//! with licences of every key system.

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cmaf::cenc::Key;
use media::protection::{KeyId, LICENCE_KEYS_MAX};
use playback::Duration;
use serde::{Deserialize, Serialize};

/// Carries the token for the next request.
pub const TOKEN: HeaderName = HeaderName::from_static("matinee-token");

/// Says in how many seconds the licence ends. Not a time of day: players' clocks are wrong.
pub const ENDS: HeaderName = HeaderName::from_static("matinee-licence-ends-s");

/// Says in how many seconds to renew it.
pub const RENEW: HeaderName = HeaderName::from_static("matinee-licence-renew-s");

/// A licence request.
#[derive(Debug, Deserialize)]
struct Request {
    kids: Vec<String>,
    #[serde(rename = "type", default)]
    session: SessionType,
}

/// MediaKeySessionType.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize)]
pub(crate) enum SessionType {
    #[default]
    #[serde(rename = "temporary")]
    Temporary,
    #[serde(rename = "persistent-license")]
    Persistent,
}

impl SessionType {
    pub(crate) fn of(duration: Duration) -> SessionType {
        match duration {
            Duration::Streaming => SessionType::Temporary,
            Duration::Offline => SessionType::Persistent,
        }
    }
}

/// Which keys a request asks for, and for how long; `None` where it is no licence request.
pub(crate) fn read(body: &[u8]) -> Option<(Vec<KeyId>, Duration)> {
    let request: Request = serde_json::from_slice(body).ok()?;
    let keys: Option<Vec<KeyId>> =
        request.kids.iter().take(LICENCE_KEYS_MAX + 1).map(|text| key_id(text)).collect();
    let duration = match request.session {
        SessionType::Temporary => Duration::Streaming,
        SessionType::Persistent => Duration::Offline,
    };
    Some((keys.filter(|keys| !keys.is_empty() && keys.len() <= LICENCE_KEYS_MAX)?, duration))
}

fn key_id(text: &str) -> Option<KeyId> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(KeyId)
}

/// A JSON Web Key set (RFC 7517) of symmetric keys (RFC 7518, 6.4).
#[derive(Serialize)]
struct KeySet {
    keys: Vec<Jwk>,
    #[serde(rename = "type")]
    session: SessionType,
}

#[derive(Serialize)]
struct Jwk {
    kty: &'static str,
    kid: String,
    k: String,
}

/// What a player needs to go on.
pub(crate) struct Terms {
    /// In how many milliseconds the licence ends.
    pub ends_ms: i64,
    /// In how many milliseconds to renew it, and with which token.
    pub next: Option<(i64, String)>,
}

impl Terms {
    /// Adds them to the headers of an answer.
    pub(crate) fn tell(self, headers: &mut HeaderMap) {
        let mut set =
            |name, text: String| HeaderValue::from_str(&text).map(|value| headers.insert(name, value));
        // Numbers and base64url are header values.
        let _ = set(ENDS, (self.ends_ms / 1000).to_string());
        if let Some((renew_ms, token)) = self.next {
            let _ = set(RENEW, (renew_ms / 1000).to_string());
            let _ = set(TOKEN, token);
        }
    }
}

/// A licence of Clear Key.
pub(crate) struct ClearKeyLicence {
    /// The keys.
    pub keys: Vec<(KeyId, Key)>,
    /// For how long it was asked.
    pub duration: Duration,
    /// How it goes on.
    pub terms: Terms,
}

impl IntoResponse for ClearKeyLicence {
    fn into_response(self) -> Response {
        let jwk = |(id, key): &(KeyId, Key)| Jwk {
            kty: "oct",
            kid: URL_SAFE_NO_PAD.encode(id.0),
            k: URL_SAFE_NO_PAD.encode(key.expose()),
        };
        let keys = self.keys.iter().map(jwk).collect();
        let mut response = Json(KeySet { keys, session: SessionType::of(self.duration) }).into_response();
        self.terms.tell(response.headers_mut());
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_as_the_specification_has_them() {
        let two = vec![
            KeyId(*b"\x2e\x1d\xbf\x0d\x46\xc6\x4b\xb9\xb9\xd4\x0b\x3e\x9d\xff\xa9\x10"),
            KeyId(*b"\xff\xee\xdd\xcc\xbb\xaa\x99\x88\x77\x66\x55\x44\x33\x22\x11\x00"),
        ];
        let many =
            format!("{{\"kids\":[{}]}}", vec!["\"Lh2_DUbGS7m51As-nf-pEA\""; LICENCE_KEYS_MAX + 1].join(","));
        for (body, expected) in [
            (
                r#"{"kids":["Lh2_DUbGS7m51As-nf-pEA","_-7dzLuqmYh3ZlVEMyIRAA"],"type":"temporary"}"#,
                Some((two.clone(), Duration::Streaming)),
            ),
            (
                r#"{"kids":["Lh2_DUbGS7m51As-nf-pEA"],"type":"persistent-license","more":1}"#,
                Some((two[..1].to_vec(), Duration::Offline)),
            ),
            (r#"{"kids":["Lh2_DUbGS7m51As-nf-pEA"]}"#, Some((two[..1].to_vec(), Duration::Streaming))),
            (r#"{"kids":[]}"#, None),
            (r#"{"kids":["Lh2/DUbGS7m51As+nf+pEA=="]}"#, None),
            (r#"{"kids":["AAAA"]}"#, None),
            (r#"{"kids":["Lh2_DUbGS7m51As-nf-pEA"],"type":"forever"}"#, None),
            (r#"{"kids":"Lh2_DUbGS7m51As-nf-pEA"}"#, None),
            ("\u{8}\u{4}", None),
            ("", None),
            (many.as_str(), None),
        ] {
            assert_eq!(read(body.as_bytes()), expected, "{body}");
        }
    }
}
