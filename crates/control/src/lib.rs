//! Control: the API that applications call, and the web application's files.
//!
//! Owns the wire types and the contract (`api/openapi.json`). Reads the catalogue from the database for each request.
//! Serves no media: it says where they are, and gives the keys of protected ones to who may have them. Does not listen: it is a router, for whoever listens.

mod api;
mod app;
mod edge_tokens;
mod licences;
mod licensing;
mod manifests;
mod media_url;
pub mod openapi;
mod state;
pub mod wire;

pub use app::File;
pub use edge_tokens::EdgeTokens;
pub use licences::Licences;
pub use media_url::MediaUrl;
pub use state::State;

/// The API below `/api` and `/healthz`; everything else is the web application made of `files`.
pub fn router(state: State, files: &'static [File]) -> axum::Router {
    let app = app::router(files, &state.media_url);
    api::router(state).fallback_service(app)
}

#[cfg(test)]
mod tests;
