//! How many megabytes a second of processor time packages, beside the Shaka packager and `ffmpeg -c copy`, on one file in
//! one run: `cmaf`'s example `package`.
//!
//! The file is a short encode repeated, with picture and sound. What is told is the best of the runs: processor time only
//! ever grows by what else the machine does.

use super::{Figure, Target, no_arguments};
use crate::build::target;
use crate::root::{root, tools};
use crate::shell::{Result, cargo, command, quiet, run};
use std::fs;
use std::path::{Path, PathBuf};

/// Times that each packager runs.
const RUNS: usize = 3;

/// How much faster than the Shaka packager it must be.
const RATIO_MIN: f64 = 3.0;

/// Memory that it may hold, in MiB.
const MEMORY_MIB_MAX: f64 = 64.0;

/// Bytes that the file has at least.
const FILE_BYTES_MIN: u64 = 400_000_000;

/// Seconds of picture and sound that are repeated.
const CLIP_S: &str = "20";

const SEGMENT_S: &str = "6";

const KEYS: &str = "--keys=key_id=00112233445566778899aabbccddeeff:key=0123456789abcdeffedcba9876543210";

/// Measures all three, clear and in both schemes.
pub(super) fn measure(arguments: &[&str]) -> Result<Vec<Figure>> {
    no_arguments(arguments)?;
    run(cargo().args(["build", "--locked", "--release", "--package", "cmaf", "--example", "package"]))?;
    let folder = target().join("bench/package");
    fs::create_dir_all(&folder)?;
    let input = film(&folder)?;
    let mut figures = vec![Figure::new("file", megabytes(&input)?, "MB")];
    for scheme in ["none", "cbcs", "cenc"] {
        let ours = best(&input, &ours(&input, &folder, scheme))?;
        let shaka = best(&input, &shaka(&input, &folder, scheme))?;
        let ratio = ours.rate / shaka.rate;
        figures.push(Figure::new(scheme, ours.rate, "MB/CPU-s"));
        figures.push(Figure::new(format!("{scheme}, Shaka packager"), shaka.rate, "MB/CPU-s"));
        figures.push(Figure::new(format!("{scheme}, ratio"), ratio, "").target(Target::AtLeast(RATIO_MIN)));
        figures.push(
            Figure::new(format!("{scheme}, memory"), ours.memory_mib, "MiB")
                .target(Target::AtMost(MEMORY_MIB_MAX)),
        );
        figures.push(Figure::new(format!("{scheme}, memory, Shaka packager"), shaka.memory_mib, "MiB"));
        figures.push(
            Figure::new(
                format!("{scheme}, files that differ between runs"),
                differing(&input, &folder, scheme)?,
                "",
            )
            .target(Target::AtMost(0.0)),
        );
    }
    let copy = best(&input, &ffmpeg(&input, &folder))?;
    figures.push(Figure::new("none, ffmpeg -c copy", copy.rate, "MB/CPU-s"));
    figures.push(Figure::new("none, memory, ffmpeg -c copy", copy.memory_mib, "MiB"));
    Ok(figures)
}

/// What a run took.
struct Taken {
    /// Megabytes a second of processor time.
    rate: f64,
    /// The most that it held.
    memory_mib: f64,
}

/// The file, made where it is not there yet.
fn film(folder: &Path) -> Result<PathBuf> {
    let film = folder.join("film.mp4");
    if fs::metadata(&film).is_ok_and(|metadata| metadata.len() >= FILE_BYTES_MIN) {
        return Ok(film);
    }
    let clip = folder.join("clip.mp4");
    let picture = "testsrc2=size=1280x720:rate=25,noise=alls=20:allf=t";
    let mut encode = command(tools().join("bin/ffmpeg"));
    encode.args([
        "-nostdin",
        "-v",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        picture,
        "-f",
        "lavfi",
        "-i",
        "sine=sample_rate=48000",
    ]);
    encode.args([
        "-t",
        CLIP_S,
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "50",
        "-bf",
        "2",
        "-b:v",
        "5M",
    ]);
    run(encode.args(["-maxrate", "5M", "-bufsize", "10M", "-c:a", "aac", "-b:a", "128k"]).arg(&clip))?;
    let times = FILE_BYTES_MIN / fs::metadata(&clip)?.len().max(1) + 1;
    let mut repeat = command(tools().join("bin/ffmpeg"));
    repeat.args(["-nostdin", "-v", "error", "-y", "-stream_loop", &times.to_string(), "-i"]).arg(&clip);
    run(repeat.args(["-c", "copy"]).arg(&film))?;
    Ok(film)
}

fn megabytes(file: &Path) -> Result<f64> {
    Ok(fs::metadata(file)?.len() as f64 / 1e6)
}

type CommandLine = Vec<String>;

fn line(parts: &[&str]) -> CommandLine {
    parts.iter().map(|&part| part.to_owned()).collect()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn ours(input: &Path, folder: &Path, scheme: &str) -> CommandLine {
    let program = target().join("release/examples/package");
    line(&[&shown(&program), &shown(input), &shown(folder), scheme])
}

fn shaka(input: &Path, folder: &Path, scheme: &str) -> CommandLine {
    let stream =
        |kind: &str| format!("in={},stream={kind},output={}/shaka-{kind}.mp4", shown(input), shown(folder));
    let program = shown(&tools().join("bin/packager"));
    let mut shaka =
        line(&[&program, &stream("video"), &stream("audio"), &format!("--segment_duration={SEGMENT_S}")]);
    if scheme != "none" {
        let scheme = format!("--protection_scheme={scheme}");
        shaka.extend(line(&["--enable_raw_key_encryption", KEYS, &scheme, "--clear_lead=0"]));
    }
    shaka
}

fn ffmpeg(input: &Path, folder: &Path) -> CommandLine {
    let (program, out) = (shown(&tools().join("bin/ffmpeg")), shown(&folder.join("ffmpeg.mpd")));
    let to = ["-c", "copy", "-f", "dash", "-single_file", "1", "-seg_duration", SEGMENT_S, &out];
    [line(&[&program, "-nostdin", "-v", "error", "-y", "-i", &shown(input)]), line(&to)].concat()
}

/// The best of some runs.
fn best(input: &Path, command_line: &CommandLine) -> Result<Taken> {
    let mut best: Option<Taken> = None;
    for _ in 0..RUNS {
        let mut measured = command("python3");
        measured.arg(root().join("xtask/usage.py")).args(command_line);
        let told = quiet(&mut measured)?;
        let last = told.lines().last().unwrap_or_default();
        let numbers: Vec<f64> = last.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let [cpu_s, memory_bytes] = numbers[..] else {
            return Err(format!("usage.py printed `{last}`, which is not two numbers").into());
        };
        let taken = Taken { rate: megabytes(input)? / cpu_s, memory_mib: memory_bytes / f64::from(1 << 20) };
        if best.as_ref().is_none_or(|best| best.rate < taken.rate) {
            best = Some(taken);
        }
    }
    best.ok_or_else(|| "nothing was measured".into())
}

/// How many of our files differ between two runs.
fn differing(input: &Path, folder: &Path, scheme: &str) -> Result<f64> {
    let again = folder.join("again");
    fs::create_dir_all(&again)?;
    for folder in [folder, &again] {
        let line = ours(input, folder, scheme);
        run(command(&line[0]).args(&line[1..]))?;
    }
    let mut differing = 0.0;
    for file in ["video-0.mp4", "audio-1.mp4"] {
        let same = command("cmp").arg("-s").arg(folder.join(file)).arg(again.join(file)).status()?.success();
        differing += if same { 0.0 } else { 1.0 };
    }
    Ok(differing)
}
