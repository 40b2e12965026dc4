//! The store on a real database, with a master key in a file.

use std::path::Path;

use media::protection::{Scheme, TrackClass};

use super::*;
use crate::LocalKms;

const BY: Use<'_> = Use { kind: UseKind::Package, used_by: "a test", at_ms: 7 };

/// A data folder with a database, and the master key beside it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        Place { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    async fn open(&self) -> KeyStore {
        let db = Db::open_file(&self.file("data/matinee.db")).await.unwrap();
        let in_use = db.master_keys_in_use().await.unwrap();
        let kms = LocalKms::file(self.file("master.key"), in_use);
        KeyStore::new(db, Arc::new(kms))
    }
}

fn purpose(class: TrackClass, scheme: Scheme) -> KeyPurpose {
    KeyPurpose { title: TitleId("film".to_owned()), class, scheme, period: 0 }
}

#[tokio::test]
async fn a_key_is_made_once_and_outlives_the_process() {
    let place = Place::new();
    let store = place.open().await;
    let sd = store.content_key(&purpose(TrackClass::Sd, Scheme::Cenc), BY).await.unwrap();
    let hd = store.content_key(&purpose(TrackClass::Hd, Scheme::Cenc), BY).await.unwrap();
    let cbcs = store.content_key(&purpose(TrackClass::Sd, Scheme::Cbcs), BY).await.unwrap();
    assert!(sd.1 != hd.1 && sd.1 != cbcs.1 && sd.0 != hd.0 && sd.0 != cbcs.0);
    store.db.close().await;

    let again = place.open().await;
    assert_eq!(again.content_key(&purpose(TrackClass::Sd, Scheme::Cenc), BY).await.unwrap(), sd);
    let licence = Use { kind: UseKind::Licence, used_by: "session", at_ms: 9 };
    assert_eq!(again.content_keys(&[hd.0, sd.0], licence).await.unwrap(), [hd, sd.clone()]);
    let unknown = KeyId([9; 16]);
    let error = again.content_keys(&[sd.0, unknown], licence).await.unwrap_err();
    assert!(matches!(error, Error::NotFound(id) if id == unknown), "{error}");
    let uses = again.db.list_key_uses(Some(sd.0)).await.unwrap();
    let kinds: Vec<_> = uses.iter().map(|used| (used.kind, used.at_ms, used.used_by.as_str())).collect();
    let expected = [
        (UseKind::Licence, 9, "session"),
        (UseKind::Package, 7, "a test"),
        (UseKind::Package, 7, "a test"),
        (UseKind::Made, 7, "a test"),
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn two_that_ask_at_once_get_the_same_key() {
    let place = Place::new();
    let store = place.open().await;
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.content_key(&purpose(TrackClass::Uhd, Scheme::Cbcs), BY).await })
        })
        .collect();
    let mut keys = Vec::new();
    for asked in asking {
        keys.push(asked.await.unwrap().unwrap());
    }
    assert!(keys.iter().all(|key| *key == keys[0]));
    let uses = store.db.list_key_uses(None).await.unwrap();
    assert_eq!(uses.iter().filter(|used| used.kind == UseKind::Made).count(), 1);
}

#[tokio::test]
async fn rotation_seals_anew_and_forgets() {
    let place = Place::new();
    let store = place.open().await;
    let key = store.content_key(&purpose(TrackClass::Audio, Scheme::Cenc), BY).await.unwrap();
    let secret = store.secret("tokens", 1).await.unwrap();
    let old_file = std::fs::read_to_string(place.file("master.key")).unwrap();
    let elsewhere = place.open().await;

    let rotation = store.rotate(2).await.unwrap();
    assert_eq!((rotation.content_keys, rotation.secrets), (1, 1));
    assert_eq!(store.db.master_keys_in_use().await.unwrap(), [rotation.master_key]);
    let new_file = std::fs::read_to_string(place.file("master.key")).unwrap();
    let last = |text: &str| text.lines().last().unwrap().to_owned();
    assert!(!new_file.contains(&last(&old_file)) && !old_file.contains(&last(&new_file)));
    for store in [&store, &elsewhere, &place.open().await] {
        assert_eq!(store.content_key(&purpose(TrackClass::Audio, Scheme::Cenc), BY).await.unwrap(), key);
        assert_eq!(store.secret("tokens", 3).await.unwrap(), secret);
    }
    elsewhere.content_key(&purpose(TrackClass::Hd, Scheme::Cenc), BY).await.unwrap();
    assert_eq!(store.db.master_keys_in_use().await.unwrap().len(), 1, "nobody seals with the old one");
}

/// Somebody who sealed with the old master key a moment ago, and keeps it only now, has to seal again.
#[tokio::test]
async fn a_master_key_that_sealed_nothing_is_retired_too() {
    let place = Place::new();
    let store = place.open().await;
    let late = store.kms.seal("secret late", &Plain::new(vec![1; 32])).await.unwrap();
    store.rotate(1).await.unwrap();
    let kept = store.db.keep_secret("late", &late, 2).await;
    assert!(matches!(kept, Err(db::Error::MasterKeyRetired(name)) if name == late.master_key));
}

#[tokio::test]
async fn keys_given_by_hand_rotate_by_hand() {
    let place = Place::new();
    let db = Db::open_file(&place.file("matinee.db")).await.unwrap();
    let (old, new) = ("1".repeat(64), "2".repeat(64));
    let with = |text: &str| KeyStore::new(db.clone(), Arc::new(LocalKms::given(text).unwrap()));
    let key = with(&old).content_key(&purpose(TrackClass::Sd, Scheme::Cenc), BY).await.unwrap();
    assert!(matches!(with(&old).rotate(1).await, Err(Error::NothingToRotateTo)));
    let error = with(&new).content_keys(&[key.0], BY).await.unwrap_err();
    assert!(matches!(error, Error::UnknownMaster { .. }), "{error}");
    assert_eq!(with(&format!("{new},{old}")).rotate(2).await.unwrap().content_keys, 1);
    assert_eq!(with(&new).content_keys(&[key.0], BY).await.unwrap(), [key]);
}

#[tokio::test]
async fn an_import_never_replaces() {
    let place = Place::new();
    let store = place.open().await;
    let (sd, hd) = (purpose(TrackClass::Sd, Scheme::Cenc), purpose(TrackClass::Hd, Scheme::Cenc));
    let by = Use { kind: UseKind::Import, ..BY };
    let (id, key) = (KeyId([5; 16]), Key::new([6; 16]));
    let of =
        |purpose: &KeyPurpose, id, key: &Key| TitleKey { purpose: purpose.clone(), id, key: key.clone() };
    store.import(&[of(&sd, id, &key)], by).await.unwrap();
    store.import(&[of(&sd, id, &key), of(&hd, id, &key)], by).await.unwrap();
    assert_eq!(store.content_key(&sd, BY).await.unwrap(), (id, key.clone()), "what preparation asks for");
    assert_eq!(store.content_key(&hd, BY).await.unwrap(), (id, key.clone()));
    assert_eq!(store.content_keys(&[id], BY).await.unwrap(), [(id, key.clone())]);
    let other_title = KeyPurpose { title: TitleId("other".to_owned()), ..sd.clone() };
    let other_scheme = KeyPurpose { scheme: Scheme::Cbcs, ..sd.clone() };
    let later = KeyPurpose { period: 1, ..sd.clone() };
    let (other_id, other_key) = (KeyId([8; 16]), Key::new([7; 16]));
    for refused in [
        of(&sd, id, &other_key),
        of(&sd, other_id, &key),
        of(&other_title, id, &key),
        of(&other_scheme, id, &key),
        of(&later, id, &key),
    ] {
        let free = of(&KeyPurpose { class: TrackClass::Uhd, ..sd.clone() }, KeyId([9; 16]), &other_key);
        let error = store.import(&[free, refused], by).await.unwrap_err();
        assert!(matches!(error, Error::Taken { .. }), "{error}");
    }
    let all = store.content_keys_of(&sd.title, BY).await.unwrap();
    assert_eq!(all, [of(&hd, id, &key), of(&sd, id, &key)], "a refused import keeps nothing");
}

#[tokio::test]
async fn one_key_for_two_periods_is_for_cbcs_alone() {
    let place = Place::new();
    let store = place.open().await;
    let by = Use { kind: UseKind::Import, ..BY };
    let twice = |scheme, id: u8| {
        [0, 1].map(|period| TitleKey {
            purpose: KeyPurpose { period, ..purpose(TrackClass::Sd, scheme) },
            id: KeyId([id; 16]),
            key: Key::new([id; 16]),
        })
    };
    store.import(&twice(Scheme::Cbcs, 1), by).await.unwrap();
    let error = store.import(&twice(Scheme::Cenc, 2), by).await.unwrap_err();
    assert!(matches!(error, Error::Reused(KeyId([2, ..]))), "{error}");
    let uses = store.db.list_key_uses(None).await.unwrap();
    assert_eq!(uses.iter().map(|used| used.kind).collect::<Vec<_>>(), [UseKind::Import]);
}

/// Files below `folder` that hold `needle`.
fn holding(folder: &Path, needle: &[u8]) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, needle));
        } else if std::fs::read(&path).unwrap().windows(needle.len()).any(|window| window == needle) {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn a_canary_is_nowhere_in_the_data_folder() {
    let place = Place::new();
    let store = place.open().await;
    let canary = *b"canary!in!a!cage";
    let by = Use { kind: UseKind::Import, ..BY };
    let purpose = purpose(TrackClass::Sd, Scheme::Cenc);
    let key = TitleKey { purpose: purpose.clone(), id: KeyId([5; 16]), key: Key::new(canary) };
    store.import(&[key], by).await.unwrap();
    assert_eq!(*store.content_key(&purpose, BY).await.unwrap().1.expose(), canary);
    store.rotate(2).await.unwrap();
    store.db.close().await;
    let hex: String = canary.iter().map(|byte| format!("{byte:02x}")).collect();
    let base64 = b"Y2FuYXJ5IWluIWEhY2FnZQ";
    for needle in [&canary[..], hex.as_bytes(), hex.to_uppercase().as_bytes(), base64] {
        assert!(holding(&place.file("data"), needle).is_empty());
    }
    let key_id = KeyId([5; 16]).hex();
    assert!(!holding(&place.file("data"), key_id.as_bytes()).is_empty(), "it looks at all");
    let shown = format!("{store:?} {:?}", store.content_key(&purpose, BY).await);
    assert!(!shown.contains("canary") && !shown.contains(&hex), "{shown}");
}
