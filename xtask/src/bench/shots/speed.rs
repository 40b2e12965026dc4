//! How fast a 1080p film is reduced and judged, in seconds of one core, which other work on the machine does not lengthen.

use super::peers::{REDUCE, ours};
use crate::bench::cpu::timed;
use crate::bench::{Figure, Target};
use crate::build::target;
use crate::root::tools;
use crate::shell::{Result, command, run};
use std::path::Path;

/// Least frames a second of reduction and detector together.
const FPS_MIN: f64 = 300.0;
/// Frames measured.
const FRAMES: u32 = 600;

/// The reduction's cost is what it adds to a run that only makes frames; the detector's is that of a run on frames that
/// are there.
pub(super) fn measure() -> Result<Vec<Figure>> {
    let frames = target().join("bench/shots/speed.gray");
    let plain_cpu_s = ffmpeg_cpu_s("null", Path::new("/dev/null"))?;
    let reduce_cpu_s = ffmpeg_cpu_s(REDUCE, &frames)? - plain_cpu_s;
    let detect = || run(ours(&frames).arg("24/1").stdout(std::process::Stdio::null()));
    let ((), detect_cpu_s) = timed(detect)?;
    let fps = |seconds: f64| f64::from(FRAMES) / seconds.max(1e-6);
    let figure = |name: &str, value| Figure::new(format!("1080p, one core, {name}"), value, "frames/s");
    Ok(vec![
        figure("reduction", fps(reduce_cpu_s)),
        figure("detector", fps(detect_cpu_s)),
        figure("reduction and detector", fps(reduce_cpu_s + detect_cpu_s)).target(Target::AtLeast(FPS_MIN)),
    ])
}

/// Processor seconds to make the frames of a 1080p test picture and pass them through `filter`.
fn ffmpeg_cpu_s(filter: &str, out: &Path) -> Result<f64> {
    let mut ffmpeg = command(tools().join("bin/ffmpeg"));
    ffmpeg.args([
        "-v",
        "error",
        "-nostdin",
        "-y",
        "-threads",
        "1",
        "-filter_threads",
        "1",
        "-f",
        "lavfi",
        "-i",
    ]);
    ffmpeg.arg(format!("testsrc2=size=1920x1080:rate=24,format=yuv420p,{filter}"));
    ffmpeg.args([
        "-frames:v",
        &FRAMES.to_string(),
        "-c:v",
        "rawvideo",
        "-f",
        if filter == "null" { "null" } else { "rawvideo" },
    ]);
    let ((), cpu_s) = timed(|| run(ffmpeg.arg(out)))?;
    Ok(cpu_s)
}
