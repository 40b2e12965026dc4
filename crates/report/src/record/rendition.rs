//! Renditions in the record, shot by shot.

use super::{SizeRecord, crf, format};
use crate::model::{Rendition, ShotResult, Vmaf, Xpsnr};
use media::FrameRate;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct RenditionRecord {
    rung: String,
    format: String,
    #[serde(flatten)]
    size: SizeRecord,
    /// That of the master where it is not said.
    frame_rate: Option<String>,
    crf: f64,
    vmaf_target: f64,
    vmaf: Vmaf,
    neg: Option<Vmaf>,
    xpsnr: Option<Xpsnr>,
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
            format: rendition.format.to_string(),
            size: rendition.size.into(),
            frame_rate: Some(rendition.rate.to_string()),
            crf: rendition.crf.value(),
            vmaf_target: rendition.vmaf_target,
            vmaf: rendition.vmaf,
            neg: rendition.neg,
            xpsnr: rendition.xpsnr,
            bitrate_bps_average: rendition.bitrate_bps_average,
            bitrate_bps_peak: rendition.bitrate_bps_peak,
            bytes: rendition.bytes,
            shots: rendition.shots.iter().map(ShotResultRecord::from).collect(),
            note: rendition.note.clone(),
        }
    }
}

impl RenditionRecord {
    /// `None` where the format is none, or the frame rate. `master` is that of the master.
    pub(super) fn into_rendition(self, master: FrameRate) -> Option<Rendition> {
        Some(Rendition {
            rung: self.rung,
            format: format(&self.format)?,
            size: self.size.into(),
            rate: self.frame_rate.map_or(Some(master), |rate| rate.parse().ok())?,
            crf: crf(self.crf),
            vmaf_target: self.vmaf_target,
            vmaf: self.vmaf,
            neg: self.neg,
            xpsnr: self.xpsnr,
            bitrate_bps_average: self.bitrate_bps_average,
            bitrate_bps_peak: self.bitrate_bps_peak,
            bytes: self.bytes,
            shots: self.shots.into_iter().map(ShotResultRecord::into_result).collect(),
            note: self.note,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct ShotResultRecord {
    crf: f64,
    vmaf_mean: f64,
    vmaf_p5: f64,
    neg_mean: Option<f64>,
    xpsnr_db_mean: Option<f64>,
    frames: u64,
    bytes: u64,
    bitrate_bps: f64,
    encodes: u32,
}

impl From<&ShotResult> for ShotResultRecord {
    fn from(shot: &ShotResult) -> ShotResultRecord {
        let ShotResult {
            crf,
            vmaf_mean,
            vmaf_p5,
            neg_mean,
            xpsnr_db_mean,
            frames,
            bytes,
            bitrate_bps,
            encodes,
        } = *shot;
        let crf = crf.value();
        ShotResultRecord {
            crf,
            vmaf_mean,
            vmaf_p5,
            neg_mean,
            xpsnr_db_mean,
            frames,
            bytes,
            bitrate_bps,
            encodes,
        }
    }
}

impl ShotResultRecord {
    fn into_result(self) -> ShotResult {
        let ShotResultRecord { vmaf_mean, vmaf_p5, neg_mean, xpsnr_db_mean, frames, bytes, .. } = self;
        ShotResult {
            crf: crf(self.crf),
            vmaf_mean,
            vmaf_p5,
            neg_mean,
            xpsnr_db_mean,
            frames,
            bytes,
            bitrate_bps: self.bitrate_bps,
            encodes: self.encodes,
        }
    }
}
