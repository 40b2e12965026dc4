//! Rate-quality curves as an SVG picture: VMAF v1 over the logarithm of the rate.

use super::compare::System;
use std::fmt::Write as _;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 460.0;
/// Room for the scales.
const LEFT: f64 = 56.0;
const BOTTOM: f64 = 44.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 34.0;
/// Colours that colour-blind readers tell apart (Okabe and Ito 2008), one a curve, in their order.
const COLOURS: [&str; 5] = ["#0072b2", "#d55e00", "#000000", "#009e73", "#cc79a7"];
/// Between lines of the VMAF scale.
const VMAF_STEP: usize = 10;
/// Lines of the rate scale: these times powers of ten.
const RATE_LINES: [f64; 3] = [1.0, 2.0, 5.0];

/// A curve's name and its (rate, VMAF) points.
pub(super) type Series = (String, Vec<(f64, f64)>);

/// The points of a system.
pub(super) fn series(system: &System) -> Series {
    (system.name.to_owned(), system.rows.iter().map(|(row, _)| (row.rate_bps, row.vmaf())).collect())
}

/// Ranges of the scales: logarithms of the rate, and VMAF.
struct Scale {
    rate: (f64, f64),
    vmaf: (f64, f64),
}

impl Scale {
    fn over(series: &[Series]) -> Scale {
        let points = || series.iter().flat_map(|(_, points)| points);
        let range = |values: &mut dyn Iterator<Item = f64>| {
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
        };
        let rate = range(&mut points().map(|(rate, _)| rate.log10()));
        let vmaf = range(&mut points().map(|(_, vmaf)| *vmaf));
        let step = VMAF_STEP as f64;
        Scale {
            rate: (rate.0 - 0.05, rate.1 + 0.05),
            vmaf: ((vmaf.0 / step).floor() * step, (vmaf.1 / step).ceil() * step),
        }
    }

    fn x(&self, rate: f64) -> f64 {
        LEFT + (rate.log10() - self.rate.0) / (self.rate.1 - self.rate.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, vmaf: f64) -> f64 {
        HEIGHT - BOTTOM - (vmaf - self.vmaf.0) / (self.vmaf.1 - self.vmaf.0) * (HEIGHT - BOTTOM - TOP)
    }
}

/// The picture.
pub(super) fn svg(title: &str, series: &[Series]) -> String {
    let scale = Scale::over(series);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"14\">{title}</text>\n"
    );
    svg += &grid_lines(&scale);
    for (i, ((name, points), colour)) in series.iter().zip(COLOURS).enumerate() {
        svg += &curve(&scale, points, colour);
        let y = HEIGHT - BOTTOM - 14.0 - 18.0 * i as f64;
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{y:.0}\" fill=\"{colour}\" text-anchor=\"end\">{name}</text>",
            WIDTH - RIGHT - 8.0
        );
    }
    svg + "</svg>\n"
}

fn curve(scale: &Scale, points: &[(f64, f64)], colour: &str) -> String {
    let mut places: Vec<(f64, f64)> =
        points.iter().map(|&(rate, vmaf)| (scale.x(rate), scale.y(vmaf))).collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let mut svg = format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\n",
        path.join(" ")
    );
    for (x, y) in places {
        let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
    }
    svg
}

/// Lines with their numbers, and what the scales are.
fn grid_lines(scale: &Scale) -> String {
    let mut svg = String::new();
    let line = |from: (f64, f64), to: (f64, f64)| {
        format!(
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"#ddd\"/>\n",
            from.0, from.1, to.0, to.1
        )
    };
    for vmaf in (scale.vmaf.0 as usize..=scale.vmaf.1 as usize).step_by(VMAF_STEP) {
        let y = scale.y(vmaf as f64);
        svg += &line((LEFT, y), (WIDTH - RIGHT, y));
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{vmaf}</text>",
            LEFT - 6.0,
            y + 4.0
        );
    }
    for rate in rate_lines(scale.rate) {
        let x = scale.x(rate);
        svg += &line((x, TOP), (x, HEIGHT - BOTTOM));
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - BOTTOM + 16.0,
            rate / 1e3
        );
    }
    let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"{:.0}\">kb/s; VMAF v1 upwards</text>", HEIGHT - 8.0);
    svg
}

/// Round rates between two powers of ten.
fn rate_lines((low, high): (f64, f64)) -> Vec<f64> {
    let decades = low.floor() as i32..=high.ceil() as i32;
    let lines = decades.flat_map(|decade| RATE_LINES.map(|line| line * 10_f64.powi(decade)));
    lines.filter(|rate| (low..=high).contains(&rate.log10())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_every_point_within_the_frame() {
        let series = vec![
            ("ours".to_owned(), vec![(1e5, 42.0), (1e6, 93.0)]),
            ("fixed".to_owned(), vec![(5e5, 80.0)]),
        ];
        let svg = svg("clip", &series);
        assert_eq!((svg.matches("<circle").count(), svg.matches("<polyline").count()), (3, 2));
        let scale = Scale::over(&series);
        assert_eq!(scale.vmaf, (40.0, 100.0));
        for (rate, vmaf) in [(1e5, 40.0), (1e6, 100.0)] {
            assert!(
                (LEFT..=WIDTH - RIGHT).contains(&scale.x(rate))
                    && (TOP..=HEIGHT - BOTTOM).contains(&scale.y(vmaf))
            );
        }
        assert_eq!(rate_lines((4.9, 6.1)), [1e5, 2e5, 5e5, 1e6]);
    }
}
