//! The arguments, tried on the real encoders: keyframes where they were asked for and nowhere else, one set of
//! headers for all shots of a rung, the same bytes each time, the level and the colour that were meant.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail as tests do")]

use encode::command::{Hdr, Settings, options};
use media::codec::{Format, VideoCodec};
use media::picture::{ContentLight, MasteringDisplay, Transfer};
use media::rung::{Crf, Effort};
use media::{FrameRate, Size};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const RATE: FrameRate = FrameRate { num: 30000, den: 1001 };
const SDR: [Format; 4] = [
    Format { codec: VideoCodec::H264, transfer: Transfer::Sdr },
    Format { codec: VideoCodec::Hevc, transfer: Transfer::Sdr },
    Format { codec: VideoCodec::Vp9, transfer: Transfer::Sdr },
    Format { codec: VideoCodec::Av1, transfer: Transfer::Sdr },
];

/// A tool of `cargo xtask setup`.
fn tool(name: &str) -> Command {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/bin")).join(name);
    assert!(path.exists(), "{name} is missing: run `cargo xtask setup`");
    #[expect(clippy::disallowed_methods, reason = "a test's own input; the sandbox is tested where it lives")]
    Command::new(path)
}

fn finish(mut command: Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn settings(format: Format, crf: u16) -> Settings {
    Settings {
        format,
        size: Size { width: 192, height: 108 },
        rate: RATE,
        crf: Crf(crf),
        effort: Effort::Final,
        bitrate_bps_max: Some(400_000),
        film_grain: 0,
        hdr: None,
    }
}

/// A cut in the picture after 13 frames.
const CUT: &str = "cut";

/// The generated picture of this name.
fn graph(source: &str) -> String {
    let picture = |name: &str| format!("{name}=size=320x180:rate={RATE}");
    if source != CUT {
        return picture(source);
    }
    let (before, after) = (picture("testsrc2"), picture("mandelbrot"));
    format!("{before},trim=end_frame=13,format=yuv420p[a];{after},format=yuv420p[b];[a][b]concat")
}

/// Encodes `frames` frames of a generated picture as one shot.
fn encode(settings: &Settings, source: &str, frames: u64, keyframes: &[u64], to: &Path) {
    let mut command = tool("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i"]);
    command.arg(graph(source));
    // As from the mezzanine: the frames are numbered from 0 and know their colour.
    let (primaries, curve, matrix) = match settings.format.transfer {
        Transfer::Sdr => ("bt709", "bt709", "bt709"),
        Transfer::Pq => ("bt2020", "smpte2084", "bt2020nc"),
        Transfer::Hlg => ("bt2020", "arib-std-b67", "bt2020nc"),
    };
    let colour = format!("color_primaries={primaries}:color_trc={curve}:colorspace={matrix}:range=tv");
    command.args(["-vf", &format!("scale={},setparams={colour},settb=1001/30000,setpts=N", settings.size)]);
    command.args(["-frames:v", &frames.to_string(), "-map_metadata", "-1"]);
    command.args(["-fflags", "+bitexact", "-flags", "+bitexact"]);
    command.current_dir(to.parent().unwrap());
    let last = options(settings, keyframes);
    if let Some(pass) = last.windows(2).position(|pair| pair[0] == "-pass") {
        let mut first = last.clone();
        first[pass + 1] = "1".into();
        let mut again = tool("ffmpeg");
        again.args(command.get_args()).args(first).args(["-f", "null", "-"]);
        again.current_dir(to.parent().unwrap());
        finish(again);
    }
    command.args(last).arg(to);
    finish(command);
}

/// ffprobe's answer for these entries, a line each.
fn ask(file: &Path, entries: &str) -> String {
    let mut command = tool("ffprobe");
    command.args(["-v", "error", "-show_data", "-show_entries", entries, "-of", "default=nw=1"]).arg(file);
    String::from_utf8(finish(command).stdout).unwrap()
}

/// Frame numbers of the decoded pictures that are keyframes, and the number of pictures, in the order of time.
fn keyframes(file: &Path) -> (Vec<u64>, u64) {
    let mut command = tool("ffmpeg");
    command.args(["-v", "info", "-nostdin", "-i"]).arg(file);
    command.args(["-fps_mode", "passthrough", "-vf", "showinfo=checksum=0", "-f", "null", "-"]);
    let answer = String::from_utf8_lossy(&finish(command).stderr).into_owned();
    let flags: Vec<&str> =
        answer.lines().filter_map(|line| line.split_once("iskey:")).map(|(_, rest)| rest).collect();
    let keys = (0u64..).zip(&flags).filter(|(_, flag)| flag.starts_with('1')).map(|(n, _)| n).collect();
    (keys, flags.len() as u64)
}

/// Frame numbers of the packets from which a player may start, in the order of time.
fn starts(file: &Path) -> Vec<u64> {
    let mut command = tool("ffprobe");
    command.args(["-v", "error", "-show_entries", "packet=pts,flags", "-of", "csv=p=0"]).arg(file);
    let text = String::from_utf8(finish(command).stdout).unwrap();
    let mut packets: Vec<(i64, bool)> = text
        .lines()
        .map(|line| {
            let (pts, flags) = line.split_once(',').unwrap();
            (pts.parse().unwrap(), flags.starts_with('K'))
        })
        .collect();
    packets.sort_unstable();
    (0u64..).zip(packets).filter(|(_, packet)| packet.1).map(|(n, _)| n).collect()
}

/// The box in which the codec keeps what a decoder must know (`avcC`, `hvcC`, `vpcC`, `av1C`).
fn decoder_configuration(file: &Path, codec: VideoCodec) -> Vec<u8> {
    let kind = match codec {
        VideoCodec::H264 => b"avcC",
        VideoCodec::Hevc => b"hvcC",
        VideoCodec::Vp9 => b"vpcC",
        VideoCodec::Av1 => b"av1C",
    };
    let bytes = std::fs::read(file).unwrap();
    let at = bytes.windows(4).position(|window| window == kind).unwrap();
    let length = u32::from_be_bytes(bytes[at - 4..at].try_into().unwrap()) as usize;
    bytes[at..at - 4 + length].to_vec()
}

/// The different sequence headers of an AV1 file, that of its sample entry with them: fields and values, as ffmpeg
/// reads them. Between them it says other things, from other threads.
fn sequence_headers(file: &Path) -> Vec<String> {
    let mut command = tool("ffmpeg");
    command.args(["-v", "verbose", "-nostdin", "-i"]).arg(file);
    command.args(["-c", "copy", "-bsf:v", "trace_headers", "-f", "null", "-"]);
    let trace = String::from_utf8_lossy(&finish(command).stderr).into_owned();
    let mut headers: Vec<String> =
        trace.split("Sequence Header\n").skip(1).map(fields_of_sequence_header).collect();
    headers.sort();
    headers.dedup();
    headers
}

/// Each field is a line of position, name, bits and value; `film_grain_params_present` is the last one.
fn fields_of_sequence_header(trace: &str) -> String {
    const LAST: &str = "film_grain_params_present";
    let (fields, rest) = trace.split_once(LAST).unwrap();
    let last = rest.lines().next().unwrap();
    let texts = fields.lines().filter_map(|line| line.split_once("] ")).map(|(_, text)| text);
    let fields = texts.filter(|text| text.starts_with(|c: char| c.is_ascii_digit()));
    let named = fields.map(|field| field.split_whitespace().skip(1).collect::<Vec<_>>().join(" "));
    named.collect::<Vec<_>>().join("\n") + last
}

#[test]
fn keyframes_are_exactly_where_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shot.mp4");
    for format in SDR {
        for effort in [Effort::Probe, Effort::Final] {
            for (source, frames, asked) in [
                ("testsrc2", 75, vec![0, 25, 50]),
                (CUT, 40, vec![0]), // a cut makes no keyframe of its own
                ("testsrc2", 9, vec![0, 1, 2, 7]),
            ] {
                let settings = Settings { effort, ..settings(format, 300) };
                encode(&settings, source, frames, &asked, &file);
                assert_eq!(keyframes(&file), (asked.clone(), frames), "{format} {effort:?}");
                assert_eq!(starts(&file), asked, "{format} {effort:?}: IDR, or a closed group");
            }
        }
    }
}

#[test]
fn a_long_shot_may_have_hundreds_of_keyframes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shot.mp4");
    let asked: Vec<u64> = (0..300).map(|i| i * 2).collect();
    encode(&settings(Format::BASE, 400), "color", 600, &asked, &file);
    assert_eq!(keyframes(&file).0, asked);
}

#[test]
fn headers_are_the_same_for_all_shots_and_qualities() {
    let folder = tempfile::tempdir().unwrap();
    for format in SDR {
        let entry = |name: &str, source, frames, crf, asked: &[u64]| {
            let file = folder.path().join(name);
            encode(&settings(format, crf), source, frames, asked, &file);
            (decoder_configuration(&file, format.codec), sequence_headers(&file))
        };
        let first = entry("a.mp4", "testsrc2", 40, 300, &[0, 20]);
        for (what, source, frames, crf, asked) in [
            ("another quality", "testsrc2", 40, 150, vec![0, 20]),
            ("another shot, of one frame", "color", 1, 450, vec![0]),
            ("another shot", "mandelbrot", 12, 400, vec![0]),
            ("drawn with few colours", "rgbtestsrc", 9, 400, vec![0, 1, 2, 3]),
        ] {
            assert!(entry("b.mp4", source, frames, crf, &asked) == first, "{format}: {what}");
        }
        assert_eq!(
            first.1.len(),
            usize::from(format.codec == VideoCodec::Av1),
            "one sequence header, in AV1"
        );
    }
}

#[test]
fn the_same_shot_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a.mp4"), folder.path().join("b.mp4"));
    for format in SDR {
        for effort in [Effort::Probe, Effort::Final] {
            let settings = Settings { effort, film_grain: 10, ..settings(format, 260) };
            encode(&settings, "testsrc2", 30, &[0, 15], &a);
            encode(&settings, "testsrc2", 30, &[0, 15], &b);
            assert!(std::fs::read(&a).unwrap() == std::fs::read(&b).unwrap(), "{format} {effort:?}");
        }
    }
}

#[test]
fn streams_are_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shot.mp4");
    for (format, expected) in [
        // Level 1.1: 12 x 7 = 84 macroblocks are below 99, but 2520 a second above 1485, and 400 kb/s above 192 x 1.25.
        (SDR[0], "avc1 High 12 yuv420p"),
        (SDR[1], "hvc1 Main 10 60 yuv420p10le"),
        // VP9 has its level in the file alone.
        (SDR[2], "vp09 Profile 0 -99 yuv420p"),
        (SDR[3], "av01 Main 0 yuv420p10le"),
    ] {
        encode(&settings(format, 300), "testsrc2", 10, &[0], &file);
        let answer = ask(&file, "stream=codec_tag_string,profile,level,pix_fmt");
        let seen: Vec<&str> = ["codec_tag_string=", "profile=", "level=", "pix_fmt="]
            .iter()
            .filter_map(|name| answer.lines().find_map(|line| line.strip_prefix(name)))
            .collect();
        assert_eq!(seen.join(" "), expected, "{format}");
        let colour = ask(&file, "stream=color_range,color_space,color_transfer,color_primaries");
        assert_eq!(colour.matches("bt709").count(), 3, "{format}: {colour}");
    }
}

/// A P3 display of 1000 cd/m².
fn grading() -> Hdr {
    let mastering = MasteringDisplay {
        primaries: [(34000, 16000), (13250, 34500), (7500, 3000)],
        white: (15635, 16450),
        luminance_max: 10_000_000,
        luminance_min: 50,
    };
    Hdr { mastering: Some(mastering), light: Some(ContentLight { max: 987, frame_average_max: 123 }) }
}

#[test]
fn grading_is_in_the_stream() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shot.mp4");
    for codec in [VideoCodec::Hevc, VideoCodec::Av1] {
        let format = Format { codec, transfer: Transfer::Pq };
        let settings = Settings { hdr: Some(grading()), ..settings(format, 300) };
        encode(&settings, "testsrc2", 10, &[0, 5], &file);
        let seen = told_by_pictures(&file);
        // AV1 has the least luminance in steps of 2^-14 cd/m²: 82 of them are 0.005005.
        let black = if codec == VideoCodec::Av1 { "0.005005" } else { "0.005000" };
        let display = format!(
            "has_primaries:1 has_luminance:1 r(0.6800,0.3200) g(0.2650,0.6900) b(0.1500 0.0600) wp(0.3127, 0.3290) \
             min_luminance={black}, max_luminance=1000.000000"
        );
        assert!(seen.contains(&display), "{codec}: {seen}");
        assert!(seen.contains("MaxCLL=987, MaxFALL=123"), "{codec}: {seen}");
        assert!(ask(&file, "stream=color_transfer").contains("smpte2084"), "{codec}");
    }
}

/// What the decoded pictures carry beside their samples.
fn told_by_pictures(file: &Path) -> String {
    let mut command = tool("ffmpeg");
    command.args(["-v", "info", "-nostdin", "-i"]).arg(file);
    command.args(["-frames:v", "1", "-vf", "showinfo=checksum=0", "-f", "null", "-"]);
    let answer = String::from_utf8_lossy(&finish(command).stderr).into_owned();
    answer.lines().filter(|line| line.contains("side data - ")).collect::<Vec<_>>().join("\n")
}
