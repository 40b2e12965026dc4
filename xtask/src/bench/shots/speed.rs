//! How fast a 1080p film is reduced and judged, in seconds of one core, which other work on the machine does not lengthen.

use super::Film;
use super::peers::{REDUCE, ours, reduced};
use crate::bench::cpu::timed;
use crate::bench::{Figure, Target};
use crate::root::tools;
use crate::shell::{Result, command, run};
use std::process::Stdio;

/// Least frames a second of reduction and detector together.
const FPS_MIN: f64 = 300.0;
/// Frames that are reduced.
const FRAMES: u32 = 1200;

/// The reduction's cost is what it adds to a run that only makes frames; the detector's is that of a run on the reduced
/// frames of `film`, for which it has to do as much as for any.
pub(super) fn measure(film: &Film) -> Result<Vec<Figure>> {
    let reduce_s = (reduce_cpu_s(REDUCE)? - reduce_cpu_s("null")?) / f64::from(FRAMES);
    let frames = reduced(&film.path)?;
    let ((), detect_s) = timed(|| run(ours(&frames).arg("24/1").stdout(Stdio::null())))?;
    let detect_s = detect_s / film.frames as f64;
    let figure = |name: &str, frame_s: f64| {
        Figure::new(format!("1080p, one core, {name}"), 1.0 / frame_s.max(1e-6), "frames/CPU s")
    };
    Ok(vec![
        figure("reduction", reduce_s),
        figure("detector", detect_s),
        figure("reduction and detector", reduce_s + detect_s).target(Target::AtLeast(FPS_MIN)),
    ])
}

/// Processor seconds to make the frames of a 1080p test picture and pass them through `filter`. Nothing copies them
/// afterwards: of large ones that would cost more than of small ones.
fn reduce_cpu_s(filter: &str) -> Result<f64> {
    let mut ffmpeg = command(tools().join("bin/ffmpeg"));
    ffmpeg.args(["-v", "error", "-nostdin", "-threads", "1", "-filter_threads", "1", "-f", "lavfi", "-i"]);
    ffmpeg.arg(format!("testsrc2=size=1920x1080:rate=24,format=yuv420p,{filter}"));
    ffmpeg.args(["-frames:v", &FRAMES.to_string(), "-c:v", "wrapped_avframe", "-f", "null", "-"]);
    timed(|| run(&mut ffmpeg)).map(|((), cpu_s)| cpu_s)
}
