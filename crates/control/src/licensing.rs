//! Licences: a token for who plays a protected title, and keys for who has one.

use std::error::Error;

use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName};
use db::{Claim, Claimed, UseKind};
use keys::Use;
use media::protection::{KeyId, KeySystem, Protection, TrackClass};
use playback::{
    Ask, AskedKey, Audience, Claims, Fingerprint, Kind, Licence, Nonce, Policy, Reason, Security, Session,
    decide,
};
use title::{Release, TitleId};

use crate::api::{Named, log_internal};
use crate::wire::licence;
use crate::wire::play::Viewer;
use crate::wire::protection::{self, LicenceServer};
use crate::wire::refusal::Refusal;
use crate::{Licences, State};

/// Says which device asks for a licence.
const DEVICE: HeaderName = HeaderName::from_static("matinee-device");

/// Says which profile watches.
const PROFILE: HeaderName = HeaderName::from_static("matinee-profile");

/// What `viewer` needs to get the keys of `release`; `None` where it is clear.
pub(crate) async fn grant(
    state: &State,
    release: &Release,
    viewer: &Viewer,
) -> Result<Option<protection::Protection>, Refusal> {
    let Some(scheme) = protections(release).next().map(|protection| protection.scheme) else {
        return Ok(None);
    };
    let licences = state.licences.as_ref().ok_or_else(Refusal::licences_not_served)?;
    let device = viewer.device.as_deref().ok_or_else(Refusal::device_missing)?;
    let now_ms = licences.clock.now_ms();
    let claims = Claims {
        audience: Audience::Licence,
        security: viewer.security,
        nonce: Nonce(random()?),
        session: Session(random()?),
        session_start_ms: now_ms,
        device: Fingerprint::of(device),
        package: release.package_digest,
        issued_ms: now_ms,
        expires_ms: now_ms + licences.policy.token_ms,
        title: release.title.id.0.clone(),
        profile: viewer.profile.clone(),
    };
    Ok(Some(protection::Protection {
        scheme: scheme.name(),
        classes: classes(release, &licences.policy, viewer.security),
        token: sign(licences, &claims).await?,
        token_expires_ms: claims.expires_ms,
        licences: vec![LicenceServer {
            system: "org.w3.clearkey",
            url: format!("/api/titles/{}/licences/clearkey", release.title.id),
        }],
    }))
}

/// `POST /api/titles/{id}/licences/clearkey`: keys for who holds a token.
pub(crate) async fn clear_key(
    Shared(state): Shared<State>,
    Named(title): Named,
    headers: HeaderMap,
    body: Bytes,
) -> Result<licence::Licence, Refusal> {
    let licences = state.licences.as_ref().ok_or_else(Refusal::licences_not_served)?;
    let claims = read_token(licences, &headers).await?;
    let (ids, duration) = licence::read(&body).ok_or_else(Refusal::licence_request_malformed)?;
    let asked = asked_keys(&state, &claims, &ids).await?;
    let ask = Ask {
        title: &title.0,
        device: Fingerprint::of(text(&headers, DEVICE)),
        profile: text(&headers, PROFILE),
        security: Security::of_system(KeySystem::Common),
        keys: &asked,
        duration,
    };
    let now_ms = licences.clock.now_ms();
    let granted =
        decide(&licences.policy, &claims, &ask, now_ms).map_err(|reason| refused(&title, reason))?;
    claim(&state, licences, &claims, &granted, now_ms).await?;
    let by = Use { kind: UseKind::Licence, used_by: &claims.session.hex(), at_ms: now_ms };
    let keys = licences.keys.content_keys(&granted.keys, by).await.map_err(log_keys)?;
    let next = next_token(licences, claims, &granted, now_ms).await?;
    Ok(licence::Licence { keys, duration, ends_ms: granted.expires_ms - now_ms, next })
}

async fn read_token(licences: &Licences, headers: &HeaderMap) -> Result<Claims, Refusal> {
    let bearer = text(headers, AUTHORIZATION).split_once(' ');
    let token = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token);
    let token = token.ok_or_else(|| Refusal::licence(Reason::TokenMissing))?;
    licences.signer().await.map_err(log_keys)?.verify(token.trim()).map_err(Refusal::licence)
}

/// The keys `ids` with the classes that they have in the package of the token.
async fn asked_keys(state: &State, claims: &Claims, ids: &[KeyId]) -> Result<Vec<AskedKey>, Refusal> {
    let title = TitleId(claims.title.clone());
    let release = state.db.release(&title, &claims.package).await.map_err(log_internal)?;
    let release = release.ok_or_else(|| Refusal::title_not_found(&claims.title))?;
    // A key that opens tracks of several classes counts as the best of them.
    let class = |id: &KeyId| {
        let with_key = protections(&release).filter(|p| p.periods.iter().any(|period| period.key_id == *id));
        with_key.map(|protection| protection.class).max()
    };
    Ok(ids.iter().map(|id| AskedKey { id: *id, class: class(id) }).collect())
}

/// Uses the token and takes the session's place.
async fn claim(
    state: &State,
    licences: &Licences,
    claims: &Claims,
    granted: &Licence,
    now_ms: i64,
) -> Result<(), Refusal> {
    let until_ms = match granted.kind {
        Kind::Renewable { .. } => granted.expires_ms,
        // Who watches without us takes no place.
        Kind::Kept => now_ms,
    };
    let (nonce, session, account) = (claims.nonce.hex(), claims.session.hex(), account(claims));
    let claim = Claim {
        nonce: &nonce,
        token_expires_ms: claims.expires_ms,
        token_uses_max: licences.policy.token_uses_max,
        session: &session,
        account: &account,
        until_ms,
        streams_max: licences.policy.streams_max,
    };
    let title = TitleId(claims.title.clone());
    match state.db.claim_stream(&claim, now_ms).await.map_err(log_internal)? {
        Claimed::Done => Ok(()),
        Claimed::TokenUsedUp => Err(refused(&title, Reason::TokenReplayed)),
        Claimed::NoPlace => Err(refused(&title, Reason::TooManyStreams)),
    }
}

/// Whose places a session takes. There are no accounts yet: each device stands for itself.
fn account(claims: &Claims) -> String {
    format!("device {}", claims.device.hex())
}

/// The token that renews a licence, and in how many milliseconds it is due.
async fn next_token(
    licences: &Licences,
    claims: Claims,
    granted: &Licence,
    now_ms: i64,
) -> Result<Option<(i64, String)>, Refusal> {
    let Kind::Renewable { renew_ms } = granted.kind else { return Ok(None) };
    let claims =
        Claims { nonce: Nonce(random()?), issued_ms: now_ms, expires_ms: granted.expires_ms, ..claims };
    Ok(Some((renew_ms - now_ms, sign(licences, &claims).await?)))
}

fn protections(release: &Release) -> impl Iterator<Item = &Protection> {
    let video = release.package.video.iter().map(|video| &video.track);
    let audio = release.package.audio.iter().map(|audio| &audio.track);
    video.chain(audio).filter_map(|track| track.protection.as_ref())
}

/// The classes of the title's tracks that a device gets keys for.
fn classes(release: &Release, policy: &Policy, security: Security) -> Vec<&'static str> {
    let has = |class: &TrackClass| protections(release).any(|protection| protection.class == *class);
    let mine = TrackClass::ALL.into_iter().filter(|class| policy.allows(security, *class) && has(class));
    mine.map(TrackClass::name).collect()
}

async fn sign(licences: &Licences, claims: &Claims) -> Result<String, Refusal> {
    let token = licences.signer().await.map_err(log_keys)?.sign(claims);
    token.ok_or_else(|| {
        tracing::error!(title = claims.title, "the title's id is too long for a play token");
        Refusal::internal()
    })
}

fn random<const N: usize>() -> Result<[u8; N], Refusal> {
    keys::random().map_err(log_keys)
}

/// A header's value; empty where it is missing or no text.
fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn refused(title: &TitleId, reason: Reason) -> Refusal {
    tracing::info!(%title, code = reason.code(), "a licence was refused");
    Refusal::licence(reason)
}

fn log_keys(error: keys::Error) -> Refusal {
    tracing::error!(error = &error as &dyn Error, "the key store failed");
    Refusal::internal()
}
