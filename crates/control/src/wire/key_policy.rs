//! The key policy: what a licence service is told of a viewer whose CDM it answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::wire::licence::SessionType;

/// What the viewer may have, as `docs/guide/protection.md` describes it.
#[derive(Debug, Serialize)]
pub(crate) struct KeyPolicy<'a> {
    /// Id of the title.
    pub title: &'a str,
    /// The playback: 32 hexadecimal digits.
    pub session: String,
    /// The device's fingerprint: 64 hexadecimal digits.
    pub device: String,
    /// The profile; empty where there are none.
    pub profile: &'a str,
    /// The least that the service must find the device to have: `software` or `hardware`.
    pub security: &'static str,
    /// Classes whose keys the licence may hold.
    pub classes: Vec<&'static str>,
    /// The keys themselves, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_ids: Option<Vec<String>>,
    /// For how long it was asked.
    #[serde(rename = "type")]
    pub session_type: SessionType,
    /// In how many seconds the licence must end.
    pub ends_s: i64,
}

/// A message with its policy.
#[derive(Serialize)]
struct Wrapped<'a> {
    message: String,
    policy: &'a KeyPolicy<'a>,
}

impl KeyPolicy<'_> {
    /// As one line of ASCII, without key IDs.
    pub(crate) fn without_keys(&self) -> String {
        let mut json = serde_json::to_value(self).unwrap_or_default();
        if let Some(fields) = json.as_object_mut() {
            fields.remove("key_ids");
        }
        ascii(&json.to_string())
    }

    /// A JSON body that holds the CDM's `message` too.
    pub(crate) fn with_message(&self, message: &[u8]) -> Vec<u8> {
        let wrapped = Wrapped { message: STANDARD.encode(message), policy: self };
        // Texts and numbers alone: there is always JSON of them.
        serde_json::to_vec(&wrapped).unwrap_or_default()
    }
}

/// JSON with every other character as an escape (RFC 8259, 7): headers hold printable ASCII (RFC 9110, 5.5).
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c == ' ' || c.is_ascii_graphic() {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            text += &format!("\\u{unit:04x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn policies_are_written_for_headers_and_bodies() {
        let policy = KeyPolicy {
            title: "七人の侍-1𝄞\u{7f}",
            session: "01".to_owned(),
            device: "02".to_owned(),
            profile: "",
            security: "software",
            classes: vec!["audio", "hd"],
            key_ids: Some(vec!["03".to_owned()]),
            session_type: SessionType::Temporary,
            ends_s: 600,
        };
        let expected = json!({
            "title": "七人の侍-1𝄞\u{7f}", "session": "01", "device": "02", "profile": "", "security": "software",
            "classes": ["audio", "hd"], "type": "temporary", "ends_s": 600,
        });
        let header = policy.without_keys();
        assert!(header.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{header}");
        assert!(header.contains("\\u4e03") && header.contains("\\ud834\\udd1e"), "{header}");
        assert_eq!(serde_json::from_str::<Value>(&header).unwrap(), expected);
        let body: Value = serde_json::from_slice(&policy.with_message(b"\xff\x00")).unwrap();
        let mut with_keys = expected;
        with_keys["key_ids"] = json!(["03"]);
        assert_eq!(body, json!({ "message": "/wA=", "policy": with_keys }));
    }
}
