//! What the tests share: the tools, a folder, generated media, and questions to ffprobe.

use codec::Tools;
use codec::child::{Child, Stdout};
use media::master::Conform;
use media::picture::{Colour, Transfer};
use media::{FrameRate, Size, facts::VideoFacts};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Longest answer that a test asks a tool for.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// Tools and a folder of one's own.
pub(crate) struct Bench {
    pub(crate) tools: Tools,
    pub(crate) dir: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Bench {
        let bin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/bin");
        let tools = Tools::locate(Some(&bin)).await;
        Bench { tools: tools.expect("run `cargo xtask setup`"), dir: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A new folder in the bench's own.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    /// Runs ffmpeg in the folder with these arguments, separated by spaces.
    pub(crate) async fn ffmpeg(&self, args: &str) -> Vec<u8> {
        let child = Child::new(&self.tools.ffmpeg, "generate").args(["-v", "error", "-nostdin", "-y"]);
        let child = child.args(args.split_whitespace()).write_dir(self.dir.path());
        child.run(Stdout::Capture(ANSWER_BYTES_MAX), &mut |_| {}).await.unwrap().stdout
    }

    /// A master of `frames` frames whose mean luma is different from frame to frame: a grey that counts, on which a
    /// pattern moves.
    pub(crate) async fn counting_master(
        &self,
        name: &str,
        size: Size,
        rate: FrameRate,
        frames: u64,
    ) -> PathBuf {
        let Size { width, height } = size;
        let source = format!("color=black:s={width}x{height}:r={rate}");
        let count = "geq=lum='16+mod(N*7,200)+mod(X+N,8)':cb=128:cr=128";
        let args = format!(
            "-f lavfi -i {source} -vf format=yuv420p,{count} -frames:v {frames} -c:v libx264 -qp 0 -preset ultrafast {name}"
        );
        self.ffmpeg(&args).await;
        self.path(name)
    }

    /// The checksums of all decoded pictures of `file`, one each.
    pub(crate) async fn picture_sums(&self, file: &Path) -> Vec<String> {
        let child = Child::new(&self.tools.ffmpeg, "sum").args(["-v", "error", "-i"]).args([file]).read(file);
        let child = child.args(["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"]);
        let answer = child.run(Stdout::Capture(ANSWER_BYTES_MAX), &mut |_| {}).await.unwrap().stdout;
        let lines = String::from_utf8(answer).unwrap();
        lines.lines().filter(|line| !line.starts_with('#')).map(last_column).collect()
    }

    /// ffprobe's answer for these entries of `file`, one line for each section.
    pub(crate) async fn ask(&self, file: &Path, entries: &str) -> String {
        let child = Child::new(&self.tools.ffprobe, "probe").read(file);
        let child = child.args(["-v", "error", "-of", "csv=p=0", "-show_entries", entries]).args([file]);
        let answer = child.run(Stdout::Capture(ANSWER_BYTES_MAX), &mut |_| {}).await.unwrap().stdout;
        String::from_utf8(answer).unwrap().trim().to_string()
    }
}

fn last_column(line: &str) -> String {
    line.rsplit(',').next().unwrap_or_default().trim().to_string()
}

/// Facts of a plain stream.
pub(crate) fn video(size: Size, rate: FrameRate) -> VideoFacts {
    VideoFacts {
        stream: 0,
        codec: "h264".into(),
        size,
        sample_aspect: (1, 1),
        rotation_degrees: 0,
        pixel_format: "yuv420p".into(),
        frame_rate_average: Some(rate),
        frame_rate_base: Some(rate),
        frames: None,
        start_s: 0.0,
        duration_s: None,
        interlaced: false,
        colour: Colour { matrix: Some("bt709".into()), ..Colour::default() },
        container_colour: None,
        bit_depth: 8,
        mastering: None,
        light: None,
        dolby_vision_profile: None,
    }
}

/// A conform that changes nothing but the file.
pub(crate) fn plain(size: Size, rate: FrameRate) -> Conform {
    Conform { size, rate, resample_rate: false, deinterlace: false, transfer: Transfer::Sdr }
}

/// A folder of clips from outside the repository; `None`, said aloud, where it is not there.
pub(crate) fn clips(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: there are no clips at {}", path.display());
    None
}
