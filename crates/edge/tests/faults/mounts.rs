//! Disks that are full or read-only, as file systems of a namespace of the test's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::client::Got;
use crate::world::{OBJECTS, PACE, World};

/// Tells the part of a test where its file system is.
const MOUNTED: &str = "FAULTS_MOUNTED";

/// What the shell ends with where it may not mount.
const CANNOT_MOUNT: i32 = 77;

/// Runs a part of a test where `$FAULTS_MOUNTED` is a file system of 5 MiB; says so where that is not allowed here.
#[expect(clippy::disallowed_methods, reason = "only another process can have a namespace of its own")]
fn check(part: &str) {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "mount -t tmpfs -o size=5m none \"${MOUNTED}\" >&2 || exit {CANNOT_MOUNT}; exec \"$0\" \"$@\""
    );
    let output = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("mounts::{part}"), "--ignored", "--nocapture"])
        .env(MOUNTED, folder.path())
        .output();
    match output {
        Err(error) => eprintln!("PASSED OVER: {part}: unshare cannot be started: {error}"),
        Ok(output) if matches!(output.status.code(), Some(1 | CANNOT_MOUNT)) => {
            let why = String::from_utf8_lossy(&output.stderr).into_owned();
            eprintln!("PASSED OVER: {part}: nothing can be mounted here: {why}");
        }
        Ok(output) => {
            let out = String::from_utf8_lossy(&output.stdout).into_owned();
            let err = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && out.contains("1 passed"), "{out}\n{err}");
        }
    }
}

fn mounted() -> Option<PathBuf> {
    Some(Path::new(&std::env::var_os(MOUNTED)?).join("edge"))
}

/// How many of all objects are kept, after each was served whole.
async fn served(world: &World) -> usize {
    let mut hits = 0;
    for (path, _) in OBJECTS {
        let got = world.get(path, None).await;
        assert!(got.is_all(), "{path}: {got:?}");
        hits += usize::from(got == Got::All("matinee; hit".to_owned()));
    }
    world.edge().settled().await;
    hits
}

#[test]
fn a_full_disk_costs_hits_and_no_answer() {
    check("plays_full");
}

#[test]
fn a_read_only_disk_gives_what_it_has() {
    check("plays_read_only");
}

#[tokio::test]
#[ignore = "a part of a test above"]
async fn plays_full() {
    let Some(disk) = mounted() else { return };
    // More than the disk has.
    let world = World::on(Some(disk), 1 << 30, PACE).await;
    assert_eq!(served(&world).await, 0);
    let hits = served(&world).await;
    assert!((1..OBJECTS.len()).contains(&hits), "{hits}");
    assert!(world.edge().tier.figures().is_disk_failing, "and says so");
    world.edge().tier.purge("").await.unwrap();
    let (path, _) = OBJECTS[OBJECTS.len() - 1];
    assert!(world.get(path, None).await.is_all());
    world.edge().settled().await;
    assert_eq!(world.get(path, None).await, Got::All("matinee; hit".to_owned()), "there is room again");
}

#[tokio::test]
#[ignore = "a part of a test above"]
#[expect(clippy::disallowed_methods, reason = "only mount(8) can mount anew")]
async fn plays_read_only() {
    let Some(disk) = mounted() else { return };
    let mut world = World::on(Some(disk), 1 << 30, PACE).await;
    let (kept, _) = OBJECTS[OBJECTS.len() - 1];
    assert!(world.get(kept, None).await.is_all());
    let remount = |_: &Path| {
        let mounted = std::env::var_os(MOUNTED).unwrap();
        let status = Command::new("mount").args(["-o", "remount,ro"]).arg(mounted).status();
        assert!(status.unwrap().success());
    };
    world.restart_edge(remount).await;
    for _ in 0..2 {
        assert_eq!(served(&world).await, 1, "the one that it had");
    }
    assert!(world.edge().tier.figures().is_disk_failing, "and says so");
}
