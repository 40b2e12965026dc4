//! What is reported: plain values, in the order in which a reader meets them.

use crate::fixed::{self, FixedRow, Point};
use crate::units;
use media::master::Severity;
use media::rung::{Crf, Ladder};
use media::shot::ShotList;
use media::{Digest, Format, FrameRate, Size};
use serde::{Deserialize, Serialize};

/// The report of one title.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Title as viewers see it.
    pub title: String,
    /// The title's id in the catalogue.
    pub id: String,
    /// What was handed in.
    pub master: Master,
    /// What ingest had to say, blockers first.
    pub findings: Vec<Finding>,
    /// The shots.
    pub shots: ShotList,
    /// The ladder of each format with its trials, the base format first.
    pub ladders: Vec<Ladder>,
    /// What finding the ladders cost.
    pub search: Search,
    /// The video renditions: one for each rung, ladder after ladder, each best first.
    pub renditions: Vec<Rendition>,
    /// The audio renditions.
    pub audio: Vec<Audio>,
    /// The stages in the order in which they ran.
    pub stages: Vec<Stage>,
    /// Size of the whole package.
    pub bytes: u64,
    /// Tools that made it.
    pub tools: Vec<Tool>,
    /// The VMAF model, as libvmaf names it.
    pub vmaf_model: String,
}

/// What finding the ladders cost, beside what the encodes did that viewers get. Counted for the steps as they were
/// made, in this run or an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Search {
    /// Processor seconds of all probes, scoring included.
    pub cpu_s: f64,
    /// Processor seconds of the encodes that viewers get, and of what rides along.
    pub encode_cpu_s: f64,
}

/// What was handed in.
#[derive(Debug, Clone, PartialEq)]
pub struct Master {
    /// File name.
    pub name: String,
    /// Digest of its content.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
    /// Duration in seconds.
    pub duration_s: f64,
    /// Picture size as coded.
    pub size: Size,
    /// Size after conforming: that of the mezzanine.
    pub conformed_size: Size,
    /// The constant rate after conforming.
    pub rate: FrameRate,
    /// The picture stream in words: `h264, yuv420p, bt709`.
    pub video: String,
    /// Audio streams in words, one each.
    pub audio: Vec<String>,
    /// Subtitle streams in words, one each.
    pub text: Vec<String>,
}

/// What ingest or the gate had to say about the film.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable name in kebab case: `no-audio`.
    pub code: String,
    /// Whether it stopped preparation.
    pub severity: Severity,
    /// What was found, as a sentence.
    pub message: String,
}

impl From<&media::master::Finding> for Finding {
    fn from(finding: &media::master::Finding) -> Finding {
        Finding {
            code: finding.code.to_owned(),
            severity: finding.severity,
            message: finding.message.clone(),
        }
    }
}

/// One rung as it came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendition {
    /// The rung's name.
    pub rung: String,
    /// Codec and dynamic range.
    pub format: Format,
    /// Picture size.
    pub size: Size,
    /// Frames per second.
    pub rate: FrameRate,
    /// Quality of the film as a whole; shots begin at their own, around it.
    pub crf: Crf,
    /// VMAF aimed at.
    pub vmaf_target: f64,
    /// VMAF reached.
    pub vmaf: Vmaf,
    /// VMAF NEG reached, where measured.
    pub neg: Option<Vmaf>,
    /// XPSNR reached, where measured.
    pub xpsnr: Option<Xpsnr>,
    /// Mean bitrate in bits per second.
    pub bitrate_bps_average: u64,
    /// Highest bitrate of any segment in bits per second.
    pub bitrate_bps_peak: u64,
    /// Size of its file.
    pub bytes: u64,
    /// Its shots, in order.
    pub shots: Vec<ShotResult>,
    /// Why it missed its aim, where it did.
    pub note: Option<String>,
}

/// VMAF or VMAF NEG over frames, each number from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Vmaf {
    /// Arithmetic mean.
    pub mean: f64,
    /// Harmonic mean.
    pub harmonic_mean: f64,
    /// 5th percentile.
    pub p5: f64,
    /// Worst frame.
    pub min: f64,
}

/// XPSNR over frames, in dB.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Xpsnr {
    /// Arithmetic mean.
    pub mean_db: f64,
    /// 5th percentile.
    pub p5_db: f64,
    /// Worst frame.
    pub min_db: f64,
}

/// One shot of a rendition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShotResult {
    /// Final quality setting.
    pub crf: Crf,
    /// Mean VMAF of its frames.
    pub vmaf_mean: f64,
    /// VMAF of its 5th-percentile frame.
    pub vmaf_p5: f64,
    /// Mean VMAF NEG, where measured.
    pub neg_mean: Option<f64>,
    /// Mean XPSNR in dB, where measured.
    pub xpsnr_db_mean: Option<f64>,
    /// Its frames.
    pub frames: u64,
    /// Its encoded size.
    pub bytes: u64,
    /// Mean bitrate in bits per second.
    pub bitrate_bps: f64,
    /// How often it was encoded, at least once.
    pub encodes: u32,
}

/// An audio rendition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audio {
    /// Name for the viewer.
    pub name: String,
    /// Its codec: `aac`.
    #[serde(default)]
    pub codec: String,
    /// Channels.
    pub channels: u32,
    /// Mean bitrate in bits per second.
    pub bitrate_bps_average: u64,
    /// Size of its file.
    pub bytes: u64,
    /// How loud its stream is; `None` in reports from before it was measured.
    #[serde(default)]
    pub loudness: Option<Loudness>,
}

/// How loud a stream is as a track plays it, and the gain that the track got.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Loudness {
    /// Integrated loudness before the gain, in LUFS (ITU-R BS.1770); -70 where it is silent.
    pub integrated_lufs: f64,
    /// Loudness range in LU (EBU Tech 3342).
    pub range_lu: f64,
    /// True peak before the gain, in dBTP.
    pub true_peak_dbtp: f64,
    /// The gain in dB; 0 where the frames were copied.
    pub gain_db: f64,
}

/// One stage of the preparation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name: `ladder`.
    pub name: String,
    /// Time that passed, in seconds.
    pub wall_s: f64,
    /// Time that processors spent, in seconds.
    pub cpu_s: f64,
    /// Steps that were run.
    pub steps_run: u64,
    /// Steps whose output was already in the store.
    pub steps_cached: u64,
    /// Greatest memory of any one process, where it was measured.
    pub memory_bytes_peak: Option<u64>,
}

/// A tool that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name: `ffmpeg`.
    pub name: String,
    /// Its version, as it says itself.
    pub version: String,
}

impl Report {
    /// Wall seconds of all stages together.
    pub fn wall_s(&self) -> f64 {
        self.stages.iter().map(|stage| stage.wall_s).sum()
    }

    /// Probes made for all ladders.
    pub fn probes(&self) -> usize {
        self.ladders.iter().map(|ladder| ladder.probes).sum()
    }

    /// The renditions of one format, best first.
    pub fn renditions_of(&self, format: Format) -> impl Iterator<Item = &Rendition> {
        self.renditions.iter().filter(move |rendition| rendition.format == format)
    }

    /// What must be known of renditions of `format` that have fewer frames than the film, in words; `None` where none has.
    pub fn on_cadence(&self, format: Format) -> Option<String> {
        let slower: Vec<&Rendition> =
            self.renditions_of(format).filter(|rendition| rendition.rate != self.master.rate).collect();
        let names: Vec<&str> = slower.iter().map(|rendition| units::rung(&rendition.rung, format)).collect();
        Some(format!(
            "{} frames a second: {}. VMAF is of the frames there are, and does not see how smooth motion is.",
            units::fps(slower.first()?.rate),
            names.join(", ")
        ))
    }

    /// `ladder` beside the fixed one: its renditions as measured, or where there are none, its rungs as expected. Of a fast
    /// film the small sizes of both have half the frames.
    pub fn fixed(&self, ladder: &Ladder) -> Vec<FixedRow> {
        let mut ours: Vec<Point> = self
            .renditions_of(ladder.format)
            .map(|r| Point { bitrate_bps: r.bitrate_bps_average as f64, vmaf: r.vmaf.mean })
            .collect();
        if ours.is_empty() {
            ours = ladder.rungs.iter().map(Point::expected).collect();
        }
        fixed::compare(&ladder.trials, &ours)
    }

    /// Processor seconds of all stages together.
    pub fn cpu_s(&self) -> f64 {
        self.stages.iter().map(|stage| stage.cpu_s).sum()
    }
}
