//! The API's addresses and what happens there: fetch, decide, answer.

use std::error::Error;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Request, State as Shared};
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{any, delete, get, post};
use axum::{Json, Router, middleware};
use cache::freshness::{Content, cache_control};
use serde::Serialize;
use serde::de::DeserializeOwned;
use title::{Release, TitleId};

use crate::licensing::{Granted, clear_key, proxied};
use crate::wire::catalogue::{Catalogue, Title};
use crate::wire::grant::Grant;
use crate::wire::play::Viewer;
use crate::wire::refusal::Refusal;
use crate::{State, licensing, manifests, revoking};

/// Most bytes of a request's body: the licence requests of all key systems are smaller.
pub const BODY_BYTES_MAX: usize = 64 << 10;

/// Answer to `GET /healthz`.
#[derive(Debug, Serialize)]
pub(crate) struct Health {
    status: &'static str,
}

/// The title that the address names.
pub(crate) struct Named(pub TitleId);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Named, Refusal> {
        let named = Path::from_request_parts(parts, state).await;
        // What is not UTF-8 names no title; it is shown as the replacement character.
        named.map(|Path(id)| Named(TitleId(id))).map_err(|_| Refusal::title_not_found("\u{fffd}"))
    }
}

/// What else an address names; where it is not UTF-8 it names nothing.
pub(crate) struct At<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<At<T>, Refusal> {
        let named = Path::from_request_parts(parts, state).await;
        named.map(|Path(named)| At(named)).map_err(|_| Refusal::path_not_found())
    }
}

/// A request's body, which may be empty.
pub(crate) struct Sent(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Sent, Refusal> {
        let body = Bytes::from_request(request, state).await;
        body.map(Sent).map_err(|fault| match fault.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Refusal::body_too_large(BODY_BYTES_MAX),
            _ => Refusal::body_broken(),
        })
    }
}

/// The API's addresses.
pub(crate) fn router(state: State) -> Router {
    let api = Router::new()
        .route("/titles", get(list_titles))
        .route("/titles/{id}", get(show_title))
        .route("/titles/{id}/play", post(play_title))
        .route("/titles/{id}/licences/clearkey", post(clear_key::licence))
        .route("/titles/{id}/licences/{system}", post(proxied::licence))
        .route("/licences/{system}/certificate", get(proxied::certificate))
        .route("/revocations", get(revoking::list).post(revoking::revoke))
        .route("/revocations/{subject}", delete(revoking::restore))
        .route("/titles/{id}/manifests/{*rest}", get(manifests::serve))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .fallback(nowhere);
    Router::new()
        .nest("/api", api)
        .route("/healthz", get(health))
        .route("/api/", any(nowhere))
        .method_not_allowed_fallback(async || Refusal::method_not_allowed())
        .layer(middleware::map_response(mark_passing))
        .with_state(state)
}

async fn list_titles(Shared(state): Shared<State>) -> Result<Json<Catalogue>, Refusal> {
    let listed = state.db.list_current().await.map_err(log_internal)?;
    let titles =
        listed.into_iter().map(|listing| Title::listed(listing, state.media_urls.preferred())).collect();
    Ok(Json(Catalogue { titles }))
}

async fn show_title(Shared(state): Shared<State>, Named(id): Named) -> Result<Json<Title>, Refusal> {
    let release = current_release(&state, id).await?;
    Ok(Json(Title::released(release, state.media_urls.preferred())))
}

async fn play_title(
    Shared(state): Shared<State>,
    Named(id): Named,
    Sent(body): Sent,
) -> Result<Json<Grant>, Refusal> {
    let viewer = Viewer::read(&body).map_err(|reason| Refusal::play_request_malformed(&reason))?;
    let release = current_release(&state, id).await?;
    let (title, package) = (release.title.id.clone(), release.package_digest);
    let Granted { protection, entitlement } = licensing::grant(&state, &release, &viewer).await?;
    let grant = state.package_urls(&package, &entitlement).and_then(|folders| {
        let manifests = manifests::place(&state, &release, folders.first()?, protection.as_ref());
        Grant::new(release, folders, manifests, protection)
    });
    grant.map(Json).ok_or_else(|| {
        tracing::error!(%title, %package, "a published package has no picture, or no access token");
        Refusal::internal()
    })
}

async fn health(Shared(state): Shared<State>) -> Result<Json<Health>, Refusal> {
    match state.db.ping().await {
        Ok(()) => Ok(Json(Health { status: "ok" })),
        Err(error) => {
            log(&error);
            Err(Refusal::unavailable())
        }
    }
}

async fn nowhere() -> Refusal {
    Refusal::path_not_found()
}

async fn current_release(state: &State, id: TitleId) -> Result<Release, Refusal> {
    let release = state.db.current_release(&id).await.map_err(log_internal)?;
    release.ok_or_else(|| Refusal::title_not_found(&id.0))
}

pub(crate) fn log_internal(error: db::Error) -> Refusal {
    log(&error);
    Refusal::internal()
}

fn log(error: &db::Error) {
    tracing::error!(error = error as &dyn Error, "the database failed");
}

/// Answers that do not say otherwise hold for the moment: nobody may keep them. Nor take any for a page.
async fn mark_passing(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let passing = HeaderValue::from_static(cache_control(Content::Passing));
    headers.entry(CACHE_CONTROL).or_insert(passing);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
