//! Replacing, removing, holding, moving.

use std::os::unix::fs::MetadataExt;

use super::*;

/// Bytes that the volumes take on the disk.
fn allocated(bench: &Bench) -> u64 {
    bench.volumes().iter().map(|path| std::fs::metadata(path).unwrap().blocks() * 512).sum()
}

#[test]
fn told_again_an_object_keeps_its_slices_and_changed_it_does_not() {
    let bench = Bench::new();
    let first = put_whole(&bench.slices, object("a", MIB + 5, "1")).known;
    let again = Object { fresh_until_ms: None, headers: vec![], ..object("a", MIB + 5, "1") };
    assert!(bench.slices.put_object(again.clone()).unwrap().dropped.is_empty());
    assert_eq!(**bench.slices.object("a").unwrap(), again);
    assert!(bench.slices.find(&first, 1).is_some());

    for changed in [object("a", MIB + 5, "2"), object("a", MIB + 6, "2"), Object { tag: None, ..again }] {
        let before = bench.slices.object("a").unwrap();
        put_whole(&bench.slices, (**before).clone());
        let told = bench.slices.put_object(changed).unwrap();
        assert_eq!(told.dropped, [before.slice(0), before.slice(1)]);
        assert!(bench.slices.find(&told.known, 0).is_none());
        // What was fetched for the former content comes too late, and its readers find nothing of the new one.
        assert!(matches!(put(&bench.slices, &before, 0), Err(Error::Outdated(_))));
        put(&bench.slices, &told.known, 0).unwrap();
        assert!(bench.slices.find(&before, 0).is_none());
    }
}

#[test]
fn what_is_removed_stays_removed() {
    let bench = Bench::new();
    let mut model = Model::default();
    for key in ["films/a", "films/b", "music/c"] {
        model.put_object(&bench.slices, object(key, MIB + 5, "1")).unwrap();
        model.put(&bench.slices, key, 0).unwrap();
        model.put(&bench.slices, key, 1).unwrap();
    }
    let film = bench.slices.object("films/a").unwrap();
    model.remove(&bench.slices, film.slice(0)).unwrap();
    model.remove(&bench.slices, film.slice(0)).unwrap();
    model.remove_object(&bench.slices, "films/b").unwrap();
    model.remove_object(&bench.slices, "films/b").unwrap();
    assert_eq!(bench.slices.verify(film.slice(0)), Verdict::Gone);
    let mut below: Vec<_> = bench.slices.objects_below("films/").map(|known| known.key.clone()).collect();
    below.sort();
    assert_eq!(below, ["films/a"]);
    model.check(&bench.slices);
    let (bench, _) = bench.again(|slices| slices.close().unwrap());
    model.check(&bench.slices);
    let (bench, _) = bench.again(|_| {});
    model.check(&bench.slices);
}

#[test]
fn a_held_slice_keeps_its_bytes_and_then_gives_back_its_room() {
    let bench = Bench::new();
    let known = put_whole(&bench.slices, object("a", 5 * MIB, "1")).known;
    bench.slices.flush().unwrap();
    let before = allocated(&bench);
    let (held, hold) = (bench.slices.find(&known, 0).unwrap(), bench.slices.find(&known, 4).unwrap().hold());
    assert_eq!(bench.slices.remove_object("a").slices.len(), 5);
    assert!(read(&held) == content(&known, 0));
    put_whole(&bench.slices, object("b", 5 * MIB, "1"));
    assert!(read(&held) == content(&known, 0));
    drop((held, hold));
    bench.slices.remove_object("b");
    assert_eq!(bench.volumes().len(), 1, "the one that is written");
    assert!(allocated(&bench) < before / 4, "{} of {before}", allocated(&bench));
    assert_eq!(bench.slices.usage(), Usage::default());
}

#[test]
fn old_volumes_are_condensed() {
    let bench = Bench::new();
    let mut model = Model::default();
    // In every volume something small stays, until there are more than a few.
    for number in 0..40 {
        let (stays, goes) = (format!("stays/{number}"), format!("goes/{number}"));
        for (key, bytes) in [(&stays, 9000), (&goes, MIB)] {
            model.put_object(&bench.slices, object(key, bytes, "1")).unwrap();
            model.put(&bench.slices, key, 0).unwrap();
        }
        model.remove_object(&bench.slices, &goes).unwrap();
    }
    assert!(bench.volumes().len() <= 18, "{} volumes", bench.volumes().len());
    model.check(&bench.slices);
    let (bench, _) = bench.again(|_| {});
    model.check(&bench.slices);
}

#[test]
fn a_journal_of_history_is_rewritten() {
    let bench = Bench::new();
    let mut model = Model::default();
    model.put_object(&bench.slices, object("a", MIB + 5, "1")).unwrap();
    model.put(&bench.slices, "a", 1).unwrap();
    let again = object("a", MIB + 5, "1");
    let length = |bench: &Bench| std::fs::metadata(bench.folder.path().join("journal")).unwrap().len();
    let mut longest = 0;
    for round in 0..70_000 {
        bench.slices.put_object(again.clone()).unwrap();
        if round % 100 == 0 {
            longest = longest.max(length(&bench));
        }
    }
    assert!(longest > 1 << 20 && length(&bench) < longest / 2, "{} after {longest}", length(&bench));
    model.put_object(&bench.slices, object("b", 5, "1")).unwrap();
    model.check(&bench.slices);
    let (bench, recovered) = bench.again(|_| {});
    assert_eq!(recovered.lost, crate::Lost::default());
    model.check(&bench.slices);
}

#[test]
fn only_so_many_objects_are_known_without_slices() {
    let bench = Bench::new();
    put_whole(&bench.slices, object("kept", 5, "1"));
    for number in 0..70_000 {
        bench.slices.put_object(object(&number.to_string(), 5, "1")).unwrap();
    }
    let check = |bench: &Bench| {
        assert_eq!(bench.slices.usage().objects, (1 << 16) + 1);
        let known = |key: &str| bench.slices.object(key).is_some();
        assert!(known("kept") && known("69999") && !known("0"));
    };
    check(&bench);
    check(&bench.again(|_| {}).0);
}

#[test]
fn many_at_once_see_only_right_bytes() {
    let bench = Bench::new();
    let slices = &bench.slices;
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            scope.spawn(move || {
                let mut random = stdx::random::Random::new(thread);
                for _ in 0..150 {
                    work(slices, &mut random);
                }
            });
        }
    });
    assert_eq!(check_bytes(slices), 0);
    let (bench, _) = bench.again(|_| {});
    assert_eq!(check_bytes(&bench.slices), 0);
}

/// One of the things that users of slices do, on one of a few objects.
fn work(slices: &Slices, random: &mut stdx::random::Random) {
    let some = some_object(random);
    let known = slices.object(&some.key);
    match (random.between(0, 9), known) {
        (0, Some(known)) => slices.remove_object(&known.key).noted.unwrap(),
        (1, Some(known)) => slices.remove(known.slice(0)).unwrap(),
        (2..6, Some(known)) => {
            let index = random.between(0, count(&known) as usize - 1) as u32;
            if let Err(error) = put(slices, &known, index) {
                assert!(matches!(error, Error::Outdated(_)), "{error}");
            }
        }
        (6..9, Some(known)) => {
            let index = random.between(0, count(&known) as usize - 1) as u32;
            if let Some(kept) = slices.find(&known, index) {
                assert!(read(&kept) == content(&known, index), "{} {index}", known.key);
            }
        }
        _ => drop(slices.put_object(some).unwrap()),
    }
}
