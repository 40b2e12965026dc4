//! Control: the API that applications call, and the web application's files.
//!
//! Owns the wire types and the contract (`api/openapi.json`). Reads the catalogue from the database for each request.
//! Serves no media: it says where they are, and gives the keys of protected ones to who may have them, or has a licence
//! service give them. Does not listen: it is a router, for whoever listens.

mod api;
mod app;
mod edge_tokens;
mod entitlements;
mod licences;
mod licensing;
mod manifests;
mod media_url;
mod media_urls;
pub mod openapi;
mod revoking;
mod services;
mod state;
pub mod wire;

pub use api::BODY_BYTES_MAX;
pub use app::File;
pub use edge_tokens::EdgeTokens;
pub use entitlements::{EntitlementService, Entitlements, WhenDown};
pub use licences::Licences;
pub use media_url::MediaUrl;
pub use media_urls::MediaUrls;
pub use revoking::Operator;
pub use services::{LicenceService, LicenceServices, PolicyIn};
pub use state::State;

/// The API below `/api` and `/healthz`; everything else is the web application made of `files`.
pub fn router(state: State, files: &'static [File]) -> axum::Router {
    let app = app::router(files, &state.media_urls);
    api::router(state).fallback_service(app)
}

#[cfg(test)]
mod tests;
