//! Rate-quality curves and the Bjøntegaard difference between two of them.
//!
//! Pure. The logarithm of the rate is a piecewise cubic Hermite polynomial of the quality (PCHIP, Fritsch and Carlson
//! 1980, end slopes as in `pchip` of MATLAB and SciPy), as in the common test conditions of JVET and in the
//! `bjontegaard` package. Curves are never extended: the difference is over the qualities that both have.

/// Slopes at the ends are at most this many times the chord's, which keeps the ends monotone.
const END_SLOPE_RATIO_MAX: f64 = 3.0;

/// Rate over quality.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    /// By rising quality, at least two.
    knots: Vec<Knot>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Knot {
    quality: f64,
    value: f64,
    slope: f64,
}

/// The mean difference of rate between two curves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Difference {
    /// Rate of the tested curve over that of the anchor, less one, in percent: negative is fewer bits.
    pub(super) percent: f64,
    /// Qualities that both curves have.
    pub(super) overlap: (f64, f64),
}

impl Curve {
    /// The curve of (rate, quality) points; of equal qualities the lowest rate counts. `None` where fewer than two
    /// points are left.
    pub(super) fn of_rates(points: &[(f64, f64)]) -> Option<Curve> {
        Curve::through(points.iter().map(|&(rate, quality)| (quality, rate.ln())))
    }

    /// The curve through (quality, value) points; of equal qualities the lowest value counts.
    pub(super) fn through(points: impl Iterator<Item = (f64, f64)>) -> Option<Curve> {
        let mut points: Vec<(f64, f64)> = points.filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        points.dedup_by_key(|(quality, _)| *quality);
        let slopes = slopes(&points);
        let knots = points.iter().zip(slopes);
        let knots: Vec<Knot> =
            knots.map(|(&(quality, value), slope)| Knot { quality, value, slope }).collect();
        (knots.len() >= 2).then_some(Curve { knots })
    }

    /// The lowest and the highest quality.
    pub(super) fn range(&self) -> (f64, f64) {
        (self.knots[0].quality, self.knots[self.knots.len() - 1].quality)
    }

    /// The value at `quality`; `None` outside the range.
    pub(super) fn at(&self, quality: f64) -> Option<f64> {
        let (low, high) = self.range();
        (low..=high).contains(&quality).then(|| {
            let after = self.knots.partition_point(|knot| knot.quality <= quality);
            let from = after.saturating_sub(1).min(self.knots.len() - 2);
            hermite(&self.knots[from], &self.knots[from + 1], quality)
        })
    }

    /// The integral over `low..high`, which must lie in the range. Simpson's rule, exact for cubics.
    fn integral(&self, low: f64, high: f64) -> f64 {
        let pieces = self.knots.windows(2).map(|pair| {
            let (a, b) = (pair[0].quality.max(low), pair[1].quality.min(high));
            let at = |quality| hermite(&pair[0], &pair[1], quality);
            if b > a { (b - a) / 6.0 * (at(a) + 4.0 * at(f64::midpoint(a, b)) + at(b)) } else { 0.0 }
        });
        pieces.sum()
    }
}

/// The Bjøntegaard difference of `tested` from `anchor`; `None` where they share no quality.
pub(super) fn bd_rate(anchor: &Curve, tested: &Curve) -> Option<Difference> {
    let ((a, b), (c, d)) = (anchor.range(), tested.range());
    let (low, high) = (a.max(c), b.min(d));
    (low < high).then(|| {
        let mean_log = (tested.integral(low, high) - anchor.integral(low, high)) / (high - low);
        Difference { percent: 100.0 * (mean_log.exp() - 1.0), overlap: (low, high) }
    })
}

/// The mean of the logarithmic differences at `points` of (rate, quality) alone, in percent: where points are few,
/// what lies between them is a guess, and the anchor's bend counts against them. `None` where the anchor has none of
/// their qualities.
pub(super) fn at_points(anchor: &Curve, points: &[(f64, f64)]) -> Option<f64> {
    let log = |&(rate, quality): &(f64, f64)| Some(rate.ln() - anchor.at(quality)?);
    let logs: Vec<f64> = points.iter().filter_map(log).collect();
    let mean = logs.iter().sum::<f64>() / logs.len() as f64;
    (!logs.is_empty()).then(|| 100.0 * (mean.exp() - 1.0))
}

fn hermite(from: &Knot, to: &Knot, quality: f64) -> f64 {
    let width = to.quality - from.quality;
    let t = (quality - from.quality) / width;
    let (t2, t3) = (t * t, t * t * t);
    (2.0 * t3 - 3.0 * t2 + 1.0) * from.value
        + (t3 - 2.0 * t2 + t) * width * from.slope
        + (3.0 * t2 - 2.0 * t3) * to.value
        + (t3 - t2) * width * to.slope
}

/// Slopes that keep the curve monotone where its points are.
fn slopes(points: &[(f64, f64)]) -> Vec<f64> {
    let widths: Vec<f64> = points.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    let chords: Vec<f64> =
        points.windows(2).zip(&widths).map(|(pair, width)| (pair[1].1 - pair[0].1) / width).collect();
    let last = chords.len().saturating_sub(1);
    let slope = |i: usize| match chords.len() {
        0 => 0.0,
        1 => chords[0],
        _ if i == 0 => end_slope(widths[0], widths[1], chords[0], chords[1]),
        _ if i > last => end_slope(widths[last], widths[last - 1], chords[last], chords[last - 1]),
        _ => inner_slope((widths[i - 1], chords[i - 1]), (widths[i], chords[i])),
    };
    (0..points.len()).map(slope).collect()
}

/// The weighted harmonic mean of the chords on both sides, as (width, slope); flat at an extreme.
fn inner_slope(before: (f64, f64), after: (f64, f64)) -> f64 {
    if before.1 * after.1 <= 0.0 {
        return 0.0;
    }
    let (w1, w2) = (2.0 * after.0 + before.0, after.0 + 2.0 * before.0);
    (w1 + w2) / (w1 / before.1 + w2 / after.1)
}

/// The three-point formula, kept on the chord's side.
fn end_slope(width: f64, next_width: f64, chord: f64, next_chord: f64) -> f64 {
    let slope = ((2.0 * width + next_width) * chord - width * next_chord) / (width + next_width);
    if slope * chord <= 0.0 {
        0.0
    } else if chord * next_chord <= 0.0 && slope.abs() > END_SLOPE_RATIO_MAX * chord.abs() {
        END_SLOPE_RATIO_MAX * chord
    } else {
        slope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(anchor: &[(f64, f64)], tested: &[(f64, f64)], expected: Option<(f64, (f64, f64))>) {
        let curve = |points| Curve::of_rates(points).unwrap();
        let got = bd_rate(&curve(anchor), &curve(tested));
        let Some((percent, overlap)) = expected else { return assert_eq!(got, None) };
        let got = got.unwrap();
        assert!((got.percent - percent).abs() < 1e-9, "{got:?} is not {percent}");
        assert_eq!(got.overlap, overlap);
    }

    #[test]
    fn two_points_are_a_line_in_the_logarithm() {
        // Half the rate everywhere.
        check(&[(2.0, 80.0), (8.0, 90.0)], &[(1.0, 80.0), (4.0, 90.0)], Some((-50.0, (80.0, 90.0))));
        // From equal to a quarter: half in the geometric mean. What lies outside the common qualities counts nothing.
        check(&[(1.0, 80.0), (16.0, 90.0)], &[(1.0, 80.0), (4.0, 90.0)], Some((-50.0, (80.0, 90.0))));
        check(&[(1.0, 70.0), (4.0, 90.0)], &[(4.0, 80.0), (16.0, 100.0)], Some((100.0, (80.0, 90.0))));
        check(&[(1.0, 70.0), (4.0, 80.0)], &[(4.0, 80.0), (8.0, 100.0)], None);
    }

    #[test]
    fn differences_are_those_of_the_bjontegaard_package() {
        // `bd_rate(..., method="pchip")` of bjontegaard 1.3.0; the first case is the example in its documentation.
        check(
            &[(9487.76, 40.037), (4593.60, 38.615), (2486.44, 36.845), (1358.24, 34.851)],
            &[(9787.80, 40.121), (4469.00, 38.651), (2451.52, 36.970), (1356.24, 34.987)],
            Some((-4.417485350589045, (34.987, 40.037))),
        );
        check(
            &[(200.0, 52.0), (400.0, 66.0), (900.0, 80.0), (2000.0, 90.0), (4100.0, 94.5)],
            &[(150.0, 48.0), (310.0, 63.0), (800.0, 81.0), (1500.0, 89.0)],
            Some((-12.486332201197115, (52.0, 89.0))),
        );
    }

    #[test]
    fn single_points_are_compared_where_they_are() {
        let anchor = Curve::of_rates(&[(1.0, 80.0), (4.0, 90.0)]).unwrap();
        // Half, a quarter, and one beyond the anchor: the geometric mean of the first two.
        let percent = at_points(&anchor, &[(0.5, 80.0), (1.0, 90.0), (1.0, 91.0)]).unwrap();
        assert!((percent - 100.0 * (0.125_f64.sqrt() - 1.0)).abs() < 1e-9, "{percent}");
        assert_eq!(at_points(&anchor, &[(1.0, 95.0)]), None);
    }

    #[test]
    fn a_curve_goes_through_its_points_and_ends_with_them() {
        let curve = Curve::through([(0.0, 1.0), (1.0, 3.0), (3.0, 4.0)].into_iter()).unwrap();
        for (quality, value) in [(0.0, Some(1.0)), (1.0, Some(3.0)), (3.0, Some(4.0)), (3.1, None)] {
            assert_eq!(curve.at(quality), value);
        }
        assert_eq!(Curve::through([(1.0, 2.0), (1.0, 1.0)].into_iter()), None);
    }
}
