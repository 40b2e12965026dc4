//! The report as JSON: how it is kept beside the packages, and what `matinee report --json` prints.
//!
//! Owns the names and shapes of the fields. Times of shots are given in frames, which are exact, and in seconds, which
//! are for readers; the comparison with the fixed ladder is for readers too, and made anew from what was read.

mod ladder;
mod rendition;

use crate::model::{Audio, Finding, Master, Report, Search, Stage, Tool};
use ladder::LadderRecord;
use media::master::Severity;
use media::picture::Transfer;
use media::rung::Crf;
use media::shot::{Complexity, Shot, ShotList};
use media::{Format, FrameRange, FrameRate, Size};
use rendition::RenditionRecord;
use serde::{Deserialize, Serialize};

/// Raised when older programs could not read a record. 2: a title has several ladders; 3: shots have no `animation`.
const VERSION: u32 = 3;
/// The oldest that is read: of what was left out since then, nothing is missed.
const VERSION_MIN: u32 = 2;

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
/// Where it is no JSON of this shape, or of another version.
pub fn read(text: &str) -> Result<Report, NotAReport> {
    /// What records of all versions have.
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let not_a_report = |error: serde_json::Error| NotAReport(error.to_string());
    let Versioned { version } = serde_json::from_str(text).map_err(not_a_report)?;
    if !(VERSION_MIN..=VERSION).contains(&version) {
        let again = "prepare the title again, which only makes what is missing";
        return Err(NotAReport(format!("its version is {version}, not {VERSION}; {again}")));
    }
    let record: Record = serde_json::from_str(text).map_err(not_a_report)?;
    record
        .into_report()
        .ok_or_else(|| NotAReport("its digest, frame rate, a format or a severity is malformed".to_owned()))
}

#[derive(Serialize, Deserialize)]
struct Record {
    version: u32,
    title: String,
    id: String,
    master: MasterRecord,
    findings: Vec<FindingRecord>,
    shots: Vec<ShotRecord>,
    ladders: Vec<LadderRecord>,
    search: Search,
    renditions: Vec<RenditionRecord>,
    audio: Vec<Audio>,
    stages: Vec<Stage>,
    bytes: u64,
    tools: Vec<Tool>,
    vmaf_model: String,
}

impl From<&Report> for Record {
    fn from(report: &Report) -> Record {
        let Report { ladders, master, .. } = report;
        Record {
            version: VERSION,
            title: report.title.clone(),
            id: report.id.clone(),
            master: MasterRecord::from(master),
            findings: report.findings.iter().map(FindingRecord::from).collect(),
            shots: report.shots.shots.iter().map(|shot| ShotRecord::new(shot, master.rate)).collect(),
            ladders: ladders.iter().map(|ladder| LadderRecord::new(ladder, &report.fixed(ladder))).collect(),
            search: report.search,
            renditions: report.renditions.iter().map(RenditionRecord::from).collect(),
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
        let master = self.master.into_master()?;
        Some(Report {
            title: self.title,
            id: self.id,
            findings: self.findings.into_iter().map(FindingRecord::into_finding).collect::<Option<_>>()?,
            shots: ShotList { shots: self.shots.into_iter().map(ShotRecord::into_shot).collect() },
            ladders: self.ladders.into_iter().map(LadderRecord::into_ladder).collect::<Option<_>>()?,
            search: self.search,
            renditions: self
                .renditions
                .into_iter()
                .map(|rendition| rendition.into_rendition(master.rate))
                .collect::<Option<_>>()?,
            audio: self.audio,
            stages: self.stages,
            bytes: self.bytes,
            tools: self.tools,
            vmaf_model: self.vmaf_model,
            master,
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
    grain: f64,
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
            grain: shot.complexity.grain,
        }
    }

    fn into_shot(self) -> Shot {
        let ShotRecord { motion, detail, brightness, grain, .. } = self;
        Shot {
            frames: FrameRange { start: self.start_frame, end: self.end_frame },
            complexity: Complexity { motion, detail, brightness, grain },
            cut_score: self.cut_score,
        }
    }
}

/// A CRF from its number.
fn crf(value: f64) -> Crf {
    /// Greatest of any codec (VP9's and AV1's), in tenths.
    const CRF_MAX: f64 = 630.0;
    Crf((value * 10.0).round().clamp(0.0, CRF_MAX) as u16)
}

/// A format from its name, as [`Format`] writes it.
fn format(name: &str) -> Option<Format> {
    let (codec, transfer) = match name.split_once('-') {
        None => (name, Transfer::Sdr),
        Some((codec, "pq")) => (codec, Transfer::Pq),
        Some((codec, "hlg")) => (codec, Transfer::Hlg),
        Some(_) => return None,
    };
    Some(Format { codec: codec.parse().ok()?, transfer })
}

#[cfg(test)]
mod tests;
