//! The schemas of protected titles: who asks, what is granted, Clear Key's messages.

use serde_json::{Value, json};

use super::{described, integer, list, nullable, object, one_of, reference, string};

const CLASSES: [&str; 5] = ["audio", "sd", "hd", "fhd", "uhd"];
const SYSTEMS: [&str; 4] =
    ["com.widevine.alpha", "com.microsoft.playready", "com.apple.fps", "org.w3.clearkey"];
const KEY_ID: &str = "Key ID in base64url without padding.";

pub(super) fn play_request() -> Value {
    let mut schema = object(&[
        (
            "device",
            string("What the device calls itself; it keeps it to itself. Needed by protected titles."),
        ),
        ("security", one_of(&["software", "hardware"], "How well it keeps keys; `software` by default.")),
        ("profile", string("The profile that watches, where there are some.")),
    ]);
    schema["required"] = json!([]);
    schema
}

pub(super) fn protection() -> Value {
    let server = object(&[
        ("system", one_of(&SYSTEMS, "Key system, as EME names it.")),
        ("url", string("Where its licences are asked for.")),
        ("certificate_url", nullable(string("Where the certificate is that its CDM is given first."))),
        (
            "pssh",
            nullable(string("A `pssh` box of the system with all keys that the device gets, in base64.")),
        ),
    ]);
    object(&[
        ("scheme", one_of(&["cenc", "cbcs"], "Scheme of Common Encryption (ISO/IEC 23001-7).")),
        (
            "classes",
            described(
                list(reference("TrackClass")),
                "Classes whose keys the device gets: it plays tracks of these.",
            ),
        ),
        ("token", string("The play token, for the first licence request. Each licence brings the next one.")),
        ("token_expires_ms", integer("When the token ends, in milliseconds since 1970 (UTC).")),
        (
            "licences",
            described(
                list(server),
                "Key systems that licences are given for here, those that keep keys best first.",
            ),
        ),
    ])
}

pub(super) fn track_protection() -> Value {
    let key_id = json!({ "type": "string" });
    object(&[
        ("class", reference("TrackClass")),
        ("clear_segments", integer("Segments before this one are clear.")),
        ("key_ids", described(list(key_id), "In order of their periods; each 32 hexadecimal digits.")),
    ])
}

pub(super) fn clear_key_request() -> Value {
    let mut schema = object(&[
        ("kids", described(list(string(KEY_ID)), "The keys that are wanted.")),
        ("type", one_of(&["temporary", "persistent-license"], "While it plays (the default), or to keep.")),
    ]);
    schema["required"] = json!(["kids"]);
    schema
}

pub(super) fn clear_key_licence() -> Value {
    let key = object(&[
        ("kty", json!({ "const": "oct" })),
        ("kid", string(KEY_ID)),
        ("k", string("The key, likewise.")),
    ]);
    object(&[
        ("keys", described(list(key), "A JSON Web Key set (RFC 7517).")),
        ("type", one_of(&["temporary", "persistent-license"], "As it was asked for.")),
    ])
}

pub(super) fn track_class() -> Value {
    one_of(&CLASSES, "What tracks share a key: sound, or pictures up to 576, 720, 1080 lines, or more.")
}
