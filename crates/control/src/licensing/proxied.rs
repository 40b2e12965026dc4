//! Key systems of others: their licence services give the licences, behind the same checks as Clear Key's.
//!
//! A CDM's message is not read here: it is for the service alone. What the viewer may have goes with it.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::extract::State as Shared;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use db::UseKind;
use keys::Use;
use media::protection::{KeyId, KeySystem, TrackClass};
use playback::{AskedKey, Claims, Duration, Licence, Security};
use title::{Release, TitleId};

use super::{admit, ask, keys_failed, next_terms, protections, read_token, release_of};
use crate::State;
use crate::api::{At, Sent};
use crate::wire::key_policy::KeyPolicy;
use crate::wire::licence::SessionType;
use crate::wire::refusal::Refusal;

/// Says that a licence to keep is asked for. Clear Key's requests say it themselves; these are not read.
const LICENCE_TYPE: HeaderName = HeaderName::from_static("matinee-licence-type");

/// `POST /api/titles/{id}/licences/{system}`.
pub(crate) async fn licence(
    Shared(state): Shared<State>,
    At((title, system)): At<(String, String)>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, Refusal> {
    let title = TitleId(title);
    let system = KeySystem::named(&system).ok_or_else(Refusal::path_not_found)?;
    let licences = state.licences.as_ref().ok_or_else(Refusal::licences_not_served)?;
    let services = licences.services.as_ref().filter(|services| services.of(system).is_some());
    let services = services.ok_or_else(Refusal::licences_not_served)?;
    let claims = read_token(licences, &headers).await?;
    if body.is_empty() {
        return Err(Refusal::licence_request_malformed());
    }
    let duration = duration(&headers)?;
    let keys = all_keys(&release_of(&state, &claims).await?);
    let asked: Vec<AskedKey> =
        keys.iter().map(|(id, class)| AskedKey { id: *id, class: Some(*class) }).collect();
    let ask = ask(&title, system, &headers, &asked, duration);
    let (granted, now_ms) = admit(&state, licences, &claims, &ask).await?;
    let used_by = format!("{} by {}", claims.session.hex(), system.name());
    let by = Use { kind: UseKind::Licence, used_by: &used_by, at_ms: now_ms };
    licences.keys.note(granted.keys.iter().copied(), by).await.map_err(keys_failed)?;
    let policy = key_policy(&claims, system, &keys, &granted, duration, now_ms);
    let answer = services.licence(system, body, &headers, &policy).await;
    let terms = next_terms(licences, claims.clone(), &granted, now_ms).await?;
    let mut response = match answer {
        Ok(answer) => passed_on(answer),
        // The token is used up; the next one is for another try.
        Err(refusal) => refusal.into_response(),
    };
    terms.tell(response.headers_mut());
    Ok(response)
}

/// `GET /api/licences/{system}/certificate`.
pub(crate) async fn certificate(
    Shared(state): Shared<State>,
    At(system): At<String>,
) -> Result<Bytes, Refusal> {
    let system = KeySystem::named(&system).ok_or_else(Refusal::path_not_found)?;
    let services = state.licences.as_ref().and_then(|licences| licences.services.as_ref());
    let certificate = services.and_then(|services| services.of(system)?.certificate.clone());
    certificate.ok_or_else(Refusal::licences_not_served)
}

/// The service's licence, as it is.
fn passed_on(answer: fetch::Answer) -> Response {
    let octets = HeaderValue::from_static("application/octet-stream");
    let content_type = answer.headers.get(CONTENT_TYPE).cloned().unwrap_or(octets);
    let mut response = Response::new(Body::from(answer.body));
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

fn duration(headers: &HeaderMap) -> Result<Duration, Refusal> {
    match headers.get(LICENCE_TYPE).map(HeaderValue::as_bytes) {
        None | Some(b"temporary") => Ok(Duration::Streaming),
        Some(b"persistent-license") => Ok(Duration::Offline),
        Some(_) => Err(Refusal::licence_request_malformed()),
    }
}

/// The keys of a release, each with the best class that it opens.
fn all_keys(release: &Release) -> BTreeMap<KeyId, TrackClass> {
    let mut keys = BTreeMap::new();
    for protection in protections(release) {
        for period in &protection.periods {
            let class = keys.entry(period.key_id).or_insert(protection.class);
            *class = protection.class.max(*class);
        }
    }
    keys
}

fn key_policy<'a>(
    claims: &'a Claims,
    system: KeySystem,
    keys: &BTreeMap<KeyId, TrackClass>,
    granted: &Licence,
    duration: Duration,
    now_ms: i64,
) -> KeyPolicy<'a> {
    let has = |class: &TrackClass| granted.keys.iter().any(|id| keys.get(id) == Some(class));
    KeyPolicy {
        title: &claims.title,
        session: claims.session.hex(),
        device: claims.device.hex(),
        profile: &claims.profile,
        security: claims.security.min(Security::of_system(system)).name(),
        classes: TrackClass::ALL.into_iter().filter(has).map(TrackClass::name).collect(),
        key_ids: Some(granted.keys.iter().map(KeyId::hex).collect()),
        session_type: SessionType::of(duration),
        ends_s: (granted.expires_ms - now_ms) / 1000,
    }
}
