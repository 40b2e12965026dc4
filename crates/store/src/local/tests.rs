//! What only a directory has to show: durability's traces, several processes, foreign files.

use std::fs;
use std::path::Path;

use super::*;
use crate::conformance;

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn files_below(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|e| if e.file_type().unwrap().is_dir() { files_below(&e.path()) } else { 1 }).sum()
}

#[tokio::test]
async fn keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let store = Local::open(folder.path()).await.unwrap();
    conformance::check(&store).await;
    assert_eq!(files_below(&folder.path().join(".tmp")), 2, "only the two locks are left");
}

#[tokio::test]
async fn objects_outlive_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("made/on/demand");
    Local::open(&root).await.unwrap().put(&key("a/b"), "x".into()).await.unwrap();
    assert_eq!(Local::open(&root).await.unwrap().get(&key("a/b")).await.unwrap(), "x");
}

#[tokio::test]
async fn leftovers_of_the_dead_are_removed_and_those_of_the_living_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let dead = folder.path().join(".tmp/0");
    fs::create_dir_all(&dead).unwrap();
    fs::write(dead.join("lock"), "").unwrap();
    fs::write(dead.join("17"), "half an object").unwrap();

    let living = Local::open(folder.path()).await.unwrap();
    assert!(!dead.join("17").exists());
    let working = living.scratch().join("working");
    fs::write(&working, "").unwrap();

    let other = Local::open(folder.path()).await.unwrap();
    assert!(working.exists());
    assert_ne!(living.scratch(), other.scratch());
    drop(living);
    assert!(!working.exists());
}

#[tokio::test]
async fn a_moved_file_is_not_copied_and_a_copied_one_is_not_shared() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let store = Local::open(folder.path()).await.unwrap();
    let file = store.scratch().join("film");
    fs::write(&file, "film").unwrap();
    let inode = fs::metadata(&file).unwrap().ino();

    store.put_copy(&key("copied"), &file).await.unwrap();
    store.put_file(&key("moved"), &file).await.unwrap();
    store.copy(&key("moved"), &key("linked")).await.unwrap();

    let inode_of = |name: &str| fs::metadata(folder.path().join(name)).unwrap().ino();
    assert_ne!(inode_of("copied"), inode);
    assert_eq!(inode_of("moved"), inode);
    assert_eq!(inode_of("linked"), inode);
}

#[tokio::test]
async fn a_link_is_stored_as_what_it_points_to() {
    let folder = tempfile::tempdir().unwrap();
    let store = Local::open(folder.path().join("store")).await.unwrap();
    let (film, link) = (folder.path().join("film"), folder.path().join("link"));
    fs::write(&film, "film").unwrap();
    std::os::unix::fs::symlink(&film, &link).unwrap();
    store.put_file(&key("film"), &link).await.unwrap();
    fs::write(&film, "changed later").unwrap();
    assert_eq!(store.get(&key("film")).await.unwrap(), "film");
}

#[tokio::test]
async fn foreign_files_are_not_listed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Local::open(folder.path()).await.unwrap();
    store.put(&key("a/b"), "x".into()).await.unwrap();
    fs::write(folder.path().join("a/.DS_Store"), "").unwrap();
    fs::write(folder.path().join("a/two words"), "").unwrap();
    assert_eq!(store.list(&key("a")).await.unwrap(), [key("a/b")]);
}

#[tokio::test]
async fn local_paths_lead_to_the_objects() {
    let folder = tempfile::tempdir().unwrap();
    let store = Local::open(folder.path()).await.unwrap();
    store.put(&key("a/b"), "x".into()).await.unwrap();
    assert_eq!(fs::read_to_string(store.local_path(&key("a/b")).unwrap()).unwrap(), "x");
}
