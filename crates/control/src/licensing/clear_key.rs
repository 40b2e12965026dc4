//! Clear Key: keys for who holds a token, in the clear.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use db::UseKind;
use keys::Use;
use media::protection::{KeyId, KeySystem};
use playback::AskedKey;
use title::Release;

use super::{admit, ask, keys_failed, next_terms, protections, read_token, release_of};
use crate::State;
use crate::api::{Named, Sent};
use crate::wire::licence::{self, ClearKeyLicence};
use crate::wire::refusal::Refusal;

/// `POST /api/titles/{id}/licences/clearkey`.
pub(crate) async fn licence(
    Shared(state): Shared<State>,
    Named(title): Named,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<ClearKeyLicence, Refusal> {
    let licences = state.licences.as_ref().filter(|licences| licences.clear_key);
    let licences = licences.ok_or_else(Refusal::licences_not_served)?;
    let claims = read_token(licences, &headers).await?;
    let (ids, duration) = licence::read(&body).ok_or_else(Refusal::licence_request_malformed)?;
    let keys = classified(&release_of(&state, &claims).await?, &ids);
    let ask = ask(&title, KeySystem::Common, &headers, &keys, duration);
    let (granted, now_ms) = admit(&state, licences, &claims, &ask).await?;
    let by = Use { kind: UseKind::Licence, used_by: &claims.session.hex(), at_ms: now_ms };
    let keys = licences.keys.content_keys(&granted.keys, by).await.map_err(keys_failed)?;
    let terms = next_terms(licences, claims, &granted, now_ms).await?;
    Ok(ClearKeyLicence { keys, duration, terms })
}

/// The keys `ids` with the classes that they have in `release`. A key that opens tracks of several classes counts as the
/// best of them.
fn classified(release: &Release, ids: &[KeyId]) -> Vec<AskedKey> {
    let class = |id: &KeyId| {
        let with_key = protections(release).filter(|p| p.periods.iter().any(|period| period.key_id == *id));
        with_key.map(|protection| protection.class).max()
    };
    ids.iter().map(|id| AskedKey { id: *id, class: class(id) }).collect()
}
