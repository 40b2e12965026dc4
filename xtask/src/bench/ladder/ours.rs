//! The product's ladder: the program run as an operator runs it, its tracks measured like everybody's.

use super::clip::Master;
use super::lab::{Lab, Measured};
use super::score;
use crate::json::Json;
use crate::root::tools;
use crate::shell::{Result, command, quiet};
use crate::stamp::hash;
use media::Size;
use media::codec::VideoCodec;
use std::path::{Path, PathBuf};
use std::process::Command;
use stdx::clock::{Clock, SystemClock};

/// The setting that says in which codecs a title is made.
const CODECS_SETTING: &str = "prepare.codecs";
/// Name of every title made here.
const TITLE: &str = "bench";

/// What the product made of a clip in one codec.
#[derive(Debug)]
pub(super) struct Ours {
    /// Best first.
    pub(super) rungs: Vec<Rung>,
    /// First frames of the shots.
    pub(super) shots: Vec<usize>,
    /// Frames with which a viewer can start; the same in all rungs.
    pub(super) keyframes: Vec<u64>,
    /// Probes made for this codec.
    pub(super) probes: Option<f64>,
    /// Stages with the processor seconds of what this codec needs beside H.264, or for that all.
    pub(super) stages: Vec<(String, f64)>,
}

/// A rung as it came out.
#[derive(Debug)]
pub(super) struct Rung {
    /// VMAF aimed at.
    pub(super) aim: f64,
    pub(super) measured: Measured,
}

impl Ours {
    /// Processor seconds of the stage called `name`.
    pub(super) fn stage_cpu_s(&self, name: &str) -> f64 {
        self.stages.iter().filter(|stage| stage.0 == name).map(|stage| stage.1).sum()
    }

    /// Processor seconds of all stages.
    pub(super) fn cpu_s(&self) -> f64 {
        self.stages.iter().map(|stage| stage.1).sum()
    }
}

/// Prepares the clip with `matinee` and measures the tracks of the codec.
pub(super) fn ours(lab: &Lab, matinee: &Path) -> Result<Ours> {
    let program = hash(matinee.parent().unwrap_or(Path::new("/")), &[matinee.to_owned()])?;
    // Beside the codecs' folders: they share what does not depend on the codec.
    let data = lab.folder.with_file_name(format!("ours-{program}"));
    // H.264 comes with every codec: made before, it costs the others nothing.
    prepared(lab, matinee, VideoCodec::H264, &data)?;
    let (package, report) = prepared(lab, matinee, lab.codec, &data)?;
    let mut rungs = Vec::new();
    for rendition in
        report.at("renditions").map_or(&[][..], Json::items).iter().filter(|r| is_of(r, lab.codec))
    {
        rungs.push(rung(lab, rendition, &package)?);
    }
    let best = rungs.first().ok_or_else(|| format!("{}: the report has no {} rung", lab.clip, lab.codec))?;
    let frames = score::frames(&best.measured.file)?;
    let keyframes = (0..).zip(&frames).filter(|(_, (_, key))| *key).map(|(frame, _)| frame).collect();
    Ok(Ours {
        rungs,
        keyframes,
        shots: shots(&report),
        probes: probes(&report, lab.codec),
        stages: stages(&report),
    })
}

/// The package and the report of the clip in `codec`; made unless the same program made them before.
fn prepared(lab: &Lab, matinee: &Path, codec: VideoCodec, data: &Path) -> Result<(PathBuf, Json)> {
    let [outcome, report] = ["prepared", "report"].map(|what| data.join(format!("{codec}-{what}.json")));
    if !report.exists() {
        println!("{}: prepare in {codec}", lab.clip);
        let mut prepare = prepare(matinee, &lab.master, codec, data);
        let told = quiet(prepare.args(["--set", "prepare.keep_mezzanine=true"]))?;
        std::fs::write(&outcome, told)?;
        let told = quiet(command(matinee).args(["report", TITLE, "--json", "--data"]).arg(data))?;
        std::fs::write(&report, told)?;
    }
    let read = |path: &Path| -> Result<Json> { Ok(Json::read(&std::fs::read_to_string(path)?)?) };
    let outcome = read(&outcome)?;
    let digest = outcome.at("hls").and_then(Json::text).and_then(|path| path.rsplit('/').nth(1));
    let digest = digest.ok_or_else(|| format!("{}: the clip was not published", lab.clip))?;
    Ok((data.join("objects/packages").join(digest), read(&report)?))
}

/// `matinee prepare` of the master in one codec.
fn prepare(matinee: &Path, master: &Master, codec: VideoCodec, data: &Path) -> Command {
    let mut prepare = command(matinee);
    prepare
        .arg("prepare")
        .arg(&master.path)
        .args(["--title", TITLE, "--protection", "none", "--json", "--data"])
        .arg(data);
    prepare.arg("--set").arg(format!("tools.dir={}", tools().join("bin").display()));
    prepare.arg("--set").arg(format!("{CODECS_SETTING}={codec}"));
    prepare
}

/// Wall seconds of preparing the master with `workers` from nothing.
pub(super) fn wall_s(lab: &Lab, matinee: &Path, workers: u32) -> Result<f64> {
    let data = lab.folder.join(format!("workers-{workers}"));
    match std::fs::remove_dir_all(&data) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let clock = SystemClock::new();
    let mut prepare = prepare(matinee, &lab.master, lab.codec, &data);
    prepare.args(["--set", &format!("prepare.threads={workers}")]);
    quiet(&mut on_cores(workers, &prepare))?;
    let wall_s = clock.monotonic().as_secs_f64();
    std::fs::remove_dir_all(data)?;
    Ok(wall_s)
}

/// The command with the first `cores` processors to itself and no other: a single worker else reads and writes on a second
/// one, and the two seem to gain less than they do.
fn on_cores(cores: u32, job: &Command) -> Command {
    let mut pinned = command("taskset");
    pinned.arg("--cpu-list").arg(format!("0-{}", cores - 1)).arg(job.get_program()).args(job.get_args());
    pinned
}

/// Whether a rendition or a ladder is in `codec`. H.264 is the format that needs no saying.
fn is_of(rendition: &Json, codec: VideoCodec) -> bool {
    rendition.at("format").and_then(Json::text).unwrap_or("h264") == codec.name()
}

fn rung(lab: &Lab, rendition: &Json, package: &Path) -> Result<Rung> {
    let wrong = || format!("{}: the report has a rendition of another form", lab.clip);
    let number = |name: &str| rendition.at(name).and_then(Json::number).ok_or_else(wrong);
    let name = rendition.at("rung").and_then(Json::text).ok_or_else(wrong)?;
    let size = Size { width: number("width")? as u32, height: number("height")? as u32 };
    let track = package.join(format!("video-{name}.mp4"));
    let measured = lab.finished(&format!("ours-{name}"), size, &track)?;
    Ok(Rung { aim: number("vmaf_target")?, measured })
}

fn shots(report: &Json) -> Vec<usize> {
    let shots = report.at("shots").map_or(&[][..], Json::items).iter();
    shots
        .filter_map(|shot| shot.at("start_frame").and_then(Json::number))
        .map(|frame| frame as usize)
        .collect()
}

fn probes(report: &Json, codec: VideoCodec) -> Option<f64> {
    let ladders = report.at("ladders").map_or(&[][..], Json::items);
    ladders.iter().find(|ladder| is_of(ladder, codec))?.at("probes").and_then(Json::number)
}

fn stages(report: &Json) -> Vec<(String, f64)> {
    let stage = |stage: &Json| {
        let name = stage.at("name").and_then(Json::text)?;
        Some((name.to_owned(), stage.at("cpu_s").and_then(Json::number)?))
    };
    report.at("stages").map_or(&[][..], Json::items).iter().filter_map(stage).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read() {
        let text = r#"{"shots": [{"start_frame": 0}, {"start_frame": 48}],
            "ladders": [{"format": "h264", "probes": 7}, {"format": "av1", "probes": 9}],
            "stages": [{"name": "ladder", "cpu_s": 2.5}, {"name": "encode", "cpu_s": 4}]}"#;
        let report = Json::read(text).unwrap();
        assert_eq!(shots(&report), [0, 48]);
        assert_eq!((probes(&report, VideoCodec::Av1), probes(&report, VideoCodec::Vp9)), (Some(9.0), None));
        let ours =
            Ours { rungs: vec![], shots: vec![], keyframes: vec![], probes: None, stages: stages(&report) };
        assert_eq!((ours.stage_cpu_s("ladder"), ours.cpu_s()), (2.5, 6.5));
    }
}
