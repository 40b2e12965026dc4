//! The schemas of revocations.

use serde_json::{Value, json};

use super::{described, integer, list, object, reference, string};

const SUBJECT: &str = "A session (32 hexadecimal digits) or a device's fingerprint (64).";

pub(super) fn request() -> Value {
    let for_s =
        "For how many seconds at least; it lasts as long as tokens that were given before could be renewed.";
    let mut schema = object(&[("subject", string(SUBJECT)), ("for_s", integer(for_s))]);
    schema["required"] = json!(["subject"]);
    schema
}

pub(super) fn revocation() -> Value {
    object(&[
        ("subject", string(SUBJECT)),
        ("revoked_ms", integer("Since when, in milliseconds since 1970 (UTC).")),
        ("until_ms", integer("Until when, likewise.")),
    ])
}

pub(super) fn revocations() -> Value {
    object(&[("revocations", described(list(reference("Revocation")), "The newest first; at most 1000."))])
}
