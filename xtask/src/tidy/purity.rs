//! Vocabulary, format and decision crates do no IO, read no clock, draw no randomness and know no async.

use super::manifest::Manifest;
use super::{File, Remark};

/// The crates that must be pure.
const PURE: &[&str] = &[
    "media", "title", "cmaf", "manifest", "text", "conform", "cpix", "ingest", "analyse", "ladder", "encode",
    "quality", "package", "playback", "report", "cache",
];

/// What a pure crate may not depend on. `dev-dependencies` are free: tests may look at files.
const IMPURE_LIBRARIES: &[&str] = &[
    "async-trait",
    "axum",
    "futures",
    "futures-util",
    "getrandom",
    "hyper",
    "rand",
    "reqwest",
    "sqlx",
    "stdx",
    "tempfile",
    "tokio",
    "tower",
];

/// Paths of the standard library that a pure crate may not name outside its tests.
const IMPURE_PATHS: &[&str] =
    &["std::fs", "std::net", "std::process", "std::thread", "std::env", "std::io::std"];

/// The crates at the boundaries, which may know serde: domain types are not wire types.
const WIRE: &[&str] = &["manifest", "report", "db", "codec", "pipeline", "control", "server"];

/// The one file that reads the clock, and the calls that read it.
const CLOCK_FILE: &str = "crates/stdx/src/clock.rs";
const CLOCK_CALLS: [&str; 2] = [concat!("Instant", "::now"), concat!("SystemTime", "::now")];

/// Dependencies that the crate's kind forbids.
pub(super) fn check_manifest(manifest: &Manifest) -> Vec<Remark> {
    let name = manifest.name.as_str();
    let mut remarks = Vec::new();
    for library in &manifest.dependencies {
        let library = library.as_str();
        if PURE.contains(&name) && IMPURE_LIBRARIES.contains(&library) {
            remarks.push(Remark::Breach(format!("{name} is pure and may not depend on {library}")));
        }
        if library.starts_with("serde") && !WIRE.contains(&name) {
            remarks.push(Remark::Breach(format!("{name} has no wire types and may not depend on {library}")));
        }
    }
    remarks
}

/// Impure paths in a pure crate's code, and clock reads anywhere.
pub(super) fn check_source(file: &File) -> Vec<Remark> {
    if file.extension() != "rs" {
        return Vec::new();
    }
    let name =
        file.path.strip_prefix("crates/").and_then(|rest| rest.split_once("/src/")).map(|(name, _)| name);
    let pure = name.is_some_and(|name| PURE.contains(&name));
    let mut remarks = Vec::new();
    let code = file.text.split("#[cfg(test)]").next().unwrap_or_default();
    for (number, line) in (1..).zip(code.lines()).filter(|(_, line)| !line.trim_start().starts_with("//")) {
        for path in IMPURE_PATHS.iter().filter(|path| pure && line.contains(**path)) {
            remarks.push(Remark::Breach(format!("{}:{number}: {path} in a pure crate", file.path)));
        }
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        for call in CLOCK_CALLS.iter().filter(|call| file.path != CLOCK_FILE && line.contains(**call)) {
            remarks.push(Remark::Breach(format!(
                "{}:{number}: {call}; only {CLOCK_FILE} reads the clock",
                file.path
            )));
        }
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_checked_by_kind() {
        for (name, library, breaches) in [
            ("ladder", "tokio", 1),
            ("ladder", "serde", 1),
            ("manifest", "serde_json", 0),
            ("store", "tokio", 0),
            ("store", "serde", 1),
        ] {
            let manifest =
                Manifest { name: name.into(), dependencies: vec![library.into()], workspace_lints: true };
            assert_eq!(check_manifest(&manifest).len(), breaches, "{name} {library}");
        }
    }

    #[test]
    fn sources_are_checked_by_kind() {
        let clock = format!("let now = std::time::{}();", CLOCK_CALLS[0]);
        for (path, text, breaches) in [
            ("crates/ladder/src/lib.rs", "use std::fs;\n", 1),
            ("crates/ladder/src/lib.rs", "/// Not std::fs.\n#[cfg(test)]\nuse std::fs;\n", 0),
            ("crates/store/src/lib.rs", "use std::fs;\n", 0),
            ("crates/store/src/lib.rs", clock.as_str(), 1),
            (CLOCK_FILE, clock.as_str(), 0),
        ] {
            let file = File { path: path.into(), text: text.into() };
            assert_eq!(check_source(&file).len(), breaches, "{path}: {text}");
        }
    }
}
