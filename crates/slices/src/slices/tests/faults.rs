//! Disks that fail at any one of their operations, once or from then on.

use std::io::ErrorKind;

use super::*;

/// A little of everything. Errors are what is tested, and they leave the model as it is.
fn live(slices: &Slices, model: &mut Model) -> usize {
    let mut errors = 0;
    let mut count = |outcome: Result<()>| errors += usize::from(outcome.is_err());
    for number in 0..4 {
        let key = format!("{number}");
        count(model.put_object(slices, object(&key, MIB + 5, "1")));
        count(model.put(slices, &key, 0));
        count(model.put(slices, &key, 1));
    }
    count(model.remove(slices, Slice { object: object_id("0"), index: 0 }));
    count(model.put_object(slices, object("1", MIB + 5, "2")));
    count(model.put(slices, "1", 1));
    count(slices.flush());
    count(model.remove_object(slices, "2"));
    count(model.put(slices, "0", 0));
    errors
}

/// The same with `fault`; then all that was acknowledged is there, at once and after the next opening.
fn check(fault: Fault, error: ErrorKind) -> (u64, usize) {
    let disk = Arc::new(Faulty::new(fault, error));
    let folder = tempfile::tempdir().unwrap();
    let Ok((slices, _)) = crate::recover::open(options(&folder), disk.clone()) else {
        // Whatever is there after that, it can be opened.
        Slices::open(options(&folder)).unwrap();
        return (disk.operations(), 1);
    };
    let mut model = Model::default();
    let mut errors = live(&slices, &mut model);
    if matches!(fault, Fault::Never | Fault::Once(_)) {
        model.check(&slices);
    }
    let closed = slices.close().is_ok();
    errors += usize::from(!closed);
    drop(slices);
    let (slices, recovered) = Slices::open(options(&folder)).unwrap();
    assert!(!closed || recovered.clean, "{fault:?}");
    check_bytes(&slices);
    if matches!(fault, Fault::Never | Fault::Once(_)) {
        model.check_part(&slices);
    }
    (disk.operations(), errors)
}

#[test]
fn a_disk_that_fails_once_loses_nothing_that_was_acknowledged() {
    let (operations, errors) = check(Fault::Never, ErrorKind::Other);
    assert_eq!(errors, 0);
    for at in 1..=operations {
        check(Fault::Once(at), ErrorKind::StorageFull);
    }
}

#[test]
fn a_disk_that_fails_for_good_gives_no_wrong_byte() {
    let (operations, _) = check(Fault::Never, ErrorKind::Other);
    for at in 1..=operations {
        let (_, errors) = check(Fault::From(at), ErrorKind::Other);
        assert!(errors > 0, "operation {at}");
    }
}

#[test]
fn kinds_of_failure_are_told_apart() {
    for (error, expected) in [
        (ErrorKind::StorageFull, "the disk is full"),
        (ErrorKind::QuotaExceeded, "the disk is full"),
        (ErrorKind::ReadOnlyFilesystem, "the disk is read-only"),
        (ErrorKind::Other, "cannot note object a"),
    ] {
        // Opening punches, writes a header, and that is all.
        let bench = Bench::on(Arc::new(Faulty::new(Fault::From(3), error)));
        let told = bench.slices.put_object(object("a", 5, "1")).map(|_| ()).unwrap_err().to_string();
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn what_cannot_be_read_is_kept_no_more() {
    let disk = Arc::new(Faulty::new(Fault::Never, ErrorKind::Other));
    let bench = Bench::on(disk.clone());
    let known = put_whole(&bench.slices, object("a", 5, "1")).known;
    let kept = bench.slices.find(&known, 0).unwrap();
    disk.fail();
    assert_eq!(bench.slices.check(&kept), Verdict::Sound, "what was just put is not read");
    assert!(bench.slices.digests(&kept).is_err());
    assert_eq!(bench.slices.verify(kept.slice()), Verdict::Damaged);
    assert!(bench.slices.find(&known, 0).is_none());
    assert!(put(&bench.slices, &known, 0).is_err());
    // The removal could not be written down; with a disk that works the slice is there, to be checked.
    let (bench, recovered) = bench.again(|slices| assert!(slices.close().is_err()));
    assert!(!recovered.clean);
    let kept = bench.slices.find(&known, 0).unwrap();
    assert_eq!((kept.is_suspect(), bench.slices.check(&kept)), (true, Verdict::Sound));
}
