//! Keys of a title as a document and back, and documents of others.

use media::protection::TrackClass::{self, Audio, Hd, Sd};
use media::protection::{KeyPeriod, KeySystem, Signal};

use super::*;

fn film() -> TitleId {
    TitleId("film".to_owned())
}

fn key(id: u8, class: TrackClass, period: u32) -> TitleKey {
    let purpose = KeyPurpose { title: film(), class, scheme: Scheme::Cbcs, period };
    TitleKey { purpose, id: KeyId([id; 16]), key: Key::new([id + 100; 16]) }
}

#[test]
fn a_title_s_keys_come_back() {
    for keys in [
        vec![key(1, Audio, 0), key(2, Sd, 0), key(2, Hd, 0)],
        vec![key(1, Audio, 0), key(2, Audio, 3), key(3, Sd, 0), key(4, Sd, 3)],
    ] {
        let text = cpix::write(&document(&film(), &keys, std::iter::empty()));
        let read = cpix::read(text.as_bytes()).unwrap();
        assert_eq!(read.content_id.as_deref(), Some("film"));
        assert_eq!(title_keys(&read, &film(), None).unwrap(), keys);
    }
}

#[test]
fn the_lowest_period_is_the_first() {
    let mut document = document(&film(), &[key(1, Sd, 7), key(2, Sd, 9)], std::iter::empty());
    document.keys[0].scheme = None;
    let found = title_keys(&document, &film(), Some(Scheme::Cbcs)).unwrap();
    assert_eq!(found, [key(1, Sd, 0), key(2, Sd, 2)]);
}

#[track_caller]
fn check_refused(change: impl FnOnce(&mut Document), expected: &str) {
    let mut document = document(&film(), &[key(1, Audio, 0), key(2, Sd, 0)], std::iter::empty());
    change(&mut document);
    let error = title_keys(&document, &film(), None).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn what_nobody_can_tell_is_refused() {
    check_refused(|document| document.keys[0].scheme = None, "does not say its scheme");
    check_refused(|document| document.keys[0].secret = None, "not given");
    let short = Secret::Plain(Zeroizing::new(vec![1; 15]));
    check_refused(|document| document.keys[0].secret = Some(short), "15 bytes");
    let encrypted = cpix::Encrypted { value: vec![1; 48], mac: vec![] };
    check_refused(
        |document| document.keys[0].secret = Some(Secret::Encrypted(encrypted)),
        "give the private key",
    );
    check_refused(|document| document.keys.truncate(1), "which is not there");
    check_refused(|document| document.rules.truncate(1), "no rule says");
    check_refused(|document| document.rules[0].periods.push("p".to_owned()), "names period p");
    check_refused(
        |document| document.rules[0].filters = document.rules[1].filters.clone(),
        "two keys are for sd",
    );
    check_refused(|document| document.keys.push(document.keys[0].clone()), "there twice");
    check_refused(|document| *document = Document::default(), "none for pictures");
    check_refused(
        |document| {
            let periods = (0..9000).map(|index| Period { id: format!("p{index}"), index });
            document.periods = periods.collect();
        },
        "more than 8192",
    );
    check_refused(|document| document.rules = vec![document.rules[0].clone(); 9000], "more than 8192");
    let bitrate = cpix::Filter::Unusable("BitrateFilter".to_owned());
    check_refused(|document| document.rules[0].filters.push(bitrate), "goes by BitrateFilter");
}

/// A key of the title that a track tells of is told; another title's is not.
#[test]
fn key_systems_are_told_as_manifests_tell_them() {
    let known = key(1, Sd, 0);
    let period = |key_id| KeyPeriod { first_segment: 0, key_id };
    let signals: Vec<_> = KeySystem::ALL
        .map(|system| Signal { system, pssh: vec![7; 3], object: b"skd://x".to_vec(), licence_url: None })
        .to_vec();
    let protection = |key_id| Protection {
        scheme: Scheme::Cbcs,
        class: Sd,
        clear_segments: 0,
        periods: vec![period(key_id)],
        signals: signals.clone(),
    };
    let tracks = [protection(known.id), protection(known.id), protection(KeyId([9; 16]))];
    let document = document(&film(), std::slice::from_ref(&known), tracks.iter());
    let told: Vec<_> = document.systems.iter().map(|system| (system.id, system.key_id)).collect();
    let mut expected = KeySystem::ALL.map(|system| (system.id(), known.id)).to_vec();
    expected.sort();
    assert_eq!(told, expected);
    let read = cpix::read(cpix::write(&document).as_bytes()).unwrap();
    assert_eq!(read.systems, document.systems);
    assert!(read.systems.iter().all(|system| system.hls_master.starts_with("#EXT-X-SESSION-KEY:")));
}
