//! Walkers followed by hand.

use super::*;

const OBJECT: u64 = 5;

fn request(walker: u64, index: u32, at_s: u64) -> Request {
    let slice = Slice { object: OBJECT, index };
    Request { slice, bytes: 1, group: 1, name: 1, walker: Some(walker), at_ms: at_s * 1000 }
}

/// Walks in which `walker, index, second` were asked for, in that order.
fn walked(requests: &[(u64, u32, u64)]) -> Walks {
    let mut walks = Walks::new();
    for &(walker, index, at_s) in requests {
        walks.observe(&request(walker, index, at_s), at_s as f64);
    }
    walks
}

fn density(walks: &Walks, index: u32, at_s: f64) -> f64 {
    walks.density(Slice { object: OBJECT, index }, at_s)
}

#[test]
fn what_lies_before_a_walker_is_worth_more_than_what_lies_behind() {
    let walks = walked(&[(1, 0, 0), (1, 1, 10), (1, 2, 20), (1, 3, 30)]);
    assert!(density(&walks, 4, 30.0) > 10.0 * density(&walks, 3, 30.0));
}

#[test]
fn the_nearer_the_more() {
    let walks = walked(&[(1, 0, 0), (1, 1, 10), (1, 2, 20)]);
    // The next is due in 10 s, surely enough.
    let next = density(&walks, 3, 20.0);
    assert!((0.09..=0.1).contains(&next), "{next}");
    assert!(density(&walks, 4, 20.0) < next);
    assert!(density(&walks, 3, 25.0) > next, "in 5 s");
}

#[test]
fn who_is_late_is_not_waited_for_and_who_is_silent_has_left() {
    let mut walks = walked(&[(1, 0, 0), (1, 1, 10), (1, 2, 20)]);
    assert!(density(&walks, 3, 60.0) < 0.01);
    walks.observe(&request(2, 0, 500), 500.0);
    assert_eq!(walks.places.len(), 1);
    assert_eq!(walks.objects[&OBJECT].walkers.len(), 1);
}

#[test]
fn a_walker_stands_in_one_place() {
    let mut walks = walked(&[(1, 0, 0), (1, 1, 10)]);
    let elsewhere = Request { slice: Slice { object: 6, index: 2 }, name: 2, ..request(1, 0, 20) };
    walks.observe(&elsewhere, 20.0);
    assert!(walks.objects[&OBJECT].walkers.is_empty());
    let walker = walks.objects[&6].walkers[0];
    assert_eq!(
        (walker.index, walker.watched_s),
        (2, 20.0),
        "an object of the same group goes on with the walk"
    );
}

#[test]
fn a_play_is_counted_once() {
    let walks = walked(&[(1, 0, 0), (1, 0, 1), (1, 1, 10), (1, 7, 20), (1, 8, 30)]);
    assert!((walks.objects[&OBJECT].plays.at(30.0) - 1.0).abs() < 1e-3);
}

#[test]
fn leaving_is_learned() {
    let mut leaving = Leaving::new();
    // Of walkers in their first seconds one leaves in ten of walking; nobody does later.
    for _ in 0..1000 {
        leaving.went_on(0.0, 10.0);
        leaving.left(0.0);
        leaving.went_on(600.0, 1000.0);
    }
    leaving.refresh();
    let first = leaving.chance_to_stay(0.0, 2.0);
    assert!((first - (-0.2_f64).exp()).abs() < 0.02, "{first}");
    assert!(leaving.chance_to_stay(600.0, 30.0) > 0.99);
}

#[test]
fn nobody_known_is_no_reason_to_keep() {
    assert_eq!(density(&Walks::new(), 0, 0.0), 0.0);
}
