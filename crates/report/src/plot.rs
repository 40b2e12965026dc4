//! Plots: axes that all of them share, and the colours of picture sizes.

pub(crate) mod formats;
pub(crate) mod hull;
pub(crate) mod shots;
pub(crate) mod stages;

use crate::fixed::Point;
use crate::svg::{Anchor, Drawing};
use crate::units;
use media::Size;

/// Width of every plot in drawing units; the page scales it.
pub(crate) const WIDTH: f64 = 960.0;
/// Room for the labels of the vertical axis.
const LEFT: f64 = 70.0;
/// Room for the names of lines at their right end.
const RIGHT: f64 = 78.0;

/// An axis from values to places.
pub(crate) struct Axis {
    from: f64,
    to: f64,
    logarithmic: bool,
    /// Places of both ends.
    start: f64,
    end: f64,
}

impl Axis {
    /// A linear axis: `from` is at `places.0`, `to` at `places.1`.
    pub(crate) fn linear(from: f64, to: f64, places: (f64, f64)) -> Axis {
        let to = if to > from { to } else { from + 1.0 };
        Axis { from, to, logarithmic: false, start: places.0, end: places.1 }
    }

    /// A logarithmic axis; both ends are held above zero.
    pub(crate) fn logarithmic(from: f64, to: f64, places: (f64, f64)) -> Axis {
        let from = from.max(1e-3);
        let to = if to > from { to } else { from * 10.0 };
        Axis { from, to, logarithmic: true, start: places.0, end: places.1 }
    }

    /// The place of `value`, held inside the axis.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let value = value.clamp(self.from, self.to);
        let part = if self.logarithmic {
            (value / self.from).ln() / (self.to / self.from).ln()
        } else {
            (value - self.from) / (self.to - self.from)
        };
        self.start + part * (self.end - self.start)
    }

    /// Round values on the axis, few enough to label.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        if self.logarithmic { self.logarithmic_ticks() } else { self.linear_ticks() }
    }

    /// Multiples of 1, 2 or 5 times a power of ten: at most 8.
    fn linear_ticks(&self) -> Vec<f64> {
        let rough = (self.to - self.from) / 7.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step =
            [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|&s| s >= rough).unwrap_or(rough);
        let first = (self.from / step).ceil();
        (0..)
            .map(|i| (first + f64::from(i)) * step)
            .take_while(|&value| value <= self.to + step * 1e-9)
            .collect()
    }

    /// 1, 2 and 5 times every power of ten; over more than three of them 1 alone.
    fn logarithmic_ticks(&self) -> Vec<f64> {
        let multiples: &[f64] = if self.to / self.from > 1000.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let (low, high) = (self.from.log10().floor() as i32, self.to.log10().ceil() as i32);
        (low..=high)
            .flat_map(|power| multiples.iter().map(move |m| m * 10_f64.powi(power)))
            .filter(|&value| value >= self.from * 0.999 && value <= self.to * 1.001)
            .collect()
    }
}

/// The horizontal axis of every plot, over `from..=to`.
pub(crate) fn across(from: f64, to: f64, logarithmic: bool) -> Axis {
    let places = (LEFT, WIDTH - RIGHT);
    if logarithmic { Axis::logarithmic(from, to, places) } else { Axis::linear(from, to, places) }
}

/// Horizontal rules with their values at the left.
pub(crate) fn rules(drawing: &mut Drawing, up: &Axis, label: impl Fn(f64) -> String) {
    for value in up.ticks() {
        let y = up.at(value);
        drawing.line((LEFT, y), (WIDTH - RIGHT, y), "rule");
        drawing.text((LEFT - 8.0, y + 4.0), Anchor::End, "tick", &label(value));
    }
}

/// Values of the horizontal axis, at height `y`.
pub(crate) fn feet(drawing: &mut Drawing, across: &Axis, y: f64, label: impl Fn(f64) -> String) {
    for value in across.ticks() {
        drawing.text((across.at(value), y), Anchor::Middle, "tick", &label(value));
    }
}

/// Places for labels that want to stand at `wanted`, moved apart so that none covers another.
pub(crate) fn spread(wanted: &[f64], distance: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let mut places = wanted.to_vec();
    let mut free = f64::NEG_INFINITY;
    for index in order {
        places[index] = wanted[index].max(free);
        free = places[index] + distance;
    }
    places
}

/// The colour class of `size` among all `sizes` of the report.
pub(crate) fn colour(size: Size, sizes: &[Size]) -> String {
    let place = sizes.iter().position(|&other| other == size).unwrap_or(0);
    nth_colour(place)
}

/// The colour class of the thing numbered `number`.
fn nth_colour(number: usize) -> String {
    /// Colours of the style sheet; more things than that begin anew.
    const COLOURS: usize = 7;
    format!("c{}", number % COLOURS)
}

/// Axes over bitrate, logarithmic, and VMAF, wide enough for all `points`, within the places of the vertical axis.
pub(crate) fn rate_and_quality(points: impl Iterator<Item = Point>, places: (f64, f64)) -> (Axis, Axis) {
    /// Part by which the bitrates reach beyond the outermost points.
    const MARGIN: f64 = 1.25;
    let (mut low, mut high, mut worst) = (f64::INFINITY, 0.0, 90.0);
    for Point { bitrate_bps, vmaf } in points {
        (low, high, worst) = (f64::min(low, bitrate_bps), f64::max(high, bitrate_bps), f64::min(worst, vmaf));
    }
    let x = if low.is_finite() { across(low / MARGIN, high * MARGIN, true) } else { across(1.0, 10.0, true) };
    (x, Axis::linear((worst / 10.0).floor() * 10.0, 100.0, places))
}

/// Rules and labels of axes over bitrate and VMAF in a drawing of that height.
pub(crate) fn rate_and_quality_frame(drawing: &mut Drawing, (x, y): (&Axis, &Axis), height: f64) {
    rules(drawing, y, |vmaf| format!("{vmaf:.0}"));
    feet(drawing, x, y.start + 20.0, units::round_bitrate);
    drawing.text((WIDTH / 2.0, height - 4.0), Anchor::Middle, "axis", "bitrate, logarithmic");
    drawing.text((8.0, 10.0), Anchor::Start, "axis", "VMAF");
}

/// All different sizes, largest first: the order of the colours.
pub(crate) fn sizes(all: impl Iterator<Item = Size>) -> Vec<Size> {
    let mut sizes: Vec<Size> = all.collect();
    sizes.sort_by_key(|size| std::cmp::Reverse((size.pixels(), size.width)));
    sizes.dedup();
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_place_their_ends_and_middles() {
        let axis = Axis::linear(0.0, 10.0, (100.0, 0.0));
        assert_eq!((axis.at(0.0), axis.at(5.0), axis.at(10.0), axis.at(99.0)), (100.0, 50.0, 0.0, 0.0));
        let axis = Axis::logarithmic(1.0, 100.0, (0.0, 10.0));
        assert!((axis.at(10.0) - 5.0).abs() < 1e-9);
        // A single value still has a place.
        assert!(Axis::linear(3.0, 3.0, (0.0, 1.0)).at(3.0).is_finite());
        assert!(Axis::logarithmic(0.0, 0.0, (0.0, 1.0)).at(0.0).is_finite());
    }

    #[test]
    fn ticks_are_round_and_few() {
        let linear = |from, to| Axis::linear(from, to, (0.0, 1.0)).ticks();
        assert_eq!(linear(40.0, 100.0), [40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0]);
        assert_eq!(
            linear(0.0, 0.7),
            [0.0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6000000000000001, 0.7000000000000001]
        );
        let logarithmic = |from, to| Axis::logarithmic(from, to, (0.0, 1.0)).ticks();
        assert_eq!(logarithmic(150.0, 3000.0), [200.0, 500.0, 1000.0, 2000.0]);
    }

    #[test]
    fn labels_keep_their_distance() {
        assert_eq!(spread(&[10.0, 50.0, 12.0], 10.0), [10.0, 50.0, 20.0]);
        assert_eq!(spread(&[], 10.0), [] as [f64; 0]);
    }
}
