//! A witness: every MPD that `manifest` writes is read by a parser of others, `dash-mpd-core`. It must know each element and
//! attribute, but for those named here, find as many sets and tracks as there are, and no fault.
//!
//! Apart from the workspace, as its dependencies take minutes to compile: `cargo test --manifest-path witness/Cargo.toml`.

#![cfg(test)]

#[path = "../../crates/manifest/src/sample.rs"]
mod sample;

use dash_mpd_core::{MPD, check_conformity};
use manifest::Offer;
use manifest::dash::{self, Addressing};
// `sample` has it from its own crate, which is this one here.
use manifest::offer::{self, TextForm};

/// What `dash-mpd-core` does not know: a namespace's name; an attribute that DASH-IF's own schema of `dashif:Laurl` has; and
/// content steering in the MPD itself, where ETSI TS 103 998 has it.
const UNKNOWN: [&str; 3] = ["@xmlns:dashif", "Laurl.?.@licenseType", "ContentSteering"];

#[track_caller]
fn check(name: &str, text: &str) {
    let mut ignored = Vec::new();
    let mut xml = quick_xml::de::Deserializer::from_str(text);
    let read: MPD = serde_ignored::deserialize(&mut xml, |path| ignored.push(path.to_string()))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    ignored.retain(|path| !UNKNOWN.iter().any(|known| path.ends_with(known)));
    assert!(ignored.is_empty(), "{name}: {ignored:?}");
    let faults = check_conformity(&read);
    assert!(faults.is_empty(), "{name}: {faults:?}");
    let sets: Vec<_> = read.periods.iter().flat_map(|period| &period.adaptations).collect();
    assert_eq!(sets.len(), text.matches("<AdaptationSet ").count(), "{name}");
    let tracks = sets.iter().map(|set| set.representations.len()).sum::<usize>();
    assert_eq!(tracks, text.matches("<Representation ").count(), "{name}");
}

#[test]
fn mpds_are_read() {
    let steering = sample::steering();
    for (name, package) in sample::packages() {
        for text_form in TextForm::ALL {
            for (steering, base_url) in [(None, ""), (Some(&steering), "https://edge.example/p/")] {
                let offer = Offer { text_form, steering, base_url, ..Offer::whole(&package) };
                check(&format!("{name}, {text_form:?}, on demand"), &dash::mpd(&offer));
                let timeline = dash::mpd_with(&offer, Addressing::Timeline);
                check(&format!("{name}, {text_form:?}, timeline"), &timeline);
            }
        }
    }
}
