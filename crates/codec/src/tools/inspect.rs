//! What the doctor shows: each tool's place, version and gaps, and which layers of the sandbox hold.

use super::{REMEDY, Tool, ask, find, places};
use crate::error::Error;
use crate::sandbox::{self, Applied};
use crate::vmaf;
use std::path::Path;

/// Encoders, filters and demuxers that preparation uses.
const ENCODERS: [&str; 9] =
    ["libx264", "libx265", "libvpx-vp9", "libsvtav1", "aac", "eac3", "libopus", "mjpeg", "webvtt"];
const FILTERS: [&str; 6] = ["libvmaf", "xpsnr", "zscale", "tonemap", "bwdif", "tile"];
const DEMUXERS: [&str; 4] = ["mov", "matroska", "mpegts", "mpeg"];

/// The state of the tools and of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// One for each tool.
    pub tools: Vec<ToolReport>,
    /// Landlock interface version of the kernel; 0 where it has none.
    pub landlock_abi: u32,
    /// Which layers of the sandbox held when a tool was run; `None` where none could be run.
    pub sandbox: Option<Applied>,
}

/// The state of one tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolReport {
    /// `ffmpeg` or `ffprobe`.
    pub name: &'static str,
    /// The tool, or why it cannot be used.
    pub found: Result<Tool, String>,
    /// What it lacks, such as `filter libvmaf`.
    pub lacks: Vec<String>,
    /// What to do, where it is missing or lacks something.
    pub remedy: Option<&'static str>,
}

/// Looks at each tool as [`super::Tools::locate`] would find it.
pub async fn inspect(folder: Option<&Path>) -> Report {
    let places = places(folder);
    let mut report = Report { tools: Vec::new(), landlock_abi: sandbox::landlock_abi(), sandbox: None };
    for name in ["ffmpeg", "ffprobe"] {
        let found = find(name, &places).await;
        let lacks = match &found {
            Ok(tool) => gaps(tool, &mut report.sandbox).await,
            Err(_) => Vec::new(),
        };
        let remedy = (found.is_err() || !lacks.is_empty()).then_some(REMEDY);
        report.tools.push(ToolReport {
            name,
            found: found.map_err(|error| error.to_string()),
            lacks,
            remedy,
        });
    }
    report
}

async fn gaps(tool: &Tool, sandbox: &mut Option<Applied>) -> Vec<String> {
    let questions: &[(&str, &str, &[&str])] = match tool.name {
        "ffmpeg" => &[("encoder", "-encoders", &ENCODERS), ("filter", "-filters", &FILTERS)],
        _ => &[],
    };
    let mut gaps = Vec::new();
    let demuxers: (&str, &str, &[&str]) = ("demuxer", "-demuxers", &DEMUXERS);
    for (kind, question, wanted) in questions.iter().chain([&demuxers]) {
        match ask(tool, &["-hide_banner", question]).await {
            Ok(answer) => {
                *sandbox = Some(answer.sandbox);
                gaps.extend(missing(&answer.text, wanted).map(|name| format!("{kind} {name}")));
            }
            Err(error) => gaps.push(error.to_string()),
        }
    }
    if tool.name == "ffmpeg" && !gaps.iter().any(|gap| gap == "filter libvmaf") {
        gaps.extend(has_model(tool).await.err().map(|_| format!("VMAF model {}", vmaf::MODEL)));
    }
    gaps
}

/// The names that a list of ffmpeg (flags, name or comma-separated names, description) does not have.
fn missing<'a>(list: &str, wanted: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let names: Vec<String> = list
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .flat_map(|names| names.split(',').map(str::to_string))
        .collect();
    wanted.iter().copied().filter(move |name| !names.iter().any(|have| have == name))
}

/// Scores two grey frames: the only way to learn whether a model is built in.
async fn has_model(tool: &Tool) -> Result<(), Error> {
    let graph = format!(
        "color=gray:s=640x360:r=1:d=1[a];color=gray:s=640x360:r=1:d=1[b];[a][b]libvmaf=model=version={}",
        vmaf::MODEL
    );
    let args = ["-v", "error", "-filter_complex", &graph, "-f", "null", "-"];
    ask(tool, &args).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_found_in_lists() {
        let list = " V....D libx264              libx264 H.264\n D  mov,mp4,m4a     QuickTime / MOV\n";
        let gaps: Vec<_> = missing(list, &["libx264", "aac", "mp4"]).collect();
        assert_eq!(gaps, ["aac"]);
    }
}
