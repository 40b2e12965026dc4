//! Sound: on the picture's timeline, as long as it, as loud as asked, the same bytes each time; copies untouched.

use super::bench::{Bench, clips};
use codec::audio::{CopyJob, Job, Source, copy, encode};
use codec::loudness::measure;
use media::codec::AudioCodec;
use media::sound::Loudness;
use std::path::{Path, PathBuf};

const TRACK: &str = "audio/audio.mp4";

fn source(master: &Path, picture_start_s: f64, duration_s: f64) -> Source<'_> {
    Source { master, stream: 0, picture_start_s, duration_s }
}

/// Encodes to `TRACK`.
async fn track(bench: &Bench, source: Source<'_>, codec: AudioCodec, channels: u32, gain_db: f64) -> PathBuf {
    let folder = bench.folder("audio");
    let bitrate_bps = 64_000 * channels;
    let job = Job {
        source,
        codec,
        channels,
        bitrate_bps,
        gain_db,
        dialogue_level_db: -24,
        folder: &folder,
        file_name: "audio.mp4",
    };
    encode(&bench.tools, &job, &mut |_| {}).await.unwrap();
    bench.path(TRACK)
}

/// Signed 16-bit samples of the first channel at 48 kHz, as a player hears them: edit list applied.
async fn samples(bench: &Bench, file: &str) -> Vec<i16> {
    let args = format!("-i {file} -af pan=mono|c0=c0 -ar 48000 -f s16le -c:a pcm_s16le -");
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
    let master = bench.path("master.mkv");
    for codec in [AudioCodec::Aac, AudioCodec::Eac3, AudioCodec::Opus] {
        for (start_s, duration_s, onset) in [(0.0, 2.0, 1.0), (0.4, 1.2, 0.6), (-0.5, 3.0, 1.5)] {
            let file = track(&bench, source(&master, start_s, duration_s), codec, 1, 0.0).await;
            let samples = samples(&bench, TRACK).await;
            let heard = onset_s(&samples);
            assert!((heard - onset).abs() < 0.004, "{codec}, picture from {start_s}: {heard}, not {onset}");
            let length_s = samples.len() as f64 / 48_000.0;
            assert!((length_s - duration_s).abs() < 0.03, "{codec}: {length_s} for {duration_s}");
            let declared: f64 = bench.ask(&file, "format=duration").await.parse().unwrap();
            assert!((declared - duration_s).abs() < 0.002, "{codec}: {declared} for {duration_s}");
        }
    }
}

#[tokio::test]
async fn tracks_are_what_was_asked_for_and_their_bytes_repeat() {
    let bench = Bench::new().await;
    bench.ffmpeg("-f lavfi -i anoisesrc=d=1:seed=7,aformat=channel_layouts=5.1 -c:a ac3 master.mkv").await;
    let master = bench.path("master.mkv");
    for (codec, channels, expected) in [
        (AudioCodec::Aac, 2, "aac,LC,48000,2,stereo"),
        (AudioCodec::Aac, 6, "aac,LC,48000,6,5.1"),
        (AudioCodec::Eac3, 6, "eac3,unknown,48000,6,5.1(side)"),
        (AudioCodec::Opus, 2, "opus,unknown,48000,2,stereo"),
        (AudioCodec::Opus, 6, "opus,unknown,48000,6,5.1"),
    ] {
        let mut bytes = Vec::new();
        for _ in 0..2 {
            let file = track(&bench, source(&master, 0.0, 1.0), codec, channels, 0.0).await;
            let facts =
                bench.ask(&file, "stream=codec_name,profile,sample_rate,channels,channel_layout").await;
            assert_eq!(facts.lines().next().unwrap().trim_end_matches(','), expected);
            bytes.push(std::fs::read(file).unwrap());
        }
        assert!(bytes[0] == bytes[1], "{codec}: the bytes differ");
    }
}

/// A sine of amplitude a in both channels: BS.1770 gives it -0.691 + 10 log(2 a²/2) + 0.69 dB at 997 Hz, which is
/// 20 log a (EBU Tech 3341, test case 1: -23 dBFS reads -23 LUFS); in one channel, played by two loudspeakers, too.
#[tokio::test]
async fn loudness_is_measured_and_the_gain_is_heard() {
    let bench = Bench::new().await;
    for (channels, level_db, gain_db) in [(2, -33.0, 9.0), (1, -33.0, 9.0), (2, -6.0, -18.0)] {
        let level = format!("{:.9}", 10f64.powf(level_db / 20.0));
        let tone = format!("{level}*sin(997*2*PI*t)");
        let tones = vec![tone; channels as usize].join("|");
        bench.ffmpeg(&format!("-f lavfi -i aevalsrc={tones}:s=48000:d=4 -c:a pcm_f32le master.mkv")).await;
        let master = bench.path("master.mkv");
        let before = measure(&bench.tools, &source(&master, 0.0, 4.0), channels, &mut |_| {}).await.unwrap();
        near("before", before.loudness, level_db);
        for codec in [AudioCodec::Aac, AudioCodec::Eac3, AudioCodec::Opus] {
            let file = track(&bench, source(&master, 0.0, 4.0), codec, channels, gain_db).await;
            let after = measure(&bench.tools, &source(&file, 0.0, 4.0), channels, &mut |_| {}).await.unwrap();
            near(codec.name(), after.loudness, -24.0);
        }
    }
}

fn near(what: &str, loudness: Loudness, expected: f64) {
    let Loudness { integrated_lufs, true_peak_dbtp, .. } = loudness;
    assert!((integrated_lufs - expected).abs() < 0.5, "{what}: {integrated_lufs} LUFS, not {expected}");
    assert!(
        (true_peak_dbtp - expected).abs() < 1.0,
        "{what}: a peak of {true_peak_dbtp} dBTP, not {expected}"
    );
}

#[tokio::test]
async fn silence_has_no_loudness() {
    let bench = Bench::new().await;
    bench.ffmpeg("-f lavfi -i anullsrc=r=48000:cl=5.1 -t 1 -c:a flac master.mkv").await;
    let master = bench.path("master.mkv");
    let measured = measure(&bench.tools, &source(&master, 0.0, 1.0), 2, &mut |_| {}).await.unwrap();
    assert_eq!(measured.loudness.integrated_lufs, Loudness::SILENT_LUFS);
    assert_eq!(measured.loudness.true_peak_dbtp, Loudness::SILENT_DBTP);
}

/// The checksums of all coded frames of a file's first sound stream.
async fn frame_sums(bench: &Bench, file: &str) -> Vec<String> {
    let told = bench.ffmpeg(&format!("-i {file} -map 0:a:0 -c copy -f framemd5 -")).await;
    let told = String::from_utf8(told).unwrap();
    let lines = told.lines().filter(|line| !line.starts_with('#'));
    // Stream, decoding time, presentation time, duration, size, checksum; side data after that is the container's.
    lines.map(|line| line.split(',').nth(5).unwrap().trim().to_owned()).collect()
}

async fn copy_of(bench: &Bench, master: &str, picture_start_s: f64) -> PathBuf {
    let folder = bench.folder("audio");
    let master = bench.path(master);
    let source = source(&master, picture_start_s, 2.0);
    let job = CopyJob { source, folder: &folder, file_name: "audio.mp4" };
    copy(&bench.tools, &job, &mut |_| {}).await.unwrap();
    bench.path(TRACK)
}

#[tokio::test]
async fn copies_are_untouched_and_in_time() {
    let bench = Bench::new().await;
    let onset = "sine=f=440:r=48000:d=1,adelay=1000,volume=4,aformat=channel_layouts=5.1";
    bench.ffmpeg(&format!("-f lavfi -i {onset} -c:a eac3 -b:a 384k master.mkv")).await;
    let original = frame_sums(&bench, "master.mkv").await;
    // Matroska stores the encoder's delay as a time before zero, to a millisecond.
    for picture_start_s in [0.0, 0.4, -0.5] {
        copy_of(&bench, "master.mkv", picture_start_s).await;
        assert_eq!(frame_sums(&bench, TRACK).await, original);
        let args =
            format!("-copyts -i {TRACK} -af aresample=async=1:first_pts=0 -f s16le -c:a pcm_s16le -ac 1 -");
        let bytes = bench.ffmpeg(&args).await;
        let heard: Vec<i16> =
            bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        let expected = 1.0 - picture_start_s;
        assert!((onset_s(&heard) - expected).abs() < 0.007, "{} for {expected}", onset_s(&heard));
    }
}

/// Objects are in the frames and told of in `dec3` (ETSI TS 103 420, annex C): both must come through.
#[tokio::test]
async fn sound_with_objects_is_copied_whole() {
    let Some(clips) = clips("audio") else { return };
    let bench = Bench::new().await;
    for name in ["eac3_joc_atmos_2s.mp4", "eac3_51_1.7s.mp4"] {
        std::fs::copy(clips.join(name), bench.path(name)).unwrap();
        let original = frame_sums(&bench, name).await;
        let file = copy_of(&bench, name, 0.0).await;
        assert_eq!(frame_sums(&bench, TRACK).await, original, "{name}");
        let objects = |path: &Path| {
            let bytes = std::fs::read(path).unwrap();
            let at = bytes.windows(4).position(|kind| kind == b"dec3").unwrap();
            let size = u32::from_be_bytes(bytes[at - 4..at].try_into().unwrap()) as usize;
            bytes[at + 6..at - 4 + size].to_vec() // without the data rate
        };
        assert_eq!(objects(&file)[1..], objects(&bench.path(name))[1..], "{name}");
    }
}
