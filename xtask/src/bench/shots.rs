//! How well shot boundaries are found, on films with known ones, beside other detectors.
//!
//! Sets of films, composed from real shots by a seed each: one to tune on, and one, of other clips, that is only measured;
//! the same twice more with wipes. Needs the test data beside the repository.
//!
//! F1 is reported in two readings. The headline counts every false alarm against cuts and against gradual transitions: a
//! boundary is a keyframe, whatever it is called. *By kind*, as TRECVID's task of shot boundaries tells them apart, charges
//! it to the kind that the detector says. A true boundary counts as found in both, whatever it was called.

mod compose;
mod peers;
mod plan;
mod scenechange;
mod score;
mod source;
mod speed;

use super::cpu::timed;
use super::{Figure, Target};
use crate::build::target;
use crate::root::tools;
use crate::shell::{Result, command};
use compose::{FPS, HEIGHT, WIDTH};
use peers::Detector;
use plan::{Draw, Kind, Transition, Way};
use score::Tally;
use source::Clip;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Transitions in each film.
const TRANSITIONS: usize = 60;

/// Least F1 of cuts and of gradual transitions, in per cent.
const CUT_F1_MIN: f64 = 97.0;
const GRADUAL_F1_MIN: f64 = 85.0;
/// How far below TransNet V2 ours may be, in per cent.
const BELOW_TRANSNET_MAX: f64 = 2.0;

/// A set of films.
struct Set {
    name: &'static str,
    clips: &'static [Clip],
    seed: u64,
    films: u64,
    draw: Draw,
}

const HELD_OUT: Set =
    Set { name: "held-out", clips: source::HELD_OUT, seed: 9000, films: 4, draw: plan::common };

const SETS: [Set; 4] = [
    Set { name: "tune", clips: source::TUNE, seed: 1000, films: 6, draw: plan::common },
    Set { name: "tune-wipes", clips: source::TUNE, seed: 2000, films: 2, draw: plan::wipes },
    HELD_OUT,
    Set { name: "held-out-wipes", clips: source::HELD_OUT, seed: 8000, films: 2, draw: plan::wipes },
];

/// A film of a set, made.
struct Film {
    path: PathBuf,
    truth: Vec<Transition>,
    frames: usize,
}

/// Composes the films where they are not there yet, and runs on them every detector, or those that are named: the
/// network alone takes most of an hour.
pub(super) fn measure(named: &[&str]) -> Result<Vec<Figure>> {
    let detectors = Detector::chosen(named)?;
    peers::build()?;
    let mut figures = Vec::new();
    for set in &SETS {
        let films = (0..set.films).map(|n| film(set, n)).collect::<Result<Vec<Film>>>()?;
        let mut transnet = None;
        let mut own = None;
        for &detector in detectors.iter().filter(|detector| detector.is_here()) {
            let (tally, fps) = tally(detector, &films)?;
            println!("{}\t{}\t{tally:?}", set.name, detector.name());
            figures.extend(judged(set, detector, &tally, fps));
            match detector {
                Detector::Ours => own = Some(tally),
                Detector::TransNet => transnet = Some(tally),
                _ => {}
            }
        }
        figures.extend(own.zip(transnet).into_iter().flat_map(|(own, peer)| lead(set, &own, &peer)));
    }
    figures.extend(speed::measure(&film(&HELD_OUT, 0)?)?);
    Ok(figures)
}

/// Runs `detector` on all `films`; also frames a processor second with all that it needs, decoding included.
fn tally(detector: Detector, films: &[Film]) -> Result<(Tally, f64)> {
    let mut tally = Tally::default();
    let mut cpu_s = 0.0;
    for film in films {
        let (reports, film_cpu_s) = timed(|| detector.boundaries(&film.path))?;
        tally.add(&film.truth, &reports);
        cpu_s += film_cpu_s;
    }
    let frames: usize = films.iter().map(|film| film.frames).sum();
    Ok((tally, frames as f64 / cpu_s))
}

fn judged(set: &Set, detector: Detector, tally: &Tally, fps: f64) -> Vec<Figure> {
    let is_judged = detector == Detector::Ours && set.name == HELD_OUT.name;
    let figure = |what: &str, value, unit| {
        Figure::new(format!("{}, {}, {what}", set.name, detector.name()), value, unit)
    };
    let f1 = |what: &str, part: f64, least| {
        let figure = figure(what, part * 100.0, "%");
        if is_judged { figure.target(Target::AtLeast(least)) } else { figure }
    };
    let mut figures = vec![
        f1("F1 of cuts", tally.cut_f1(), CUT_F1_MIN),
        f1("F1 of gradual ones", tally.gradual_f1(), GRADUAL_F1_MIN),
        figure("F1 of cuts, by kind", tally.cut_f1_by_kind() * 100.0, "%"),
        figure("F1 of gradual ones, by kind", tally.gradual_f1_by_kind() * 100.0, "%"),
        figure("false alarms", tally.false_alarms() as f64, "boundaries"),
        figure("decoded and judged", fps, "frames/CPU s"),
    ];
    if tally.wipes.0 > 0 {
        figures.push(figure("wipes found", tally.wipe_recall() * 100.0, "%"));
    }
    figures
}

/// By how much ours is better than TransNet V2.
fn lead(set: &Set, own: &Tally, peer: &Tally) -> [Figure; 2] {
    let figure = |what: &str, part: f64| {
        let figure = Figure::new(format!("{}, ours less TransNetV2, {what}", set.name), part * 100.0, "%");
        if set.name == HELD_OUT.name { figure.target(Target::AtLeast(-BELOW_TRANSNET_MAX)) } else { figure }
    };
    [
        figure("F1 of cuts", own.cut_f1() - peer.cut_f1()),
        figure("F1 of gradual ones", own.gradual_f1() - peer.gradual_f1()),
    ]
}

/// The set's film `n`: read where it was composed before by the same seed.
fn film(set: &Set, n: u64) -> Result<Film> {
    let folder = target().join("bench/shots");
    std::fs::create_dir_all(&folder)?;
    let seed = set.seed + n;
    let path = folder.join(format!("{}-{seed}.mp4", set.name));
    let table = path.with_extension("tsv");
    if !table.exists() {
        if let Some(clip) = set.clips.iter().find(|clip| !clip.is_here()) {
            return Err(format!("there is no test data beside the repository: {}", clip.file).into());
        }
        println!("composing {}", path.display());
        let (truth, frames) = encode(set, seed, &path)?;
        std::fs::write(&table, written(&truth, frames))?;
    }
    let (truth, frames) =
        read(&std::fs::read_to_string(&table)?).ok_or("a table of transitions is damaged")?;
    Ok(Film { path, truth, frames })
}

/// Composes a film into an H.264 file of good quality, which every detector can read.
fn encode(set: &Set, seed: u64, path: &Path) -> Result<(Vec<Transition>, usize)> {
    let mut ffmpeg = command(tools().join("bin/ffmpeg"));
    ffmpeg.args(["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]);
    ffmpeg.args(["-s", &format!("{WIDTH}x{HEIGHT}"), "-r", &FPS.to_string(), "-i", "-"]);
    ffmpeg.args(["-vf", "scale=out_color_matrix=bt709,format=yuv420p"]);
    ffmpeg.args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "20"]).arg(path);
    let mut child = ffmpeg.stdin(Stdio::piped()).spawn()?;
    let mut pipe = child.stdin.take().ok_or("ffmpeg has no input")?;
    let made = compose::film(set.clips, seed, TRANSITIONS, set.draw, &mut pipe);
    drop(pipe);
    if !child.wait()?.success() {
        return Err("ffmpeg could not encode a composed film".into());
    }
    made
}

/// Kinds of transitions in a table.
const KINDS: [(Kind, &str); 7] = [
    (Kind::Cut, "cut"),
    (Kind::Dissolve, "dissolve"),
    (Kind::Fade, "fade"),
    (Kind::Wipe(Way::Right), "wipe right"),
    (Kind::Wipe(Way::Left), "wipe left"),
    (Kind::Wipe(Way::Down), "wipe down"),
    (Kind::Wipe(Way::Up), "wipe up"),
];

/// The table of `truth`: frames, then a line a transition.
fn written(truth: &[Transition], frames: usize) -> String {
    let mut table = format!("{frames}\n");
    for transition in truth {
        let kind = KINDS.iter().find(|(kind, _)| *kind == transition.kind).map_or("", |(_, word)| word);
        // Writing to a String cannot fail.
        let _ = writeln!(table, "{kind}\t{}\t{}", transition.start, transition.end);
    }
    table
}

/// Reads a table back; `None` where it is not one.
fn read(table: &str) -> Option<(Vec<Transition>, usize)> {
    let mut lines = table.lines();
    let frames = lines.next()?.parse().ok()?;
    let transition = |line: &str| {
        let mut words = line.split('\t');
        let word = words.next()?;
        let (kind, _) = KINDS.iter().find(|(_, name)| *name == word)?;
        Some(Transition { kind: *kind, start: words.next()?.parse().ok()?, end: words.next()?.parse().ok()? })
    };
    Some((lines.map(transition).collect::<Option<Vec<Transition>>>()?, frames))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_back() {
        let truth = vec![
            Transition { kind: Kind::Cut, start: 30, end: 30 },
            Transition { kind: Kind::Fade, start: 70, end: 95 },
            Transition { kind: Kind::Wipe(Way::Up), start: 99, end: 110 },
        ];
        assert_eq!(written(&truth, 120), "120\ncut\t30\t30\nfade\t70\t95\nwipe up\t99\t110\n");
        assert_eq!(read(&written(&truth, 120)), Some((truth, 120)));
        assert_eq!(read("120\niris\t1\t2\n"), None);
    }
}
