//! Fast films: small pictures have half of the frames, and all renditions still cut from shot to shot at the same tick.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "ffmpeg and ffprobe are the witnesses")]

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{json, matinee, tool};

/// Frames of each shot; odd numbers of them, so that every cut but the last is in the middle of a pair of frames.
const SHOTS: [u64; 4] = [61, 45, 36, 43];
/// The picture, and the size that has half of the frames.
const FULL: &str = "512x288";
const HALF: &str = "426x240";

/// A film of those shots at `rate`, with sound. So much `noise` in each makes it dear enough for rungs of both sizes.
fn film(folder: &Path, rate: &str, noise: [u32; 4]) -> PathBuf {
    let path = folder.join("film.mp4");
    let pictures = ["testsrc2", "mandelbrot", "smptebars", "testsrc"];
    let shot = |((picture, frames), noise): ((&str, u64), u32)| {
        let noise = format!("noise=alls={noise}:allf=t:all_seed=7");
        format!("{picture}=s={FULL}:r={rate},{noise},trim=end_frame={frames},format=yuv420p,setpts=N/FR/TB")
    };
    let shots: Vec<String> = pictures.into_iter().zip(SHOTS).zip(noise).map(shot).collect();
    let labels: Vec<String> = (0..SHOTS.len()).map(|number| format!("[s{number}]")).collect();
    let named: Vec<String> =
        shots.iter().zip(&labels).map(|(shot, label)| format!("{shot}{label}")).collect();
    // The frames numbered anew: joining rounds their times.
    let joined =
        format!("{}concat=n={},settb=AVTB,setpts=N/({rate})/TB,fps={rate}", labels.concat(), SHOTS.len());
    let graph = format!("{};{joined}[film]", named.join(";"));
    let status = Command::new(tool("ffmpeg"))
        .args(["-v", "error", "-filter_complex", &graph])
        .args(["-f", "lavfi", "-i", "sine=frequency=330:duration=3.08"])
        .args(["-map", "[film]", "-map", "0:a", "-c:v", "libx264", "-crf", "10", "-preset", "ultrafast"])
        .args(["-threads", "1", "-c:a", "aac"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    path
}

/// What ffprobe says of a track.
struct Probed {
    size: String,
    average_rate: String,
    /// Ticks of all frames' beginnings, in order, and which of them are keyframes.
    frames: Vec<(i64, bool)>,
    /// Ticks of the whole.
    duration: i64,
    ticks_per_s: i64,
}

fn probe(track: &Path) -> Probed {
    let told = Command::new(tool("ffprobe"))
        .args(["-v", "error", "-of", "json", "-show_streams", "-show_packets"])
        .arg(track)
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let stream = &told["streams"][0];
    let number = |of: &Value, name: &str| of[name].as_i64().unwrap();
    let packets = told["packets"].as_array().unwrap();
    let is_key = |packet: &Value| packet["flags"].as_str().unwrap().starts_with('K');
    let mut frames: Vec<(i64, bool)> =
        packets.iter().map(|packet| (number(packet, "pts"), is_key(packet))).collect();
    frames.sort_unstable();
    let (_, ticks_per_s) = stream["time_base"].as_str().unwrap().split_once('/').unwrap();
    Probed {
        size: format!("{}x{}", stream["width"], stream["height"]),
        average_rate: stream["avg_frame_rate"].as_str().unwrap().to_owned(),
        duration: number(stream, "duration_ts"),
        ticks_per_s: ticks_per_s.parse().unwrap(),
        frames,
    }
}

/// The film's frames that every `step`-th of each shot is.
fn frames_left(step: usize) -> Vec<u64> {
    let mut start = 0;
    let of_shot = |frames: u64| {
        let left: Vec<u64> = (start..start + frames).step_by(step).collect();
        start += frames;
        left
    };
    SHOTS.into_iter().flat_map(of_shot).collect()
}

/// Seconds of every segment in a media playlist.
fn segments(playlist: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(playlist).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("#EXTINF:").map(str::to_owned)).collect()
}

/// Each rendition shows those frames of the film that it should, when the film does; gives the sizes.
fn check_tracks(package: &Path, rungs: &[&str], (num, den): (i64, i64)) -> Vec<String> {
    let mut sizes = Vec::new();
    let all: i64 = SHOTS.iter().sum::<u64>() as i64;
    for name in rungs {
        let probed = probe(&package.join(format!("video-{name}.mp4")));
        let step = if probed.size == HALF { 2 } else { 1 };
        let frame_ticks = probed.ticks_per_s * den / num;
        let begin: Vec<i64> = probed.frames.iter().map(|(pts, _)| *pts).collect();
        let expected: Vec<i64> =
            frames_left(step).into_iter().map(|frame| frame as i64 * frame_ticks).collect();
        assert_eq!(begin, expected, "{name}");
        assert_eq!(probed.duration, all * frame_ticks, "{name}: the film's, to the tick");
        // No shot is long enough for a second keyframe.
        let keys: Vec<i64> = probed.frames.iter().filter(|frame| frame.1).map(|(pts, _)| *pts).collect();
        let cuts = [0, 61, 106, 142].map(|frame| frame * frame_ticks);
        assert_eq!(keys, cuts, "{name}");
        let (above, below) = probed.average_rate.split_once('/').unwrap();
        let average = above.parse::<f64>().unwrap() / below.parse::<f64>().unwrap();
        let mean = begin.len() as f64 / all as f64 * num as f64 / den as f64;
        assert!((average - mean).abs() < 0.01, "{name}: {average} and {mean}");
        sizes.push(probed.size);
    }
    sizes
}

/// Both manifests tell the rate of each size, and media playlists cut at the same times.
fn check_manifests(package: &Path, rungs: &[&str], (hls, dash): ([&str; 2], [&str; 2])) {
    let master = std::fs::read_to_string(package.join("master.m3u8")).unwrap();
    let mpd = std::fs::read_to_string(package.join("manifest.mpd")).unwrap();
    for (size, [width, height], hls, dash) in
        [(FULL, ["512", "288"], hls[0], dash[0]), (HALF, ["426", "240"], hls[1], dash[1])]
    {
        let variants = master.lines().filter(|line| line.starts_with("#EXT-X-STREAM-INF"));
        let of_size = variants.filter(|line| line.contains(&format!("RESOLUTION={size},")));
        let is_right = |line: &str| line.contains(&format!("FRAME-RATE={hls},"));
        assert!(of_size.clone().count() > 0 && of_size.clone().all(is_right), "{size} {hls}: {master}");
        let described = format!("width=\"{width}\" height=\"{height}\" frameRate=\"{dash}\"");
        assert!(mpd.contains(&described), "{described}: {mpd}");
        assert_eq!(mpd.matches(&described).count(), mpd.matches(&format!("height=\"{height}\"")).count());
    }
    let cuts: Vec<Vec<String>> =
        rungs.iter().map(|name| segments(&package.join(format!("video-{name}.m3u8")))).collect();
    assert!(cuts.iter().all(|other| *other == cuts[0]), "{cuts:?}");
}

/// Prepares such a film in `codecs`, with `half` among the rungs of half the frames.
#[track_caller]
fn check(rate: (i64, i64), noise: [u32; 4], codecs: &str, half: &str, told: ([&str; 2], [&str; 2])) {
    let folder = tempfile::tempdir().unwrap();
    let film = film(folder.path(), &format!("{}/{}", rate.0, rate.1), noise);
    let data = folder.path().join("data");
    let settings = ["prepare.vmaf_target=88", "prepare.metrics_subsample=0"];
    let mut command = matinee(&data);
    command.args(settings.iter().flat_map(|setting| ["--set", setting]));
    command.args(["prepare", "--json", "--codecs", codecs]).arg(&film);
    let prepared = json(&command.output().unwrap());
    let rungs: Vec<&str> =
        prepared["rungs"].as_array().unwrap().iter().map(|rung| rung["name"].as_str().unwrap()).collect();
    let package = std::fs::read_dir(data.join("objects/packages")).unwrap().next().unwrap().unwrap().path();
    let sizes = check_tracks(&package, &rungs, rate);
    let place = rungs.iter().position(|name| *name == half);
    assert_eq!(place.map(|place| sizes[place].as_str()), Some(HALF), "{rungs:?}");
    assert_eq!(sizes[0], FULL, "the best rung has all frames");
    check_manifests(&package, &rungs, told);
    let checked = matinee(&data).arg("check").arg(&package).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success() && said.starts_with("0 errors, 0 warnings, 0 notes"), "{said}");
}

#[test]
fn every_second_frame_of_60_a_second() {
    // VP9 has pictures that are coded and not shown.
    let told = (["60.000", "30.000"], ["60", "30"]);
    check((60, 1), [0, 0, 14, 0], "h264,vp9", "vp9-240p", told);
}

#[test]
fn every_second_frame_of_59_94_a_second() {
    // H.264 is coded in another order than it is shown in.
    let told = (["59.940", "29.970"], ["60000/1001", "30000/1001"]);
    check((60_000, 1001), [8; 4], "h264", "240p", told);
}
