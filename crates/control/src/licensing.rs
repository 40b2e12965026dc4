//! Licences: a token for who plays a protected title, and the checks that every request for a licence passes.
//!
//! Token, entitlement, policy, then the place and the token's use, in that order: what a refusal needs of others comes late.

pub(crate) mod clear_key;
pub(crate) mod proxied;

use std::collections::BTreeSet;
use std::error::Error;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use db::{Claim, Claimed};
use media::protection::{KeyId, KeySystem, Protection, TrackClass};
use playback::{
    Ask, AskedKey, Audience, Claims, Duration, Entitlement, Fingerprint, Kind, Licence, Nonce, Reason,
    Security, Session, check_token, decide,
};
use title::{Release, TitleId};

use crate::api::log_internal;
use crate::wire::entitlement::Question;
use crate::wire::licence::Terms;
use crate::wire::play::Viewer;
use crate::wire::protection::{self, LicenceServer};
use crate::wire::refusal::Refusal;
use crate::{Licences, State};

/// Says which device asks for a licence.
const DEVICE: HeaderName = HeaderName::from_static("matinee-device");

/// Says which profile watches.
const PROFILE: HeaderName = HeaderName::from_static("matinee-profile");

/// What a viewer is granted of a title.
pub(crate) struct Granted {
    /// How to get its keys; `None` where it is clear.
    pub protection: Option<protection::Protection>,
    /// What the viewer is entitled to.
    pub entitlement: Entitlement,
}

/// What `viewer` may have of `release`, which may be clear.
pub(crate) async fn grant(state: &State, release: &Release, viewer: &Viewer) -> Result<Granted, Refusal> {
    let scheme = protections(release).next().map(|protection| protection.scheme);
    let device = viewer.device.as_deref().map(Fingerprint::of);
    if scheme.is_some() {
        state.licences.as_ref().ok_or_else(Refusal::licences_not_served)?;
        device.ok_or_else(Refusal::device_missing)?;
    }
    if let (Some(licences), Some(device)) = (&state.licences, device) {
        let is_revoked = state.db.is_revoked(&device.hex(), licences.clock.now_ms()).await;
        if is_revoked.map_err(log_internal)? {
            return Err(refused(&release.title.id, Reason::TokenRevoked));
        }
    }
    let session = Session(random()?);
    let question = Question {
        title: release.title.id.0.clone(),
        device: device.map(|device| device.hex()).unwrap_or_default(),
        profile: viewer.profile.clone(),
        session: session.hex(),
    };
    let entitlement = state.entitlements.of(&question).await?;
    let protection = match (&state.licences, device, scheme) {
        (Some(licences), Some(device), Some(scheme)) => {
            let claims = first_claims(licences, release, viewer, device, session)?;
            let class_max = licences.policy.class_max(viewer.security).min(entitlement.class_max);
            Some(protection::Protection {
                scheme: scheme.name(),
                classes: classes(release, class_max),
                token: sign(licences, &claims).await?,
                token_expires_ms: claims.expires_ms,
                licences: servers(licences, release, class_max),
            })
        }
        _ => None,
    };
    Ok(Granted { protection, entitlement })
}

/// What the first token of a session says.
fn first_claims(
    licences: &Licences,
    release: &Release,
    viewer: &Viewer,
    device: Fingerprint,
    session: Session,
) -> Result<Claims, Refusal> {
    let now_ms = licences.clock.now_ms();
    Ok(Claims {
        audience: Audience::Licence,
        security: viewer.security,
        nonce: Nonce(random()?),
        session,
        session_start_ms: now_ms,
        device,
        package: release.package_digest,
        issued_ms: now_ms,
        expires_ms: now_ms + licences.policy.token_ms,
        title: release.title.id.0.clone(),
        profile: viewer.profile.clone(),
    })
}

/// Where licences are asked for: the services of others first, since their systems keep keys better than Clear Key.
fn servers(licences: &Licences, release: &Release, class_max: TrackClass) -> Vec<LicenceServer> {
    let title = &release.title.id;
    let services = licences.services.iter().flat_map(|services| services.all());
    let proxied = services.map(|(system, service)| LicenceServer {
        system: protection::eme_name(system),
        url: format!("/api/titles/{title}/licences/{}", system.name()),
        certificate_url: service
            .certificate
            .as_ref()
            .map(|_| format!("/api/licences/{}/certificate", system.name())),
        pssh: pssh(release, system, class_max),
    });
    let clear_key = licences.clear_key.then(|| LicenceServer {
        system: protection::eme_name(KeySystem::Common),
        url: format!("/api/titles/{title}/licences/clearkey"),
        certificate_url: None,
        pssh: None,
    });
    proxied.chain(clear_key).collect()
}

/// A `pssh` box with all keys of the release up to `class_max`; `None` where the system has no such box.
fn pssh(release: &Release, system: KeySystem, class_max: TrackClass) -> Option<String> {
    let scheme = protections(release).next()?.scheme;
    let keys: BTreeSet<KeyId> = protections(release)
        .filter(|protection| protection.class <= class_max)
        .flat_map(|protection| protection.periods.iter().map(|period| period.key_id))
        .collect();
    let keys: Vec<KeyId> = keys.into_iter().collect();
    let header = cmaf::cenc::pssh::header(system, scheme, &keys, None);
    (!keys.is_empty() && !header.pssh.is_empty()).then(|| STANDARD.encode(header.pssh))
}

/// What a request for a licence of `system` asks.
fn ask<'a>(
    title: &'a TitleId,
    system: KeySystem,
    headers: &'a HeaderMap,
    keys: &'a [AskedKey],
    duration: Duration,
) -> Ask<'a> {
    Ask {
        title: &title.0,
        device: Fingerprint::of(text(headers, DEVICE)),
        profile: text(headers, PROFILE),
        security: Security::of_system(system),
        keys,
        duration,
    }
}

/// Decides on what is asked; uses the token and takes the session's place. Gives the time of the decision too, in
/// milliseconds since 1970 (UTC): the operator's service may have taken seconds before it.
async fn admit(
    state: &State,
    licences: &Licences,
    claims: &Claims,
    ask: &Ask<'_>,
) -> Result<(Licence, i64), Refusal> {
    // The token's title, which is ours: the one that is asked for may be any text.
    let title = TitleId(claims.title.clone());
    let asked_ms = licences.clock.now_ms();
    check_token(&licences.policy, claims, ask, asked_ms).map_err(|reason| refused(&title, reason))?;
    let question = Question {
        title: claims.title.clone(),
        device: claims.device.hex(),
        profile: claims.profile.clone(),
        session: claims.session.hex(),
    };
    let entitlement = state.entitlements.of(&question).await?;
    let now_ms = licences.clock.now_ms();
    let granted = decide(&licences.policy, claims, &entitlement, ask, now_ms);
    let granted = granted.map_err(|reason| refused(&title, reason))?;
    claim(state, licences, claims, &granted, now_ms).await?;
    Ok((granted, now_ms))
}

async fn read_token(licences: &Licences, headers: &HeaderMap) -> Result<Claims, Refusal> {
    let token = headers.get(AUTHORIZATION).and_then(bearer);
    let token = token.ok_or_else(|| Refusal::licence(Reason::TokenMissing))?;
    licences.signer().await.map_err(keys_failed)?.verify(token).map_err(Refusal::licence)
}

/// The token of an `Authorization` (RFC 6750, 2.1).
pub(crate) fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The release that a token is for.
async fn release_of(state: &State, claims: &Claims) -> Result<Release, Refusal> {
    let title = TitleId(claims.title.clone());
    let release = state.db.release(&title, &claims.package).await.map_err(log_internal)?;
    release.ok_or_else(|| Refusal::title_not_found(&claims.title))
}

/// Uses the token and takes the session's place. There are no accounts yet: each device stands for itself.
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
    let (nonce, session, device) = (claims.nonce.hex(), claims.session.hex(), claims.device.hex());
    let claim = Claim {
        nonce: &nonce,
        token_expires_ms: claims.expires_ms,
        token_uses_max: licences.policy.token_uses_max,
        session: &session,
        device: &device,
        account: &format!("device {device}"),
        until_ms,
        streams_max: licences.policy.streams_max,
    };
    let title = TitleId(claims.title.clone());
    match state.db.claim_stream(&claim, now_ms).await.map_err(log_internal)? {
        Claimed::Done => Ok(()),
        Claimed::Revoked => Err(refused(&title, Reason::TokenRevoked)),
        Claimed::TokenUsedUp => Err(refused(&title, Reason::TokenReplayed)),
        Claimed::NoPlace => Err(refused(&title, Reason::TooManyStreams)),
    }
}

/// When a licence ends, and the token that renews it.
async fn next_terms(
    licences: &Licences,
    claims: Claims,
    granted: &Licence,
    now_ms: i64,
) -> Result<Terms, Refusal> {
    let ends_ms = granted.expires_ms - now_ms;
    let Kind::Renewable { renew_ms } = granted.kind else { return Ok(Terms { ends_ms, next: None }) };
    let claims =
        Claims { nonce: Nonce(random()?), issued_ms: now_ms, expires_ms: granted.expires_ms, ..claims };
    Ok(Terms { ends_ms, next: Some((renew_ms - now_ms, sign(licences, &claims).await?)) })
}

fn protections(release: &Release) -> impl Iterator<Item = &Protection> {
    let video = release.package.video.iter().map(|video| &video.track);
    let audio = release.package.audio.iter().map(|audio| &audio.track);
    video.chain(audio).filter_map(|track| track.protection.as_ref())
}

/// The classes of the title's tracks, up to `class_max`.
fn classes(release: &Release, class_max: TrackClass) -> Vec<&'static str> {
    let has = |class: &TrackClass| protections(release).any(|protection| protection.class == *class);
    let mine = TrackClass::ALL.into_iter().filter(|class| *class <= class_max && has(class));
    mine.map(TrackClass::name).collect()
}

async fn sign(licences: &Licences, claims: &Claims) -> Result<String, Refusal> {
    let token = licences.signer().await.map_err(keys_failed)?.sign(claims);
    token.ok_or_else(|| {
        tracing::error!(title = claims.title, "the title's id is too long for a play token");
        Refusal::internal()
    })
}

fn random<const N: usize>() -> Result<[u8; N], Refusal> {
    keys::random().map_err(keys_failed)
}

/// A header's value; empty where it is missing or no text.
fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn refused(title: &TitleId, reason: Reason) -> Refusal {
    tracing::info!(%title, code = reason.code(), "a licence was refused");
    Refusal::licence(reason)
}

fn keys_failed(error: keys::Error) -> Refusal {
    tracing::error!(error = &error as &dyn Error, "the key store failed");
    Refusal::internal()
}
