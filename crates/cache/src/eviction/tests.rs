//! What holds for every policy.

use super::*;
use std::collections::BTreeMap;

const CAPACITY: u64 = 1000;

fn policies() -> Vec<(&'static str, Box<dyn Policy>)> {
    vec![("S3-FIFO", Box::new(S3Fifo::new(CAPACITY))), ("foresight", Box::new(Foresight::new(CAPACITY)))]
}

fn request(object: u64, index: u32, bytes: u32, at_ms: u64) -> Request {
    Request {
        slice: Slice { object, index },
        bytes,
        group: object / 4,
        name: object % 4,
        walker: Some(at_ms % 7),
        at_ms,
    }
}

/// A reproducible mess: popular objects, walks and strangers, of all sizes.
fn mess() -> impl Iterator<Item = Request> {
    (0..20_000_u64).map(|number| {
        let any = hash::mixed(Slice { object: number, index: 1 });
        let object = [any % 5, any % 50, any % 5000][(any >> 40) as usize % 3];
        request(object, (any >> 20) as u32 % 8, 1 + (object * 37 % 120) as u32, number * 100)
    })
}

#[test]
fn a_cache_is_what_it_admitted_less_what_it_evicted() {
    for (name, mut policy) in policies() {
        let mut kept = BTreeMap::new();
        let mut evicted = Vec::new();
        for request in mess() {
            let outcome = policy.request(&request, &mut evicted);
            assert_eq!(outcome == Outcome::Hit, kept.contains_key(&request.slice), "{name}: {request:?}");
            for slice in evicted.drain(..) {
                assert!(kept.remove(&slice).is_some(), "{name}: {slice:?} was not there");
            }
            if outcome == Outcome::Admitted {
                kept.insert(request.slice, u64::from(request.bytes));
            }
            assert_eq!(policy.used_bytes(), kept.values().sum::<u64>(), "{name}");
            assert!(policy.used_bytes() <= CAPACITY, "{name}");
        }
        assert!(kept.len() > 5, "{name} keeps something");
    }
}

#[test]
fn what_is_read_again_at_once_is_there() {
    for (name, mut policy) in policies() {
        assert_eq!(policy.request(&request(1, 0, 10, 0), &mut Vec::new()), Outcome::Admitted, "{name}");
        assert_eq!(policy.request(&request(1, 0, 10, 1), &mut Vec::new()), Outcome::Hit, "{name}");
    }
}

#[test]
fn what_is_forgotten_is_fetched_again() {
    for (name, mut policy) in policies() {
        policy.request(&request(1, 0, 10, 0), &mut Vec::new());
        policy.forget(Slice { object: 1, index: 0 });
        policy.forget(Slice { object: 9, index: 9 });
        assert_eq!(policy.used_bytes(), 0, "{name}");
        assert_eq!(policy.request(&request(1, 0, 10, 1), &mut Vec::new()), Outcome::Admitted, "{name}");
    }
}

#[test]
fn what_is_larger_than_the_cache_is_passed_and_evicts_nothing() {
    for (name, mut policy) in policies() {
        policy.request(&request(1, 0, 10, 0), &mut Vec::new());
        let mut evicted = Vec::new();
        assert_eq!(policy.request(&request(2, 0, 1001, 1), &mut evicted), Outcome::Passed, "{name}");
        assert!(evicted.is_empty(), "{name}");
        assert_eq!(policy.used_bytes(), 10, "{name}");
    }
}

#[test]
fn those_read_once_do_not_drive_out_those_read_often() {
    for (name, mut policy) in policies() {
        let mut hits = 0;
        for round in 0..300_u64 {
            let often = policy.request(&request(1, 0, 10, round * 1000), &mut Vec::new());
            hits += u32::from(often == Outcome::Hit);
            for stranger in 0..20 {
                policy.request(
                    &request(1000 + round * 20 + stranger, 0, 50, round * 1000 + stranger),
                    &mut Vec::new(),
                );
            }
        }
        // Each round brings as many bytes of strangers as the cache has.
        assert!(hits > 270, "{name}: {hits} of 300");
    }
}
