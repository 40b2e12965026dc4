//! What is put is found, and what is removed is not, before and after opening again.

use super::*;
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
        assert!(!kept.is_suspect() && kept.offset() % PAGE_BYTES == 0);
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
    for (key, index) in [("a", 0), ("a", 1), ("b", 0)] {
        let known = bench.slices.object(key).unwrap();
        let kept = bench.slices.find(&known, index).unwrap();
        assert!(kept.is_suspect());
        assert_eq!(bench.slices.check(&kept), Verdict::Sound);
        assert!(!bench.slices.find(&known, index).unwrap().is_suspect());
        assert!(read(&kept) == content(&known, index));
    }
    let (_, recovered) = bench.again(|slices| slices.close().unwrap());
    assert_eq!((recovered.usage, recovered.clean), (usage, true));
}
