//! Real file systems that are full, read-only, or lack what is needed: mounted in a namespace of the test's own.

use std::path::Path;
use std::process::Command;

use super::*;

/// Tells the part of a test where its file system is.
const MOUNTED: &str = "SLICES_MOUNTED";

/// What the shell ends with where it may not mount.
const CANNOT_MOUNT: i32 = 77;

/// Runs a part of a test where `mount` has mounted something at `$SLICES_MOUNTED`; says so where that is not allowed here.
#[expect(clippy::disallowed_methods, reason = "only another process can have a namespace of its own")]
fn check(namespaces: &[&str], mount: &str, part: &str) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("mounted");
    std::fs::create_dir(&at).unwrap();
    let script = format!("{{ {mount} ; }} >&2 || exit {CANNOT_MOUNT}; exec \"$0\" \"$@\"");
    let output = Command::new("unshare")
        .args(namespaces)
        .args(["sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("slices::tests::disks::{part}"), "--ignored", "--nocapture"])
        .env(MOUNTED, &at)
        .env("IMAGE", folder.path().join("image"))
        .output();
    match output {
        Err(error) => eprintln!("PASSED OVER: {part}: unshare cannot be started: {error}"),
        Ok(output) if output.status.code() == Some(CANNOT_MOUNT) || output.status.code() == Some(1) => {
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

fn mounted() -> Option<Options> {
    let folder = Path::new(&std::env::var_os(MOUNTED)?).join("cache");
    Some(Options { volume_bytes: VOLUME_BYTES, ..Options::new(folder) })
}

/// Anybody may mount these.
const ANYBODY: &[&str] = &["--mount", "--map-root-user"];
/// Only root may mount what lies on a device.
const ROOT: &[&str] = &["--mount"];

const TMPFS: &str = "mount -t tmpfs -o size=8m none \"$SLICES_MOUNTED\"";

#[test]
fn a_full_tmpfs_serves_and_takes_again_what_there_is_room_for() {
    check(ANYBODY, TMPFS, "plays_full");
}

#[test]
fn a_full_ext4_serves_and_takes_again_what_there_is_room_for() {
    check(
        ROOT,
        "truncate -s 12m \"$IMAGE\" && mkfs.ext4 -q -m 0 \"$IMAGE\" && mount -o loop \"$IMAGE\" \"$SLICES_MOUNTED\"",
        "plays_full",
    );
}

#[test]
fn a_read_only_disk_serves_and_takes_nothing() {
    check(ANYBODY, TMPFS, "plays_read_only");
}

#[test]
fn a_file_system_without_holes_is_refused() {
    check(ANYBODY, "mount -t ramfs none \"$SLICES_MOUNTED\"", "plays_without_holes");
}

#[test]
#[ignore = "a part of tests above"]
fn plays_full() {
    let Some(options) = mounted() else { return };
    let (slices, _) = Slices::open(options.clone()).unwrap();
    let mut model = Model::default();
    let mut next = fill(&slices, &mut model, 0);
    assert!(next > 8, "{next} objects fill the disk");
    model.check(&slices);
    // What goes gives back its room, and its going can be written down.
    for round in 0..20 {
        for number in 0..4 {
            model.remove_object(&slices, &(round * 4 + number).to_string()).unwrap();
        }
        let before = next;
        next = fill(&slices, &mut model, next);
        assert!(next >= before + 2, "round {round}: {} objects fit in the room of four", next - before);
    }
    model.check(&slices);
    slices.close().unwrap();
    drop(slices);
    let (slices, recovered) = Slices::open(options).unwrap();
    assert!(recovered.clean);
    model.check(&slices);
}

/// Puts objects from number `next` on until the disk is full; gives the number of the first that did not fit.
fn fill(slices: &Slices, model: &mut Model, mut next: u64) -> u64 {
    loop {
        let key = next.to_string();
        let put =
            model.put_object(slices, object(&key, 500_000, "1")).and_then(|()| model.put(slices, &key, 0));
        match put {
            Ok(()) => next += 1,
            Err(Error::Full { .. }) => return next,
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
#[ignore = "a part of tests above"]
#[expect(clippy::disallowed_methods, reason = "only mount(8) can mount anew")]
fn plays_read_only() {
    let Some(options) = mounted() else { return };
    let (slices, _) = Slices::open(options.clone()).unwrap();
    let known = put_whole(&slices, object("a", MIB + 5, "1")).known;
    slices.close().unwrap();
    drop(slices);
    let mounted = std::env::var_os(MOUNTED).unwrap();
    assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(mounted).status().unwrap().success());
    for _ in 0..2 {
        let (slices, recovered) = Slices::open(options.clone()).unwrap();
        assert!(recovered.read_only && recovered.clean);
        assert_eq!(check_bytes(&slices), 0);
        assert!(matches!(slices.put_object(object("b", 5, "1")), Err(Error::ReadOnly { .. })));
        assert!(matches!(slices.remove(known.slice(0)), Err(Error::ReadOnly { .. })));
        assert!(slices.find(&known, 0).is_none() && slices.find(&known, 1).is_some());
        slices.close().unwrap();
    }
}

#[test]
#[ignore = "a part of tests above"]
fn plays_without_holes() {
    let Some(options) = mounted() else { return };
    let error = Slices::open(options).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::CannotPunch { .. }), "{error}");
}
