//! The mezzanine: every frame kept, in order, findable; the same bytes each time; damage survived.

use super::bench::{Bench, clips, plain, video};
use codec::mezzanine::{Job, Made, make};
use media::facts::VideoFacts;
use media::master::Conform;
use media::{FrameRate, Size};
use std::path::{Path, PathBuf};

const SIZE: Size = Size { width: 320, height: 180 };

/// Makes a mezzanine, and gives it with the mean luma of each analysis frame.
pub(crate) async fn mezzanine(
    bench: &Bench,
    name: &str,
    master: &Path,
    video: &VideoFacts,
    conform: &Conform,
) -> (PathBuf, Made, Vec<f64>) {
    let folder = bench.folder(name);
    let job =
        Job { master, video, conform, folder: &folder, file_name: "mezzanine.mov", hdr_file_name: None };
    let mut means = Vec::new();
    let mut on_frame = |frame: &[u8]| {
        let sum: u64 = frame.iter().map(|&luma| u64::from(luma)).sum();
        means.push(sum as f64 / frame.len() as f64);
    };
    let made = make(&bench.tools, &job, &mut on_frame, &mut |_| {}).await.unwrap();
    (folder.join("mezzanine.mov"), made, means)
}

#[tokio::test]
async fn each_frame_is_kept_and_counted() {
    let bench = Bench::new().await;
    for (rate, frames) in [((24_000, 1001), 61), ((25, 1), 1), ((90_000, 1501), 30), ((25, 2), 13)] {
        let rate = FrameRate { num: rate.0, den: rate.1 };
        let master = bench.counting_master("master.mp4", SIZE, rate, frames).await;
        let (file, made, means) =
            mezzanine(&bench, &format!("m{}", rate.num), &master, &video(SIZE, rate), &plain(SIZE, rate))
                .await;
        assert_eq!((made.frames, made.decode_errors, means.len() as u64), (frames, 0, frames), "{rate}");
        assert_eq!(bench.picture_sums(&file).await, bench.picture_sums(&master).await, "lossless at {rate}");
        for (frame, mean) in means.iter().enumerate() {
            let expected = 16.0 + (frame * 7 % 200) as f64 + 3.5;
            assert!((mean - expected).abs() < 1.0, "frame {frame}: {mean} for {expected}");
        }
        let facts = bench.ask(&file, "stream=time_base,r_frame_rate,nb_frames,color_space").await;
        let (num, den) = (rate.num, rate.den);
        assert_eq!(facts, format!("bt709,{num}/{den},1/{num},{frames}"));
        let colour = bench.ask(&file, "frame=color_range,color_space,color_primaries,color_transfer").await;
        assert!(colour.lines().all(|frame| frame == "tv,bt709,bt709,bt709"), "{colour}");
    }
}

#[tokio::test]
async fn made_twice_it_is_the_same() {
    let bench = Bench::new().await;
    let rate = FrameRate { num: 30, den: 1 };
    bench.ffmpeg("-f lavfi -i testsrc2=s=320x180:r=30:d=2 -c:v libx264 master.mp4").await;
    let mut files = Vec::new();
    for name in ["one", "two"] {
        let (file, ..) =
            mezzanine(&bench, name, &bench.path("master.mp4"), &video(SIZE, rate), &plain(SIZE, rate)).await;
        files.push(std::fs::read(file).unwrap());
    }
    assert!(files[0] == files[1], "the bytes differ");
}

#[tokio::test]
async fn every_twelfth_frame_is_a_keyframe() {
    let bench = Bench::new().await;
    let rate = FrameRate { num: 25, den: 1 };
    // A cut in the middle must not draw a keyframe to it.
    bench.ffmpeg("-f lavfi -i testsrc2=s=320x180:r=25:d=1 -f lavfi -i mandelbrot=s=320x180:r=25 -filter_complex [1]trim=duration=1[b];[0][b]concat -c:v libx264 master.mp4").await;
    for (bit_depth, interval) in [(8, 1), (10, 12)] {
        let facts = VideoFacts { bit_depth, ..video(SIZE, rate) };
        let name = format!("m{bit_depth}");
        let (file, made, _) =
            mezzanine(&bench, &name, &bench.path("master.mp4"), &facts, &plain(SIZE, rate)).await;
        assert_eq!(made.frames, 50);
        let flags = bench.ask(&file, "packet=flags").await;
        let keys: Vec<usize> =
            flags.lines().enumerate().filter(|(_, line)| line.starts_with('K')).map(|(n, _)| n).collect();
        assert_eq!(keys, (0..50).step_by(interval).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_varying_rate_is_made_constant() {
    let bench = Bench::new().await;
    // 50 frames at 25 per second, then 1 second in which only every fifth is there.
    bench.ffmpeg("-f lavfi -i testsrc2=s=320x180:r=25:d=3 -vf select='lt(n,50)+not(mod(n,5))' -fps_mode vfr -c:v libx264 master.mkv").await;
    let rate = FrameRate { num: 25, den: 1 };
    let conform = Conform { resample_rate: true, ..plain(SIZE, rate) };
    let (_, made, means) =
        mezzanine(&bench, "m", &bench.path("master.mkv"), &video(SIZE, rate), &conform).await;
    // 55 frames stand; the last of them at 2.8 s has no follower that says how long it is shown.
    assert!((71..=75).contains(&made.frames), "{} frames", made.frames);
    assert_eq!(means.len() as u64, made.frames);
}

#[tokio::test]
async fn the_first_picture_time_is_told() {
    let bench = Bench::new().await;
    // Sound from 0, picture from 0.4 s on.
    bench.ffmpeg("-f lavfi -i sine=d=2 -itsoffset 0.4 -f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v libx264 -c:a aac -map 1:v -map 0:a master.mkv").await;
    let rate = FrameRate { num: 25, den: 1 };
    let (_, made, _) =
        mezzanine(&bench, "m", &bench.path("master.mkv"), &video(SIZE, rate), &plain(SIZE, rate)).await;
    assert!((made.picture_start_s - 0.4).abs() < 0.03, "{}", made.picture_start_s);
}

#[tokio::test]
async fn damage_is_survived_and_counted() {
    let Some(corrupt) = clips("corrupt/derived") else { return };
    let bench = Bench::new().await;
    let size = Size { width: 1080, height: 720 };
    let rate = FrameRate { num: 30_000, den: 1001 };
    for name in ["mdat_bitflips_500.mp4", "mdat_20k_zeroed.mp4"] {
        let (_, made, _) =
            mezzanine(&bench, name, &corrupt.join(name), &video(size, rate), &plain(size, rate)).await;
        assert!(made.frames > 10 && made.decode_errors > 0, "{name}: {made:?}");
    }
}
