//! Formats beside each other: what every one needs for the quality of its rungs, as measured.

use super::{WIDTH, nth_colour, rate_and_quality, rate_and_quality_frame};
use crate::fixed::Point;
use crate::model::{Rendition, Report};
use crate::svg::Drawing;
use crate::units;

const HEIGHT: f64 = 340.0;
/// Places of the ends of the vertical axis.
const PLACES: (f64, f64) = (HEIGHT - 44.0, 28.0);

/// Draws a line for each format of the report through its renditions.
pub(crate) fn draw(report: &Report) -> String {
    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    let (x, y) = rate_and_quality(report.renditions.iter().map(point), PLACES);
    rate_and_quality_frame(&mut drawing, (&x, &y), HEIGHT);
    let place = |rendition: &Rendition| {
        let Point { bitrate_bps, vmaf } = point(rendition);
        (x.at(bitrate_bps), y.at(vmaf))
    };
    for (number, ladder) in report.ladders.iter().enumerate() {
        let colour = colour(number);
        let line: Vec<(f64, f64)> = report.renditions_of(ladder.format).map(place).collect();
        drawing.polyline(&line, &format!("line {colour}"));
        for rendition in report.renditions_of(ladder.format) {
            drawing.dot(place(rendition), 4.0, &format!("trial {colour}"), &tip(rendition));
        }
    }
    drawing.finish("Renditions of every format over bitrate and VMAF")
}

/// The colour class of the report's format `number`. Begins where the colours of most films' sizes end, so that the two
/// are not taken for each other.
pub(crate) fn colour(number: usize) -> String {
    nth_colour(number + 3)
}

fn point(rendition: &Rendition) -> Point {
    Point { bitrate_bps: rendition.bitrate_bps_average as f64, vmaf: rendition.vmaf.mean }
}

fn tip(rendition: &Rendition) -> String {
    let Rendition { rung, size, vmaf, .. } = rendition;
    let bitrate = units::bitrate(rendition.bitrate_bps_average as f64);
    format!("{rung}: {size}, {bitrate}, VMAF {:.1}", vmaf.mean)
}
