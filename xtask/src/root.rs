//! Where things are in the repository.

use std::path::{Path, PathBuf};

/// The repository's root folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The git-ignored folder of fetched tools and films.
pub(crate) fn tools() -> PathBuf {
    root().join(".tools")
}

/// The TypeScript workspace.
pub(crate) fn web() -> PathBuf {
    root().join("web")
}

/// The film of the demo: 30 s, 1080p, 5.1 audio.
pub(crate) fn film() -> PathBuf {
    tools().join("film/big-buck-bunny.mp4")
}

/// The short clip of the end to end tests: 5 s, 720p.
pub(crate) fn clip() -> PathBuf {
    tools().join("film/big-buck-bunny-5s.mp4")
}
