//! The evidence for the ladder: trials over bitrate and VMAF, their convex hull, and the rungs.

use super::{Axis, WIDTH, across, colour, feet, rules, spread};
use crate::svg::{Anchor, Drawing};
use crate::units;
use media::Size;
use media::rung::{Ladder, Rung, TrialPoint};

const HEIGHT: f64 = 420.0;
/// Place of the lower end of the vertical axis.
const FLOOR: f64 = HEIGHT - 44.0;
/// Place of its upper end.
const CEILING: f64 = 28.0;
/// Part by which the bitrates reach beyond the outermost points.
const MARGIN: f64 = 1.25;
/// Height of a label with its gap.
const LABEL: f64 = 15.0;

/// Draws the ladder; colours are places in `sizes`.
pub(crate) fn draw(ladder: &Ladder, sizes: &[Size]) -> String {
    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    let (x, y) = axes(ladder);
    rules(&mut drawing, &y, |vmaf| format!("{vmaf:.0}"));
    feet(&mut drawing, &x, FLOOR + 20.0, units::round_bitrate);
    drawing.text((WIDTH / 2.0, HEIGHT - 4.0), Anchor::Middle, "axis", "bitrate, logarithmic");
    drawing.text((8.0, 10.0), Anchor::Start, "axis", "VMAF");
    let hull: Vec<(f64, f64)> =
        ladder.hull.iter().filter_map(|&i| ladder.trials.get(i)).map(|p| place(p, &x, &y)).collect();
    drawing.polyline(&hull, "hull");
    for point in &ladder.trials {
        let class = format!("trial {}", colour(point.trial.size, sizes));
        drawing.dot(place(point, &x, &y), 4.0, &class, &trial_tip(point));
    }
    rung_marks(&mut drawing, &ladder.rungs, sizes, (&x, &y));
    drawing.finish("Trials, their convex hull and the chosen rungs over bitrate and VMAF")
}

fn axes(ladder: &Ladder) -> (Axis, Axis) {
    let points = || {
        let trials = ladder.trials.iter().map(|p| (p.bitrate_bps, p.vmaf));
        trials.chain(ladder.rungs.iter().map(|rung| (rung.bitrate_bps_expected, rung.vmaf_target)))
    };
    let low = points().map(|p| p.0).fold(f64::INFINITY, f64::min);
    let high = points().map(|p| p.0).fold(0.0, f64::max);
    let worst = points().map(|p| p.1).fold(90.0, f64::min);
    let x = if low.is_finite() { across(low / MARGIN, high * MARGIN, true) } else { across(1.0, 10.0, true) };
    (x, Axis::linear((worst / 10.0).floor() * 10.0, 100.0, (FLOOR, CEILING)))
}

fn place(point: &TrialPoint, x: &Axis, y: &Axis) -> (f64, f64) {
    (x.at(point.bitrate_bps), y.at(point.vmaf))
}

fn trial_tip(point: &TrialPoint) -> String {
    let TrialPoint { trial, bitrate_bps, vmaf } = point;
    format!("trial {} at CRF {}: {}, VMAF {vmaf:.1}", trial.size, trial.crf, units::bitrate(*bitrate_bps))
}

/// Rings around the rungs with their names beside, moved apart where they would cover each other.
fn rung_marks(drawing: &mut Drawing, rungs: &[Rung], sizes: &[Size], (x, y): (&Axis, &Axis)) {
    let heights: Vec<f64> = rungs.iter().map(|rung| y.at(rung.vmaf_target)).collect();
    for (rung, label_y) in rungs.iter().zip(spread(&heights, LABEL)) {
        let at = (x.at(rung.bitrate_bps_expected), y.at(rung.vmaf_target));
        let class = format!("rung {}", colour(rung.size, sizes));
        let tip = format!(
            "{}: {} at CRF {}, {} expected, VMAF {:.1}",
            rung.name,
            rung.size,
            rung.crf,
            units::bitrate(rung.bitrate_bps_expected),
            rung.vmaf_target
        );
        drawing.dot(at, 8.0, &class, &tip);
        drawing.text((at.0 + 14.0, label_y + 11.0), Anchor::Start, "name", &rung.name);
    }
}
