//! The fixed ladder: what the same bitrates for every film would have given this one, beside its own ladder.
//!
//! The fixed ladder is not encoded. What it would come to is predicted from the title's trials (`curve`): along the
//! curve of the rung's size, where there are trials near enough to it, and between the curves of two sizes where the
//! rung's own was not tried. Both ladders use the same codec. Owns the fixed ladder's rungs; knows nothing of pages.

mod curve;

use curve::{Curve, curves};
use media::Size;
use media::rung::{Rung, TrialPoint};

/// The fixed ladder as (lines of the 16:9 box, bits per second).
const FIXED: [(u32, f64); 4] =
    [(360, 500_000.0), (480, 1_000_000.0), (720, 2_500_000.0), (1080, 5_000_000.0)];
/// Sides that differ by less than this part are the same size, rounded to even pixels.
const SIDE_PART: f64 = 0.02;

/// A place over bitrate and quality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Bits per second.
    pub bitrate_bps: f64,
    /// VMAF (0 to 100).
    pub vmaf: f64,
}

impl Point {
    /// Where a rung is expected to be.
    pub(crate) fn expected(rung: &Rung) -> Point {
        Point { bitrate_bps: rung.bitrate_bps_expected, vmaf: rung.vmaf_target }
    }
}

/// A rung of the fixed ladder beside the title's own ladder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FixedRow {
    /// Lines of its 16:9 box: 720 for 720p.
    pub lines: u32,
    /// Its bitrate in bits per second, and the VMAF that the trials predict for it.
    pub fixed: Point,
    /// What the title's own ladder needs.
    pub ours: Ours,
}

/// What the title's own ladder needs for the quality of a fixed rung.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ours {
    /// This many bits per second, read between its two nearest rungs.
    Needs {
        /// Bits per second.
        bitrate_bps: f64,
    },
    /// It ends under that quality: this is its best rung.
    EndsBelow(Point),
    /// It begins above that quality: this is its least rung.
    BeginsAbove(Point),
}

impl FixedRow {
    /// Change of the bitrate at equal quality, as a part of the fixed ladder's: -0.25 for a quarter less.
    pub fn change(&self) -> Option<f64> {
        match self.ours {
            Ours::Needs { bitrate_bps } => Some(bitrate_bps / self.fixed.bitrate_bps - 1.0),
            Ours::EndsBelow(_) | Ours::BeginsAbove(_) => None,
        }
    }
}

/// Compares `ours`, a ladder's rungs in any order, with the fixed ladder. Rungs of the fixed one that are larger than
/// the source, or too far from any of the `trials` for a prediction, are left out. By rising bitrate.
pub fn compare(trials: &[TrialPoint], ours: &[Point]) -> Vec<FixedRow> {
    let curves = curves(trials);
    let mut ours = ours.to_vec();
    ours.sort_by(|a, b| a.bitrate_bps.total_cmp(&b.bitrate_bps));
    let row = |&(lines, bitrate_bps): &(u32, f64)| {
        let fixed = Point { bitrate_bps, vmaf: predicted(&curves, lines, bitrate_bps)? };
        Some(FixedRow { lines, fixed, ours: needed(&ours, fixed.vmaf)? })
    };
    FIXED.iter().filter_map(row).collect()
}

/// Mean change of the bitrate at equal quality over the rows that have one, taken of logarithms so that half and
/// twice balance.
pub fn mean_change(rows: &[FixedRow]) -> Option<f64> {
    let logs: Vec<f64> = rows.iter().filter_map(FixedRow::change).map(f64::ln_1p).collect();
    (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / logs.len() as f64).exp_m1())
}

/// VMAF of a fixed rung: on the curve of its size, or between the next larger and the next smaller one by the
/// logarithm of their pixels.
fn predicted(curves: &[Curve], lines: u32, bitrate_bps: f64) -> Option<f64> {
    let source = curves.first()?.size;
    let scale = scale_into_box(source, lines);
    if scale > 1.0 + SIDE_PART {
        return None;
    }
    let side = |size: Size| f64::from(size.width) / (f64::from(source.width) * scale);
    if let Some(same) = curves.iter().find(|curve| (side(curve.size) - 1.0).abs() <= SIDE_PART) {
        return same.at(bitrate_bps, &curves[0]);
    }
    let larger = curves.iter().rfind(|curve| side(curve.size) > 1.0)?;
    let smaller = curves.iter().find(|curve| side(curve.size) < 1.0)?;
    let part = side(larger.size).ln() / (side(larger.size) / side(smaller.size)).ln();
    let (above, below) = (larger.at(bitrate_bps, &curves[0])?, smaller.at(bitrate_bps, &curves[0])?);
    Some(above + (below - above) * part)
}

/// By how much `size` is scaled to fit the 16:9 box of `lines`, upright for upright pictures.
fn scale_into_box(size: Size, lines: u32) -> f64 {
    let (long, short) = (size.width.max(size.height), size.width.min(size.height));
    (f64::from(lines) * 16.0 / 9.0 / f64::from(long)).min(f64::from(lines) / f64::from(short))
}

/// What a ladder, by rising bitrate, needs for `vmaf`: between two rungs by the logarithm of the bitrate. `None`
/// where it has no rung.
fn needed(ours: &[Point], vmaf: f64) -> Option<Ours> {
    let (least, best) = (ours.first()?, ours.last()?);
    if vmaf < least.vmaf {
        return Some(Ours::BeginsAbove(*least));
    }
    let Some(upper) = ours.iter().position(|point| point.vmaf >= vmaf) else {
        return Some(Ours::EndsBelow(*best));
    };
    let (a, b) = (ours[upper.saturating_sub(1)], ours[upper]);
    let part = if b.vmaf > a.vmaf { (vmaf - a.vmaf) / (b.vmaf - a.vmaf) } else { 1.0 };
    Some(Ours::Needs { bitrate_bps: a.bitrate_bps * (b.bitrate_bps / a.bitrate_bps).powf(part) })
}

#[cfg(test)]
mod tests;
