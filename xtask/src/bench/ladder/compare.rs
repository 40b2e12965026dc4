//! From measurements to figures: who needs how many bits, and what that cost.
//!
//! Owns the targets and what is compared with what. Pure but for the metrics beside VMAF, which are measured only for
//! the encodes that a curve needs.

use super::curve::{Curve, Difference, at_points, bd_rate};
use super::hull::{self, ShotScore};
use super::lab::{Lab, Measured};
use super::ours::Ours;
use super::score::Beside;
use crate::bench::{Figure, Target};
use crate::shell::Result;
use media::codec::VideoCodec;

/// Bits against the fixed ladder, in percent.
const FIXED_PERCENT_MAX: f64 = -25.0;
/// Bits against the best single CRF in percent, where fades and dark shots leave most to gain.
const SINGLE_PERCENT_MAX: [(&str, VideoCodec, f64); 2] =
    [("sintel", VideoCodec::H264, -6.0), ("sintel", VideoCodec::Av1, -10.0)];
/// Bits against the best that the exhaustive grid allows with a CRF for each shot, in percent.
const EXHAUSTIVE_PERCENT_MAX: f64 = 1.0;
/// Processor time of the search against that of the grid, in percent.
const SEARCH_PERCENT_MAX: f64 = 10.0;
/// How far a rung may end from its aim, in VMAF, and the share of rungs that must keep to it.
const AIM_MISS_MAX: f64 = 0.5;
const AIM_PERCENT_MIN: f64 = 95.0;
/// Probes for each shot.
const PROBES_PER_SHOT_MAX: f64 = 2.0;

/// Encodes that make up a curve.
#[derive(Debug)]
pub(super) struct System {
    pub(super) name: &'static str,
    pub(super) rows: Vec<(Measured, Beside)>,
}

/// A measure of quality.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Metric {
    Vmaf,
    Neg,
    Xpsnr,
}

impl Metric {
    const ALL: [(&str, Metric); 3] =
        [("VMAF v1", Metric::Vmaf), ("NEG", Metric::Neg), ("XPSNR", Metric::Xpsnr)];

    fn of(self, row: &(Measured, Beside)) -> f64 {
        match self {
            Metric::Vmaf => row.0.vmaf(),
            Metric::Neg => row.1.neg,
            Metric::Xpsnr => row.1.xpsnr_db,
        }
    }
}

impl System {
    /// Measures the other metrics of `encodes`.
    pub(super) fn new(lab: &Lab, name: &'static str, encodes: &[&Measured]) -> Result<System> {
        let row = |measured: &&Measured| Ok(((*measured).clone(), lab.beside(measured)?));
        Ok(System { name, rows: encodes.iter().map(row).collect::<Result<_>>()? })
    }

    /// The same, of all `encodes`.
    pub(super) fn of(lab: &Lab, name: &'static str, encodes: &[Measured]) -> Result<System> {
        System::new(lab, name, &encodes.iter().collect::<Vec<_>>())
    }

    fn points(&self, metric: Metric) -> Vec<(f64, f64)> {
        self.rows.iter().map(|row| (row.0.rate_bps, metric.of(row))).collect()
    }

    fn curve(&self, metric: Metric) -> Option<Curve> {
        Curve::of_rates(&self.points(metric))
    }
}

/// The encodes of the grid that no other beats: those on the hull over (rate, VMAF).
pub(super) fn on_hull(grid: &[Vec<Measured>]) -> Vec<&Measured> {
    let all: Vec<&Measured> = grid.iter().flatten().collect();
    let points: Vec<(f64, f64)> = all.iter().map(|encode| (encode.rate_bps, encode.vmaf())).collect();
    hull::upper(&points).into_iter().map(|i| all[i]).collect()
}

/// The best that the grid allows with one size for a rung and a CRF for each shot, as (rate, VMAF).
pub(super) fn exhaustive(grid: &[Vec<Measured>], shots: &[usize], seconds: f64) -> Vec<(f64, f64)> {
    let size = |row: &Vec<Measured>| {
        let encodes: Vec<Vec<ShotScore>> = row.iter().map(|encode| encode.shots(shots)).collect();
        hull::equal_slope(&encodes)
    };
    let points: Vec<(f64, f64)> =
        grid.iter().flat_map(size).map(|point| (point.bits / seconds, point.vmaf)).collect();
    hull::upper(&points).into_iter().map(|i| points[i]).collect()
}

/// Bits of `ours` against `rival` in all metrics, and whether the metrics agree.
pub(super) fn against(lab: &Lab, ours: &System, rival: &System) -> Vec<Figure> {
    let differences = Metric::ALL.map(|(name, metric)| {
        let (anchor, tested) = (rival.curve(metric), ours.curve(metric));
        (name, anchor.zip(tested).and_then(|(anchor, tested)| bd_rate(&anchor, &tested)))
    });
    let mut figures: Vec<Figure> = differences
        .iter()
        .filter_map(|(name, difference)| Some(difference_figure(lab, rival.name, name, difference.as_ref()?)))
        .collect();
    if let Some(target) = target(lab, rival.name)
        && let Some(first) = figures.first_mut()
    {
        first.target = Some(target);
    }
    if let Some(percent) =
        rival.curve(Metric::Vmaf).and_then(|anchor| at_points(&anchor, &ours.points(Metric::Vmaf)))
    {
        let name = format!("{}: bits against {}, VMAF v1 at our rungs alone", subject(lab), rival.name);
        figures.push(Figure::new(name, percent, "%"));
    }
    let signs: Vec<bool> = differences.iter().filter_map(|(_, d)| d.map(|d| d.percent < 0.0)).collect();
    if let Some((first, rest)) = signs.split_first() {
        let agree = rest.iter().filter(|sign| *sign == first).count() as f64;
        let name = format!("{}: metrics that agree on {}", subject(lab), rival.name);
        figures.push(Figure::new(name, agree, "of 2").target(Target::AtLeast(rest.len() as f64)));
    }
    figures
}

fn target(lab: &Lab, rival: &str) -> Option<Target> {
    match rival {
        "fixed" => Some(Target::AtMost(FIXED_PERCENT_MAX)),
        "single CRF" => {
            let listed =
                SINGLE_PERCENT_MAX.iter().find(|(clip, codec, _)| (*clip, *codec) == (lab.clip, lab.codec));
            listed.map(|(_, _, percent)| Target::AtMost(*percent))
        }
        _ => None,
    }
}

fn difference_figure(lab: &Lab, rival: &str, metric: &str, difference: &Difference) -> Figure {
    let (low, high) = difference.overlap;
    let name = format!("{}: bits against {rival}, {metric} {low:.1} to {high:.1}", subject(lab));
    Figure::new(name, difference.percent, "%")
}

/// Bits against the best that the grid allows with a CRF for each shot.
pub(super) fn against_exhaustive(lab: &Lab, ours: &System, best: &[(f64, f64)]) -> Option<Figure> {
    let difference = bd_rate(&Curve::of_rates(best)?, &ours.curve(Metric::Vmaf)?)?;
    let figure = difference_figure(lab, "a CRF for each shot out of the grid", "VMAF v1", &difference);
    Some(figure.target(Target::AtMost(EXHAUSTIVE_PERCENT_MAX)))
}

/// The 5th percentile of the product's rungs less that of one CRF at the same mean: the mean over rungs.
pub(super) fn worst_frames(lab: &Lab, ours: &System, single: &System) -> Option<Figure> {
    let curve = Curve::through(single.rows.iter().map(|(measured, _)| (measured.vmaf(), measured.p5())))?;
    let gain = |(rung, _): &(Measured, Beside)| Some(rung.p5() - curve.at(rung.vmaf())?);
    let gains: Vec<f64> = ours.rows.iter().filter_map(gain).collect();
    let name =
        format!("{}: 5th percentile above a single CRF's at equal mean, {} rungs", subject(lab), gains.len());
    let figure = Figure::new(name, hull::mean(&gains), "VMAF");
    (!gains.is_empty()).then(|| figure.target(Target::AtLeast(0.0)))
}

/// What the search cost beside the grid.
pub(super) fn search(lab: &Lab, ours: &Ours, grid: &[Vec<Measured>]) -> Vec<Figure> {
    let name = |what: &str| format!("{}: {what}", subject(lab));
    let grid_cpu_s: f64 = grid.iter().flatten().map(|encode| encode.encode_cpu_s + encode.metric_cpu_s).sum();
    let search_cpu_s = ours.stage_cpu_s("ladder");
    let percent = Figure::new(name("search against the grid"), 100.0 * search_cpu_s / grid_cpu_s, "%");
    vec![
        Figure::new(name("search"), search_cpu_s, "CPU s"),
        Figure::new(name("grid of 60"), grid_cpu_s, "CPU s"),
        percent.target(Target::AtMost(SEARCH_PERCENT_MAX)),
    ]
}

/// How well the product aimed, and what it spent.
pub(super) fn cost(lab: &Lab, ours: &Ours) -> Vec<Figure> {
    let name = |what: &str| format!("{}: {what}", subject(lab));
    let hits =
        ours.rungs.iter().filter(|rung| (rung.measured.vmaf() - rung.aim).abs() <= AIM_MISS_MAX).count();
    let percent = 100.0 * hits as f64 / ours.rungs.len() as f64;
    let aimed = Figure::new(name(&format!("rungs within {AIM_MISS_MAX} of their aim")), percent, "%");
    let per_film_s = ours.cpu_s() / lab.master.seconds();
    let mut figures = vec![
        aimed.target(Target::AtLeast(AIM_PERCENT_MIN)),
        Figure::new(name("whole preparation, or what the codec adds to it"), per_film_s, "CPU s/s"),
    ];
    if let Some(probes) = ours.probes {
        let per_shot = probes / ours.shots.len().max(1) as f64;
        let figure = Figure::new(name("probes for each shot"), per_shot, "probes");
        figures.push(figure.target(Target::AtMost(PROBES_PER_SHOT_MAX)));
    }
    figures
}

/// What a figure is about: `sintel av1 540p 52 s`.
pub(super) fn subject(lab: &Lab) -> String {
    format!("{} {} {}p {:.0} s", lab.clip, lab.codec, lab.master.size.height, lab.master.seconds())
}

/// All rows of `systems` as a table.
pub(super) fn table(systems: &[&System]) -> String {
    let mut table = String::from("system       size        kb/s   VMAF     p5    NEG  XPSNR\n");
    for system in systems {
        for (measured, beside) in &system.rows {
            let size = format!("{}x{}", measured.size.width, measured.size.height);
            table += &format!(
                "{:<12} {size:<9} {:>6.0} {:>6.2} {:>6.2} {:>6.2} {:>6.2}\n",
                system.name,
                measured.rate_bps / 1e3,
                measured.vmaf(),
                measured.p5(),
                beside.neg,
                beside.xpsnr_db
            );
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::clip::Master;
    use super::*;
    use media::{FrameRate, Size};

    const SIZE: Size = Size { width: 960, height: 540 };

    fn lab(clip: &'static str) -> Lab {
        let master =
            Master { path: "m".into(), size: SIZE, rate: FrameRate { num: 24, den: 1 }, frames: 240 };
        Lab { clip, codec: VideoCodec::H264, master, folder: "f".into() }
    }

    /// A system of (rate, VMAF) points; the other metrics say what VMAF says, XPSNR turned round where `odd`.
    fn system(name: &'static str, points: &[(f64, f64)], odd: bool) -> System {
        let row = |&(rate_bps, vmaf): &(f64, f64)| {
            let (encode_cpu_s, metric_cpu_s) = (1.0, 1.0);
            let frames = vec![(1, vmaf)];
            let measured =
                Measured { file: "x".into(), size: SIZE, frames, encode_cpu_s, metric_cpu_s, rate_bps };
            let xpsnr_db = if odd { 40.0 + rate_bps.log2() * 2.0 } else { vmaf };
            (measured, Beside { neg: vmaf, xpsnr_db })
        };
        System { name, rows: points.iter().map(row).collect() }
    }

    #[test]
    fn bits_are_judged_in_all_metrics() {
        let ours = system("ours", &[(1e6, 80.0), (2e6, 90.0)], false);
        let fixed = system("fixed", &[(2e6, 80.0), (4e6, 90.0)], false);
        let lines: Vec<String> = against(&lab("sintel"), &ours, &fixed).iter().map(Figure::line).collect();
        assert_eq!(
            lines,
            [
                "sintel h264 540p 10 s: bits against fixed, VMAF v1 80.0 to 90.0\t-50.00\t%\t<= -25\tmet",
                "sintel h264 540p 10 s: bits against fixed, NEG 80.0 to 90.0\t-50.00\t%\t-\t-",
                "sintel h264 540p 10 s: bits against fixed, XPSNR 80.0 to 90.0\t-50.00\t%\t-\t-",
                "sintel h264 540p 10 s: bits against fixed, VMAF v1 at our rungs alone\t-50.00\t%\t-\t-",
                "sintel h264 540p 10 s: metrics that agree on fixed\t2.00\tof 2\t>= 2\tmet",
            ]
        );
    }

    #[test]
    fn only_some_clips_must_beat_a_single_crf() {
        assert_eq!(target(&lab("sintel"), "single CRF"), Some(Target::AtMost(-6.0)));
        assert_eq!((target(&lab("motorway"), "single CRF"), target(&lab("sintel"), "ab-av1")), (None, None));
    }

    #[test]
    fn worst_frames_are_compared_at_equal_mean() {
        let single = system("single CRF", &[(1e6, 80.0), (2e6, 90.0)], true);
        let ours = system("ours", &[(1e6, 85.0), (9e6, 95.0)], true);
        // Frames are all alike here, so the percentile is the mean; the rung of 95 has nothing beside it.
        let figure = worst_frames(&lab("sintel"), &ours, &single).unwrap();
        assert!(figure.value.abs() < 1e-9 && figure.name.ends_with("1 rungs"), "{}", figure.line());
    }
}
