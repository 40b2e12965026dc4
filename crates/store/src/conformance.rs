//! The conformance suite: what every store must do, run on every implementation.

#![expect(clippy::expect_used, reason = "a suite fails by panicking")]

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{TryStreamExt, future};
use media::ByteRange;

use crate::{CHUNK_BYTES, Error, GET_BYTES_MAX, Key, Meta, Store};

/// Panics where `store`, which must be empty, breaks the contract.
pub async fn check(store: &dyn Store) {
    objects_are_written_once(store).await;
    files_are_moved_or_copied(store).await;
    copies_are_objects(store).await;
    reads_give_what_was_asked(store).await;
    long_objects_are_streamed(store).await;
    absent_objects_are_absent(store).await;
    listings_are_sorted_and_stay_in_their_folder(store).await;
    many_writers_of_one_key_end_well(store).await;
}

fn key(text: &str) -> Key {
    Key::new(text).expect("a key")
}

async fn read(store: &dyn Store, key: &Key, range: Option<(u64, u64)>) -> Result<Bytes, Error> {
    let range = range.map(|(offset, length)| ByteRange { offset, length });
    let mut whole = BytesMut::new();
    let mut pieces = store.read(key, range).await?;
    while let Some(piece) = pieces.try_next().await? {
        assert!(!piece.is_empty() && piece.len() as u64 <= CHUNK_BYTES, "a piece of {} bytes", piece.len());
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

#[track_caller]
fn assert_conflict(result: Result<(), Error>) {
    assert!(matches!(result, Err(Error::Conflict(_))), "{result:?}");
}

async fn objects_are_written_once(store: &dyn Store) {
    let once = key("once/object");
    store.put(&once, "bytes".into()).await.expect("a new object");
    store.put(&once, "bytes".into()).await.expect("the same bytes again");
    for other in ["other", "byte", "bytes2", ""] {
        assert_conflict(store.put(&once, other.into()).await);
    }
    assert_eq!(store.get(&once).await.expect("an object"), "bytes");
    assert_eq!(store.head(&once).await.expect("an answer"), Some(Meta { bytes: 5 }));

    store.delete(&once).await.expect("deletion");
    store.put(&once, "other".into()).await.expect("a new object after deletion");
}

async fn files_are_moved_or_copied(store: &dyn Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    let write = |content: &str| std::fs::write(&file, content).expect("a file");

    write("film");
    store.put_copy(&key("files/copy"), &file).await.expect("a copied file");
    store.put_copy(&key("files/copy"), &file).await.expect("a copied file again");
    write("edited");
    assert_conflict(store.put_copy(&key("files/copy"), &file).await);
    assert_eq!(store.get(&key("files/copy")).await.expect("an object"), "film");

    store.put_file(&key("files/moved"), &file).await.expect("a moved file");
    assert!(!file.exists(), "a moved file is gone");
    write("edited");
    store.put_file(&key("files/moved"), &file).await.expect("the same file again");
    assert!(!file.exists(), "also where the object was there already");
    write("other");
    assert_conflict(store.put_file(&key("files/moved"), &file).await);
    assert!(file.exists(), "a file that was not stored stays");
    assert_eq!(store.get(&key("files/moved")).await.expect("an object"), "edited");

    let missing = folder.path().join("missing");
    for result in
        [store.put_file(&key("files/no"), &missing).await, store.put_copy(&key("files/no"), &missing).await]
    {
        assert!(matches!(result, Err(Error::Io { .. })), "{result:?}");
    }
    assert_eq!(store.head(&key("files/no")).await.expect("an answer"), None);
}

async fn copies_are_objects(store: &dyn Store) {
    let (from, to) = (key("copies/from"), key("copies/deep/below/to"));
    store.put(&from, "same".into()).await.expect("an object");
    store.copy(&from, &to).await.expect("a copy");
    store.copy(&from, &to).await.expect("a copy again");
    store.put(&key("copies/other"), "else".into()).await.expect("an object");
    assert_conflict(store.copy(&key("copies/other"), &to).await);
    store.delete(&from).await.expect("deletion");
    assert_eq!(store.get(&to).await.expect("the copy"), "same");
}

async fn reads_give_what_was_asked(store: &dyn Store) {
    let digits = key("reads/digits");
    store.put(&digits, "0123456789".into()).await.expect("an object");
    for (range, expected) in [
        (None, "0123456789"),
        (Some((0, 10)), "0123456789"),
        (Some((0, 1)), "0"),
        (Some((3, 4)), "3456"),
        (Some((9, 1)), "9"),
        (Some((4, 0)), ""),
        (Some((10, 0)), ""),
    ] {
        assert_eq!(read(store, &digits, range).await.expect("a range"), expected, "{range:?}");
    }
    for range in [(0, 11), (10, 1), (11, 0), (u64::MAX, 1), (1, u64::MAX)] {
        let result = read(store, &digits, Some(range)).await;
        assert!(matches!(result, Err(Error::OutOfRange { bytes: 10, .. })), "{range:?}: {result:?}");
    }
    let empty = key("reads/empty");
    store.put(&empty, Bytes::new()).await.expect("an empty object");
    assert_eq!(read(store, &empty, None).await.expect("nothing"), "");
    assert_eq!(store.head(&empty).await.expect("an answer"), Some(Meta { bytes: 0 }));
}

async fn long_objects_are_streamed(store: &dyn Store) {
    let long = key("long/object");
    let bytes: Bytes = (0..GET_BYTES_MAX + 1).map(|i| (i / 251) as u8).collect::<Vec<_>>().into();
    store.put(&long, bytes.clone()).await.expect("a long object");
    let result = store.get(&long).await;
    assert!(matches!(result, Err(Error::TooLong { .. })), "not in one piece");
    assert!(read(store, &long, None).await.expect("a stream") == bytes, "the stream has other bytes");
    let (offset, length) = (CHUNK_BYTES - 1, CHUNK_BYTES + 2);
    let part = read(store, &long, Some((offset, length))).await.expect("a range");
    assert!(part == bytes[offset as usize..(offset + length) as usize], "the range has other bytes");
    store.delete(&long).await.expect("deletion");
}

async fn absent_objects_are_absent(store: &dyn Store) {
    store.put(&key("absent/but/this"), "x".into()).await.expect("an object");
    for absent in ["nowhere", "absent", "absent/but", "absent/but/that", "absent/but/this/below"].map(key) {
        assert_eq!(store.head(&absent).await.expect("an answer"), None, "{absent}");
        let results = [
            store.get(&absent).await.map(drop),
            store.read(&absent, None).await.map(drop),
            store.copy(&absent, &key("absent/copy")).await,
        ];
        for result in results {
            assert!(matches!(&result, Err(Error::NotFound(key)) if *key == absent), "{absent}: {result:?}");
        }
    }
    store.delete(&key("nowhere/at/all")).await.expect("nothing to delete is fine");
}

async fn listings_are_sorted_and_stay_in_their_folder(store: &dyn Store) {
    for name in ["list/b", "list/a/2", "list/a/10", "list/a-z", "list/ab", "listing", "list/a/b/c"] {
        store.put(&key(name), "x".into()).await.expect("an object");
    }
    for (folder, expected) in [
        ("list", vec!["list/a-z", "list/a/10", "list/a/2", "list/a/b/c", "list/ab", "list/b"]),
        ("list/a", vec!["list/a/10", "list/a/2", "list/a/b/c"]),
        ("list/b", vec![]),
        ("list/none", vec![]),
    ] {
        let expected: Vec<Key> = expected.into_iter().map(key).collect();
        assert_eq!(store.list(&key(folder)).await.expect("a listing"), expected, "{folder}");
    }
}

async fn many_writers_of_one_key_end_well(store: &dyn Store) {
    let shared = Arc::new(key("race/same"));
    let same = (0..32).map(|_| store.put(&shared, Bytes::from(vec![7; 100_000])));
    for result in future::join_all(same).await {
        result.expect("the same bytes from all");
    }
    let contested = key("race/contested");
    let different = (0..32u8).map(|n| store.put(&contested, Bytes::from(vec![n; 100_000])));
    let results = future::join_all(different).await;
    let winners: Vec<usize> = (0..results.len()).filter(|&n| results[n].is_ok()).collect();
    assert_eq!(winners.len(), 1, "one of different writers wins: {results:?}");
    assert_eq!(store.get(&contested).await.expect("an object"), vec![winners[0] as u8; 100_000]);
}
