//! The detector on real clips, against cuts that people have looked at. Clips are not part of the repository: where
//! they are absent the tests say so and pass.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail as tests do")]

use analyse::measure::FRAME_BYTES;
use analyse::{Config, FrameScore, Measure, detect};
use media::FrameRate;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A found cut counts when it is within this many frames of a listed one: the lists are rounded, and a
/// film cut between two lists of frame times is one off.
const NEAR_FRAMES: u64 = 2;

/// From a picture to an analysis frame, as the mezzanine's decode does it.
const ANALYSIS: &str = "split[whole][centre];\
    [whole]scale=160:90:flags=area+accurate_rnd,format=yuv420p,extractplanes=y[reduced];\
    [centre]crop=160:90,format=yuv420p,extractplanes=y[own];[reduced][own]vstack";

fn path(below_root: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(below_root)
}

/// Scores of a clip's frames at `rate`; `None` where there is no such clip.
fn scores(clip: &str, rate: FrameRate) -> Option<Vec<FrameScore>> {
    let clip = path("../shared/data/video").join(clip);
    if !clip.exists() {
        eprintln!("SKIPPED: {} is not here", clip.display());
        return None;
    }
    let ffmpeg = path(".tools/bin/ffmpeg");
    assert!(ffmpeg.exists(), "ffmpeg is missing: run `cargo xtask setup`");
    #[expect(clippy::disallowed_methods, reason = "a test's own input; the sandbox is tested where it lives")]
    let mut child = Command::new(ffmpeg)
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(clip)
        .args(["-map", "0:v:0", "-vf", &format!("fps={rate},{ANALYSIS}")])
        .args(["-f", "rawvideo", "-"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut frames = child.stdout.take().unwrap();
    let (mut measure, mut frame, mut scores) = (Measure::new(), vec![0; FRAME_BYTES], Vec::new());
    while frames.read_exact(&mut frame).is_ok() {
        scores.push(measure.push(&frame));
    }
    assert!(child.wait().unwrap().success());
    Some(scores)
}

/// Compares the cuts found with those listed, in seconds; returns how many are wrong.
#[track_caller]
fn check(clip: &str, rate: (u32, u32), cuts: &[f64], recall: f64, precision: f64) -> usize {
    let rate = FrameRate { num: rate.0, den: rate.1 };
    let Some(scores) = scores(clip, rate) else { return 0 };
    let shots = detect(&scores, rate, &Config::default());
    assert_eq!(shots.frames(), scores.len() as u64);
    let found: Vec<u64> = shots.shots.iter().skip(1).map(|shot| shot.frames.start).collect();
    let near =
        |list: &[f64], frame: u64| list.iter().any(|&at| rate.frames(at).abs_diff(frame) <= NEAR_FRAMES);
    let missed: Vec<f64> = cuts
        .iter()
        .filter(|&&at| !found.iter().any(|&frame| rate.frames(at).abs_diff(frame) <= NEAR_FRAMES))
        .copied()
        .collect();
    let wrong: Vec<String> = found
        .iter()
        .filter(|&&frame| !near(cuts, frame))
        .map(|&frame| format!("{:.3}", rate.seconds(frame)))
        .collect();
    let reached = (cuts.len() - missed.len()) as f64 / cuts.len().max(1) as f64;
    let right = found.len() - wrong.len();
    let sure = right as f64 / found.len().max(1) as f64;
    eprintln!("{clip}: recall {reached:.3} (missed {missed:?}), precision {sure:.3} (wrong {wrong:?})");
    assert!(cuts.is_empty() || reached >= recall, "{clip}: recall {reached}");
    assert!(found.is_empty() || sure >= precision, "{clip}: precision {sure}");
    wrong.len()
}

#[test]
fn sintel() {
    // The one at 16.833 ends a shot of 8 frames, too short to be one. From 18.042 on, fades through black and dissolves;
    // 5.083 is the greyest frame of a fade through mist under black bars, which is not found; 41.708 lies in a dissolve of two seconds.
    let cuts = [
        5.083, 16.5, 17.5, 23.792, 25.875, 27.417, 28.0, 13.917, 16.833, 48.458, 18.042, 21.833, 32.125,
        11.833, 41.708,
    ];
    check("sintel_trailer_720p24.mp4", (24, 1), &cuts, 0.86, 1.0);
}

#[test]
fn tears_of_steel() {
    // The last one leaves 3 frames to the end, too few for a shot. Explosions and a strobe between are no cuts.
    let cuts = [
        2.167, 6.583, 9.208, 12.875, 29.792, 32.833, 36.333, 37.542, 46.958, 48.208, 50.125, 51.417, 51.917,
        53.5, 56.042, 57.417, 59.583, 67.417, 5.083, 41.125, 61.333, 63.542, 65.458, 68.75, 70.375,
    ];
    check("tears_of_steel_battle_800x332.webm", (24, 1), &cuts, 0.95, 0.95);
}

#[test]
fn big_buck_bunny() {
    // The title, which dissolves into the picture and out of it, is none.
    check("bbb_1080p24_30s_51.mp4", (24, 1), &[11.875, 15.75, 23.042], 1.0, 1.0);
}

#[test]
fn popeye() {
    // One boundary too many.
    let cuts = [
        12.375, 27.375, 40.083, 62.17, 89.709, 103.584, 125.334, 139.126, 147.417, 156.084, 169.959, 181.001,
        45.25, 85.792, 128.417,
    ];
    check("popeye_sinbad_p1p2p3_3min_pgs.mkv", (24, 1), &cuts, 1.0, 0.93);
}

#[test]
fn city() {
    check("city_night_cc0_405p25.mpg", (25, 1), &[4.64], 1.0, 1.0);
}

#[test]
fn clips_of_one_shot() {
    for (clip, rate) in [
        ("bbb_720p25_5s_51.mp4", (25, 1)),
        ("highway_traffic_540p60.mp4", (60000, 1001)),
        ("sign_language_book_480p30.mkv", (30, 1)),
        ("handheld_crystal_480p30.mp4", (30, 1)),
        ("handheld_rabbit_480p30.mp4", (30, 1)),
    ] {
        check(clip, rate, &[], 1.0, 1.0);
    }
}

#[test]
fn cars_seen_from_above() {
    // 30 seconds at half the usual rate, in which two dissolves are found that are none: a white car leaves, the camera
    // opens its iris, and the bare ground has too little texture to be known again.
    assert!(check("parking_cars_topview_432p.mp4", (25, 2), &[], 1.0, 0.0) <= 2);
}
