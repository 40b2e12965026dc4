//! Ladders in the record: trials, rungs, and beside them the fixed ladder.

use super::{SizeRecord, crf, format};
use crate::fixed::{FixedRow, Ours};
use media::Format;
use media::rung::{Ladder, Rung, Trial, TrialPoint};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct LadderRecord {
    format: String,
    probes: usize,
    trials: Vec<TrialRecord>,
    rungs: Vec<RungRecord>,
    #[serde(skip_deserializing)]
    fixed_ladder: Vec<FixedRecord>,
    notes: Vec<String>,
}

impl LadderRecord {
    pub(super) fn new(ladder: &Ladder, fixed: &[FixedRow]) -> LadderRecord {
        let trial = |(i, point)| TrialRecord::new(point, ladder.hull.contains(&i));
        LadderRecord {
            format: ladder.format.to_string(),
            probes: ladder.probes,
            trials: ladder.trials.iter().enumerate().map(trial).collect(),
            rungs: ladder.rungs.iter().map(RungRecord::from).collect(),
            fixed_ladder: fixed.iter().map(FixedRecord::from).collect(),
            notes: ladder.notes.clone(),
        }
    }

    /// `None` where the format is none.
    pub(super) fn into_ladder(self) -> Option<Ladder> {
        let format = format(&self.format)?;
        let on_hull: Vec<bool> = self.trials.iter().map(|trial| trial.on_hull).collect();
        let trials: Vec<TrialPoint> = self.trials.into_iter().map(TrialRecord::into_point).collect();
        let mut hull: Vec<usize> = (0..trials.len()).filter(|i| on_hull[*i]).collect();
        hull.sort_by(|a, b| trials[*a].bitrate_bps.total_cmp(&trials[*b].bitrate_bps));
        let rungs = self.rungs.into_iter().map(|rung| rung.into_rung(format)).collect();
        Some(Ladder { format, trials, hull, rungs, probes: self.probes, notes: self.notes })
    }
}

#[derive(Serialize, Deserialize)]
struct TrialRecord {
    #[serde(flatten)]
    size: SizeRecord,
    crf: f64,
    bitrate_bps: f64,
    vmaf: f64,
    on_hull: bool,
}

impl TrialRecord {
    fn new(point: &TrialPoint, on_hull: bool) -> TrialRecord {
        let TrialPoint { trial: Trial { size, crf }, bitrate_bps, vmaf } = *point;
        TrialRecord { size: size.into(), crf: crf.value(), bitrate_bps, vmaf, on_hull }
    }

    fn into_point(self) -> TrialPoint {
        let trial = Trial { size: self.size.into(), crf: crf(self.crf) };
        TrialPoint { trial, bitrate_bps: self.bitrate_bps, vmaf: self.vmaf }
    }
}

#[derive(Serialize, Deserialize)]
struct RungRecord {
    name: String,
    #[serde(flatten)]
    size: SizeRecord,
    crf: f64,
    shot_crfs: Vec<f64>,
    vmaf_target: f64,
    vmaf_per_crf: f64,
    bitrate_bps_expected: f64,
    bitrate_bps_max: u64,
}

impl From<&Rung> for RungRecord {
    fn from(rung: &Rung) -> RungRecord {
        RungRecord {
            name: rung.name.clone(),
            size: rung.size.into(),
            crf: rung.crf.value(),
            shot_crfs: rung.shot_crfs.iter().map(|crf| crf.value()).collect(),
            vmaf_target: rung.vmaf_target,
            vmaf_per_crf: rung.vmaf_per_crf,
            bitrate_bps_expected: rung.bitrate_bps_expected,
            bitrate_bps_max: rung.bitrate_bps_max,
        }
    }
}

impl RungRecord {
    fn into_rung(self, format: Format) -> Rung {
        Rung {
            name: self.name,
            format,
            size: self.size.into(),
            crf: crf(self.crf),
            shot_crfs: self.shot_crfs.into_iter().map(crf).collect(),
            vmaf_target: self.vmaf_target,
            vmaf_per_crf: self.vmaf_per_crf,
            bitrate_bps_expected: self.bitrate_bps_expected,
            bitrate_bps_max: self.bitrate_bps_max,
        }
    }
}

/// A rung of the fixed ladder; bitrate and change are absent where the title's ladder does not have its quality.
#[derive(Serialize)]
struct FixedRecord {
    lines: u32,
    bitrate_bps: f64,
    vmaf_predicted: f64,
    bitrate_bps_ours: Option<f64>,
    change: Option<f64>,
}

impl From<&FixedRow> for FixedRecord {
    fn from(row: &FixedRow) -> FixedRecord {
        FixedRecord {
            lines: row.lines,
            bitrate_bps: row.fixed.bitrate_bps,
            vmaf_predicted: row.fixed.vmaf,
            bitrate_bps_ours: match row.ours {
                Ours::Needs { bitrate_bps } => Some(bitrate_bps),
                Ours::EndsBelow(_) | Ours::BeginsAbove(_) => None,
            },
            change: row.change(),
        }
    }
}
