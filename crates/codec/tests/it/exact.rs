//! Encodes hold exactly the frames asked for, wherever in the mezzanine they are.

use super::bench::{Bench, plain, video};
use super::mezzanine::mezzanine;
use ::encode::command::{Settings, options};
use codec::check;
use codec::encode::{Job, encode};
use media::codec::{Format, VideoCodec};
use media::rung::{Crf, Effort, Trial};
use media::{Cadence, FrameRange, FrameRate, Size};
use std::path::{Path, PathBuf};

const SIZE: Size = Size { width: 320, height: 180 };
const FRAMES: u64 = 50;

async fn excerpt(
    bench: &Bench,
    mezzanine: &Path,
    rate: FrameRate,
    (frames, cadence): (FrameRange, Cadence),
    args: &str,
) -> PathBuf {
    let folder = bench.folder(&format!("e{}", frames.start));
    let encoder_args: Vec<String> = args.split_whitespace().map(str::to_string).collect();
    let job = Job {
        mezzanine,
        rate,
        frames,
        cadence,
        size: SIZE,
        encoder_args: &encoder_args,
        folder: &folder,
        file_name: "excerpt.mp4",
    };
    encode(&bench.tools, &job, &mut |_| {}).await.unwrap();
    folder.join("excerpt.mp4")
}

#[tokio::test]
async fn excerpts_are_frame_exact() {
    let bench = Bench::new().await;
    for rate in [(24_000, 1001), (60_000, 1001), (25, 2), (90_000, 1501)] {
        let rate = FrameRate { num: rate.0, den: rate.1 };
        let master = bench.counting_master("master.mp4", SIZE, rate, FRAMES).await;
        let name = format!("m{}", rate.num);
        let (file, ..) = mezzanine(&bench, &name, &master, &video(SIZE, rate), &plain(SIZE, rate)).await;
        let all = bench.picture_sums(&file).await;
        for (start, end) in [(0, 1), (0, 50), (1, 5), (11, 14), (12, 13), (23, 36), (37, 50), (49, 50)] {
            let frames = FrameRange { start, end };
            for cadence in [Cadence::Full, Cadence::Half] {
                let args = "-c:v libx264 -preset ultrafast -qp 0";
                let excerpt = excerpt(&bench, &file, rate, (frames, cadence), args).await;
                let seen = bench.picture_sums(&excerpt).await;
                let wanted: Vec<_> =
                    all[start as usize..end as usize].iter().step_by(cadence.step() as usize).collect();
                let what = format!("{start}..{end} at {rate}, {cadence:?}: {} frames", seen.len());
                assert!(seen.iter().collect::<Vec<_>>() == wanted, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn encodes_are_sized_tagged_and_repeatable() {
    let bench = Bench::new().await;
    let rate = FrameRate { num: 24, den: 1 };
    bench.ffmpeg("-f lavfi -i testsrc2=s=320x180:r=24:d=2 -c:v libx264 master.mp4").await;
    let (file, ..) =
        mezzanine(&bench, "m", &bench.path("master.mp4"), &video(SIZE, rate), &plain(SIZE, rate)).await;
    let mut bytes = Vec::new();
    for name in ["one", "two"] {
        let folder = bench.folder(name);
        let job = Job {
            mezzanine: &file,
            rate,
            frames: FrameRange { start: 5, end: 29 },
            cadence: Cadence::Full,
            size: Size { width: 160, height: 90 },
            encoder_args: &["-c:v", "libx264", "-threads", "1", "-preset", "veryfast", "-crf", "30"]
                .map(str::to_string),
            folder: &folder,
            file_name: "excerpt.mp4",
        };
        let mut last = 0;
        let usage = encode(&bench.tools, &job, &mut |progress| last = progress.frames).await.unwrap();
        assert_eq!(last, 24);
        assert!(usage.cpu_s > 0.0 && usage.memory_bytes_peak > 1 << 20, "{usage:?}");
        bytes.push(std::fs::read(folder.join("excerpt.mp4")).unwrap());
    }
    assert!(bytes[0] == bytes[1], "the bytes differ");
    let entries = "stream=width,height,color_range,color_space,color_transfer,color_primaries,r_frame_rate,start_pts,nb_frames";
    let facts = bench.ask(&bench.path("one").join("excerpt.mp4"), entries).await;
    assert_eq!(facts, "160,90,tv,bt709,bt709,bt709,24/1,0,24");
    let checked = check::decode(&bench.tools, &bench.path("one").join("excerpt.mp4")).await.unwrap();
    assert_eq!((checked.frames, checked.complaints), (24, Vec::new()));
    let tags = bench.ask(&bench.path("one").join("excerpt.mp4"), "format_tags:stream_tags").await;
    assert_eq!(tags, "und,VideoHandler,Lavc libx264\nisom,512,isomiso2avc1mp41", "no version, no date");
}

/// Frames 3, 5 and so on to 35, 17 together.
#[tokio::test]
async fn every_encoder_takes_every_second_frame() {
    let bench = Bench::new().await;
    let rate = FrameRate { num: 60_000, den: 1001 };
    let master = bench.counting_master("master.mp4", SIZE, rate, 40).await;
    let (file, ..) = mezzanine(&bench, "m", &master, &video(SIZE, rate), &plain(SIZE, rate)).await;
    for codec in VideoCodec::ALL {
        let (format, trial) = (Format { codec, ..Format::BASE }, Trial { size: SIZE, crf: Crf(300) });
        let settings = Settings::trial(format, &trial, Cadence::Half.rate(rate), Effort::Final);
        let args = options(&settings, &[0]).join(" ");
        let frames = FrameRange { start: 3, end: 36 };
        let excerpt = excerpt(&bench, &file, rate, (frames, Cadence::Half), &args).await;
        let told = bench.ask(&excerpt, "packet=pts_time,flags").await;
        let mut packets: Vec<(&str, bool)> = told
            .lines()
            .filter_map(|line| line.split_once(','))
            .map(|(at, is)| (at, is.starts_with('K')))
            .collect();
        packets.sort_unstable();
        let time = |frame: u32| format!("{:.6}", f64::from(frame) * 1001.0 / 30e3);
        let expected: Vec<(String, bool)> = (0..17).map(|frame| (time(frame), frame == 0)).collect();
        let expected: Vec<(&str, bool)> = expected.iter().map(|(at, is)| (at.as_str(), *is)).collect();
        assert_eq!(packets, expected, "{codec}");
    }
}
