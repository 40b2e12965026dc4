//! Which room may know which: one table, in the order of the road.
//!
//! A new edge is the largest of the three sizes of change: it needs an ADR of three sentences and a line here.

use super::Remark;
use super::manifest::Manifest;

/// Most crates on a path of dependencies, both ends counted.
const DEPTH_MAX: usize = 6;

/// Most internal dependencies a crate has on average.
const AVERAGE_MAX: f64 = 3.0;

/// Each crate with the crates of this repository that it may depend on.
pub(super) const ROOMS: &[(&str, &[&str])] = &[
    // vocabulary
    ("media", &[]),
    ("title", &["media"]),
    ("stdx", &[]),
    // formats
    ("cmaf", &["media"]),
    ("manifest", &["media"]),
    ("text", &["media"]),
    ("conform", &["media"]),
    ("cpix", &["media"]),
    // decisions
    ("ingest", &["media"]),
    ("analyse", &["media"]),
    ("ladder", &["media"]),
    ("encode", &["media"]),
    ("quality", &["media"]),
    ("package", &["media"]),
    ("playback", &["media"]),
    ("report", &["media"]),
    ("cache", &[]),
    // adapters
    ("store", &["media"]),
    ("db", &["media", "title", "manifest"]),
    ("keys", &["media", "title", "cmaf", "manifest", "cpix", "db"]),
    ("codec", &["media"]),
    ("fetch", &[]),
    // roles
    (
        "pipeline",
        &[
            "media", "title", "stdx", "cmaf", "manifest", "conform", "ingest", "analyse", "ladder", "encode",
            "quality", "package", "report", "text", "store", "db", "codec",
        ],
    ),
    ("listen", &["stdx"]),
    ("slices", &["cache"]),
    ("edge", &["stdx", "cache", "store", "listen", "slices", "fetch"]),
    ("control", &["media", "title", "stdx", "cmaf", "manifest", "playback", "cache", "db", "keys", "fetch"]),
    // top
    (
        "server",
        &[
            "media", "title", "stdx", "conform", "cpix", "report", "store", "db", "codec", "keys", "fetch",
            "playback", "pipeline", "listen", "slices", "edge", "control",
        ],
    ),
    ("sim", &["stdx", "cache"]),
    ("xtask", &["media", "stdx", "encode", "cache", "sim"]),
];

/// Edges that the table does not have, crates that it does not know, and a graph that is too deep or too dense.
pub(super) fn check(manifests: &[Manifest]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for manifest in manifests {
        let name = &manifest.name;
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| room == name) else {
            remarks.push(Remark::Breach(format!(
                "crate {name} is not in the edge table (xtask/src/tidy/edges.rs)"
            )));
            continue;
        };
        for other in internal(manifest).filter(|other| !allowed.contains(other)) {
            remarks.push(Remark::Breach(format!(
                "{name} may not depend on {other}; the edge table says what it may know"
            )));
        }
        if !manifest.workspace_lints {
            remarks.push(Remark::Breach(format!("crate {name} lacks `[lints] workspace = true`")));
        }
    }
    let depth = manifests.iter().map(|manifest| depth(manifest, manifests, 0)).max().unwrap_or(0);
    if depth > DEPTH_MAX {
        remarks
            .push(Remark::Breach(format!("the crate graph is {depth} deep, at most {DEPTH_MAX} is allowed")));
    }
    if average(manifests) > AVERAGE_MAX {
        remarks.push(Remark::Breach(format!(
            "crates have more than {AVERAGE_MAX} internal dependencies on average"
        )));
    }
    remarks
}

/// The graph in one line.
pub(super) fn figures(manifests: &[Manifest]) -> String {
    let depth = manifests.iter().map(|manifest| depth(manifest, manifests, 0)).max().unwrap_or(0);
    let (crates, average) = (manifests.len(), average(manifests));
    format!(
        "{crates} crates, depth {depth} of {DEPTH_MAX}, {average:.1} of {AVERAGE_MAX:.1} internal dependencies on average"
    )
}

fn internal(manifest: &Manifest) -> impl Iterator<Item = &str> {
    let known = |name: &&String| ROOMS.iter().any(|(room, _)| room == name);
    manifest.dependencies.iter().filter(known).map(String::as_str)
}

fn average(manifests: &[Manifest]) -> f64 {
    let edges: usize = manifests.iter().map(|manifest| internal(manifest).count()).sum();
    edges as f64 / manifests.len().max(1) as f64
}

/// Crates on the longest path from `manifest` down. Cargo refuses cycles; `above` ends the search all the same.
fn depth(manifest: &Manifest, manifests: &[Manifest], above: usize) -> usize {
    if above > ROOMS.len() {
        return above;
    }
    let below = internal(manifest).filter_map(|name| manifests.iter().find(|other| other.name == name));
    1 + below.map(|other| depth(other, manifests, above + 1)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str, dependencies: &[&str]) -> Manifest {
        let dependencies = dependencies.iter().map(|&name| name.to_owned()).collect();
        Manifest { name: name.into(), dependencies, workspace_lints: true }
    }

    fn check_one(manifest: Manifest, expected: &[&str]) {
        let remarks = check(&[manifest]);
        assert_eq!(remarks.len(), expected.len(), "{remarks:?}");
        for (remark, expected) in remarks.iter().zip(expected) {
            assert!(matches!(remark, Remark::Breach(text) if text.contains(expected)), "{remark:?}");
        }
    }

    #[test]
    fn only_the_table_s_edges_pass() {
        check_one(room("edge", &["cache", "store", "tokio"]), &[]);
        check_one(room("edge", &["cache", "media"]), &["edge may not depend on media"]);
        check_one(room("unheard_of", &[]), &["not in the edge table"]);
        check_one(Manifest { workspace_lints: false, ..room("media", &[]) }, &["lacks `[lints]"]);
    }

    #[test]
    fn rooms_come_after_what_they_know() {
        for (place, (name, known)) in ROOMS.iter().enumerate() {
            for other in *known {
                assert!(
                    ROOMS[..place].iter().any(|(room, _)| room == other),
                    "{name} knows {other}, which comes later"
                );
            }
        }
    }

    #[test]
    fn depth_counts_both_ends() {
        let chain = [
            room("media", &[]),
            room("title", &["media"]),
            room("db", &["title"]),
            room("control", &["db", "media"]),
        ];
        assert_eq!(depth(&chain[3], &chain, 0), 4);
        assert_eq!(average(&chain), 1.0);
    }
}
