//! High dynamic range from master to package: what players need to know of it is in every place where they look, and who has
//! no screen for it gets the film in standard range.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "ffmpeg and ffprobe are the witnesses")]

mod support;

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{json, matinee, tool};

/// A P3 display of 1000 cd/m² (SMPTE ST 2086) and light levels (CTA-861.3), in x265's notation.
const GRADING: &str = "hdr10=1:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)\
                       :max-cll=987,123";

/// An HDR10 master of one second, 320x180, without sound.
fn master(folder: &Path) -> PathBuf {
    let path = folder.join("master.mp4");
    let colour = "format=yuv420p10le,setparams=range=tv:color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc";
    let params = format!("log-level=error:pools=none:{GRADING}");
    let status = Command::new(tool("ffmpeg"))
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=1", "-vf", colour])
        .args([
            "-c:v",
            "libx265",
            "-preset",
            "ultrafast",
            "-crf",
            "16",
            "-tag:v",
            "hvc1",
            "-x265-params",
            &params,
        ])
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    path
}

/// What ffprobe says of a track: its stream, with what its container and its first picture carry beside samples.
fn probe(track: &Path) -> Value {
    let told = Command::new(tool("ffprobe"))
        .args(["-v", "error", "-of", "json", "-show_streams", "-show_frames", "-read_intervals", "%+#1"])
        .arg(track)
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}

/// Codec, pixel format, primaries, transfer, matrix and range.
fn description(stream: &Value) -> [&str; 6] {
    ["codec_name", "pix_fmt", "color_primaries", "color_transfer", "color_space", "color_range"]
        .map(|name| stream[name].as_str().unwrap_or("none"))
}

/// The grading in a list of side data, each value as a number: ffprobe writes what the stream and what the container holds
/// as different fractions.
fn grading(side_data: &Value) -> Value {
    let all = side_data.as_array().into_iter().flatten();
    let find =
        |kind: &str| all.clone().find(|data| data["side_data_type"] == kind).cloned().unwrap_or_default();
    let (display, light) = (find("Mastering display metadata"), find("Content light level metadata"));
    let value = |name: &str| {
        let (above, below) = display[name].as_str()?.split_once('/')?;
        Some((above.parse::<f64>().ok()? / below.parse::<f64>().ok()? * 1e5).round() / 1e5)
    };
    let point = |name: &str| [value(&format!("{name}_x")), value(&format!("{name}_y"))];
    let primaries = ["red", "green", "blue"].map(point);
    json!({
        "primaries": primaries,
        "white": point("white_point"),
        "luminance": [value("max_luminance"), value("min_luminance")],
        "light": [&light["max_content"], &light["max_average"]],
    })
}

/// The variants of a master playlist, as (video range, codecs).
fn variants(playlist: &str) -> Vec<(String, String)> {
    let attribute = |line: &str, name: &str| {
        let (_, rest) = line.split_once(&format!("{name}="))?;
        let rest = rest.trim_start_matches('"');
        Some(rest[..rest.find([',', '"']).unwrap_or(rest.len())].to_owned())
    };
    let lines = playlist.lines().filter(|line| line.starts_with("#EXT-X-STREAM-INF"));
    lines
        .map(|line| {
            (
                attribute(line, "VIDEO-RANGE").unwrap_or_default(),
                attribute(line, "CODECS").unwrap_or_default(),
            )
        })
        .collect()
}

/// Prepares `master` in H.264 and HEVC.
fn prepared(data: &Path, master: &Path, settings: &[&str]) -> Value {
    let settings = ["prepare.vmaf_target=80"].iter().chain(settings).flat_map(|setting| ["--set", setting]);
    let mut command = matinee(data);
    command.args(settings).args(["prepare", "--json", "--codecs", "hevc"]).arg(master);
    json(&command.output().unwrap())
}

fn rungs(prepared: &Value) -> Vec<&str> {
    prepared["rungs"].as_array().unwrap().iter().map(|rung| rung["name"].as_str().unwrap()).collect()
}

/// The mezzanines that are in the store.
fn mezzanines(data: &Path) -> Vec<String> {
    let steps = std::fs::read_dir(data.join("objects/steps/mezzanine")).unwrap();
    let files = steps.flat_map(|step| std::fs::read_dir(step.unwrap().path()).unwrap());
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("mezzanine")).collect();
    names.sort();
    names
}

/// Every rung that is the first of its format says in its stream and in its container what it shows.
fn check_tracks(package: &Path, rungs: &[&str]) {
    let primaries = [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]];
    let graded = json!({
        "primaries": primaries,
        "white": [0.3127, 0.329],
        "luminance": [1000.0, 0.005],
        "light": [987, 123],
    });
    let plain = grading(&Value::Null);
    for (name, colour, expected) in [
        ("180p", ["h264", "yuv420p", "bt709", "bt709", "bt709", "tv"], &plain),
        ("hevc-180p", ["hevc", "yuv420p10le", "bt709", "bt709", "bt709", "tv"], &plain),
        ("hevc-pq-180p", ["hevc", "yuv420p10le", "bt2020", "smpte2084", "bt2020nc", "tv"], &graded),
    ] {
        assert!(rungs.contains(&name), "{rungs:?}");
        let told = probe(&package.join(format!("video-{name}.mp4")));
        let (stream, picture) = (&told["streams"][0], &told["frames"][0]);
        assert_eq!(description(stream), colour, "{name}");
        for (place, told) in [("container", stream), ("picture", picture)] {
            assert_eq!(&grading(&told["side_data_list"]), expected, "{name}, {place}");
        }
    }
}

/// The master playlist offers each rung in its range.
fn check_playlist(playlist: &str, rungs: &[&str]) {
    let variants = variants(playlist);
    assert_eq!(variants.len(), rungs.len(), "{variants:?}");
    for (range, codecs) in [("SDR", "avc1.64"), ("SDR", "hvc1.2.4."), ("PQ", "hvc1.2.4.")] {
        let is_there = variants.iter().any(|variant| variant.0 == range && variant.1.starts_with(codecs));
        assert!(is_there, "{range} {codecs}: {variants:?}");
    }
    let high = rungs.iter().filter(|name| name.starts_with("hevc-pq-")).count();
    assert_eq!(variants.iter().filter(|variant| variant.0 == "PQ").count(), high, "{variants:?}");
}

#[test]
fn an_hdr10_master_is_published_in_both_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let (data, master) = (folder.path().join("data"), master(folder.path()));
    let prepared_once = prepared(&data, &master, &["prepare.metrics_subsample=0"]);
    let package = std::fs::read_dir(data.join("objects/packages")).unwrap().next().unwrap().unwrap().path();
    check_tracks(&package, &rungs(&prepared_once));
    let playlist = std::fs::read_to_string(package.join("master.m3u8")).unwrap();
    check_playlist(&playlist, &rungs(&prepared_once));

    // Other metrics ask for both mezzanines again.
    assert_eq!(mezzanines(&data), [""; 0], "they are dropped with the publication");
    prepared(&data, &master, &["prepare.metrics_subsample=5", "prepare.keep_mezzanine=true"]);
    assert_eq!(mezzanines(&data), ["mezzanine-hdr.mov", "mezzanine.mov"]);
}
