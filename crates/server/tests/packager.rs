//! `matinee package`: files of an encoder become a package without a title, which breaks no rule, and which other programs
//! read and decrypt to what went in.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "ffmpeg, ffprobe and the Shaka packager are the witnesses")]

mod support;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};
use support::{matinee, tool};

const SUBTITLES: &str =
    "1\n00:00:01,000 --> 00:00:02,500\nHello\n\n2\n00:00:03,000 --> 00:00:05,000\nThere\n";
const ID: &str = "00112233445566778899aabbccddeeff";
const KEY: &str = "0123456789abcdeffedcba9876543210";

/// Runs a tool in a folder; it must succeed.
fn run(folder: &Path, program: &str, args: &str) -> String {
    let output = Command::new(tool(program)).current_dir(folder).args(args.split(' ')).output().unwrap();
    assert!(output.status.success(), "{program} {args}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Two renditions of 6 s whose keyframes are not all at the same times, one of them in fragments, two sounds, and a text.
fn inputs(folder: &Path) {
    let encode = |args: String| drop(run(folder, "ffmpeg", &format!("-nostdin -v error {args}")));
    let picture = "-t 6 -c:v libx264 -preset ultrafast -bf 2 -sc_threshold 0 -pix_fmt yuv420p";
    let source = |size| format!("-f lavfi -i testsrc2=size={size}:rate=24000/1001 {picture}");
    encode(format!("{} -g 24 large.mp4", source("320x180")));
    encode(format!(
        "{} -g 48 -movflags frag_keyframe+empty_moov+default_base_moof small.mp4",
        source("160x90")
    ));
    encode("-f lavfi -i sine=440:sample_rate=48000 -t 6 -c:a aac english.mp4".into());
    encode("-f lavfi -i sine=660:sample_rate=48000 -t 6 -c:a libopus german.mp4".into());
    std::fs::write(folder.join("text.srt"), SUBTITLES).unwrap();
}

/// Packages the inputs into `out`.
fn package(folder: &Path, out: &str, extra: &str) -> Output {
    let args = format!(
        "--set log.level=trace package large.mp4 small.mp4 english.mp4:en german.mp4:de text.srt:en --out {out} {extra}"
    );
    matinee(&folder.join("data")).current_dir(folder).args(args.split_whitespace()).output().unwrap()
}

#[track_caller]
fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The planted key is in nothing that is told, however much of it is asked for.
#[track_caller]
fn untold(output: &Output) {
    let key: Vec<u8> = (0..16).map(|i| u8::from_str_radix(&KEY[2 * i..2 * i + 2], 16).unwrap()).collect();
    let listed = format!("{key:?}");
    let (hex, listed) = (KEY.as_bytes(), listed.trim_matches(['[', ']']).as_bytes());
    for told in [&output.stderr, &output.stdout] {
        let lower = told.to_ascii_lowercase();
        for written in [hex, listed, key.as_slice()] {
            assert!(!lower.windows(written.len()).any(|window| window == written), "the key is told");
        }
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let file = |entry: std::fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
    };
    entries.map(file).collect()
}

/// The coded pictures or sounds of a file, as ffmpeg finds them after `before`.
fn packets(folder: &Path, before: &str, file: &str) -> Vec<String> {
    let args = format!("-nostdin -v error {before} -i {file} -c copy -f framemd5 -");
    let text = run(folder, "ffmpeg", args.replace("  ", " ").trim());
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    // Stream, decoding and presentation time, duration, size, hash, and perhaps more.
    rows.map(|row| row.split(',').nth(5).unwrap().trim().to_owned()).collect()
}

#[test]
fn a_package_breaks_no_rule_and_is_decrypted_to_what_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    inputs(folder);
    for scheme in ["none", "cenc", "cbcs"] {
        let keys = format!("--protection {scheme} --key all:{ID}:{KEY}");
        let packaged = package(folder, scheme, &keys);
        succeeded(&packaged);
        untold(&packaged);
        let check = matinee(&folder.join("data")).arg("check").arg(folder.join(scheme)).output().unwrap();
        succeeded(&check);
        let told = String::from_utf8(check.stdout).unwrap();
        // 6 s in segments of 2 and 4 s, which are 2 of each track: four of sound and pictures, two of text.
        assert!(told.contains("0 errors, 0 warnings") && told.contains("12 fragments"), "{scheme}: {told}");

        let decrypting = if scheme == "none" { String::new() } else { format!("-decryption_key {KEY}") };
        for (track, source) in [
            ("video-180p.mp4", "large.mp4"),
            ("video-90p.mp4", "small.mp4"),
            ("audio-0-en-aac.mp4", "english.mp4"),
            ("audio-1-de-opus.mp4", "german.mp4"),
        ] {
            let found = packets(folder, &decrypting, &format!("{scheme}/{track}"));
            assert!(found == packets(folder, "", source), "{scheme}, {track}");
            let stream = run(folder, "packager", &format!("input={scheme}/{track} --dump_stream_info"));
            let encrypted = stream.contains("is_encrypted: true");
            assert_eq!(encrypted, scheme != "none", "{track}: {stream}");
        }
        succeeded(&package(folder, "again", &keys));
        assert!(files(&folder.join("again")) == files(&folder.join(scheme)), "{scheme}");
        std::fs::remove_dir_all(folder.join("again")).unwrap();
    }
    let streams =
        run(folder, "ffprobe", "-v error -show_entries stream=codec_name -of csv=p=0 none/master.m3u8");
    for codec in ["h264", "aac", "opus"] {
        assert!(streams.contains(codec), "{streams}");
    }
}

/// Keys that are made are in a file of their own, by which the same package can be made again.
#[test]
fn keys_that_are_made_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    inputs(folder);
    succeeded(&package(folder, "first", "--protection cbcs --make-keys film.keys"));
    let keys = folder.join("film.keys");
    assert_eq!(std::fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o600);
    let classes: Vec<String> = std::fs::read_to_string(&keys)
        .unwrap()
        .lines()
        .map(|line| line[..line.find(':').unwrap()].into())
        .collect();
    assert_eq!(classes, ["audio", "sd"]);
    succeeded(&package(folder, "second", "--protection cbcs --keys film.keys"));
    assert!(files(&folder.join("first")) == files(&folder.join("second")));
    for (out, extra, expected) in [
        ("third", "--protection cbcs", "no key for audio, sd"),
        ("third", "--protection cbcs --make-keys film.keys", "must not exist yet"),
        ("first", "", "is not empty"),
    ] {
        let refused = package(folder, out, extra);
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(refused.status.code() == Some(1) && told.contains(expected), "{told}");
    }
}
