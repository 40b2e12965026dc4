//! Broken and hostile files: each is refused with a reason or becomes a clean title; never a panic, never a hang, and
//! nothing of a refused one is published.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use support::{film, prepare, root, shared_data};

/// Prepares `file`; says how it ended. Fails on any end that is neither a title nor a refusal with blockers.
fn verdict(data: &Path, file: &Path) -> String {
    let output = prepare(data, file);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let name = file.display();
    assert!(!stderr.contains("panicked"), "{name}: {stderr}");
    let result: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{name}: {} without JSON ({error}): {stderr}", output.status));
    match output.status.code() {
        Some(0) => {
            assert_eq!(result["status"], "published", "{name}");
            assert!(!result["rungs"].as_array().unwrap().is_empty(), "{name}");
            "published".to_owned()
        }
        Some(3) => {
            assert_eq!(result["status"], "refused", "{name}");
            let findings = result["findings"].as_array().unwrap();
            let blocker = findings.iter().find(|finding| finding["severity"] == "blocker");
            let blocker = blocker.unwrap_or_else(|| panic!("{name}: refused without a blocker: {result}"));
            assert!(blocker["message"].as_str().unwrap().len() > 20, "{name}: {blocker}");
            blocker["code"].as_str().unwrap().to_owned()
        }
        _ => panic!("{name}: {}: {stderr}", output.status),
    }
}

#[test]
fn broken_files_are_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let film = std::fs::read(film(folder.path())).unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let secret = root().join("Cargo.toml").canonicalize().unwrap();
    let playlist = format!("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{}\n", secret.display());
    for (name, content, expected) in [
        ("empty.mp4", &[][..], "empty-file"),
        ("one-byte.mp4", &[0], "unreadable"),
        ("text.mp4", b"This is no film, whatever its name says.", "unreadable"),
        ("playlist.mp4", playlist.as_bytes(), "unreadable"),
        ("concat.mp4", b"ffconcat version 1.0\nfile 'film.mp4'\n", "unreadable"),
        // The sample tables come last in this file: without them nothing can be found.
        ("truncated.mp4", &film[..film.len() / 2], "unreadable"),
    ] {
        assert_eq!(verdict(&data, &write(name, content)), expected, "{name}");
    }
    assert!(!data.join("objects/packages").exists(), "something of a refused file was published");
}

#[test]
fn sound_without_picture_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound.wav");
    // A WAV file of one second of silence, written by hand: RIFF, fmt (PCM, mono, 8 kHz, 8 bits), data.
    let mut wav = b"RIFF\x64\x1f\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x40\x1f\x00\x00".to_vec();
    wav.resize(wav.len() + 8000, 128);
    std::fs::write(&path, wav).unwrap();
    assert_eq!(verdict(&folder.path().join("data"), &path), "no-video");
}

/// Prepares every file of a folder of the collection, which must hold `count`.
fn survive(part: &str, count: usize) {
    let Some(collection) = shared_data("corrupt") else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let entries = std::fs::read_dir(collection.join(part)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension() != Some("md".as_ref())).collect();
    files.sort();
    assert_eq!(files.len(), count);
    for file in files {
        let verdict = verdict(&data, &file);
        eprintln!("{:<60} {verdict}", file.file_name().unwrap().to_string_lossy());
    }
}

#[test]
fn derived_corrupt_files_are_survived() {
    survive("derived", 21);
}

#[test]
fn odd_files_of_a_player_are_survived() {
    survive("androidx", 8);
}

#[test]
fn invalid_matroska_files_are_survived() {
    survive("matroska_invalid_ebml", 6);
}
