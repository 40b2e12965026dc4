//! What an exhaustive grid of encodes allows at best: with one CRF for the whole title, and with one for each shot.
//!
//! Pure. Owns the upper convex hull over (rate, quality) and the allocation at equal slope. The product has its own of
//! both, over fewer trials; these judge it, so they share no code with it.

/// Slopes tried from the steepest to the flattest trade; far more than there are encodes, so that none is missed.
const SLOPES: i32 = 400;
/// Bits that a unit of quality may cost, from 2 to this power downwards to 1 bit: beyond any encode.
const LOG_COST_MAX: f64 = 50.0;

/// What one shot came to in one encode.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ShotScore {
    /// Bits of its frames.
    pub(super) bits: f64,
    /// VMAF of its frames.
    pub(super) frames: Vec<f64>,
}

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) bits: f64,
    /// Mean VMAF.
    pub(super) vmaf: f64,
    /// 5th percentile of the frames' VMAF.
    pub(super) p5: f64,
}

/// Indices of the points of (rate, quality) on the upper convex hull, by rising rate; quality rises too.
pub(super) fn upper(points: &[(f64, f64)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| {
        points[a].0.total_cmp(&points[b].0).then(points[b].1.total_cmp(&points[a].1)).then(a.cmp(&b))
    });
    let mut hull: Vec<usize> = Vec::new();
    for i in order {
        if hull.last().is_some_and(|&last| points[last].1 >= points[i].1) {
            continue;
        }
        while let [.., a, b] = hull[..]
            && slope(points[a], points[b]) <= slope(points[b], points[i])
        {
            hull.pop();
        }
        hull.push(i);
    }
    hull
}

fn slope(from: (f64, f64), to: (f64, f64)) -> f64 {
    (to.1 - from.1) / (to.0 - from.0)
}

/// The best that one size allows with a CRF for each shot: for every slope, each shot takes the encode that loses least
/// when a bit and quality are traded at that slope. `encodes` are all of that size, each with every shot.
pub(super) fn equal_slope(encodes: &[Vec<ShotScore>]) -> Vec<Point> {
    let shots = encodes.first().map_or(0, Vec::len);
    let mut chosen: Vec<Vec<usize>> = (0..=SLOPES)
        .map(|step| (LOG_COST_MAX * (1.0 - f64::from(step) / f64::from(SLOPES))).exp2())
        .map(|cost| (0..shots).map(|shot| best(encodes, shot, cost)).collect())
        .collect();
    chosen.dedup();
    chosen.iter().map(|choice| joined(encodes, choice)).collect()
}

/// The encode whose `shot` is worth most where a unit of VMAF over a frame is worth `cost` bits.
fn best(encodes: &[Vec<ShotScore>], shot: usize, cost: f64) -> usize {
    let worth = |encode: &[ShotScore]| encode[shot].frames.iter().sum::<f64>() * cost - encode[shot].bits;
    let order = |&a: &usize, &b: &usize| worth(&encodes[a]).total_cmp(&worth(&encodes[b]));
    (0..encodes.len()).max_by(order).unwrap_or(0)
}

/// The title with each shot out of its chosen encode.
fn joined(encodes: &[Vec<ShotScore>], choice: &[usize]) -> Point {
    let shots = || choice.iter().enumerate().map(|(shot, &encode)| &encodes[encode][shot]);
    let frames: Vec<f64> = shots().flat_map(|shot| shot.frames.iter().copied()).collect();
    Point { bits: shots().map(|shot| shot.bits).sum(), vmaf: mean(&frames), p5: percentile_5(&frames) }
}

/// The arithmetic mean; 0 of none.
pub(super) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The 5th percentile (nearest rank); 0 of none.
pub(super) fn percentile_5(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().div_ceil(20).saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hull_bends_down_and_rises() {
        for (points, expected) in [
            (&[][..], &[][..]),
            (&[(2.0, 60.0), (1.0, 50.0)], &[1, 0]),
            // Below the chord, on it, worse for more bits, equal rate.
            (&[(1.0, 0.0), (2.0, 1.0), (3.0, 10.0)], &[0, 2]),
            (&[(1.0, 0.0), (2.0, 5.0), (3.0, 10.0)], &[0, 2]),
            (&[(1.0, 5.0), (2.0, 4.0), (3.0, 9.0)], &[0, 2]),
            (&[(1.0, 5.0), (1.0, 6.0), (3.0, 9.0)], &[1, 2]),
        ] {
            assert_eq!(upper(points), expected, "{points:?}");
        }
    }

    #[test]
    fn bits_go_to_the_shot_that_gains_most() {
        let shot = |bits, vmaf| ShotScore { bits, frames: vec![vmaf; 2] };
        // From the poor to the rich encode the first shot gains 10 for 1000 bits, the second 1 for 10000.
        let rich = vec![shot(2000.0, 95.0), shot(20000.0, 91.0)];
        let poor = vec![shot(1000.0, 85.0), shot(10000.0, 90.0)];
        let points = equal_slope(&[poor, rich]);
        let expected = [(22000.0, 93.0, 91.0), (12000.0, 92.5, 90.0), (11000.0, 87.5, 85.0)];
        assert_eq!(points, expected.map(|(bits, vmaf, p5)| Point { bits, vmaf, p5 }));
    }

    #[test]
    fn percentiles_are_ranks() {
        let values: Vec<f64> = (1..=40).rev().map(f64::from).collect();
        assert_eq!(percentile_5(&values), 2.0);
        assert_eq!((percentile_5(&[3.0]), percentile_5(&[]), mean(&[])), (3.0, 0.0, 0.0));
    }
}
