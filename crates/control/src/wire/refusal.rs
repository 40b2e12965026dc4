//! Refusals: errors, as applications see them.

use axum::Json;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use playback::Reason;
use serde::Serialize;

/// How to authenticate, which answers of status 401 have to say (RFC 9110, 15.5.2; RFC 6750, 3).
const BEARER: &str = "Bearer";

/// Answer to a request that was not done.
#[derive(Debug, Serialize)]
pub struct Refusal {
    /// What is wrong.
    pub error: Fault,
    /// Status of the response.
    #[serde(skip)]
    pub status: StatusCode,
}

/// What is wrong with a request, or with us.
#[derive(Debug, Serialize)]
pub struct Fault {
    /// For programs; never changes.
    pub code: &'static str,
    /// For people, as a sentence.
    pub message: String,
}

impl Refusal {
    /// There is no title with that id.
    pub fn title_not_found(id: &str) -> Refusal {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "title_not_found",
            format!("There is no title {id:?} in the catalogue."),
        )
    }

    /// The API has no such address.
    pub fn path_not_found() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "path_not_found", "The API has no such address.")
    }

    /// The API has the address, but not this method of it.
    pub fn method_not_allowed() -> Refusal {
        Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "The address does not take this method.",
        )
    }

    /// The body is longer than anything that is sent here.
    pub fn body_too_large(bytes_max: usize) -> Refusal {
        let message = format!("The request's body is too large: {bytes_max} bytes at most.");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
    }

    /// The body did not come to its end.
    pub fn body_broken() -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "body_broken", "The request's body broke off. Send it again.")
    }

    /// The body was not all there when its time was over.
    pub fn body_too_slow() -> Refusal {
        Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_too_slow",
            "The request's body took too long to come. Send it again.",
        )
    }

    /// There is no room for the body: too many others are being sent.
    pub fn too_busy() -> Refusal {
        Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too_busy",
            "The server has too much to do. Try again later.",
        )
    }

    /// We failed; what happened is in the log.
    pub fn internal() -> Refusal {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server failed. Try again later.")
    }

    /// We cannot serve for now; what happened is in the log.
    pub fn unavailable() -> Refusal {
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The server cannot reach its database.")
    }

    /// The body of a play request is none.
    pub fn play_request_malformed(reason: &str) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "play_request_malformed", format!("The play request {reason}."))
    }

    /// The title is protected, and the play request does not say which device will play it.
    pub fn device_missing() -> Refusal {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "device_missing",
            "The title is protected: name the device in the play request.",
        )
    }

    /// The query of a manifest's address describes no device.
    pub fn device_malformed(fault: &str) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "device_malformed", format!("The query {fault}."))
    }

    /// The device can play no picture of the title, or none of its sound.
    pub fn nothing_playable() -> Refusal {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "nothing_playable",
            "The title has no picture, or no sound, that such a device can play.",
        )
    }

    /// The body of a licence request is none.
    pub fn licence_request_malformed() -> Refusal {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "licence_request_malformed",
            "The body is no licence request of this key system.",
        )
    }

    /// Protected titles are not served here.
    pub fn licences_not_served() -> Refusal {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "licences_not_served",
            "This server gives no licences of this key system.",
        )
    }

    /// The operator's service says that the viewer may not watch; `reason` are its words for the viewer.
    pub fn not_entitled(reason: Option<String>) -> Refusal {
        let refusal = Refusal::licence(Reason::NotEntitled);
        let message = reason.unwrap_or(refusal.error.message);
        Refusal { error: Fault { message, ..refusal.error }, ..refusal }
    }

    /// The operator's service does not say whether the viewer may watch; what happened is in the log.
    pub fn entitlement_unknown() -> Refusal {
        Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "entitlement_unknown",
            "Nobody can say for now whether the viewer is entitled to this. Try again later.",
        )
    }

    /// A licence service of others does not answer, or not as it should; what happened is in the log.
    pub fn licence_service_failed() -> Refusal {
        Refusal::new(
            StatusCode::BAD_GATEWAY,
            "licence_service_failed",
            "The licence service of this key system does not answer. Try again with the token of this answer, or with a \
             new play grant where it has none.",
        )
    }

    /// A licence service of others refuses the device, or its message.
    pub fn licence_service_refused() -> Refusal {
        Refusal::new(
            StatusCode::FORBIDDEN,
            "licence_service_refused",
            "The licence service of this key system refused the licence.",
        )
    }

    /// The operator's token is missing or wrong.
    pub fn operator_only() -> Refusal {
        Refusal::new(StatusCode::UNAUTHORIZED, "operator_only", "This address needs the operator's token.")
    }

    /// The body of a revocation is none.
    pub fn revocation_malformed(fault: &str) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "revocation_malformed", format!("The revocation {fault}."))
    }

    /// No such session or device is revoked.
    pub fn revocation_not_found() -> Refusal {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "revocation_not_found",
            "No session and no device of that name is revoked.",
        )
    }

    /// A licence is refused.
    pub fn licence(reason: Reason) -> Refusal {
        let status =
            if reason.is_unauthenticated() { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
        Refusal::new(status, reason.code(), reason.to_string())
    }

    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { error: Fault { code, message: message.into() }, status }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self)).into_response();
        if response.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(BEARER));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_in_the_guide() {
        let guide = include_str!("../../../../docs/guide/protection.md");
        for reason in Reason::ALL {
            let Refusal { error, status } = Refusal::licence(reason);
            let code = format!("`{}`", error.code);
            let row = guide.lines().find(|line| line.starts_with('|') && line.contains(&code));
            let row = row.unwrap_or_else(|| panic!("{code} has no row"));
            assert!(row.contains(&format!("| {} |", status.as_u16())), "{row}");
        }
    }
}
