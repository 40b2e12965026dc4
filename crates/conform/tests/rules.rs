//! Every rule has a case that trips it, made from a package that trips none.

mod support;

use conform::rule;
use std::collections::BTreeSet;
use support::{Memory, cases, sample, told};

#[test]
fn the_package_keeps_to_all_rules() {
    let report = sample::package().check();
    assert_eq!(told(&report), "");
    assert_eq!((report.manifests, report.media_files, report.fragments), (11, 9, 10));
}

#[test]
fn each_case_trips_its_rule() {
    let mut missed = String::new();
    for (number, (id, spoil)) in cases::all().enumerate() {
        let mut package = sample::package();
        spoil(&mut package);
        let report = package.check();
        if !report.findings.iter().any(|finding| finding.rule.id == id) {
            missed += &format!("{id} (case {number}) was not found:\n{}", told(&report));
        }
    }
    assert_eq!(missed, "");
}

#[test]
fn each_rule_has_a_case() {
    let with_case: BTreeSet<_> = cases::all().map(|(id, _)| id).collect();
    let without: Vec<_> = rule::all().map(|rule| rule.id).filter(|id| !with_case.contains(id)).collect();
    assert_eq!(without, [""; 0]);
}

/// A cut or a flipped bit anywhere is told or does no harm; nothing panics and nothing takes long.
#[test]
fn broken_bytes_are_survived() {
    let whole = sample::package();
    for name in ["s1.mp4", "v1.mp4", "master.m3u8", "s1.m3u8", "manifest.mpd", "secret.mpd"] {
        let bytes = &whole.0[name];
        for at in (0..bytes.len()).step_by(bytes.len() / 60 + 1) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0xff;
            for broken in [bytes[..at].to_vec(), flipped] {
                let files = Memory([(name.to_owned(), broken)].into());
                let mut package = whole.clone();
                package.0.extend(files.0);
                package.check();
            }
        }
    }
}
