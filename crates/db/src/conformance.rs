//! The conformance suite: what the database must do, whichever it is. Takes an empty database.

use media::package::{Package, Picture};
use media::{Digest, Size};
use title::{Release, Title, TitleId};

use crate::{Db, Error, Listing, Outcome, PreparationId, State};

mod keys;

#[tokio::test]
async fn sqlite_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db.sqlite");
    let db = Db::open_file(&path).await.unwrap();
    check(&db).await;
    db.close().await;
    let reopened = Db::open_file(&path).await.unwrap();
    assert_eq!(reopened.list_current().await.unwrap().len(), 3, "titles outlive the process");
}

/// Panics where `db`, which must be empty, breaks the contract. Leaves three titles in it.
async fn check(db: &Db) {
    a_release_is_visible_once_published(db).await;
    the_same_release_again_changes_nothing(db).await;
    a_new_release_replaces_the_old_one(db).await;
    a_master_is_one_title(db).await;
    titles_are_found_by_id_or_name(db).await;
    many_publish_at_once(db).await;
    preparations_are_listed(db).await;
    keys::check(db).await;
}

fn release(name: &str, master: u8, package: u8, published_ms: i64) -> Release {
    let master = Digest([master; 32]);
    Release {
        title: Title { id: TitleId::new(name, &master), name: name.to_owned(), master },
        package_digest: Digest([package; 32]),
        package: Package {
            duration_s: f64::from(package) + 0.1,
            video: vec![],
            audio: vec![],
            text: vec![],
            poster: (package % 2 == 1)
                .then(|| Picture { path: "poster.jpg".to_owned(), size: Size { width: 16, height: 9 } }),
            thumbnails: None,
            chapters: vec![],
            markers: vec![],
        },
        published_ms,
    }
}

async fn listed(db: &Db) -> Vec<(String, i64)> {
    let listings = db.list_current().await.unwrap();
    listings.into_iter().map(|listing| (listing.title.name, listing.published_ms)).collect()
}

async fn a_release_is_visible_once_published(db: &Db) {
    let (bunny, sintel) = (release("Bunny", 1, 11, 100), release("Sintel", 2, 12, 200));
    assert_eq!(db.current_release(&bunny.title.id).await.unwrap(), None);
    assert_eq!(db.title_by_master(&bunny.title.master).await.unwrap(), None);
    assert_eq!(db.list_current().await.unwrap(), []);

    db.publish(&bunny).await.unwrap();
    db.publish(&sintel).await.unwrap();
    assert_eq!(db.current_release(&bunny.title.id).await.unwrap(), Some(bunny.clone()));
    assert_eq!(db.title_by_master(&bunny.title.master).await.unwrap(), Some(bunny.title.clone()));
    let listings =
        [(sintel, None), (bunny, Some("poster.jpg".to_owned()))].map(|(release, poster_path)| Listing {
            title: release.title,
            package_digest: release.package_digest,
            duration_s: release.package.duration_s,
            poster_path,
            published_ms: release.published_ms,
        });
    assert_eq!(db.list_current().await.unwrap(), listings, "newest first");
}

async fn the_same_release_again_changes_nothing(db: &Db) {
    let bunny = release("Bunny", 1, 11, 100);
    db.publish(&Release { published_ms: 999, ..bunny.clone() }).await.unwrap();
    assert_eq!(db.current_release(&bunny.title.id).await.unwrap(), Some(bunny.clone()));

    let renamed = Title { name: "Big Buck Bunny".to_owned(), ..bunny.title.clone() };
    db.publish(&Release { title: renamed.clone(), ..bunny.clone() }).await.unwrap();
    assert_eq!(db.title_by_master(&bunny.title.master).await.unwrap(), Some(renamed));
    db.publish(&bunny).await.unwrap();
}

async fn a_new_release_replaces_the_old_one(db: &Db) {
    let (old, new) = (release("Bunny", 1, 11, 100), release("Bunny", 1, 13, 300));
    db.publish(&new).await.unwrap();
    assert_eq!(db.release(&old.title.id, &old.package_digest).await.unwrap(), Some(old.clone()));
    assert_eq!(db.release(&old.title.id, &Digest([99; 32])).await.unwrap(), None);
    assert_eq!(db.current_release(&old.title.id).await.unwrap(), Some(new));
    assert_eq!(listed(db).await, [("Bunny".to_owned(), 300), ("Sintel".to_owned(), 200)]);

    let again = Release { published_ms: 400, ..old };
    db.publish(&again).await.unwrap();
    assert_eq!(db.current_release(&again.title.id).await.unwrap(), Some(again), "the old one is back");
}

async fn a_master_is_one_title(db: &Db) {
    let other_name = release("Rabbit", 1, 14, 500);
    let error = db.publish(&other_name).await.unwrap_err();
    assert!(
        matches!(&error, Error::MasterTaken { taken_by, .. } if taken_by.0.starts_with("bunny")),
        "{error}"
    );

    let mut other_master = release("Bunny", 1, 14, 500);
    other_master.title.master = Digest([9; 32]);
    let error = db.publish(&other_master).await.unwrap_err();
    assert!(matches!(&error, Error::TitleTaken { .. }), "{error}");
    assert_eq!(
        listed(db).await,
        [("Bunny".to_owned(), 400), ("Sintel".to_owned(), 200)],
        "nothing has changed"
    );
}

async fn titles_are_found_by_id_or_name(db: &Db) {
    let double = release("Sintel", 3, 15, 600);
    db.publish(&double).await.unwrap();
    let masters =
        |found: Vec<Release>| found.iter().map(|release| release.title.master.0[0]).collect::<Vec<_>>();
    for (text, expected) in [
        ("Sintel", vec![3, 2]),
        (double.title.id.0.as_str(), vec![3]),
        ("Bunny", vec![1]),
        ("bunny", vec![]),
        ("Sint", vec![]),
        ("%", vec![]),
        ("", vec![]),
        ("' OR 1=1 --", vec![]),
    ] {
        assert_eq!(masters(db.find(text).await.unwrap()), expected, "{text:?}");
    }
}

async fn many_publish_at_once(db: &Db) {
    let publishing: Vec<_> = (0..16)
        .map(|n| {
            let (db, release) = (db.clone(), release("Sintel", 2, 12 + n % 2, 700));
            tokio::spawn(async move { db.publish(&release).await })
        })
        .collect();
    for published in publishing {
        published.await.unwrap().unwrap();
    }
}

async fn preparations_are_listed(db: &Db) {
    let (bunny, sintel) = (Digest([1; 32]), Digest([2; 32]));
    let first = db.start_preparation(&bunny, "Bunny", 1000).await.unwrap();
    let second = db.start_preparation(&sintel, "Sintel", 2000).await.unwrap();
    let third = db.start_preparation(&bunny, "Bunny", 3000).await.unwrap();
    db.finish_preparation(second, &Outcome::Refused("no video".to_owned()), 2500).await.unwrap();
    let fourth = db.start_preparation(&sintel, "Sintel", 4000).await.unwrap();
    db.finish_preparation(fourth, &Outcome::Published, 5000).await.unwrap();
    assert_eq!([first, second, third, fourth], [1, 2, 3, 4].map(PreparationId));

    let found = db.list_preparations().await.unwrap();
    let found: Vec<_> =
        found.iter().map(|p| (p.id.0, p.state, p.started_ms, p.finished_ms, p.message.as_deref())).collect();
    let interrupted = Some("stopped before it ended; started again");
    let expected = [
        (4, State::Published, 4000, Some(5000), None),
        (3, State::Running, 3000, None, None),
        (2, State::Refused, 2000, Some(2500), Some("no video")),
        (1, State::Failed, 1000, Some(3000), interrupted),
    ];
    assert_eq!(found, expected);
}
