//! The report as JSON: how it is kept beside the packages, and what `matinee report --json` prints.
//!
//! Owns the names and shapes of the fields. Times of shots are given in frames, which are exact, and in seconds, which
//! are for readers.

use crate::model::{Audio, Finding, Master, Rendition, Report, ShotResult, Stage, Tool, Vmaf};
use media::FrameRange;
use media::master::Severity;
use media::rung::{Crf, Ladder, Rung, Trial, TrialPoint};
use media::shot::{Complexity, Shot, ShotList};
use media::{FrameRate, Size};
use serde::{Deserialize, Serialize};

/// Raised when older programs could not read a record.
const VERSION: u32 = 1;

/// Writes `report` as indented JSON.
pub fn write(report: &Report) -> String {
    let record = Record::from(report);
    // Plain structs of numbers and text: there is nothing in them that JSON cannot say.
    serde_json::to_string_pretty(&record).unwrap_or_default()
}

/// Why a text is no report.
#[derive(Debug)]
pub struct NotAReport(String);

impl std::fmt::Display for NotAReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "this is no preparation report that this version reads: {}", self.0)
    }
}

impl std::error::Error for NotAReport {}

/// Reads what [`write()`] wrote.
///
/// # Errors
/// Where it is no JSON of this shape, or of a later version.
pub fn read(text: &str) -> Result<Report, NotAReport> {
    let record: Record = serde_json::from_str(text).map_err(|error| NotAReport(error.to_string()))?;
    if record.version != VERSION {
        return Err(NotAReport(format!("its version is {}, not {VERSION}", record.version)));
    }
    record
        .into_report()
        .ok_or_else(|| NotAReport("its digest, frame rate or a severity is malformed".to_owned()))
}

#[derive(Serialize, Deserialize)]
struct Record {
    version: u32,
    title: String,
    id: String,
    master: MasterRecord,
    findings: Vec<FindingRecord>,
    shots: Vec<ShotRecord>,
    trials: Vec<TrialRecord>,
    rungs: Vec<RungRecord>,
    renditions: Vec<RenditionRecord>,
    notes: Vec<String>,
    audio: Vec<Audio>,
    stages: Vec<Stage>,
    bytes: u64,
    tools: Vec<Tool>,
    vmaf_model: String,
}

impl From<&Report> for Record {
    fn from(report: &Report) -> Record {
        let Report { ladder, master, .. } = report;
        let trial = |(i, point)| TrialRecord::new(point, ladder.hull.contains(&i));
        Record {
            version: VERSION,
            title: report.title.clone(),
            id: report.id.clone(),
            master: MasterRecord::from(master),
            findings: report.findings.iter().map(FindingRecord::from).collect(),
            shots: report.shots.shots.iter().map(|shot| ShotRecord::new(shot, master.rate)).collect(),
            trials: ladder.trials.iter().enumerate().map(trial).collect(),
            rungs: ladder.rungs.iter().map(RungRecord::from).collect(),
            renditions: report.renditions.iter().map(RenditionRecord::from).collect(),
            notes: ladder.notes.clone(),
            audio: report.audio.clone(),
            stages: report.stages.clone(),
            bytes: report.bytes,
            tools: report.tools.clone(),
            vmaf_model: report.vmaf_model.clone(),
        }
    }
}

impl Record {
    fn into_report(self) -> Option<Report> {
        let on_hull: Vec<bool> = self.trials.iter().map(|trial| trial.on_hull).collect();
        let trials: Vec<TrialPoint> = self.trials.into_iter().map(TrialRecord::into_point).collect();
        let mut hull: Vec<usize> = (0..trials.len()).filter(|i| on_hull[*i]).collect();
        hull.sort_by(|a, b| trials[*a].bitrate_bps.total_cmp(&trials[*b].bitrate_bps));
        let rungs = self.rungs.into_iter().map(RungRecord::into_rung).collect();
        Some(Report {
            title: self.title,
            id: self.id,
            master: self.master.into_master()?,
            findings: self.findings.into_iter().map(FindingRecord::into_finding).collect::<Option<_>>()?,
            shots: ShotList { shots: self.shots.into_iter().map(ShotRecord::into_shot).collect() },
            ladder: Ladder { format: media::Format::BASE, trials, hull, rungs, probes: 0, notes: self.notes },
            renditions: self.renditions.into_iter().map(RenditionRecord::into_rendition).collect(),
            audio: self.audio,
            stages: self.stages,
            bytes: self.bytes,
            tools: self.tools,
            vmaf_model: self.vmaf_model,
        })
    }
}

/// Width and height.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct SizeRecord {
    width: u32,
    height: u32,
}

impl From<Size> for SizeRecord {
    fn from(Size { width, height }: Size) -> SizeRecord {
        SizeRecord { width, height }
    }
}

impl From<SizeRecord> for Size {
    fn from(SizeRecord { width, height }: SizeRecord) -> Size {
        Size { width, height }
    }
}

#[derive(Serialize, Deserialize)]
struct MasterRecord {
    name: String,
    digest: String,
    bytes: u64,
    duration_s: f64,
    size: SizeRecord,
    conformed_size: SizeRecord,
    frame_rate: String,
    video: String,
    audio: Vec<String>,
    text: Vec<String>,
}

impl From<&Master> for MasterRecord {
    fn from(master: &Master) -> MasterRecord {
        MasterRecord {
            name: master.name.clone(),
            digest: master.digest.to_string(),
            bytes: master.bytes,
            duration_s: master.duration_s,
            size: master.size.into(),
            conformed_size: master.conformed_size.into(),
            frame_rate: master.rate.to_string(),
            video: master.video.clone(),
            audio: master.audio.clone(),
            text: master.text.clone(),
        }
    }
}

impl MasterRecord {
    fn into_master(self) -> Option<Master> {
        Some(Master {
            name: self.name,
            digest: self.digest.parse().ok()?,
            bytes: self.bytes,
            duration_s: self.duration_s,
            size: self.size.into(),
            conformed_size: self.conformed_size.into(),
            rate: self.frame_rate.parse().ok()?,
            video: self.video,
            audio: self.audio,
            text: self.text,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct FindingRecord {
    code: String,
    severity: String,
    message: String,
}

impl From<&Finding> for FindingRecord {
    fn from(finding: &Finding) -> FindingRecord {
        let severity = match finding.severity {
            Severity::Blocker => "blocker",
            Severity::Warning => "warning",
        };
        FindingRecord {
            code: finding.code.clone(),
            severity: severity.to_owned(),
            message: finding.message.clone(),
        }
    }
}

impl FindingRecord {
    fn into_finding(self) -> Option<Finding> {
        let severity = match self.severity.as_str() {
            "blocker" => Severity::Blocker,
            "warning" => Severity::Warning,
            _ => return None,
        };
        Some(Finding { code: self.code, severity, message: self.message })
    }
}

#[derive(Serialize, Deserialize)]
struct ShotRecord {
    start_frame: u64,
    end_frame: u64,
    start_s: f64,
    end_s: f64,
    cut_score: f64,
    motion: f64,
    detail: f64,
    brightness: f64,
}

impl ShotRecord {
    fn new(shot: &Shot, rate: FrameRate) -> ShotRecord {
        let FrameRange { start, end } = shot.frames;
        ShotRecord {
            start_frame: start,
            end_frame: end,
            start_s: rate.seconds(start),
            end_s: rate.seconds(end),
            cut_score: shot.cut_score,
            motion: shot.complexity.motion,
            detail: shot.complexity.detail,
            brightness: shot.complexity.brightness,
        }
    }

    fn into_shot(self) -> Shot {
        let ShotRecord { motion, detail, brightness, .. } = self;
        Shot {
            frames: FrameRange { start: self.start_frame, end: self.end_frame },
            complexity: Complexity { motion, detail, brightness, ..Complexity::default() },
            cut_score: self.cut_score,
        }
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
    vmaf_target: f64,
    bitrate_bps_expected: f64,
    bitrate_bps_max: u64,
}

impl From<&Rung> for RungRecord {
    fn from(rung: &Rung) -> RungRecord {
        RungRecord {
            name: rung.name.clone(),
            size: rung.size.into(),
            crf: rung.crf.value(),
            vmaf_target: rung.vmaf_target,
            bitrate_bps_expected: rung.bitrate_bps_expected,
            bitrate_bps_max: rung.bitrate_bps_max,
        }
    }
}

impl RungRecord {
    fn into_rung(self) -> Rung {
        Rung {
            name: self.name,
            format: media::Format::BASE,
            size: self.size.into(),
            crf: crf(self.crf),
            shot_crfs: Vec::new(),
            vmaf_per_crf: 1.5,
            vmaf_target: self.vmaf_target,
            bitrate_bps_expected: self.bitrate_bps_expected,
            bitrate_bps_max: self.bitrate_bps_max,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct RenditionRecord {
    rung: String,
    #[serde(flatten)]
    size: SizeRecord,
    crf: f64,
    vmaf_target: f64,
    vmaf: Vmaf,
    bitrate_bps_average: u64,
    bitrate_bps_peak: u64,
    bytes: u64,
    shots: Vec<ShotResultRecord>,
    note: Option<String>,
}

impl From<&Rendition> for RenditionRecord {
    fn from(rendition: &Rendition) -> RenditionRecord {
        RenditionRecord {
            rung: rendition.rung.clone(),
            size: rendition.size.into(),
            crf: rendition.crf.value(),
            vmaf_target: rendition.vmaf_target,
            vmaf: rendition.vmaf,
            bitrate_bps_average: rendition.bitrate_bps_average,
            bitrate_bps_peak: rendition.bitrate_bps_peak,
            bytes: rendition.bytes,
            shots: rendition.shots.iter().map(ShotResultRecord::from).collect(),
            note: rendition.note.clone(),
        }
    }
}

impl RenditionRecord {
    fn into_rendition(self) -> Rendition {
        Rendition {
            rung: self.rung,
            size: self.size.into(),
            crf: crf(self.crf),
            vmaf_target: self.vmaf_target,
            vmaf: self.vmaf,
            bitrate_bps_average: self.bitrate_bps_average,
            bitrate_bps_peak: self.bitrate_bps_peak,
            bytes: self.bytes,
            shots: self.shots.into_iter().map(ShotResultRecord::into_result).collect(),
            note: self.note,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct ShotResultRecord {
    crf: f64,
    vmaf_mean: f64,
    bitrate_bps: f64,
    encodes: u32,
}

impl From<&ShotResult> for ShotResultRecord {
    fn from(shot: &ShotResult) -> ShotResultRecord {
        let ShotResult { crf, vmaf_mean, bitrate_bps, encodes } = *shot;
        ShotResultRecord { crf: crf.value(), vmaf_mean, bitrate_bps, encodes }
    }
}

impl ShotResultRecord {
    fn into_result(self) -> ShotResult {
        let ShotResultRecord { vmaf_mean, bitrate_bps, encodes, .. } = self;
        ShotResult { crf: crf(self.crf), vmaf_mean, bitrate_bps, encodes }
    }
}

/// A CRF from its number.
fn crf(value: f64) -> Crf {
    Crf((value * 10.0).round().clamp(0.0, 510.0) as u16)
}

#[cfg(test)]
mod tests;
