//! The detectors that are measured: ours and its peers.
//!
//! Owns running them on a film and reading the frames that they report. The peers in Python live in the git-ignored
//! `.tools/peers` and are left out, aloud, where they are not installed.

use super::compose::FPS;
use super::scenechange;
use super::score::Report;
use crate::build::target;
use crate::root::{root, tools};
use crate::shell::{Result, cargo, command, quiet, run};
use std::path::{Path, PathBuf};

/// A detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detector {
    /// `analyse`, through its example `detect`.
    Ours,
    /// TransNet V2, a convolutional network (arXiv 2008.04838).
    TransNet,
    /// PySceneDetect's adaptive detector at its defaults.
    Adaptive,
    /// PySceneDetect's content detector at its defaults.
    Content,
    /// ffmpeg's scdet at its defaults.
    Scdet,
    /// av-scenechange at its defaults.
    SceneChange,
}

impl Detector {
    /// All of them, ours first.
    pub(super) const ALL: [Detector; 6] = [
        Detector::Ours,
        Detector::TransNet,
        Detector::Adaptive,
        Detector::Content,
        Detector::Scdet,
        Detector::SceneChange,
    ];

    /// Those that are named by their [words](Detector::word); all where none is.
    pub(super) fn chosen(named: &[&str]) -> Result<Vec<Detector>> {
        if named.is_empty() {
            return Ok(Detector::ALL.to_vec());
        }
        let one = |word: &&str| {
            let known = Detector::ALL.into_iter().find(|detector| detector.word() == *word);
            known.ok_or_else(|| format!("no detector is called `{word}`").into())
        };
        named.iter().map(one).collect()
    }

    /// What it is called on the command line.
    fn word(self) -> &'static str {
        match self {
            Detector::Ours => "ours",
            Detector::TransNet => "transnet",
            Detector::Adaptive => "adaptive",
            Detector::Content => "content",
            Detector::Scdet => "scdet",
            Detector::SceneChange => "scenechange",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Detector::Ours => "ours",
            Detector::TransNet => "TransNetV2",
            Detector::Adaptive => "PySceneDetect adaptive",
            Detector::Content => "PySceneDetect content",
            Detector::Scdet => "ffmpeg scdet",
            Detector::SceneChange => "av-scenechange",
        }
    }

    /// Whether it can be run here; says aloud where not.
    pub(super) fn is_here(self) -> bool {
        let missing = match self {
            Detector::Ours | Detector::Scdet => None,
            Detector::SceneChange => scenechange::missing(),
            Detector::TransNet | Detector::Adaptive | Detector::Content => {
                (!python().exists()).then(|| ".tools/peers is not here; see xtask/shot_peers.py".into())
            }
        };
        if let Some(why) = &missing {
            println!("SKIPPED: {}: {why}", self.name());
        }
        missing.is_none()
    }

    /// The boundaries that it finds in `film`.
    pub(super) fn boundaries(self, film: &Path) -> Result<Vec<Report>> {
        let text = match self {
            Detector::Ours => quiet(ours(&reduced(film)?).arg(format!("{FPS}/1")))?,
            Detector::Scdet => quiet(&mut scdet(film))?,
            Detector::SceneChange => return scenechange::boundaries(film),
            _ => quiet(peer(film).arg(self.word()))?,
        };
        Ok(match self {
            Detector::Scdet => scdet_reports(&text),
            _ => text.lines().filter_map(report).collect(),
        })
    }
}

/// A line that begins with a frame; it is of a gradual transition where a word says so.
fn report(line: &str) -> Option<Report> {
    let mut words = line.split_whitespace();
    let frame = words.next()?.parse().ok()?;
    Some(Report { frame, is_gradual: words.any(|word| GRADUAL.contains(&word)) })
}

/// What gradual transitions are called: by ours, and by the peers that tell.
const GRADUAL: [&str; 4] = ["Dissolve", "Fade", "Wipe", "Gradual"];

/// Builds what is measured of ours.
pub(super) fn build() -> Result {
    run(cargo().args(["build", "--locked", "--release", "--package", "analyse", "--example", "detect"]))
}

/// Our detector on a file of reduced frames.
pub(super) fn ours(frames: &Path) -> std::process::Command {
    let mut detect = command(target().join("release/examples/detect"));
    detect.arg(frames);
    detect
}

/// The reduced frames of `film`, as the mezzanine's decode makes them; written beside it.
pub(super) fn reduced(film: &Path) -> Result<PathBuf> {
    let frames = film.with_extension("gray");
    let mut ffmpeg = command(tools().join("bin/ffmpeg"));
    ffmpeg.args(["-v", "error", "-nostdin", "-y", "-threads", "1", "-i"]).arg(film);
    ffmpeg.args(["-map", "0:v:0", "-fps_mode", "passthrough", "-vf", REDUCE, "-f", "rawvideo"]).arg(&frames);
    run(&mut ffmpeg)?;
    Ok(frames)
}

/// The reduction of `codec::mezzanine`.
pub(super) const REDUCE: &str = "split[whole][centre];\
    [whole]scale=160:90:flags=area+accurate_rnd,format=yuv420p,extractplanes=y[reduced];\
    [centre]crop=160:90,format=yuv420p,extractplanes=y[own];[reduced][own]vstack";

fn scdet(film: &Path) -> std::process::Command {
    let mut ffmpeg = command(tools().join("bin/ffmpeg"));
    ffmpeg.args(["-v", "error", "-nostdin", "-i"]).arg(film);
    ffmpeg.args(["-vf", "scdet,metadata=print:key=lavfi.scd.time:file=-", "-f", "null", "-"]);
    ffmpeg
}

/// The cuts in lines such as `lavfi.scd.time=1.25`.
fn scdet_reports(text: &str) -> Vec<Report> {
    let times = text.lines().filter_map(|line| line.strip_prefix("lavfi.scd.time=")?.parse::<f64>().ok());
    let cut = |time: f64| Report { frame: (time * f64::from(FPS)).round() as usize, is_gradual: false };
    times.map(cut).collect()
}

fn python() -> PathBuf {
    tools().join("peers/bin/python")
}

fn peer(film: &Path) -> std::process::Command {
    let mut peer = command(python());
    peer.arg(root().join("xtask/shot_peers.py")).arg(film);
    peer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detectors_are_chosen_by_name() {
        assert_eq!(Detector::chosen(&[]).unwrap(), Detector::ALL);
        assert_eq!(Detector::chosen(&["scdet", "ours"]).unwrap(), [Detector::Scdet, Detector::Ours]);
        assert!(Detector::chosen(&["eyes"]).is_err());
    }

    #[test]
    fn scdet_reports_seconds() {
        let text = "frame:0 pts:0\nframe:30   pts:15360\nlavfi.scd.time=1.25\nlavfi.scd.time=4\n";
        let frames: Vec<usize> = scdet_reports(text).iter().map(|report| report.frame).collect();
        assert_eq!(frames, [30, 96]);
    }

    #[test]
    fn reports_tell_their_kind() {
        assert_eq!(report("120\t0.900\tDissolve"), Some(Report { frame: 120, is_gradual: true }));
        assert_eq!(report("120\t0.900\tCut"), Some(Report { frame: 120, is_gradual: false }));
        assert_eq!(report("7"), Some(Report { frame: 7, is_gradual: false }));
        assert_eq!(report("no frame"), None);
    }
}
