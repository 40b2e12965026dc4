//! The arguments, tried on the real encoder: keyframes where they were asked for, one set of parameter sets.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail as tests do")]

use encode::command::{Settings, x264};
use media::rung::Crf;
use media::{FrameRate, Size};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const RATE: FrameRate = FrameRate { num: 30000, den: 1001 };
/// Where the excerpt begins: between two frames, as a careful seek does.
const START_S: &str = "0.45";

/// A tool of `cargo xtask setup`.
fn tool(name: &str) -> Command {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/bin")).join(name);
    assert!(path.exists(), "{name} is missing: run `cargo xtask setup`");
    #[expect(clippy::disallowed_methods, reason = "a test's own input; the sandbox is tested where it lives")]
    Command::new(path)
}

fn finish(mut command: Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Encodes `frames` frames of a moving picture as one shot.
fn encode(source: &str, frames: u64, crf: u16, keyframes: &[u64], to: &Path) {
    let size = Size { width: 192, height: 108 };
    let settings = Settings { size, rate: RATE, crf: Crf(crf), bitrate_bps_max: Some(400_000) };
    let mut command = tool("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-ss", START_S, "-i"]);
    command.arg(format!("{source}=size=320x180:rate={RATE}"));
    command.args(["-vf", &format!("setpts=PTS-STARTPTS,scale={size}"), "-frames:v", &frames.to_string()]);
    command.args(x264(&settings, keyframes)).arg(to);
    finish(command);
}

/// Frame numbers of the packets that are marked as keyframes, and the number of packets, in the order of time.
fn keyframes(file: &Path) -> (Vec<usize>, usize) {
    let mut command = tool("ffprobe");
    command.args(["-v", "error", "-show_entries", "packet=pts,flags", "-of", "csv=p=0"]).arg(file);
    let text = String::from_utf8(finish(command).stdout).unwrap();
    let mut packets: Vec<(i64, bool)> = text
        .lines()
        .map(|line| {
            let (pts, flags) = line.split_once(',').unwrap();
            (pts.parse().unwrap(), flags.starts_with('K'))
        })
        .collect();
    packets.sort();
    let keys = packets.iter().enumerate().filter(|(_, packet)| packet.1).map(|(i, _)| i).collect();
    (keys, packets.len())
}

/// NAL units of the file's video as (type, bytes).
fn nal_units(file: &Path) -> Vec<(u8, Vec<u8>)> {
    let mut command = tool("ffmpeg");
    command.args(["-v", "error", "-i"]).arg(file);
    command.args(["-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "h264", "-"]);
    let bytes = finish(command).stdout;
    let mut starts: Vec<usize> =
        bytes.windows(3).enumerate().filter(|(_, w)| *w == [0, 0, 1]).map(|(i, _)| i + 3).collect();
    starts.push(bytes.len() + 3);
    let unit = |w: &[usize]| {
        let unit = bytes[w[0]..w[1] - 3].to_vec();
        let zeros = unit.iter().rev().take_while(|&&byte| byte == 0).count();
        (unit[0] & 0x1f, unit[..unit.len() - zeros].to_vec())
    };
    starts.windows(2).map(unit).collect()
}

/// The different sequence and picture parameter sets (types 7 and 8).
fn parameter_sets(units: &[(u8, Vec<u8>)]) -> Vec<Vec<u8>> {
    let mut sets: Vec<Vec<u8>> =
        units.iter().filter(|(kind, _)| [7, 8].contains(kind)).map(|(_, unit)| unit.clone()).collect();
    sets.sort();
    sets.dedup();
    sets
}

#[test]
fn keyframes_are_idr_and_exactly_where_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shot.mp4");
    for (frames, asked) in [(75, vec![0, 25, 50]), (40, vec![0]), (9, vec![0, 1, 2, 7])] {
        // A cut in the picture must not make a keyframe of its own: testsrc2 jumps every second.
        encode("testsrc2", frames, 230, &asked, &file);
        let asked: Vec<usize> = asked.iter().map(|&frame| frame as usize).collect();
        assert_eq!(keyframes(&file), (asked.clone(), frames as usize));
        let units = nal_units(&file);
        assert_eq!(units.iter().filter(|(kind, _)| *kind == 5).count(), asked.len(), "an IDR for each");
        assert_eq!(units.iter().filter(|(kind, _)| *kind == 6).count(), 0, "no SEI");
    }
}

#[test]
fn a_long_shot_may_have_hundreds_of_keyframes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shot.mp4");
    let asked: Vec<u64> = (0..300).map(|i| i * 2).collect();
    encode("color", 600, 400, &asked, &file);
    assert_eq!(keyframes(&file).0, asked.iter().map(|&frame| frame as usize).collect::<Vec<_>>());
}

#[test]
fn parameter_sets_are_the_same_for_all_shots_and_qualities() {
    let folder = tempfile::tempdir().unwrap();
    let sets = |name: &str, source, frames, crf, asked: &[u64]| {
        let file = folder.path().join(name);
        encode(source, frames, crf, asked, &file);
        parameter_sets(&nal_units(&file))
    };
    let first = sets("a.mp4", "testsrc2", 40, 230, &[0, 20]);
    assert_eq!(first.len(), 2, "one SPS, one PPS");
    assert_eq!(sets("b.mp4", "testsrc2", 40, 120, &[0, 20]), first, "another quality");
    assert_eq!(sets("c.mp4", "color", 1, 400, &[0]), first, "another shot, of one frame");
    assert_eq!(sets("d.mp4", "mandelbrot", 12, 300, &[0]), first, "another shot");
}

#[test]
fn the_same_shot_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a.mp4"), folder.path().join("b.mp4"));
    encode("testsrc2", 30, 260, &[0, 15], &a);
    encode("testsrc2", 30, 260, &[0, 15], &b);
    assert_eq!(std::fs::read(a).unwrap(), std::fs::read(b).unwrap());
}
