//! The evidence for a ladder: trials over bitrate and VMAF, their convex hull, the rungs, and beside them the fixed
//! ladder.

use super::{Axis, WIDTH, colour, rate_and_quality, rate_and_quality_frame, spread};
use crate::fixed::{FixedRow, Point};
use crate::svg::{Anchor, Drawing};
use crate::units;
use media::Size;
use media::rung::{Ladder, Rung, TrialPoint};

const HEIGHT: f64 = 420.0;
/// Places of the ends of the vertical axis.
const PLACES: (f64, f64) = (HEIGHT - 44.0, 28.0);
/// Height of a label with its gap.
const LABEL: f64 = 15.0;

/// Draws the ladder and the `fixed` one; colours are places in `sizes`.
pub(crate) fn draw(ladder: &Ladder, fixed: &[FixedRow], sizes: &[Size]) -> String {
    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    let trials = ladder.trials.iter().map(|p| Point { bitrate_bps: p.bitrate_bps, vmaf: p.vmaf });
    let points =
        trials.chain(ladder.rungs.iter().map(Point::expected)).chain(fixed.iter().map(|row| row.fixed));
    let (x, y) = rate_and_quality(points, PLACES);
    rate_and_quality_frame(&mut drawing, (&x, &y), HEIGHT);
    let hull: Vec<(f64, f64)> =
        ladder.hull.iter().filter_map(|&i| ladder.trials.get(i)).map(|p| place(p, &x, &y)).collect();
    drawing.polyline(&hull, "hull");
    for point in &ladder.trials {
        let class = format!("trial {}", colour(point.trial.size, sizes));
        drawing.dot(place(point, &x, &y), 4.0, &class, &trial_tip(point));
    }
    rung_marks(&mut drawing, &ladder.rungs, sizes, (&x, &y));
    fixed_marks(&mut drawing, fixed, (&x, &y));
    drawing.finish("Trials, their convex hull, the chosen rungs and the fixed ladder over bitrate and VMAF")
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
        drawing.text(
            (at.0 + 14.0, label_y + 11.0),
            Anchor::Start,
            "name",
            units::rung(&rung.name, rung.format),
        );
    }
}

/// Where the fixed ladder's rungs are predicted to be, with their lines below.
fn fixed_marks(drawing: &mut Drawing, fixed: &[FixedRow], (x, y): (&Axis, &Axis)) {
    for FixedRow { lines, fixed: Point { bitrate_bps, vmaf }, .. } in fixed {
        let (x, y) = (x.at(*bitrate_bps), y.at(*vmaf));
        let bitrate = units::bitrate(*bitrate_bps);
        let tip = format!("fixed ladder, {lines}p: {bitrate}, VMAF {vmaf:.1} predicted");
        drawing.diamond((x, y), 6.0, "fixed", &tip);
        drawing.text((x, y + 20.0), Anchor::Middle, "tick", &format!("{lines}p"));
    }
}
