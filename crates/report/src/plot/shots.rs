//! Shot by shot over the film: how hard it is, and what quality and bitrate every rung has there.

use super::{Axis, WIDTH, across, colour, feet, rules, spread};
use crate::model::{Rendition, Report, ShotResult};
use crate::svg::{Anchor, Drawing};
use crate::units;
use media::Size;

/// Height of a plot of lines.
const HEIGHT: f64 = 320.0;
/// Height of the plot of motion.
const STRIP: f64 = 122.0;
/// Place of the upper end of the vertical axis.
const CEILING: f64 = 30.0;
/// Room below the axis for times.
const FOOT: f64 = 26.0;
/// Height of a label with its gap.
const LABEL: f64 = 13.0;
/// With more shots than this the lines between them would be a grey wall.
const BOUNDARIES_MAX: usize = 150;

/// Motion of every shot.
pub(crate) fn motion(report: &Report) -> String {
    let mut drawing = Drawing::new(WIDTH, STRIP);
    let floor = STRIP - FOOT;
    let most = report.shots.shots.iter().map(|shot| shot.complexity.motion).fold(1.0, f64::max);
    let (x, y) = (time_axis(report), Axis::linear(0.0, most, (floor, CEILING)));
    drawing.text((8.0, 14.0), Anchor::Start, "axis", "motion");
    drawing.line((x.start, floor), (x.end, floor), "rule");
    feet(&mut drawing, &x, STRIP - 6.0, units::round_timecode);
    for (number, shot) in report.shots.shots.iter().enumerate() {
        let (start, end) = (seconds(report, shot.frames.start), seconds(report, shot.frames.end));
        let (left, top) = (x.at(start), y.at(shot.complexity.motion));
        let width = (x.at(end) - left - 1.0).max(0.5);
        let tip = format!(
            "shot {}, {} to {}: motion {:.1}, detail {:.1}, grain {:.1}, brightness {:.0}",
            number + 1,
            units::timecode(start),
            units::timecode(end),
            shot.complexity.motion,
            shot.complexity.detail,
            shot.complexity.grain,
            shot.complexity.brightness
        );
        drawing.bar((left, top), (width, (floor - top).max(1.0)), "motion", &tip);
    }
    drawing.finish("Motion of every shot")
}

/// VMAF of every shot in each of `renditions`.
pub(crate) fn vmaf(report: &Report, renditions: &[&Rendition], sizes: &[Size]) -> String {
    let worst = results(renditions).map(|shot| shot.vmaf_mean).fold(90.0, f64::min);
    let y = Axis::linear((worst / 10.0).floor() * 10.0, 100.0, (HEIGHT - FOOT, CEILING));
    let mut plot = Lines::new(report, &y, "VMAF", |vmaf| format!("{vmaf:.0}"));
    plot.draw(renditions, sizes, |shot| shot.vmaf_mean);
    plot.drawing.finish("VMAF of every shot in every rung")
}

/// Bitrate of every shot in each of `renditions`.
pub(crate) fn bitrate(report: &Report, renditions: &[&Rendition], sizes: &[Size]) -> String {
    let low = results(renditions).map(|shot| shot.bitrate_bps).fold(f64::INFINITY, f64::min);
    let high = results(renditions).map(|shot| shot.bitrate_bps).fold(1.0, f64::max);
    let y = Axis::logarithmic(if low.is_finite() { low } else { 0.1 }, high, (HEIGHT - FOOT, CEILING));
    let mut plot = Lines::new(report, &y, "bitrate, logarithmic", units::round_bitrate);
    plot.draw(renditions, sizes, |shot| shot.bitrate_bps);
    plot.drawing.finish("Bitrate of every shot in every rung")
}

fn results<'a>(renditions: &'a [&Rendition]) -> impl Iterator<Item = &'a ShotResult> {
    renditions.iter().flat_map(|rendition| &rendition.shots)
}

/// A plot of a line for each rendition over the film.
struct Lines<'a> {
    report: &'a Report,
    drawing: Drawing,
    x: Axis,
    y: &'a Axis,
}

impl<'a> Lines<'a> {
    fn new(report: &'a Report, y: &'a Axis, axis: &str, tick: impl Fn(f64) -> String) -> Lines<'a> {
        let mut drawing = Drawing::new(WIDTH, HEIGHT);
        let x = time_axis(report);
        drawing.text((8.0, 14.0), Anchor::Start, "axis", axis);
        rules(&mut drawing, y, tick);
        feet(&mut drawing, &x, HEIGHT - 6.0, units::round_timecode);
        boundaries(&mut drawing, report, &x, y);
        Lines { report, drawing, x, y }
    }

    fn draw(&mut self, renditions: &[&Rendition], sizes: &[Size], value: impl Fn(&ShotResult) -> f64) {
        let end = |rendition: &&Rendition| {
            rendition.shots.last().map_or(self.y.start, |shot| self.y.at(value(shot)))
        };
        let ends: Vec<f64> = renditions.iter().map(end).collect();
        for (rendition, end) in renditions.iter().zip(spread(&ends, LABEL)) {
            let class = format!("line {}{}", colour(rendition.size, sizes), dash(rendition, renditions));
            let steps = self.steps(rendition, &value);
            let name = units::rung(&rendition.rung, rendition.format);
            self.drawing.polyline(&steps, &class);
            self.drawing.text((self.x.end + 6.0, end + 4.0), Anchor::Start, "name", name);
        }
    }

    /// A level run for each shot.
    fn steps(&self, rendition: &Rendition, value: impl Fn(&ShotResult) -> f64) -> Vec<(f64, f64)> {
        let shots = self.report.shots.shots.iter().zip(&rendition.shots);
        shots
            .flat_map(|(shot, result)| {
                let y = self.y.at(value(result));
                [shot.frames.start, shot.frames.end].map(|frame| (self.x.at(seconds(self.report, frame)), y))
            })
            .collect()
    }
}

/// Renditions of the same size have the same colour; the second and later ones are dashed, ever shorter.
fn dash(rendition: &Rendition, renditions: &[&Rendition]) -> &'static str {
    let same = renditions.iter().filter(|other| other.size == rendition.size);
    match same.take_while(|other| other.rung != rendition.rung).count() {
        0 => "",
        1 => " dash1",
        _ => " dash2",
    }
}

fn boundaries(drawing: &mut Drawing, report: &Report, x: &Axis, y: &Axis) {
    if report.shots.shots.len() > BOUNDARIES_MAX {
        return;
    }
    for shot in report.shots.shots.iter().skip(1) {
        let at = x.at(seconds(report, shot.frames.start));
        drawing.line((at, y.start), (at, y.end), "cut");
    }
}

fn time_axis(report: &Report) -> Axis {
    across(0.0, seconds(report, report.shots.frames()), false)
}

fn seconds(report: &Report, frame: u64) -> f64 {
    report.master.rate.seconds(frame)
}
