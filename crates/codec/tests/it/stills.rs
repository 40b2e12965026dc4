//! Poster, thumbnail sheets and subtitles.

use super::bench::{Bench, plain, video};
use super::mezzanine::mezzanine;
use codec::still::{PosterJob, SheetsJob, poster, sheets};
use codec::subtitles;
use media::{FrameRate, Size};

const SIZE: Size = Size { width: 320, height: 180 };
const RATE: FrameRate = FrameRate { num: 24, den: 1 };

#[tokio::test]
async fn the_poster_shows_its_frame() {
    let bench = Bench::new().await;
    let master = bench.counting_master("master.mp4", SIZE, RATE, 30).await;
    let (file, ..) = mezzanine(&bench, "m", &master, &video(SIZE, RATE), &plain(SIZE, RATE)).await;
    let folder = bench.folder("still");
    for frame in [0, 17, 29] {
        let job = PosterJob {
            mezzanine: &file,
            rate: RATE,
            size: SIZE,
            frame,
            folder: &folder,
            file_name: "poster.jpg",
        };
        let mut bytes = Vec::new();
        for _ in 0..2 {
            assert_eq!(poster(&bench.tools, &job).await.unwrap().size, SIZE);
            bytes.push(std::fs::read(folder.join("poster.jpg")).unwrap());
        }
        assert!(bytes[0] == bytes[1] && bytes[0].starts_with(&[0xff, 0xd8, 0xff]));
        let luma = mean_luma(&bench, "still/poster.jpg", "").await;
        let limited = 16.0 + (frame * 7 % 200) as f64 + 3.5;
        let expected = (limited - 16.0) * 255.0 / 219.0; // JPEG is full range
        assert!((luma - expected).abs() < 2.0, "frame {frame}: {luma}, not {expected}");
    }
}

#[tokio::test]
async fn sheets_hold_a_tile_for_each_interval() {
    let bench = Bench::new().await;
    let master = bench.counting_master("master.mp4", SIZE, RATE, 24 * 4 + 1).await;
    let (file, ..) = mezzanine(&bench, "m", &master, &video(SIZE, RATE), &plain(SIZE, RATE)).await;
    let folder = bench.folder("sheets");
    let job = SheetsJob {
        mezzanine: &file,
        rate: RATE,
        size: SIZE,
        frames: 97,
        interval_s: 1.0,
        tile_side: 160,
        columns: 2,
        rows: 2,
        folder: &folder,
    };
    let made = sheets(&bench.tools, &job, &mut |_| {}).await.unwrap();
    assert_eq!((made.tiles, made.interval_s, made.tile), (5, 1.0, Size { width: 160, height: 90 }));
    assert_eq!(made.files, ["sheet-000.jpg", "sheet-001.jpg"]);
    for (tile, frame) in [0, 24, 48, 72, 96].into_iter().enumerate() {
        let (sheet, place) = (tile / 4, tile % 4);
        let crop = format!("-vf crop=140:70:{}:{}", place % 2 * 160 + 10, place / 2 * 90 + 10);
        let luma = mean_luma(&bench, &format!("sheets/sheet-{sheet:03}.jpg"), &crop).await;
        let expected = ((frame * 7 % 200) as f64 + 3.5) * 255.0 / 219.0;
        assert!((luma - expected).abs() < 3.0, "tile {tile}: {luma}, not {expected}");
    }
    let first = std::fs::read(folder.join("sheet-000.jpg")).unwrap();
    sheets(&bench.tools, &job, &mut |_| {}).await.unwrap();
    assert!(first == std::fs::read(folder.join("sheet-000.jpg")).unwrap(), "the bytes differ");
}

/// Mean of the luma samples of a picture as they are stored.
async fn mean_luma(bench: &Bench, file: &str, filter: &str) -> f64 {
    let planes = bench.ffmpeg(&format!("-i {file} {filter} -f rawvideo -pix_fmt yuvj420p -")).await;
    let luma = &planes[..planes.len() * 2 / 3];
    luma.iter().map(|&sample| f64::from(sample)).sum::<f64>() / luma.len() as f64
}

/// SubRip in Matroska, and timed text in MP4: both on the master's timeline, with their italics.
#[tokio::test]
async fn subtitles_become_webvtt() {
    let bench = Bench::new().await;
    std::fs::write(
        bench.path("text.srt"),
        "1\n00:00:01,500 --> 00:00:02,000\nOne <i>line</i>\n\n2\n00:01:01,000 --> 00:01:02,250\nTwo\n",
    )
    .unwrap();
    let folder = bench.folder("text");
    for (codec, name) in [("subrip", "master.mkv"), ("ass", "master.mkv"), ("mov_text", "master.mp4")] {
        let args = format!("-f lavfi -i sine=d=1 -i text.srt -map 0 -map 1 -c:s {codec} {name}");
        bench.ffmpeg(&args).await;
        let master = bench.path(name);
        let job = subtitles::Job { master: &master, stream: 1, folder: &folder, file_name: "text.vtt" };
        subtitles::to_webvtt(&bench.tools, &job).await.unwrap();
        let text = std::fs::read_to_string(folder.join("text.vtt")).unwrap();
        let expected = "WEBVTT\n\n00:01.500 --> 00:02.000\nOne <i>line</i>\n\n01:01.000 --> 01:02.250\nTwo\n";
        assert_eq!(text.trim_end(), expected.trim_end(), "{codec}");
    }
}
