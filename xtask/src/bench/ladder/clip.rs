//! The clips, and lossless masters cut from them.
//!
//! Owns which films stand for what. They lie beside the repository and are never part of it.

use super::options::Options;
use super::tool::{ffmpeg, probe};
use crate::root::root;
use crate::shell::{Result, quiet};
use media::{FrameRate, Size};
use std::path::{Path, PathBuf};

/// A film of the test data, and its telling part.
#[derive(Debug, PartialEq)]
pub(super) struct Clip {
    pub(super) name: &'static str,
    file: &'static str,
    /// Where short masters begin, in seconds: where shots are short and different.
    start_s: f64,
    /// Length of the film in seconds.
    length_s: f64,
    /// Frames a second of the master, where they are not the film's.
    fps: Option<&'static str>,
}

/// Dark and bright 3D animation with fades; fine fur and grass; live action with explosions; drawn animation from a bad
/// transfer; one shot of a motorway, with half of its 60 frames a second: of faster films the product's small pictures have
/// half of the frames, which no metric sets beside those of others with all.
pub(super) const CLIPS: &[Clip] = &[
    Clip { name: "sintel", file: "sintel_trailer_720p24.mp4", start_s: 19.0, length_s: 52.2, fps: None },
    Clip { name: "bunny", file: "bbb_1080p24_30s_51.mp4", start_s: 10.0, length_s: 30.0, fps: None },
    Clip {
        name: "tears",
        file: "tears_of_steel_battle_800x332.webm",
        start_s: 46.0,
        length_s: 70.5,
        fps: None,
    },
    Clip { name: "popeye", file: "popeye_sinbad_p1_1074p_pgs.mkv", start_s: 8.0, length_s: 62.2, fps: None },
    Clip {
        name: "motorway",
        file: "highway_traffic_540p60.mp4",
        start_s: 0.0,
        length_s: 29.5,
        fps: Some("30000/1001"),
    },
];

/// A lossless excerpt, with which everything is compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Master {
    pub(super) path: PathBuf,
    pub(super) size: Size,
    pub(super) rate: FrameRate,
    /// Frames.
    pub(super) frames: u64,
}

impl Master {
    /// Duration in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.rate.seconds(self.frames)
    }
}

impl Clip {
    /// Whether the film lies beside the repository.
    pub(super) fn present(&self) -> bool {
        self.film().is_file()
    }

    fn film(&self) -> PathBuf {
        root().join("../shared/data/video").join(self.file)
    }

    /// Where a master of `seconds` begins.
    fn start_s(&self, seconds: f64) -> f64 {
        self.start_s.min(self.length_s - seconds).max(0.0)
    }

    /// The master in `folder`, cut if it is not there yet.
    pub(super) fn master(&self, options: &Options, folder: &Path) -> Result<Master> {
        let path = folder.join("master.mkv");
        if !path.exists() {
            std::fs::create_dir_all(folder)?;
            let part = folder.join("master.part.mkv");
            let seconds = options.seconds.min(self.length_s);
            let mut cut = ffmpeg();
            cut.args(["-ss", &self.start_s(seconds).to_string(), "-t", &seconds.to_string(), "-i"]);
            cut.arg(self.film()).args(["-map", "0:v:0", "-vf"]);
            let fps = self.fps.map_or_else(String::new, |fps| format!("fps={fps},"));
            let scale = format!("scale=-2:'min({},ih)':flags=lanczos", options.height);
            cut.arg(format!("{fps}{scale},setsar=1,format=yuv420p"));
            cut.args(["-fps_mode", "cfr", "-color_primaries", "bt709", "-color_trc", "bt709"]);
            cut.args(["-colorspace", "bt709", "-color_range", "tv"]);
            cut.args(["-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", "-g", "24", "-y"]).arg(&part);
            quiet(&mut cut)?;
            std::fs::rename(part, &path)?;
        }
        describe(path)
    }
}

/// The facts of a master.
fn describe(path: PathBuf) -> Result<Master> {
    let wrong = || format!("{} is no master", path.display());
    let entries = "stream=width,height,r_frame_rate,nb_read_packets";
    let text = probe(&path, &["-count_packets", "-show_entries", entries])?;
    let fields: Vec<&str> = text.trim().split('|').collect();
    let [width, height, rate, frames] = fields[..] else { return Err(wrong().into()) };
    Ok(Master {
        size: Size { width: width.parse()?, height: height.parse()? },
        rate: rate.parse().map_err(|_| wrong())?,
        frames: frames.parse()?,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_masters_begin_early() {
        let starts = [10.0, 40.0, 100.0].map(|seconds| CLIPS[0].start_s(seconds));
        assert_eq!(starts.map(|start| (start * 10.0).round()), [190.0, 122.0, 0.0]);
    }
}
