//! Files from outside the repository: those by which players are tested, and those of real films. Passed over, with a
//! word, where they are not there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use text::{Film, Format, findings, fit, read, write};

fn folder() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/subtitles");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: there are no subtitles at {}", path.display());
    None
}

/// Cues and unread cues of the conformance files, counted by eye from the files and what they say of themselves.
const CONFORMANCE: &[(&str, usize, usize)] = &[
    ("ssa/empty.ass", 0, 0),
    ("ssa/empty_style_line.ass", 1, 0),
    ("ssa/invalid_layer.ass", 3, 0),
    ("ssa/overlapping_timecodes.ass", 7, 0),
    ("ssa/typical.ass", 3, 0),
    ("ssa/typical_utf16be.ass", 3, 0),
    ("ssa/typical_utf16le.ass", 3, 0),
    ("subrip/empty.srt", 0, 0),
    ("subrip/typical.srt", 3, 0),
    ("subrip/typical_bad_timestamps.srt", 1, 2),
    ("subrip/typical_missing_sequence.srt", 3, 0),
    ("subrip/typical_missing_timecode.srt", 2, 2),
    ("subrip/typical_no_hours_and_millis.srt", 3, 0),
    ("subrip/typical_unexpected_end.srt", 2, 0),
    ("subrip/typical_utf16le.srt", 3, 0),
    ("subrip/typical_with_tags.srt", 14, 0),
    ("ttml/bitmap_percentage_region.xml", 0, 0),
    ("ttml/inherit_begin_from_div.xml", 6, 0),
    ("ttml/overlapping_times.xml", 3, 0),
    ("ttml/simple.xml", 3, 0),
    ("webvtt/typical_with_bad_timestamps.vtt", 1, 5),
    ("webvtt/with_bad_cue_header.vtt", 2, 1),
    ("webvtt/with_bom.vtt", 2, 0),
    ("webvtt/with_consecutive_cues.vtt", 2, 0),
    ("webvtt/with_positioning.vtt", 8, 0),
    ("webvtt/with_x-timestamp-map_header.vtt", 2, 0),
];

#[test]
fn conformance_files_have_their_cues() {
    let Some(folder) = folder() else { return };
    for (name, cues, unread) in CONFORMANCE {
        let file = std::fs::read(folder.join("conformance").join(name)).unwrap();
        let found = read(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((found.cues.len(), found.unread), (*cues, *unread), "{name}");
    }
}

fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(all_files(&path));
        } else if path.extension().is_some_and(|extension| extension != "mkv") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// What is written is read again as the same cues, whatever came in.
#[test]
fn every_file_survives_its_own_webvtt() {
    let Some(folder) = folder() else { return };
    let film = Film { start_us: 0, duration_us: 24 * 3600 * 1_000_000 };
    for path in all_files(&folder) {
        let file = std::fs::read(&path).unwrap();
        let Ok(found) = read(&file) else { panic!("{} is not read", path.display()) };
        let fitted = fit(found.cues.clone(), &film);
        findings("It", &found, &fitted);
        let again = read(write(&fitted.cues).as_bytes()).unwrap();
        assert_eq!((again.format, again.unread), (Format::WebVtt, 0), "{}", path.display());
        let texts = |cues: &[text::Cue]| cues.iter().map(text::Cue::text).collect::<Vec<_>>();
        assert_eq!(texts(&again.cues), texts(&fitted.cues), "{}", path.display());
        let written_again = write(&fit(again.cues, &film).cues);
        assert_eq!(written_again, write(&fitted.cues), "{}", path.display());
    }
}

/// Every file cut off at many places, and with bytes changed, is read or refused without a panic.
#[test]
fn damaged_files_do_no_harm() {
    let Some(folder) = folder() else { return };
    let film = Film { start_us: 1_000_000, duration_us: 60_000_000 };
    for path in all_files(&folder.join("conformance")) {
        let file = std::fs::read(&path).unwrap();
        let step = (file.len() / 40).max(1);
        for at in (0..file.len()).step_by(step) {
            let mut changed = file.clone();
            changed[at] ^= 0x55;
            for damaged in [&file[..at], &changed] {
                if let Ok(found) = read(damaged) {
                    write(&fit(found.cues, &film).cues);
                }
            }
        }
    }
}
