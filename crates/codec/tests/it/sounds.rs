//! Sound: on the picture's timeline, exactly as long, one or two channels, the same bytes each time.

use super::bench::Bench;
use codec::audio::{Job, Made, encode};
use std::path::PathBuf;

async fn track(bench: &Bench, master: &str, channels: u32, start_s: f64, duration_s: f64) -> (PathBuf, Made) {
    let folder = bench.folder("audio");
    let master = bench.path(master);
    let job = Job {
        master: &master,
        stream: 0,
        source_channels: channels,
        picture_start_s: start_s,
        duration_s,
        bitrate_bps: 160_000,
        folder: &folder,
        file_name: "audio.mp4",
    };
    let made = encode(&bench.tools, &job, &mut |_| {}).await.unwrap();
    (folder.join("audio.mp4"), made)
}

/// Signed 16-bit samples of the first channel at 48 kHz, as a player hears them: edit list applied.
async fn samples(bench: &Bench, file: &str) -> Vec<i16> {
    let args = format!("-i {file} -af pan=mono|c0=c0 -f s16le -c:a pcm_s16le -");
    let bytes = bench.ffmpeg(&args).await;
    bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// The first sample that is clearly not silence, in seconds.
fn onset_s(samples: &[i16]) -> f64 {
    let first = samples.iter().position(|sample| sample.unsigned_abs() > 1000);
    first.expect("there is sound") as f64 / 48_000.0
}

#[tokio::test]
async fn sound_stays_with_the_picture() {
    let bench = Bench::new().await;
    // One second of silence, then a tone, at 44.1 kHz.
    bench.ffmpeg("-f lavfi -i sine=f=440:r=44100:d=1,adelay=1000,volume=4 -c:a pcm_s16le master.mkv").await;
    for (start_s, duration_s, onset) in [(0.0, 2.0, 1.0), (0.4, 1.2, 0.6), (-0.5, 3.0, 1.5)] {
        let (file, made) = track(&bench, "master.mkv", 1, start_s, duration_s).await;
        assert_eq!(made.channels, 1);
        let samples = samples(&bench, "audio/audio.mp4").await;
        let heard = onset_s(&samples);
        assert!((heard - onset).abs() < 0.003, "picture from {start_s}: tone at {heard}, not {onset}");
        let length_s = samples.len() as f64 / 48_000.0;
        assert!((length_s - duration_s).abs() < 0.03, "{length_s} for {duration_s}");
        let declared: f64 = bench.ask(&file, "format=duration").await.parse().unwrap();
        assert!((declared - duration_s).abs() < 0.002, "{declared} for {duration_s}");
    }
}

#[tokio::test]
async fn six_channels_become_two_and_the_bytes_repeat() {
    let bench = Bench::new().await;
    bench.ffmpeg("-f lavfi -i anoisesrc=d=1:seed=7,aformat=channel_layouts=5.1 -c:a ac3 master.mkv").await;
    let mut bytes = Vec::new();
    for _ in 0..2 {
        let (file, made) = track(&bench, "master.mkv", 6, 0.0, 1.0).await;
        assert_eq!(made.channels, 2);
        let facts = bench.ask(&file, "stream=codec_name,profile,sample_rate,channels").await;
        assert_eq!(facts, "aac,LC,48000,2");
        bytes.push(std::fs::read(file).unwrap());
    }
    assert!(bytes[0] == bytes[1], "the bytes differ");
}
