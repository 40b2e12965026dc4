//! What the witness tests share: the tools, small media made with them, and tracks made of those.

use cmaf::cenc::{Key, Period, Protection};
use cmaf::read::Movie;
use cmaf::splice::Spliced;
use cmaf::track;
use cmaf::track::writer::{Extent, Source, TrackWriter};
use media::FrameRange;
use media::package::TrackIndex;
use media::protection::{KeyId, Scheme};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own for a test, empty.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cmaf").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs a tool on `folder`; it must succeed.
#[expect(
    clippy::disallowed_methods,
    reason = "tests ask the tools as witnesses, on media that they made themselves"
)]
pub(crate) fn run(tool: &str, folder: &Path, args: &[&str]) -> Output {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/bin").join(tool);
    let path = path.canonicalize().unwrap_or_else(|_| panic!("no {tool}: run `cargo xtask setup`"));
    let mut command = Command::new(path);
    command.current_dir(folder).args(args).env("SVT_LOG", "1"); // 1: errors alone
    let output = command.output().unwrap();
    assert!(output.status.success(), "{tool} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Runs ffmpeg; it must not say a word.
pub(crate) fn ffmpeg(folder: &Path, args: &str) -> String {
    let args: Vec<_> = ["-nostdin", "-v", "warning"].into_iter().chain(args.split_whitespace()).collect();
    let output = run("ffmpeg", folder, &args);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "ffmpeg {args:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The lines that ffprobe prints about `entries` of a file, in compact form.
pub(crate) fn ffprobe(folder: &Path, file: &str, entries: &str) -> Vec<String> {
    let args = ["-v", "warning", "-of", "csv=p=0", "-show_entries", entries, file];
    let text = String::from_utf8(run("ffprobe", folder, &args).stdout).unwrap();
    text.lines().map(|line| line.trim_end_matches(',').to_string()).filter(|line| !line.is_empty()).collect()
}

/// How a shot is encoded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encoder {
    /// Filters that declare depth and colour.
    pub(crate) filter: &'static str,
    /// ffmpeg's arguments.
    pub(crate) args: &'static str,
}

/// Colour of standard dynamic range, said.
pub(crate) const SDR: &str = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv";

const X264: Encoder = Encoder {
    filter: SDR,
    args: "-c:v libx264 -threads 1 -preset veryfast -bf 3 -sc_threshold 0 -g 1000 -pix_fmt yuv420p \
           -x264-params stitchable=1:open-gop=0",
};

/// Moving pictures of a size and rate, given as ffmpeg takes them: `320x180:rate=25`.
pub(crate) fn encode(folder: &Path, file: &str, pictures: &str, frames: u64, encoder: Encoder, extra: &str) {
    let Encoder { filter, args } = encoder;
    let source = format!("-f lavfi -i testsrc2=size={pictures} -frames:v {frames}");
    ffmpeg(folder, &format!("{source} -vf {filter} {args} {extra} {file}"));
}

/// A shot of moving pictures in H.264, with keyframes at its start and at `key_frame`.
pub(crate) fn encode_shot(folder: &Path, file: &str, rate: &str, frames: u64, key_frame: u64, extra: &str) {
    let keys = format!("-force_key_frames expr:eq(n,{key_frame}) {extra}");
    encode(folder, file, &format!("320x180:rate={rate}"), frames, X264, &keys);
}

/// The codecs parameter of the only stream of a file, as the packager has it.
pub(crate) fn packager_codecs(folder: &Path, file: &str) -> String {
    let output = run("packager", folder, &[&format!("input={file}"), "--dump_stream_info"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.trim().strip_prefix("codec_string: "));
    line.unwrap_or_else(|| panic!("no codec in {text}")).to_string()
}

/// The pictures that ffmpeg decodes from a file and shows: when, in ticks of the track, and their MD5.
pub(crate) fn pictures(folder: &Path, file: &str) -> Vec<(String, String)> {
    let args = "-fps_mode passthrough -enc_time_base demux -f framemd5 -";
    let text = ffmpeg(folder, &format!("-copyts -i {file} {args}"));
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let picture = |row: &str| {
        let columns: Vec<_> = row.split(',').map(str::trim).collect(); // stream, dts, pts, duration, size, hash
        (columns[2].to_string(), columns[5].to_string())
    };
    rows.map(picture).collect()
}

pub(crate) fn read_movie(folder: &Path, file: &str) -> Movie {
    cmaf::read::movie(&mut File::open(folder.join(file)).unwrap()).unwrap()
}

/// Times in units of `ticks`.
pub(crate) fn frames(pts: &[String], ticks: u64) -> Vec<u64> {
    let pts: Vec<u64> = pts.iter().map(|pts| pts.parse().unwrap()).collect();
    assert!(pts.iter().all(|time| time % ticks == 0), "not multiples of {ticks}: {pts:?}");
    pts.iter().map(|time| time / ticks).collect()
}

/// Writes a track whose samples come from `sources`, with a segment between each two of `cuts`.
pub(crate) fn write_track(
    folder: &Path,
    file: &str,
    spliced: &Spliced,
    cuts: &[u64],
    sources: &[&str],
) -> TrackIndex {
    write_by(folder, file, spliced, cuts, sources, None, |writer| writer)
}

/// Files in memory, by number.
pub(crate) struct Files(Vec<Vec<u8>>);

impl Files {
    pub(crate) fn read(folder: &Path, files: &[&str]) -> Files {
        Files(files.iter().map(|file| fs::read(folder.join(file)).unwrap()).collect())
    }
}

impl Source for Files {
    fn read(&mut self, source: usize, offset: u64, into: &mut [u8]) -> std::io::Result<()> {
        into.copy_from_slice(&self.0[source][offset as usize..][..into.len()]);
        Ok(())
    }
}

/// The key and the vector of all tests that need no others.
pub(crate) const KEY_ID: &str = "00112233445566778899aabbccddeeff";
pub(crate) const KEY: &str = "0123456789abcdeffedcba9876543210";
pub(crate) const IV: &str = "d0c1b2a394857667a8b9cadbecfd0e1f";

/// 32 hexadecimal digits as bytes.
pub(crate) fn bytes16(hex: &str) -> [u8; 16] {
    u128::from_str_radix(hex, 16).unwrap().to_be_bytes()
}

/// All segments under the one key.
pub(crate) fn protection(scheme: Scheme) -> Protection {
    let (key_id, key) = (KeyId(bytes16(KEY_ID)), Key::new(bytes16(KEY)));
    let first = Period { first_segment: 0, key_id, key, iv: bytes16(IV) };
    Protection { scheme, clear_segments: 0, periods: vec![first], pssh: Vec::new() }
}

/// Writes a track whose samples come from `sources`, protected.
pub(crate) fn write_protected(
    folder: &Path,
    file: &str,
    spliced: &Spliced,
    cuts: &[u64],
    sources: &[&str],
    protection: Protection,
) -> TrackIndex {
    write_by(folder, file, spliced, cuts, sources, Some(protection), |writer| writer)
}

/// A writer of a file.
pub(crate) type FileWriter = TrackWriter<File>;

/// Writes a track by a writer that `set` has set up.
pub(crate) fn write_by(
    folder: &Path,
    file: &str,
    spliced: &Spliced,
    cuts: &[u64],
    sources: &[&str],
    protection: Option<Protection>,
    set: impl FnOnce(FileWriter) -> FileWriter,
) -> TrackIndex {
    let segments: Vec<_> = cuts.windows(2).map(|cut| FrameRange { start: cut[0], end: cut[1] }).collect();
    let times = track::times(&spliced.description, &spliced.samples, &segments).unwrap();
    let out = File::create(folder.join(file)).unwrap();
    let extent = Extent::of(&times);
    let mut writer = set(TrackWriter::new(out, &spliced.description, extent, protection).unwrap());
    let mut source = Files::read(folder, sources);
    for (segment, time) in segments.iter().zip(times) {
        let samples = &spliced.samples[segment.start as usize..segment.end as usize];
        writer.segment(samples, time, &mut source).unwrap();
    }
    writer.finish().unwrap()
}

/// What ffmpeg finds in each packet of a file: decoding time, size and MD5.
pub(crate) fn packets(folder: &Path, before: &str, file: &str) -> Vec<String> {
    let text = ffmpeg(folder, &format!("{before} -i {file} -c copy -f framemd5 -"));
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| row.split(',').map(str::trim).collect::<Vec<_>>()[1..].join(",")).collect()
}
