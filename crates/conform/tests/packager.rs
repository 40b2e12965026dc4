//! An outside packager's presentations, clear and encrypted, as one file a track and as segment files: none breaks a rule.

mod support;

use conform::Depth;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Folder, told};

const KEYS: &str = "label=:key_id=30313233343536373839616263646566:key=00112233445566778899aabbccddeeff";

/// Runs a tool in a folder; it must succeed.
#[expect(
    clippy::disallowed_methods,
    reason = "tests ask the tools as witnesses, on media that they made themselves"
)]
fn run(tool: &str, folder: &Path, args: &[&str]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/bin").join(tool);
    let path = path.canonicalize().unwrap_or_else(|_| panic!("no {tool}: run `cargo xtask setup`"));
    let output = Command::new(path).current_dir(folder).args(args).output();
    let output = output.unwrap_or_else(|error| panic!("{tool}: {error}"));
    assert!(output.status.success(), "{tool} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Two videos of four seconds and sound, in a folder of the test.
fn media(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conform").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let encode = |name: &str, source: &str, codec: &str| {
        let args = format!("-nostdin -v error -f lavfi -i {source} {codec} {name}");
        run("ffmpeg", &folder, &args.split_whitespace().collect::<Vec<_>>());
    };
    let x264 = "-c:v libx264 -preset ultrafast -g 25 -keyint_min 25 -sc_threshold 0";
    encode("large.mp4", "testsrc2=s=160x90:r=25:d=4", x264);
    encode("small.mp4", "testsrc2=s=80x46:r=25:d=4", x264);
    encode("sound.mp4", "sine=d=4", "-c:a aac");
    folder
}

fn check(test: &str, segments: bool, scheme: Option<&str>) {
    let folder = media(test);
    let output = |name: &str| match segments {
        true => format!("init_segment={name}-init.mp4,segment_template={name}-$Number$.m4s"),
        false => format!("output={name}-out.mp4"),
    };
    let streams = [
        format!(
            "in=large.mp4,stream=video,playlist_name=large.m3u8,iframe_playlist_name=keys.m3u8,{}",
            output("large")
        ),
        format!("in=small.mp4,stream=video,playlist_name=small.m3u8,{}", output("small")),
        format!(
            "in=sound.mp4,stream=audio,playlist_name=sound.m3u8,hls_group_id=a,hls_name=A,{}",
            output("sound")
        ),
    ];
    let mut args: Vec<&str> = streams.iter().map(String::as_str).collect();
    args.extend([
        "--segment_duration",
        "2",
        "--mpd_output",
        "m.mpd",
        "--hls_master_playlist_output",
        "master.m3u8",
    ]);
    if segments {
        args.push("--generate_static_live_mpd");
    }
    if let Some(scheme) = scheme {
        args.extend([
            "--enable_raw_key_encryption",
            "--keys",
            KEYS,
            "--clear_lead",
            "0",
            "--protection_scheme",
            scheme,
        ]);
        args.extend(["--protection_systems", "CommonSystem,Widevine,PlayReady"]);
    }
    run("packager", &folder, &args);
    let report = conform::check(&Folder(folder), &["master.m3u8".into(), "m.mpd".into()], Depth::Media);
    assert_eq!(told(&report), "", "{test}");
    assert!(report.fragments >= 6 && report.manifests == 6, "{test}: {report:?}");
}

#[test]
fn clear_files() {
    check("clear-files", false, None);
}

#[test]
fn clear_segments() {
    check("clear-segments", true, None);
}

#[test]
fn cenc_files() {
    check("cenc-files", false, Some("cenc"));
}

#[test]
fn cbcs_segments() {
    check("cbcs-segments", true, Some("cbcs"));
}
