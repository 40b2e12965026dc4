//! Slopes learnt within the film: how a shot changes with the CRF, from how dear and how bad it was at its only look.
//!
//! Dear shots and bad ones change otherwise than cheap and good ones, and how is much the same all through a film: a
//! ridge regression over the shots with two looks (Hoerl and Kennard, 1970). On a trailer eight second looks kept nine
//! tenths of what nineteen save; complexity as a further variable helped with H.264 and harmed with AV1.

use super::Offset;
use crate::trial::LogPoint;

/// What keeps the slopes near their mean where few shots speak, in the variables' own units squared.
const RIDGE: f64 = 4.0;
/// Doublings of bitrate that weigh as much as one of the loss's odds: shots differ twice as much in them.
const RATE_UNIT: f64 = 2.0;

/// What a slope is learnt from.
type Variables = [f64; 2];

/// `lines` with a slope for those that have none.
pub(super) fn with_slopes(lines: &[Option<Offset>]) -> Vec<Option<Offset>> {
    let measured: Vec<&Offset> = lines.iter().flatten().filter(|line| line.has_slope()).collect();
    let Some(reach) = mean(measured.iter().map(|line| line.to)) else { return lines.to_vec() };
    let variables: Vec<Variables> = measured.iter().map(|line| variables(line)).collect();
    let of_rate =
        Plane::through(&variables, &measured.iter().map(|line| line.slope.rate).collect::<Vec<_>>());
    let of_loss =
        Plane::through(&variables, &measured.iter().map(|line| line.slope.loss).collect::<Vec<_>>());
    let with_slope = |line: &Offset| {
        if line.has_slope() {
            return *line;
        }
        let at = self::variables(line);
        let slope = LogPoint { rate: of_rate.at(at), loss: of_loss.at(at) };
        Offset { to: reach.max(line.from), slope, ..*line }
    };
    lines.iter().map(|line| line.as_ref().map(with_slope)).collect()
}

/// How dear and how bad the shot was at its first look.
fn variables(line: &Offset) -> Variables {
    [line.at.rate / RATE_UNIT, line.at.loss]
}

/// A value over two variables.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Plane {
    middle: Variables,
    value: f64,
    slope: Variables,
}

impl Plane {
    /// The plane nearest to `values` at `points`, flattened by [`RIDGE`].
    fn through(points: &[Variables], values: &[f64]) -> Plane {
        let value = mean(values.iter().copied()).unwrap_or_default();
        let middle = [0, 1].map(|axis| mean(points.iter().map(|point| point[axis])).unwrap_or_default());
        let from_middle = |point: &Variables| [point[0] - middle[0], point[1] - middle[1]];
        // The normal equations, 2 by 2.
        let (mut a, mut b, mut d, mut right) = (RIDGE, 0.0, RIDGE, [0.0; 2]);
        for (point, got) in points.iter().map(from_middle).zip(values) {
            a += point[0] * point[0];
            b += point[0] * point[1];
            d += point[1] * point[1];
            right[0] += point[0] * (got - value);
            right[1] += point[1] * (got - value);
        }
        // At least the ridge's square: both squares grow from it, and b² is at most their product.
        let determinant = a * d - b * b;
        let slope =
            [(d * right[0] - b * right[1]) / determinant, (a * right[1] - b * right[0]) / determinant];
        Plane { middle, value, slope }
    }

    fn at(&self, point: Variables) -> f64 {
        self.value + (0..2).map(|axis| self.slope[axis] * (point[axis] - self.middle[axis])).sum::<f64>()
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = values.len();
    (count > 0).then(|| values.sum::<f64>() / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(rate: f64, loss: f64, slope: Option<f64>) -> Option<Offset> {
        let to = if slope.is_some() { 30.0 } else { 20.0 };
        let slope = slope.map(|slope| LogPoint { rate: slope, loss: 0.5 }).unwrap_or_default();
        Some(Offset { from: 20.0, to, at: LogPoint { rate, loss }, slope })
    }

    #[test]
    fn a_slope_follows_the_measured_ones() {
        // Slope 0.1 for each doubling of the rate, over points so far apart that the ridge bends it by half a percent:
        // the squares of ±20 in units of 2 are 800 against the ridge's 4.
        let lines = [-40.0, -40.0, 40.0, 40.0].map(|rate| line(rate, 1.0, Some(0.1 * rate))).into_iter();
        let lines: Vec<Option<Offset>> = lines.chain([line(20.0, 1.0, None), None]).collect();
        let learnt = with_slopes(&lines);
        assert_eq!(learnt[..4], lines[..4], "what was measured stays");
        let got = learnt[4].unwrap();
        let ridged = 2.0 * 1600.0 / (1600.0 + RIDGE);
        assert!((got.slope.rate - ridged).abs() < 1e-9 && (got.slope.loss - 0.5).abs() < 1e-9, "{got:?}");
        assert_eq!((got.from, got.to, learnt[5]), (20.0, 30.0, None));
    }

    #[test]
    fn one_measured_slope_is_everybodys() {
        let learnt = with_slopes(&[line(0.0, 0.0, Some(0.3)), line(5.0, -2.0, None)]);
        assert_eq!(learnt[1].unwrap().slope, LogPoint { rate: 0.3, loss: 0.5 });
        let none = [line(1.0, 1.0, None)];
        assert_eq!(with_slopes(&none), none);
    }
}
