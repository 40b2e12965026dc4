//! The contract: the API as an OpenAPI 3.1 document, kept in `api/openapi.json` for people and for other languages.
//!
//! Tests compare that file with [`document`] and real answers with the schemas in it.

mod licences;
mod schemas;

use serde_json::{Value, json};

use crate::wire::device;

const PACKAGE: &str =
    "Digest of the package, as in its media addresses; behind an access token, `~TOKEN/` before it.";
const MANIFEST: &str =
    "`master.m3u8` (HLS), `manifest.mpd` (DASH, by index) or `timeline.mpd` (DASH, by named segments).";

/// The document.
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Matinee",
            "version": "1",
            "description": "The catalogue and the right to play. Media are at the URLs in the answers.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": {
            "/api/titles": { "get": list_titles() },
            "/api/titles/{id}": { "parameters": [title_id()], "get": show_title() },
            "/api/titles/{id}/play": { "parameters": [title_id()], "post": play_title() },
            "/api/titles/{id}/licences/clearkey": { "parameters": [title_id()], "post": licences::clear_key() },
            "/api/titles/{id}/licences/{system}": {
                "parameters": [title_id(), licences::system()],
                "post": licences::proxied(),
            },
            "/api/licences/{system}/certificate": {
                "parameters": [licences::system()],
                "get": licences::certificate(),
            },
            "/api/revocations": licences::revocations(),
            "/api/revocations/{subject}": { "parameters": [licences::subject()], "delete": licences::restore() },
            "/api/titles/{id}/manifests/{package}/{file}": {
                "parameters": [title_id(), in_path("package", PACKAGE), in_path("file", MANIFEST)],
                "get": manifest(),
            },
            "/healthz": { "get": health() },
        },
        "components": {
            "schemas": schemas::all(),
            "securitySchemes": {
                "playToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of a play grant, or the one that came with the last licence. Each is used once.",
                },
                "operatorToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The setting `serve.operator_token`.",
                },
            },
        },
    })
}

/// The document as it is kept: indented, with a line end.
pub fn text() -> String {
    format!("{:#}\n", document())
}

fn list_titles() -> Value {
    json!({
        "operationId": "listTitles",
        "summary": "The catalogue, newest first.",
        "responses": { "200": answer("The titles.", "Catalogue"), "500": failure() },
    })
}

fn show_title() -> Value {
    json!({
        "operationId": "showTitle",
        "summary": "One title of the catalogue.",
        "responses": { "200": answer("The title.", "Title"), "404": no_title(), "500": failure() },
    })
}

fn play_title() -> Value {
    json!({
        "operationId": "playTitle",
        "summary": "All that a player needs to start a title.",
        "description": "The manifests are inlined as byte tables: a player may fetch media at once. Protected titles need \
                        a body that names the device.",
        "requestBody": body("Who plays.", false, "PlayRequest"),
        "responses": {
            "200": answer("The grant.", "PlayGrant"),
            "400": answer("The body is no play request, or a device is missing.", "Refusal"),
            "403": answer("The viewer is not entitled to the title, or the device is revoked.", "Refusal"),
            "404": no_title(),
            "500": failure(),
            "503": answer("The operator's service does not say whether the viewer may watch.", "Refusal"),
        },
    })
}

fn manifest() -> Value {
    let parameters = device::PARAMETERS.map(|(name, description)| {
        json!({ "name": name, "in": "query", "description": description, "schema": { "type": "string" } })
    });
    json!({
        "operationId": "manifest",
        "summary": "A manifest of what one device plays of a package.",
        "description": "A parameter that is left out says that the device plays everything. It names all \
                        edges. Other file names lead, by redirection, to the package's files.",
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "The manifest.",
                "content": { "application/vnd.apple.mpegurl": {}, "application/dash+xml": {}, "application/vnd.apple.steering-list": {} },
            },
            "307": { "description": "The file is at the address in `Location`." },
            "400": answer("The query describes no device.", "Refusal"),
            "404": answer("There is no such title, package or file, or nothing of it for the device.", "Refusal"),
            "500": failure(),
        },
    })
}

fn health() -> Value {
    json!({
        "operationId": "health",
        "summary": "Whether the server can answer.",
        "responses": {
            "200": answer("It can.", "Health"),
            "503": answer("It cannot reach its database.", "Refusal"),
        },
    })
}

fn title_id() -> Value {
    json!({
        "name": "id",
        "in": "path",
        "required": true,
        "description": "A title's id, such as `big-buck-bunny-3f2a9c01`.",
        "schema": { "type": "string" },
    })
}

fn in_path(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": { "type": "string" } })
}

fn header(name: &str, description: &str, required: bool) -> Value {
    json!({ "name": name, "in": "header", "required": required, "description": description, "schema": { "type": "string" } })
}

fn body(description: &str, required: bool, schema: &str) -> Value {
    json!({
        "description": description,
        "required": required,
        "content": { "application/json": { "schema": schemas::reference(schema) } },
    })
}

fn no_title() -> Value {
    answer("There is no such title.", "Refusal")
}

fn failure() -> Value {
    answer("The server failed.", "Refusal")
}

fn answer(description: &str, schema: &str) -> Value {
    json!({
        "description": description,
        "content": { "application/json": { "schema": schemas::reference(schema) } },
    })
}
