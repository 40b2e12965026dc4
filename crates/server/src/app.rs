//! The web application's files, embedded at compile time.

use control::File;

const BUILT: &[File] = include!(concat!(env!("OUT_DIR"), "/web_files.rs"));

const NOT_BUILT: &[File] = &[(
    "index.html",
    "text/html; charset=utf-8",
    b"<!doctype html><title>Matinee</title><p>This binary was built without the web application. \
      Run <code>cargo xtask demo</code>, or <code>npm ci && npm run build</code> in <code>web</code> and build again. \
      The API is under <a href=/api/titles>/api/titles</a>.",
)];

/// The application, or a page that says how to build it.
pub(crate) fn files() -> &'static [File] {
    if BUILT.is_empty() { NOT_BUILT } else { BUILT }
}
