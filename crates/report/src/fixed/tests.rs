//! Comparisons computed by hand, on films of a few trials.

use super::*;
use media::rung::{Crf, Trial};

/// Trials as (width, height, bits per second, VMAF).
fn trials(points: &[(u32, u32, f64, f64)]) -> Vec<TrialPoint> {
    let point = |&(width, height, bitrate_bps, vmaf): &(u32, u32, f64, f64)| TrialPoint {
        trial: Trial { size: Size { width, height }, crf: Crf(280) },
        bitrate_bps,
        vmaf,
    };
    points.iter().map(point).collect()
}

/// Rungs at 0.25, 1 and 4 Mb/s with VMAF 60, 80 and 95.
const OURS: [Point; 3] = [
    Point { bitrate_bps: 4e6, vmaf: 95.0 },
    Point { bitrate_bps: 1e6, vmaf: 80.0 },
    Point { bitrate_bps: 250e3, vmaf: 60.0 },
];

/// Compares and writes each row as `720p 90.0 needs 2.52M`, `… ends 95.0` or `… begins 60.0`.
#[track_caller]
fn check(points: &[(u32, u32, f64, f64)], expected: &[&str]) {
    let row = |row: &FixedRow| {
        let ours = match row.ours {
            Ours::Needs { bitrate_bps } => format!("needs {:.2}M", bitrate_bps / 1e6),
            Ours::EndsBelow(best) => format!("ends {:.1}", best.vmaf),
            Ours::BeginsAbove(least) => format!("begins {:.1}", least.vmaf),
        };
        format!("{}p {:.1} {ours}", row.lines, row.fixed.vmaf)
    };
    let rows: Vec<String> = compare(&trials(points), &OURS).iter().map(row).collect();
    assert_eq!(rows, expected);
}

#[test]
fn a_rung_is_read_on_the_curve_of_its_size() {
    // At a trial: 5 Mb/s with 97.5 is beyond our best rung.
    check(&[(1920, 1080, 5e6, 97.5)], &["1080p 97.5 ends 95.0"]);
    // 2.5 Mb/s lies half way, in octaves, from 1.25 with a loss of 16 to 5 with one of 4: a loss of 8. Ours reaches
    // 92 at 12/15 of two octaves over 1 Mb/s: 4^0.8 = 3.03.
    check(&[(1280, 720, 1.25e6, 84.0), (1280, 720, 5e6, 96.0)], &["720p 92.0 needs 3.03M"]);
    // From 1.25 Mb/s alone a loss of 16 falls by 0.6 x 7/6 octaves: 16 / 2^0.7 = 9.85.
    check(&[(1280, 720, 1.25e6, 84.0)], &["720p 90.2 needs 2.56M"]);
    // From 5 Mb/s down it rises by 7/6: 4 x 2^(7/6) = 8.98.
    check(&[(1280, 720, 5e6, 96.0)], &["720p 91.0 needs 2.77M"]);
    // 0.5 Mb/s with VMAF 50, less than our least rung has.
    check(&[(640, 360, 5e5, 50.0)], &["360p 50.0 begins 60.0"]);
}

#[test]
fn a_size_that_was_not_tried_lies_between_its_neighbours() {
    // 480 lines between 540 and 360: ln(540/480) / ln(540/360) = 0.2905 of the way from 85 to 75.
    let points = [(960, 540, 1e6, 85.0), (640, 360, 1e6, 75.0)];
    let all = compare(&trials(&points), &OURS);
    let row = all.iter().find(|row| row.lines == 480).unwrap();
    assert!((row.fixed.vmaf - 82.095).abs() < 1e-3, "{row:?}");
    // A wide film's 720p is 1280x536; an upright one's 720x1280.
    check(&[(1280, 536, 2.5e6, 80.0)], &["720p 80.0 needs 1.00M"]);
    check(&[(720, 1280, 2.5e6, 80.0)], &["720p 80.0 needs 1.00M"]);
}

#[test]
fn a_single_trial_changes_as_the_largest_size_does() {
    let at = |crf, (width, height, bitrate_bps, vmaf)| TrialPoint {
        trial: Trial { size: Size { width, height }, crf: Crf(crf) },
        ..trials(&[(width, height, bitrate_bps, vmaf)])[0]
    };
    let trials =
        [at(220, (1280, 720, 4e6, 98.0)), at(280, (1280, 720, 2e6, 96.0)), at(280, (640, 360, 250e3, 80.0))];
    // With twice the bits the largest size loses 2 less; a quarter of the pixels makes that 2 x 4^0.33 = 3.16.
    let rows = compare(&trials, &OURS);
    assert!((rows[0].fixed.vmaf - 83.160).abs() < 1e-3, "{rows:?}");
    // 480p between that (at 1 Mb/s) and 720p; 720p itself between its trials.
    assert_eq!(rows.iter().map(|row| row.lines).collect::<Vec<_>>(), [360, 480, 720]);
}

#[test]
fn what_cannot_be_predicted_is_left_out() {
    check(&[], &[]);
    // No trial within 3 octaves under 2.5 Mb/s or one above; 1080 lines are more than the source has.
    check(&[(1280, 720, 3e5, 70.0)], &[]);
    check(&[(1280, 720, 5.1e6, 99.0)], &[]);
    check(&[(1280, 720, 0.0, f64::NAN)], &[]);
    assert_eq!(compare(&trials(&[(1280, 720, 2.5e6, 90.0)]), &[]), []);
    // Noise that says that more bits are worse is flattened.
    check(&[(1280, 720, 2e6, 80.0), (1280, 720, 3e6, 79.0)], &["720p 80.0 needs 1.00M"]);
}

#[test]
fn changes_are_averaged_by_ratio() {
    let row = |ours| FixedRow { lines: 720, fixed: Point { bitrate_bps: 2e6, vmaf: 90.0 }, ours };
    let rows = [
        row(Ours::Needs { bitrate_bps: 1e6 }),
        row(Ours::Needs { bitrate_bps: 4e6 }),
        row(Ours::EndsBelow(OURS[0])),
    ];
    assert_eq!(rows[0].change(), Some(-0.5));
    assert_eq!(rows[2].change(), None);
    assert!(mean_change(&rows).unwrap().abs() < 1e-12);
    assert_eq!(mean_change(&rows[2..]), None);
}
