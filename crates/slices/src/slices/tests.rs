//! What is put is found, what is removed is not, and what does not fit is refused.

mod changes;
mod damage;
mod disks;
mod faults;
mod flight;
mod kill;
mod million;
mod random;

use super::*;
use crate::OBJECT_BYTES_MAX;
use crate::testing::*;
use crate::volume::PAGE_BYTES;

const MIB: u64 = 1 << 20;

#[test]
fn what_is_put_is_found() {
    let bench = Bench::new();
    let told = put_whole(&bench.slices, object("a/film.mp4", 3 * MIB + 5, "1"));
    assert!(told.dropped.is_empty());
    let known = bench.slices.object("a/film.mp4").unwrap();
    assert_eq!(*known, *told.known);
    for index in 0..4 {
        let kept = bench.slices.find(&known, index).unwrap();
        assert!(!kept.is_suspect() && kept.offset().is_multiple_of(PAGE_BYTES));
        let expected = content(&known, index);
        assert!(read(&kept) == expected, "slice {index}");
        assert_eq!(bench.slices.digests(&kept).unwrap(), BlockDigests::of(&expected).unwrap());
        assert_eq!(bench.slices.verify(kept.slice()), Verdict::Sound);
    }
    assert!(bench.slices.find(&known, 4).is_none());
    assert!(bench.slices.object("a/film").is_none());
    let usage = bench.slices.usage();
    assert_eq!((usage.objects, usage.slices, usage.bytes), (1, 4, 3 * MIB + 5));
    // Each whole slice takes a page more than its bytes.
    assert_eq!(usage.disk_bytes, (3 * 257 + 1) * PAGE_BYTES);
}

#[test]
fn all_of_it_is_there_again_after_an_orderly_end_and_suspect_after_another() {
    let bench = Bench::new();
    put_whole(&bench.slices, object("a", 2 * MIB, "1"));
    put_whole(&bench.slices, object("b", 5, "1"));
    let usage = bench.slices.usage();
    let (bench, recovered) = bench.again(|slices| slices.close().unwrap());
    assert_eq!((recovered.usage, recovered.clean), (usage, true));
    let (bench, recovered) = bench.again(|_| {});
    assert_eq!((recovered.usage, recovered.clean), (usage, false));
    // One is read now, the others stay suspect over an orderly end.
    let known = bench.slices.object("a").unwrap();
    let kept = bench.slices.find(&known, 1).unwrap();
    assert!(kept.is_suspect());
    assert_eq!(bench.slices.check(&kept), Verdict::Sound);
    let (bench, recovered) = bench.again(|slices| slices.close().unwrap());
    assert_eq!((recovered.usage, recovered.clean), (usage, true));
    for (key, index, suspect) in [("a", 0, true), ("a", 1, false), ("b", 0, true)] {
        let known = bench.slices.object(key).unwrap();
        let kept = bench.slices.find(&known, index).unwrap();
        assert_eq!(kept.is_suspect(), suspect, "{key} {index}");
        assert_eq!(bench.slices.check(&kept), Verdict::Sound);
        assert!(read(&kept) == content(&known, index));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let bench = Bench::new();
    let known = bench.slices.put_object(object("a", MIB + 5, "1")).unwrap().known;
    let digests = |bytes: &[u8]| BlockDigests::of(bytes).unwrap();
    let (whole, last) = (content(&known, 0), content(&known, 1));
    for (index, bytes, digests, expected) in [
        (0, &last, digests(&last), "came with another number of bytes"),
        (1, &whole, digests(&whole), "came with another number of bytes"),
        (0, &whole, digests(&last), "came with digests for another length"),
        (2, &last, digests(&last), "is beyond its end"),
    ] {
        let error = bench.slices.put(&known, index, &[bytes], &digests).unwrap_err();
        assert!(matches!(error, Error::Misfit { why, .. } if why == expected), "{error}");
    }
    let long = object(&"k".repeat(OBJECT_BYTES_MAX), 1, "1");
    assert!(matches!(bench.slices.put_object(long), Err(Error::TooLong { .. })));
    assert_eq!(bench.slices.usage().slices, 0);
}

#[test]
fn a_folder_is_one_s_own() {
    let bench = Bench::new();
    let open = |options| Slices::open(options).map(|_| ()).unwrap_err().to_string();
    let taken = open(options(&bench.folder));
    assert!(taken.contains("in use by another process"), "{taken}");

    let foreign = tempfile::tempdir().unwrap();
    std::fs::write(foreign.path().join("thesis.txt"), "").unwrap();
    let refused = open(options(&foreign));
    assert!(refused.contains("holds thesis.txt"), "{refused}");

    let small = Options { volume_bytes: 4096, ..options(&foreign) };
    let refused = open(small);
    assert!(refused.contains("volume_bytes is 4096"), "{refused}");
}
