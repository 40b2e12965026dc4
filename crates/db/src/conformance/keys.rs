//! What the database must do with keys, tokens and streams.

use media::protection::{KeyId, Scheme, TrackClass};
use title::TitleId;

use crate::{Claim, Claimed, Db, Error, KeyPurpose, KeyUse, Revocation, Sealed, SealedKey, Stream, UseKind};

/// Panics where `db`, which must have no keys, breaks the contract.
pub(super) async fn check(db: &Db) {
    one_key_for_a_purpose(db).await;
    an_import_keeps_all_or_nothing(db).await;
    secrets_are_made_once(db).await;
    keys_are_sealed_anew(db).await;
    uses_are_noted(db).await;
    a_token_is_used_as_often_as_it_may(db).await;
    an_account_has_so_many_places(db).await;
    two_never_take_the_last_place(db).await;
    what_is_revoked_gets_nothing(db).await;
}

fn sealed(master_key: &str, text: &str) -> Sealed {
    Sealed { master_key: master_key.to_owned(), text: text.to_owned() }
}

fn key(id: u8, class: TrackClass, scheme: Scheme, period: u32) -> SealedKey {
    let purpose = KeyPurpose { title: TitleId("film".to_owned()), class, scheme, period };
    SealedKey { id: KeyId([id; 16]), purpose, sealed: sealed("one", &format!("sealed {id}")) }
}

async fn one_key_for_a_purpose(db: &Db) {
    let first = key(1, TrackClass::Sd, Scheme::Cenc, 0);
    assert_eq!(db.content_key_for(&first.purpose).await.unwrap(), None);
    assert_eq!(db.content_key(first.id).await.unwrap(), None);
    assert_eq!(db.keep_content_key(&first, 10).await.unwrap(), first);
    let late = key(2, TrackClass::Sd, Scheme::Cenc, 0);
    assert_eq!(db.keep_content_key(&late, 20).await.unwrap(), first, "the first one stays");
    let others = [
        key(3, TrackClass::Uhd, Scheme::Cenc, 0),
        key(4, TrackClass::Sd, Scheme::Cbcs, 0),
        key(5, TrackClass::Sd, Scheme::Cenc, 1),
    ];
    for other in &others {
        assert_eq!(db.keep_content_key(other, 30).await.unwrap(), *other);
        assert_eq!(db.content_key(other.id).await.unwrap().as_ref(), Some(other));
    }
    let [uhd, cbcs, second] = others;
    let shared = key(3, TrackClass::FullHd, Scheme::Cenc, 0);
    assert_eq!(db.keep_content_key(&shared, 35).await.unwrap(), shared);
    assert_eq!(db.content_key(uhd.id).await.unwrap().as_ref(), Some(&shared), "the first class by name");
    let all = db.content_keys_of(&TitleId("film".to_owned())).await.unwrap();
    assert_eq!(all, [cbcs, shared, first, second, uhd]);
    assert_eq!(db.content_keys_of(&TitleId("other".to_owned())).await.unwrap(), []);
}

async fn an_import_keeps_all_or_nothing(db: &Db) {
    let of = |id, class| {
        let mut key = key(id, class, Scheme::Cbcs, 3);
        key.purpose.title = TitleId("import".to_owned());
        key
    };
    let title = TitleId("import".to_owned());
    let noted = KeyUse { key: KeyId([40; 16]), kind: UseKind::Import, used_by: "d".to_owned(), at_ms: 1 };
    let uses = std::slice::from_ref(&noted);
    let [sd, hd, other] = [of(40, TrackClass::Sd), of(41, TrackClass::Hd), of(42, TrackClass::Sd)];
    let both = [sd.clone(), hd.clone()];
    assert_eq!(db.import_content_keys(&both[..1], uses, 10).await.unwrap(), None);
    let refused = db.import_content_keys(&[hd.clone(), other.clone()], uses, 20).await.unwrap();
    assert_eq!(refused, Some(other.purpose));
    assert_eq!(db.content_keys_of(&title).await.unwrap(), std::slice::from_ref(&sd));
    assert_eq!(db.list_key_uses(Some(noted.key)).await.unwrap(), uses, "nor was it noted");
    let elsewhere = key(40, TrackClass::Hd, Scheme::Cbcs, 3);
    let refused = db.import_content_keys(std::slice::from_ref(&elsewhere), &[], 25).await.unwrap();
    assert_eq!(refused, Some(elsewhere.purpose.clone()), "the identifier is another title's");
    assert_eq!(db.content_key_for(&elsewhere.purpose).await.unwrap(), None);
    assert_eq!(db.import_content_keys(&both, &[], 30).await.unwrap(), None);
    assert_eq!(db.content_keys_of(&title).await.unwrap(), [hd, sd]);
}

async fn secrets_are_made_once(db: &Db) {
    assert_eq!(db.secret("tokens").await.unwrap(), None);
    let (first, late) = (sealed("one", "first"), sealed("one", "late"));
    assert_eq!(db.keep_secret("tokens", &first, 10).await.unwrap(), first);
    assert_eq!(db.keep_secret("tokens", &late, 20).await.unwrap(), first);
    assert_eq!(db.secret("tokens").await.unwrap(), Some(first));
}

async fn keys_are_sealed_anew(db: &Db) {
    assert_eq!(db.master_keys_in_use().await.unwrap(), ["one"]);
    db.retire_master_key("one", 40).await.unwrap();
    db.retire_master_key("one", 41).await.unwrap();
    for old in db.content_keys_not_under("two").await.unwrap() {
        db.reseal_content_key(old.id, &sealed("two", "again")).await.unwrap();
    }
    assert_eq!(db.secrets_not_under("two").await.unwrap(), ["tokens"]);
    db.reseal_secret("tokens", &sealed("two", "again")).await.unwrap();
    assert_eq!(db.content_keys_not_under("two").await.unwrap(), []);
    assert_eq!(db.secrets_not_under("two").await.unwrap(), [""; 0]);
    assert_eq!(db.master_keys_in_use().await.unwrap(), ["two"]);
    let error = db.keep_content_key(&key(9, TrackClass::Hd, Scheme::Cenc, 0), 50).await.unwrap_err();
    assert!(matches!(&error, Error::MasterKeyRetired(name) if name == "one"), "{error}");
    let error = db.keep_secret("other", &sealed("one", "x"), 50).await.unwrap_err();
    assert!(matches!(&error, Error::MasterKeyRetired(_)), "{error}");
}

async fn uses_are_noted(db: &Db) {
    let used = |id: u8, kind, at_ms| KeyUse { key: KeyId([id; 16]), kind, used_by: "s".to_owned(), at_ms };
    let uses = [used(1, UseKind::Made, 1), used(1, UseKind::Licence, 2), used(2, UseKind::Export, 3)];
    db.note_key_uses(&uses[..2]).await.unwrap();
    db.note_key_uses(&uses[2..]).await.unwrap();
    db.note_key_uses(&[]).await.unwrap();
    let [made, licence, export] = uses;
    let newest = db.list_key_uses(None).await.unwrap();
    assert_eq!(newest[..3], [export.clone(), licence.clone(), made.clone()]);
    assert_eq!(db.list_key_uses(Some(KeyId([1; 16]))).await.unwrap(), [licence, made]);
    assert_eq!(db.list_key_uses(Some(KeyId([7; 16]))).await.unwrap(), []);
}

fn claim<'a>(nonce: &'a str, session: &'a str, account: &'a str) -> Claim<'a> {
    Claim {
        nonce,
        token_expires_ms: 1000,
        token_uses_max: 2,
        session,
        device: "d",
        account,
        until_ms: 500,
        streams_max: 2,
    }
}

async fn a_token_is_used_as_often_as_it_may(db: &Db) {
    let claim = claim("n1", "s1", "tokens");
    let mut found = Vec::new();
    for _ in 0..3 {
        found.push(db.claim_stream(&claim, 100).await.unwrap());
    }
    assert_eq!(found, [Claimed::Done, Claimed::Done, Claimed::TokenUsedUp]);
    for now_ms in [999, 1000, 60_999] {
        let found = db.claim_stream(&claim, now_ms).await.unwrap();
        assert_eq!(found, Claimed::TokenUsedUp, "as long as it lives, and a minute more: {now_ms}");
    }
    assert_eq!(db.claim_stream(&claim, 61_000).await.unwrap(), Claimed::Done, "then it is forgotten");
    db.end_stream("s1").await.unwrap();
}

async fn an_account_has_so_many_places(db: &Db) {
    for (nonce, session, account, now_ms, expected) in [
        ("a1", "first", "home", 100, Claimed::Done),
        ("a2", "second", "home", 100, Claimed::Done),
        ("a3", "third", "home", 100, Claimed::NoPlace),
        ("a4", "first", "home", 100, Claimed::Done),
        ("a5", "third", "elsewhere", 100, Claimed::Done),
        ("a3", "fourth", "home", 499, Claimed::NoPlace),
        ("a3", "fourth", "home", 500, Claimed::Done),
    ] {
        let found = db.claim_stream(&claim(nonce, session, account), now_ms).await.unwrap();
        assert_eq!(found, expected, "{nonce} {session} at {now_ms}");
    }
    let later = Claim { until_ms: 900, ..claim("a6", "fifth", "home") };
    db.end_stream("fourth").await.unwrap();
    assert_eq!(db.claim_stream(&later, 501).await.unwrap(), Claimed::Done);
    let kept = Claim { until_ms: 600, ..claim("a7", "fifth", "home") };
    assert_eq!(db.claim_stream(&kept, 600).await.unwrap(), Claimed::Done);
    let playing = db.list_streams(601).await.unwrap();
    let fifth = playing.iter().find(|stream| stream.session == "fifth");
    assert_eq!(fifth.map(|stream| stream.until_ms), Some(900), "a place is not given back early");
}

async fn two_never_take_the_last_place(db: &Db) {
    let claiming: Vec<_> = (0..8)
        .map(|n| {
            let db = db.clone();
            tokio::spawn(async move {
                let (nonce, session) = (format!("r{n}"), format!("race {n}"));
                db.claim_stream(&claim(&nonce, &session, "race"), 100).await
            })
        })
        .collect();
    let mut done = 0;
    for claimed in claiming {
        done += usize::from(claimed.await.unwrap().unwrap() == Claimed::Done);
    }
    assert_eq!(done, 2);
}

async fn what_is_revoked_gets_nothing(db: &Db) {
    let revocation = |subject: &str, revoked_ms, until_ms| Revocation {
        subject: subject.to_owned(),
        revoked_ms,
        until_ms,
    };
    let by = |nonce, session, device| Claim { device, until_ms: 10_000, ..claim(nonce, session, "revoked") };
    assert_eq!(db.claim_stream(&by("v1", "bad session", "d1"), 2000).await.unwrap(), Claimed::Done);
    let playing =
        Stream { session: "bad session".to_owned(), account: "revoked".to_owned(), until_ms: 10_000 };
    assert_eq!(db.list_streams(2000).await.unwrap(), [playing]);

    db.revoke(&revocation("bad session", 2001, 3000)).await.unwrap();
    db.revoke(&revocation("bad device", 2002, 4000)).await.unwrap();
    db.revoke(&revocation("bad device", 2003, 3500)).await.unwrap();
    assert_eq!(db.list_streams(2001).await.unwrap(), [], "its place is free");
    let both = [revocation("bad device", 2002, 4000), revocation("bad session", 2001, 3000)];
    assert_eq!(db.list_revocations(2999).await.unwrap(), both);
    for (session, device, now_ms, expected) in [
        ("bad session", "d1", 2999, Claimed::Revoked),
        ("bad session", "d1", 3000, Claimed::Done),
        ("any", "bad device", 3999, Claimed::Revoked),
        ("any", "bad device", 4000, Claimed::Done),
    ] {
        let found = db.claim_stream(&by("v2", session, device), now_ms).await.unwrap();
        assert_eq!(found, expected, "{session} on {device} at {now_ms}");
    }
    assert!(db.is_revoked("bad device", 3999).await.unwrap());
    assert!(!db.is_revoked("bad device", 4000).await.unwrap());
    assert!(!db.is_revoked("good device", 3999).await.unwrap());

    assert!(db.restore("bad device").await.unwrap());
    assert!(!db.restore("bad device").await.unwrap());
    db.revoke(&revocation("later", 5000, 6000)).await.unwrap();
    assert_eq!(
        db.list_revocations(0).await.unwrap(),
        [revocation("later", 5000, 6000)],
        "the rest is forgotten"
    );
}
