//! Disks that lose, spoil or refuse: what is damaged is found out and fetched again, and serving goes on.

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::client::Got;
use crate::proxy::Fault;
use crate::world::{FILM, World};

/// The volumes in a tier's folder.
fn volumes(disk: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(disk.join("volumes")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Makes other bytes of all but the volumes' heads, every 50 kB.
pub(crate) fn spoil(disk: &Path) {
    for path in volumes(disk) {
        let file = std::fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
        let bytes = file.metadata().unwrap().len();
        for at in (4096..bytes).step_by(50_000) {
            let mut byte = [0];
            if file.read_at(&mut byte, at).unwrap() == 1 {
                file.write_all_at(&[!byte[0]], at).unwrap();
            }
        }
    }
}

/// Leaves nothing of the volumes but their heads.
pub(crate) fn cut_off(disk: &Path) {
    for path in volumes(disk) {
        std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(4096).unwrap();
    }
}

#[tokio::test]
async fn what_was_spoilt_while_nobody_was_there_is_fetched_again() {
    for harm in [spoil, cut_off, |_: &Path| ()] {
        let mut world = World::start().await;
        assert!(world.get(FILM, None).await.is_all());
        world.restart_edge(harm).await;
        for _ in 0..2 {
            assert!(world.get(FILM, None).await.is_all());
            world.edge().settled().await;
        }
        assert_eq!(world.get(FILM, None).await, Got::All("matinee; hit".to_owned()));
    }
}

#[tokio::test]
async fn the_scrub_finds_what_was_spoilt_and_fetches_it_again() {
    let world = World::start().await;
    assert!(world.get(FILM, None).await.is_all());
    world.edge().settled().await;
    spoil(&world.disk("edge"));
    assert_eq!(world.edge().tier.scrub().await, 3);
    world.edge().settled().await;
    world.between.iter().for_each(|proxy| proxy.set(Fault::Refuse));
    assert_eq!(world.get(FILM, None).await, Got::All("matinee; hit".to_owned()));
    assert_eq!(world.edge().tier.scrub().await, 0);
}

#[tokio::test]
async fn a_parent_whose_disk_is_spoilt_finds_it_out_when_it_is_asked() {
    for harm in [spoil, cut_off] {
        let world = World::start().await;
        let first = world.first(FILM).await;
        assert!(world.get(FILM, None).await.is_all());
        world.regional[first].settled().await;
        world.edge().settled().await;
        world.edge().tier.purge("").await.unwrap();
        harm(&world.disk(["a", "b"][first]));
        // There is nobody else to ask.
        world.between[1 - first].set(Fault::Refuse);
        assert!(world.get(FILM, None).await.is_all());
        assert_eq!(world.regional[first].tier.scrub().await, 0, "nothing damaged is left");
    }
}

#[tokio::test]
async fn what_cannot_be_read_costs_one_answer() {
    let world = World::start().await;
    assert!(world.get(FILM, Some(0..1 << 20)).await.is_all());
    world.edge().settled().await;
    cut_off(&world.disk("edge"));
    let got = world.get_anew(FILM, Some(0..1 << 20)).await;
    assert!(got.is_broken(), "{got:?}");
    while world.edge().tier.figures().usage.slices > 0 {
        tokio::task::yield_now().await;
    }
    assert!(world.get(FILM, Some(0..1 << 20)).await.is_all());
}
