//! What is published: the same bytes whatever the machine, no seam, and manifests that ffmpeg plays without a word.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "ffmpeg is the witness")]

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{film, json, matinee, prepare, published, tool};

/// The outputs of every step with their digests, by the step's folder.
fn steps(data: &Path) -> BTreeMap<String, Value> {
    let root = data.join("objects/steps");
    let mut steps = BTreeMap::new();
    for kind in std::fs::read_dir(&root).unwrap().map(|kind| kind.unwrap().path()) {
        for step in std::fs::read_dir(&kind).unwrap().map(|step| step.unwrap().path()) {
            let record: Value =
                serde_json::from_slice(&std::fs::read(step.join("step.json")).unwrap()).unwrap();
            steps.insert(step.strip_prefix(&root).unwrap().display().to_string(), record["outputs"].clone());
        }
    }
    steps
}

#[test]
fn every_step_gives_the_same_bytes_twice() {
    let folder = tempfile::tempdir().unwrap();
    let film = film(folder.path());
    let run = |name: &str, threads: &str| {
        let data = folder.path().join(name);
        let threads = format!("prepare.threads={threads}");
        json(
            &matinee(&data)
                .args(["--set", &threads, "prepare", "--json", "--title", "Twice"])
                .arg(&film)
                .output()
                .unwrap(),
        );
        (steps(&data), published(&data))
    };
    let (alone, side_by_side) = (run("alone", "1"), run("side-by-side", "3"));
    assert!(alone.0.len() > 20, "{:?}", alone.0.keys());
    assert!(alone.0.keys().eq(side_by_side.0.keys()), "other steps were run");
    for (step, outputs) in &alone.0 {
        assert_eq!(outputs, &side_by_side.0[step], "{step}");
    }
    assert!(alone.1 == side_by_side.1, "other files were published");
}

#[test]
fn a_dropped_mezzanine_is_made_again_when_it_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let (data, film) = (folder.path().join("data"), film(folder.path()));
    json(&prepare(&data, &film));
    let mezzanines = |steps: BTreeMap<String, Value>| -> Vec<(String, bool)> {
        let kind = |(step, _): &(String, Value)| step.starts_with("mezzanine/");
        let stored = |step: &String| data.join("objects/steps").join(step).join("mezzanine.mov").exists();
        steps.into_iter().filter(kind).map(|(step, _)| (step.clone(), stored(&step))).collect()
    };
    let dropped = mezzanines(steps(&data));
    assert!(matches!(dropped[..], [(_, false)]), "{dropped:?}");
    // A lower target asks for new trials, and those for the mezzanine.
    let lower =
        ["--set", "prepare.vmaf_target=90", "--set", "prepare.keep_mezzanine=true", "prepare", "--json"];
    json(&matinee(&data).args(lower).arg(&film).output().unwrap());
    assert_eq!(mezzanines(steps(&data)), [(dropped[0].0.clone(), true)]);
}

/// The folder of the one package in `data`.
fn package(data: &Path) -> PathBuf {
    let mut packages = std::fs::read_dir(data.join("objects/packages")).unwrap();
    let package = packages.next().unwrap().unwrap().path();
    assert!(packages.next().is_none());
    package
}

/// Runs ffmpeg, which must have nothing to say, and gives what it wrote to standard output.
fn ffmpeg(folder: &Path, args: &[&str]) -> String {
    let output =
        Command::new(tool("ffmpeg")).args(["-v", "warning"]).args(args).current_dir(folder).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{args:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// Two seconds without a picture in the middle of 4 s: what comes after the gap must not come early.
#[test]
fn gaps_in_the_picture_are_filled() {
    let folder = tempfile::tempdir().unwrap();
    let source = "testsrc2=s=160x90:r=24:d=4,setpts=if(gte(N\\,48)\\,PTS+2/TB\\,PTS)";
    let encode =
        ["-f", "lavfi", "-i", source, "-c:v", "libx264", "-crf", "20", "-fps_mode", "passthrough", "gap.mkv"];
    ffmpeg(folder.path(), &encode);
    let prepared = json(&prepare(&folder.path().join("data"), &folder.path().join("gap.mkv")));
    let duration_s = prepared["duration_s"].as_f64().unwrap();
    assert!((duration_s - 6.0).abs() < 0.1, "{duration_s}: {}", prepared["warnings"]);
}

/// All streams are mapped: ffmpeg closes those that it is not asked for in the middle of a packet and then complains of
/// a corrupt one, whoever made the playlists.
#[test]
fn ffmpeg_plays_the_manifests_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let prepared = json(&prepare(&data, &film(folder.path())));
    let package = package(&data);
    let rungs = prepared["rungs"].as_array().unwrap().len();
    // ffmpeg wants to be told that WebVTT is meant: its list of extensions for DASH holds none.
    for (manifest, options) in [("master.m3u8", &[][..]), ("manifest.mpd", &["-allowed_extensions", "ALL"])] {
        let frames = ffmpeg(
            &package,
            &[options, &["-i", manifest, "-map", "0:v", "-map", "0:a", "-f", "framemd5", "-"]].concat(),
        );
        for rung in 0..rungs {
            let stream = format!("{rung},");
            let shown = frames.lines().filter(|line| line.starts_with(&stream)).count();
            assert_eq!(shown, 96, "{manifest}, rung {rung}");
        }
        ffmpeg(
            &package,
            &[options, &["-i", manifest, "-map", "0", "-c:s", "copy", "-f", "null", "-"]].concat(),
        );
    }
}

/// VMAF of a whole rendition in one run, with every frame, is what the shots' scores said.
#[test]
fn the_whole_rendition_scores_as_its_shots_did() {
    let folder = tempfile::tempdir().unwrap();
    let (data, film) = (folder.path().join("data"), film(folder.path()));
    let keep = ["--set", "prepare.keep_mezzanine=true", "prepare", "--json"];
    let prepared = json(&matinee(&data).args(keep).arg(&film).output().unwrap());
    let package = package(&data);
    let mezzanine =
        std::fs::read_dir(data.join("objects/steps/mezzanine")).unwrap().next().unwrap().unwrap().path();
    for rung in prepared["rungs"].as_array().unwrap() {
        let track = package.join(format!("video-{}.mp4", rung["name"].as_str().unwrap()));
        let scale = "scale=640:360:flags=bicubic+accurate_rnd+full_chroma_int";
        let reference = "scale=640:360:flags=lanczos+accurate_rnd+full_chroma_int";
        let graph = format!(
            "[0:v]{scale}[d];[1:v]{reference}[r];[d][r]libvmaf=model=version=vmaf_v1.0.16_3d0h:log_fmt=json:log_path=whole.json"
        );
        let (track, reference) = (track.to_str().unwrap(), mezzanine.join("mezzanine.mov"));
        ffmpeg(
            folder.path(),
            &["-i", track, "-i", reference.to_str().unwrap(), "-lavfi", &graph, "-f", "null", "-"],
        );
        let log: Value =
            serde_json::from_slice(&std::fs::read(folder.path().join("whole.json")).unwrap()).unwrap();
        let whole = log["pooled_metrics"]["vmaf"]["mean"].as_f64().unwrap();
        let said = rung["vmaf"].as_f64().unwrap();
        assert!((whole - said).abs() < 0.05, "{}: {said} was said, {whole} is measured", rung["name"]);
    }
}

/// The coded frames of a file's first sound stream, as checksums.
fn coded_frames(folder: &Path, file: &str) -> Vec<String> {
    let told = ffmpeg(folder, &["-i", file, "-map", "0:a:0", "-c", "copy", "-f", "framemd5", "-"]);
    let lines = told.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split(',').nth(5).unwrap().trim().to_owned()).collect()
}

/// E-AC-3 in 5.1 goes into the package as it came, with AAC beside it at the target loudness; subtitles are put in order.
#[test]
fn surround_and_subtitles_ride_along() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let cues = "2\r\n00:00:01,500 --> 00:00:01,900\r\nSecond\r\n\r\n1\r\n00:00:00,500 --> 00:00:01,200\r\n<i>First</i>\r\n";
    std::fs::write(here.join("film.srt"), cues).unwrap();
    let tone = "0.02*sin(997*2*PI*t)";
    let tones = format!("aevalsrc={tone}|{tone}|0|0|0|0:s=48000:d=2:c=5.1");
    let film =
        ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=24:d=2", "-f", "lavfi", "-i", &tones, "-i", "film.srt"];
    let coded = [
        "-map", "0", "-map", "1", "-map", "2", "-c:v", "libx264", "-crf", "20", "-c:a", "eac3", "-b:a",
        "384k",
    ];
    let named =
        ["-c:s", "srt", "-metadata:s:a:0", "language=eng", "-metadata:s:s:0", "language=eng", "film.mkv"];
    ffmpeg(here, &[&film[..], &coded[..], &named[..]].concat());
    let beside =
        "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><p begin=\"1s\" end=\"9s\">Zweite</p></body></tt>";
    std::fs::write(here.join("film.ttml"), beside).unwrap();
    let data = here.join("data");
    let prepare = ["prepare", "--json", "--subtitles", "film.ttml:de", "film.mkv"];
    let prepared = json(&matinee(&data).args(prepare).current_dir(here).output().unwrap());
    let package = package(&data);

    let described = |file: &str, expected: &str| {
        let told = Command::new(tool("ffprobe"))
            .args(["-v", "error", "-of", "csv=p=0", "-show_entries", "stream=codec_name,channels"])
            .arg(package.join(file))
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8_lossy(&told.stdout).lines().next().unwrap().trim_end_matches(','),
            expected
        );
    };
    described("audio-0-en-aac.mp4", "aac,2");
    described("audio-1-en-aac.mp4", "aac,6");
    described("audio-2-en-eac3.mp4", "eac3,6");
    let (master, copied) = (coded_frames(here, "film.mkv"), coded_frames(&package, "audio-2-en-eac3.mp4"));
    assert!(copied.len() >= 62 && master[..copied.len()] == copied, "{} frames", copied.len()); // 2 s of 32 ms

    let told = ["-i", "audio-0-en-aac.mp4", "-af", "ebur128=framelog=quiet", "-f", "null", "-"];
    let told = Command::new(tool("ffmpeg")).args(told).current_dir(&package).output().unwrap();
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    let loudness =
        told.lines().rev().find_map(|line| line.trim().strip_prefix("I:")?.trim().strip_suffix(" LUFS"));
    let loudness: f64 = loudness.unwrap().parse().unwrap();
    assert!((loudness + 24.0).abs() < 0.5, "{loudness} LUFS");

    let text = std::fs::read_to_string(package.join("text-0-en.vtt")).unwrap();
    let expected =
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.200\n<i>First</i>\n\n00:00:01.500 --> 00:00:01.900\nSecond\n";
    assert_eq!(text, expected, "{}", prepared["warnings"]);
    let text = std::fs::read_to_string(package.join("text-1-de.vtt")).unwrap();
    assert_eq!(text, "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nZweite\n"); // not beyond the film
}

/// Chapters, two sounds of which one describes the picture, and three texts, one for the deaf and one forced; and markers
/// beside it.
fn labelled_film(folder: &Path) -> PathBuf {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write(
        "chapters.txt",
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=The Dam\n\
         [CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=4000\ntitle=Rain\n",
    );
    write("words.srt", "1\n00:00:00,500 --> 00:00:01,500\nWords\n");
    write("film.markers.json", r#"{"markers": [{"kind": "intro", "start_s": 0.5, "end_s": 1.5}]}"#);
    let arguments = "-f lavfi -i testsrc2=s=160x90:r=24:d=4 -f lavfi -i sine=d=4 -f lavfi -i sine=f=660:d=4 -i words.srt \
                     -i chapters.txt -map_metadata 4 -map_chapters 4 -map 0:v -map 1:a -map 2:a -map 3:s -map 3:s -map 3:s \
                     -metadata:s:a language=eng -metadata:s:s language=eng -disposition:a:1 visual_impaired \
                     -disposition:s:1 hearing_impaired -disposition:s:2 forced \
                     -c:v libx264 -crf 20 -c:a aac -c:s subrip film.mkv";
    ffmpeg(folder, &arguments.split_whitespace().collect::<Vec<_>>());
    folder.join("film.mkv")
}

/// The line of `text` that has all of `parts`.
#[track_caller]
fn line<'a>(text: &'a str, parts: &[&str]) -> &'a str {
    let found = text.lines().find(|line| parts.iter().all(|part| line.contains(part)));
    found.unwrap_or_else(|| panic!("no line with {parts:?} in {text}"))
}

#[test]
fn chapters_markers_and_purposes_are_told_to_players() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    json(&prepare(&data, &labelled_film(folder.path())));
    let package = package(&data);
    let read = |name: &str| std::fs::read_to_string(package.join(name)).unwrap();
    let (hls, dash, chapters) = (read("master.m3u8"), read("manifest.mpd"), read("chapters.json"));

    let described = "CHARACTERISTICS=\"public.accessibility.describes-video\"";
    line(&hls, &["TYPE=AUDIO", "NAME=\"English\"", "DEFAULT=YES"]);
    line(&hls, &["TYPE=AUDIO", "NAME=\"English (described)\"", "DEFAULT=NO", described]);
    line(&hls, &["TYPE=SUBTITLES", "NAME=\"English (SDH)\"", "describes-music-and-sound"]);
    line(&hls, &["TYPE=SUBTITLES", "NAME=\"English (forced)\"", "FORCED=YES"]);
    line(&hls, &["EXT-X-SESSION-DATA", "com.apple.hls.chapters", "chapters.json"]);
    let chapters: Value = serde_json::from_str(&chapters).unwrap();
    assert_eq!(
        (&chapters[1]["start-time"], &chapters[1]["titles"][0]["title"]),
        (&2.0.into(), &"Rain".into())
    );

    let video = hls.lines().find(|line| line.starts_with("video-")).unwrap();
    let ranges = read(video);
    line(&ranges, &["CLASS=\"matinee.chapter\"", "X-TITLE=\"The Dam\"", "DURATION=2.000"]);
    line(
        &ranges,
        &["CLASS=\"matinee.marker.intro\"", "START-DATE=\"1970-01-01T00:00:00.500Z\"", "DURATION=1.000"],
    );

    line(&dash, &["Event ", "presentationTime=\"2000\"", "Rain"]);
    line(&dash, &["AudioPurposeCS:2007", "value=\"1\""]);
    for role in ["description", "caption", "forced-subtitle"] {
        line(&dash, &["Role", &format!("value=\"{role}\"")]);
    }
}
