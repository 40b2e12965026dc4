//! Revoking over the API, for operators: whoever has the operator's token.

use std::fmt;
use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use playback::Subject;

use crate::api::{At, Sent, log_internal};
use crate::licensing::bearer;
use crate::wire::refusal::Refusal;
use crate::wire::revocation::{self, Revocation, Revocations};
use crate::{Licences, State};

/// Knows the operator's token when it comes; keeps no more than its digest.
#[derive(Clone)]
pub struct Operator(Arc<blake3::Hash>);

/// Does not show the digest: a weak token could be found by it.
impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operator(..)")
    }
}

impl Operator {
    /// Whoever has `token`.
    pub fn new(token: &str) -> Operator {
        Operator(Arc::new(blake3::hash(token.as_bytes())))
    }

    /// Takes as long for every token: digests are compared in constant time.
    fn is(&self, token: &str) -> bool {
        blake3::hash(token.as_bytes()) == *self.0
    }
}

/// `POST /api/revocations`.
pub(crate) async fn revoke(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Json<Revocation>, Refusal> {
    let licences = permit(&state, &headers)?;
    let (subject, for_ms) = revocation::read(&body).map_err(|fault| Refusal::revocation_malformed(&fault))?;
    let now_ms = licences.clock.now_ms();
    let until_ms = licences.policy.revoked_until_ms(now_ms, for_ms);
    let revocation = db::Revocation { subject: subject.to_string(), revoked_ms: now_ms, until_ms };
    state.db.revoke(&revocation).await.map_err(log_internal)?;
    tracing::info!(%subject, until_ms, "tokens were revoked");
    Ok(Json(revocation.into()))
}

/// `GET /api/revocations`.
pub(crate) async fn list(
    Shared(state): Shared<State>,
    headers: HeaderMap,
) -> Result<Json<Revocations>, Refusal> {
    let now_ms = permit(&state, &headers)?.clock.now_ms();
    let found = state.db.list_revocations(now_ms).await.map_err(log_internal)?;
    Ok(Json(Revocations { revocations: found.into_iter().map(Revocation::from).collect() }))
}

/// `DELETE /api/revocations/{subject}`.
pub(crate) async fn restore(
    Shared(state): Shared<State>,
    At(subject): At<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    permit(&state, &headers)?;
    let subject: Subject = subject.parse().map_err(|_| Refusal::revocation_not_found())?;
    let was_revoked = state.db.restore(&subject.to_string()).await.map_err(log_internal)?;
    if was_revoked { Ok(StatusCode::NO_CONTENT) } else { Err(Refusal::revocation_not_found()) }
}

/// Where no operator has a token, nobody learns that there is such an address.
fn permit<'a>(state: &'a State, headers: &HeaderMap) -> Result<&'a Licences, Refusal> {
    let operator = state.operator.as_ref().ok_or_else(Refusal::path_not_found)?;
    let licences = state.licences.as_ref().ok_or_else(Refusal::path_not_found)?;
    let token = headers.get(AUTHORIZATION).and_then(bearer).unwrap_or_default();
    if operator.is(token) { Ok(licences) } else { Err(Refusal::operator_only()) }
}
