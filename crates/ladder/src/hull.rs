//! The upper convex hull over (bitrate, VMAF): trials that no mix of others beats.

use media::rung::TrialPoint;

/// Indices of the points on the hull, by rising bitrate; VMAF rises too. Of equal points the first one counts.
pub fn upper(points: &[TrialPoint]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| {
        let (p, q) = (&points[a], &points[b]);
        p.bitrate_bps.total_cmp(&q.bitrate_bps).then(q.vmaf.total_cmp(&p.vmaf)).then(a.cmp(&b))
    });
    let mut hull: Vec<usize> = Vec::new();
    for index in order {
        let point = &points[index];
        if hull.last().is_some_and(|&last| points[last].vmaf >= point.vmaf) {
            continue;
        }
        while let [.., a, b] = hull[..]
            && !turns_down(&points[a], &points[b], point)
        {
            hull.pop();
        }
        hull.push(index);
    }
    hull
}

/// Whether `b` lies above the line from `a` to `c`.
fn turns_down(a: &TrialPoint, b: &TrialPoint, c: &TrialPoint) -> bool {
    let (bx, by) = (b.bitrate_bps - a.bitrate_bps, b.vmaf - a.vmaf);
    let (cx, cy) = (c.bitrate_bps - a.bitrate_bps, c.vmaf - a.vmaf);
    by * cx > cy * bx
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::Size;
    use media::rung::{Crf, Trial};

    #[track_caller]
    fn check(points: &[(f64, f64)], expected: &[usize]) {
        let trial = Trial { size: Size { width: 2, height: 2 }, crf: Crf(0) };
        let points: Vec<TrialPoint> =
            points.iter().map(|&(bitrate_bps, vmaf)| TrialPoint { trial, bitrate_bps, vmaf }).collect();
        assert_eq!(upper(&points), expected);
    }

    #[test]
    fn the_hull_bends_down_and_rises() {
        check(&[], &[]);
        check(&[(1.0, 50.0)], &[0]);
        // (2, 60) is under the line from (1, 50) to (3, 80); (4, 79) has more bits and less quality.
        check(&[(3.0, 80.0), (1.0, 50.0), (2.0, 60.0), (4.0, 79.0), (6.0, 90.0)], &[1, 0, 4]);
        // Points on a line are not corners; equal points count once.
        check(&[(1.0, 10.0), (2.0, 20.0), (3.0, 30.0), (3.0, 30.0)], &[0, 2]);
        // Of the same bitrate the better one.
        check(&[(1.0, 10.0), (1.0, 20.0)], &[1]);
    }
}
