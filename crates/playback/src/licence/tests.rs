//! The policy as tables: one thing differs in each row.

use super::*;
use crate::{Nonce, Session};
use media::Digest;

const NOW_MS: i64 = 1_000_000_000;

fn policy() -> Policy {
    Policy { offline_days: Some(14), ..Policy::default() }
}

fn claims() -> Claims {
    Claims {
        audience: Audience::Licence,
        security: Security::Software,
        nonce: Nonce([1; 16]),
        session: Session([2; 16]),
        session_start_ms: NOW_MS - 1000,
        device: Fingerprint::of("tv"),
        package: Digest([3; 32]),
        issued_ms: NOW_MS - 1000,
        expires_ms: NOW_MS + 1000,
        title: "film".to_owned(),
        profile: "kids".to_owned(),
    }
}

/// The key of `class` of the title, or one that is no key of it.
fn key(class: Option<TrackClass>) -> AskedKey {
    AskedKey { id: KeyId([class.map_or(99, |class| class as u8); 16]), class }
}

fn keys(classes: &[TrackClass]) -> Vec<AskedKey> {
    classes.iter().map(|class| key(Some(*class))).collect()
}

fn ask(keys: &[AskedKey]) -> Ask<'_> {
    Ask {
        title: "film",
        device: Fingerprint::of("tv"),
        profile: "kids",
        security: Security::Hardware,
        keys,
        duration: Duration::Streaming,
    }
}

#[test]
fn each_mismatch_has_its_reason() {
    let good = keys(&[TrackClass::Audio, TrackClass::Hd]);
    let good = || ask(&good);
    let check = |claims: Claims, ask: Ask<'_>, expected: Reason| {
        assert_eq!(decide(&policy(), &claims, &Entitlement::ALL, &ask, NOW_MS), Err(expected));
    };
    assert!(decide(&policy(), &claims(), &Entitlement::ALL, &good(), NOW_MS).is_ok());
    check(Claims { audience: Audience::Edge, ..claims() }, good(), Reason::TokenWrongAudience);
    check(Claims { issued_ms: NOW_MS + 1, ..claims() }, good(), Reason::TokenTooEarly);
    check(Claims { expires_ms: NOW_MS, ..claims() }, good(), Reason::TokenExpired);
    check(claims(), Ask { title: "other", ..good() }, Reason::TokenOtherTitle);
    check(claims(), Ask { device: Fingerprint::of("phone"), ..good() }, Reason::TokenOtherDevice);
    check(claims(), Ask { profile: "parents", ..good() }, Reason::TokenOtherProfile);
    check(claims(), Ask { profile: "", ..good() }, Reason::TokenOtherProfile);
    check(Claims { session_start_ms: NOW_MS - DAY_MS, ..claims() }, good(), Reason::SessionTooOld);
    check(claims(), ask(&[]), Reason::KeyOtherTitle);
    check(claims(), ask(&[key(Some(TrackClass::Hd)), key(None)]), Reason::KeyOtherTitle);
    check(claims(), ask(&keys(&[TrackClass::FullHd, TrackClass::Uhd])), Reason::SecurityTooLow);
}

#[test]
fn a_device_gets_the_keys_that_it_is_good_enough_for() {
    let all = keys(&TrackClass::ALL);
    for (of_device, of_system, expected) in [
        (Security::Software, Security::Hardware, 3),
        (Security::Hardware, Security::Software, 3),
        (Security::Hardware, Security::Hardware, 5),
    ] {
        let (claims, ask) =
            (Claims { security: of_device, ..claims() }, Ask { security: of_system, ..ask(&all) });
        let licence = decide(&policy(), &claims, &Entitlement::ALL, &ask, NOW_MS).unwrap();
        let expected: Vec<KeyId> = all[..expected].iter().map(|key| key.id).collect();
        assert_eq!(licence.keys, expected, "{of_device:?} {of_system:?}");
    }
}

#[test]
fn software_gets_720p_unless_the_operator_says_1080p() {
    let allowed = |software_class_max, security| {
        let policy = Policy { software_class_max, ..policy() };
        TrackClass::ALL.map(|class| class <= policy.class_max(security))
    };
    assert_eq!(
        allowed(Policy::default().software_class_max, Security::Software),
        [true, true, true, false, false]
    );
    assert_eq!(allowed(TrackClass::Sd, Security::Software), [true, true, false, false, false]);
    assert_eq!(allowed(TrackClass::FullHd, Security::Software), [true, true, true, true, false]);
    assert_eq!(allowed(TrackClass::Uhd, Security::Software), [true, true, true, true, false]);
    assert_eq!(allowed(TrackClass::Sd, Security::Hardware), [true; 5]);
}

#[test]
fn licences_last_as_the_policy_says() {
    let keys = keys(&[TrackClass::Sd]);
    let renewable = Kind::Renewable { renew_ms: NOW_MS + 300_000 };
    let days = |days: i64| Ok((NOW_MS + days * 86_400_000, Kind::Kept));
    for (duration, offline_days, expected) in [
        (Duration::Streaming, None, Ok((NOW_MS + 600_000, renewable))),
        (Duration::Offline, Some(14), days(14)),
        (Duration::Offline, Some(1), days(7)),
        (Duration::Offline, Some(400), days(30)),
        (Duration::Offline, None, Err(Reason::OfflineRefused)),
    ] {
        let policy = Policy { offline_days, ..policy() };
        let found = decide(&policy, &claims(), &Entitlement::ALL, &Ask { duration, ..ask(&keys) }, NOW_MS);
        assert_eq!(found.map(|licence| (licence.expires_ms, licence.kind)), expected, "{offline_days:?}");
    }
}

#[test]
fn nobody_gets_more_than_is_paid_for() {
    let all = keys(&TrackClass::ALL);
    let claims = Claims { security: Security::Hardware, ..claims() };
    let until = |ms: i64| Some(NOW_MS + ms);
    for (class_max, until_ms, expected) in [
        (TrackClass::Uhd, None, Ok((5, 600_000, 300_000))),
        (TrackClass::Hd, until(DAY_MS), Ok((3, 600_000, 300_000))),
        (TrackClass::Audio, until(50_000), Ok((1, 50_000, 25_000))),
        (TrackClass::Uhd, until(0), Err(Reason::NotEntitled)),
        (TrackClass::Uhd, until(-1), Err(Reason::NotEntitled)),
    ] {
        let entitlement = Entitlement { class_max, until_ms };
        let found = decide(&policy(), &claims, &entitlement, &ask(&all), NOW_MS);
        let found = found.map(|licence| {
            let Kind::Renewable { renew_ms } = licence.kind else { panic!("{licence:?}") };
            (licence.keys.len(), licence.expires_ms - NOW_MS, renew_ms - NOW_MS)
        });
        assert_eq!(found, expected, "{entitlement:?}");
    }
    let entitlement = Entitlement { class_max: TrackClass::Hd, until_ms: until(1000) };
    let best = keys(&[TrackClass::Uhd]);
    assert_eq!(decide(&policy(), &claims, &entitlement, &ask(&best), NOW_MS), Err(Reason::NotEntitled));
    let kept =
        decide(&policy(), &claims, &entitlement, &Ask { duration: Duration::Offline, ..ask(&all) }, NOW_MS);
    assert_eq!(kept.unwrap().expires_ms, NOW_MS + 1000, "nor for longer");
}
