//! The addresses of licences and of revocations.

use serde_json::{Value, json};

use super::{answer, body, failure, header, in_path, no_title};

pub(super) fn clear_key() -> Value {
    json!({
        "operationId": "clearKeyLicence",
        "summary": "Keys of a protected title, as W3C Clear Key has them.",
        "description": "Answers with the header `matinee-licence-ends-s` and, where the licence can be renewed, with \
                        `matinee-licence-renew-s` and `matinee-token`: the token of the next request.",
        "security": [{ "playToken": [] }],
        "parameters": [device(), profile()],
        "requestBody": body("The CDM's licence request.", true, "ClearKeyRequest"),
        "responses": {
            "200": answer("The keys that the device may have, at least one.", "ClearKeyLicence"),
            "400": answer("The body is no licence request.", "Refusal"),
            "401": unauthenticated(),
            "403": forbidden(),
            "404": no_title(),
            "500": failure(),
            "503": unknown(),
        },
    })
}

pub(super) fn system() -> Value {
    in_path("system", "`widevine`, `playready` or `fairplay`, where a licence service is configured for it.")
}

pub(super) fn proxied() -> Value {
    json!({
        "operationId": "licence",
        "summary": "A licence of a commercial key system, from its licence service.",
        "description": "The CDM's message is passed on, and the answer passed back, as they are. Token, checks and headers \
                        are those of Clear Key; a service that fails answers 502 with the token for another try.",
        "security": [{ "playToken": [] }],
        "parameters": [
            device(),
            profile(),
            header("matinee-licence-type", "`persistent-license` for one to keep; else `temporary`.", false),
        ],
        "requestBody": { "description": "The CDM's message.", "required": true, "content": octets() },
        "responses": {
            "200": { "description": "The licence.", "content": octets() },
            "400": answer("The body is empty, or the type is none.", "Refusal"),
            "401": unauthenticated(),
            "403": forbidden(),
            "404": answer("There is no such title, or no licences of this system.", "Refusal"),
            "500": failure(),
            "502": answer("The licence service does not answer.", "Refusal"),
            "503": unknown(),
        },
    })
}

pub(super) fn certificate() -> Value {
    json!({
        "operationId": "licenceCertificate",
        "summary": "The certificate that a CDM is given before it makes a message: FairPlay's, or Widevine's service certificate.",
        "responses": {
            "200": { "description": "The certificate, as the operator gave it.", "content": octets() },
            "404": answer("There is none.", "Refusal"),
        },
    })
}

pub(super) fn revocations() -> Value {
    json!({
        "get": {
            "operationId": "listRevocations",
            "summary": "What is revoked, the newest first.",
            "security": [{ "operatorToken": [] }],
            "responses": {
                "200": answer("Sessions and devices.", "Revocations"),
                "401": operator_only(),
                "404": no_operator(),
                "500": failure(),
            },
        },
        "post": {
            "operationId": "revoke",
            "summary": "Ends a session, or shuts a device out: no licence, no renewal, no grant.",
            "security": [{ "operatorToken": [] }],
            "requestBody": body("Whom.", true, "RevocationRequest"),
            "responses": {
                "200": answer("It is revoked.", "Revocation"),
                "400": answer("The body is no revocation.", "Refusal"),
                "401": operator_only(),
                "404": no_operator(),
                "500": failure(),
            },
        },
    })
}

pub(super) fn subject() -> Value {
    in_path("subject", "A session (32 hexadecimal digits) or a device's fingerprint (64).")
}

pub(super) fn restore() -> Value {
    json!({
        "operationId": "restore",
        "summary": "Takes a revocation back.",
        "security": [{ "operatorToken": [] }],
        "responses": {
            "204": { "description": "It is taken back." },
            "401": operator_only(),
            "404": answer("It was not revoked, or there is no operator.", "Refusal"),
            "500": failure(),
        },
    })
}

fn device() -> Value {
    header("matinee-device", "The device of the play request.", true)
}

fn profile() -> Value {
    header("matinee-profile", "The profile of the play request, where it had one.", false)
}

fn octets() -> Value {
    json!({ "application/octet-stream": {} })
}

fn unauthenticated() -> Value {
    answer("The token is missing, wrong or over; the code says which.", "Refusal")
}

fn forbidden() -> Value {
    answer("Token, viewer or device do not do for these keys; the code says why.", "Refusal")
}

fn unknown() -> Value {
    answer("The operator's service does not say whether the viewer may watch.", "Refusal")
}

fn operator_only() -> Value {
    answer("The operator's token is missing or wrong.", "Refusal")
}

fn no_operator() -> Value {
    answer("The server has no operator's token.", "Refusal")
}
