//! Every clip of the test data beside the repository, prepared or refused: the table in `docs/reference/clips.md`.
//!
//! A measurement of what real files do, not a test: the longest clips take minutes. Nothing is measured where there is
//! no test data.

use super::{Figure, Target, no_arguments};
use crate::build::{Profile, target};
use crate::json::Json;
use crate::root::root;
use crate::shell::{Result, command};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use stdx::clock::{Clock, SystemClock};

/// Folders of clips, beside the repository.
const FOLDERS: [&str; 2] = ["video", "hdr"];

const HEAD: &str = "# Real clips\n\n\
    What `matinee prepare` makes of real files, one after another on two cores. Written by `cargo xtask bench clips`.\n\n\
    | clip | outcome | rungs | best rung | bitrate | VMAF | wall | CPU | remarks |\n\
    | --- | --- | --: | --- | --: | --: | --: | --: | --- |\n";

/// How a clip ended.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Published,
    Refused,
    Failed,
}

/// Prepares all clips and writes the table.
pub(super) fn measure(arguments: &[&str]) -> Result<Vec<Figure>> {
    no_arguments(arguments)?;
    let clips = clips()?;
    if clips.is_empty() {
        return Err("there is no test data beside the repository (../shared/data/video)".into());
    }
    let data = target().join("bench/clips");
    let mut table = String::from(HEAD);
    let mut outcomes = Vec::new();
    for clip in &clips {
        println!("{}", clip.display());
        let clock = SystemClock::new();
        let mut prepare = command(Profile::Release.matinee());
        let output = prepare.arg("prepare").arg(clip).args(["--json", "--data"]).arg(&data).output()?;
        let wall_s = clock.monotonic().as_secs_f64();
        let result = Json::read(&String::from_utf8_lossy(&output.stdout)).unwrap_or(Json::Null);
        outcomes.push(outcome(&result));
        table += &row(clip, &result, wall_s);
    }
    std::fs::write(root().join("docs/reference/clips.md"), table)?;
    let count = |wanted: Outcome| outcomes.iter().filter(|outcome| **outcome == wanted).count() as f64;
    Ok(vec![
        Figure::new("published", count(Outcome::Published), "clips"),
        Figure::new("refused with a reason", count(Outcome::Refused), "clips"),
        Figure::new("failed", count(Outcome::Failed), "clips").target(Target::Below(1.0)),
    ])
}

fn clips() -> Result<Vec<PathBuf>> {
    let mut clips = Vec::new();
    for folder in
        FOLDERS.map(|name| root().join("../shared/data").join(name)).iter().filter(|path| path.is_dir())
    {
        let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
        let mut files = entries.collect::<std::io::Result<Vec<PathBuf>>>()?;
        files.sort();
        clips.extend(files);
    }
    Ok(clips)
}

fn outcome(result: &Json) -> Outcome {
    match result.at("status").and_then(Json::text) {
        Some("published") => Outcome::Published,
        Some("refused") => Outcome::Refused,
        _ => Outcome::Failed,
    }
}

fn row(clip: &Path, result: &Json, wall_s: f64) -> String {
    let name = clip.file_name().unwrap_or_default().to_string_lossy();
    let number = |path: &str| result.at(path).and_then(Json::number).unwrap_or(0.0);
    match outcome(result) {
        Outcome::Published => {
            let stages = result.at("stages").map_or(&[][..], Json::items);
            let cpu_s: f64 = stages.iter().filter_map(|stage| stage.at("cpu_s").and_then(Json::number)).sum();
            let best = result.at("rungs.0.name").and_then(Json::text).unwrap_or("-");
            format!(
                "| {name} | published | {} | {best} | {:.2} Mb/s | {:.1} | {wall_s:.0} s | {cpu_s:.0} s | {} |\n",
                result.at("rungs").map_or(0, |rungs| rungs.items().len()),
                number("rungs.0.bitrate_bps") / 1e6,
                number("rungs.0.vmaf"),
                remarks(result),
            )
        }
        Outcome::Refused => format!("| {name} | refused | | | | | {wall_s:.0} s | | {} |\n", remarks(result)),
        Outcome::Failed => format!("| {name} | **failed** | | | | | {wall_s:.0} s | | |\n"),
    }
}

/// Codes of findings, and notes of the ladder and the gate.
fn remarks(result: &Json) -> String {
    let findings = ["findings", "warnings"].map(|name| result.at(name).map_or(&[][..], Json::items));
    let codes = findings.into_iter().flatten().filter_map(|finding| finding.at("code").and_then(Json::text));
    let notes = result.at("notes").map_or(&[][..], Json::items).iter().filter_map(Json::text);
    let mut text = String::new();
    for remark in codes.chain(notes) {
        let separator = if text.is_empty() { "" } else { "; " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}{}", remark.replace('|', "\\|"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_tell_how_clips_ended() {
        for (json, expected) in [
            (
                r#"{"status": "published", "rungs": [{"name": "720p", "bitrate_bps": 1500000, "vmaf": 95.04}],
                    "stages": [{"cpu_s": 1.5}, {"cpu_s": 2.0}], "warnings": [{"code": "no-audio"}], "notes": ["a|b"]}"#,
                "| a.mp4 | published | 1 | 720p | 1.50 Mb/s | 95.0 | 3 s | 4 s | no-audio; a\\|b |\n",
            ),
            (
                r#"{"status": "refused", "findings": [{"code": "no-video"}]}"#,
                "| a.mp4 | refused | | | | | 3 s | | no-video |\n",
            ),
            ("null", "| a.mp4 | **failed** | | | | | 3 s | | |\n"),
        ] {
            assert_eq!(row(Path::new("x/a.mp4"), &Json::read(json).unwrap(), 3.0), expected);
        }
    }
}
