//! A report survives its record, and other texts are refused.

use super::*;
use crate::model::{Rendition, ShotResult, Vmaf, Xpsnr};
use media::Digest;
use media::codec::VideoCodec;
use media::rung::{Ladder, Rung, Trial, TrialPoint};

const AV1_PQ: Format = Format { codec: VideoCodec::Av1, transfer: Transfer::Pq };

const SIZE: Size = Size { width: 640, height: 360 };
const CRF: Crf = Crf(235);

fn ladder() -> Ladder {
    let point =
        |crf, bitrate_bps, vmaf| TrialPoint { trial: Trial { size: SIZE, crf: Crf(crf) }, bitrate_bps, vmaf };
    Ladder {
        format: AV1_PQ,
        trials: vec![point(235, 9e5, 95.0), point(600, 5e5, 85.0), point(310, 6e5, 80.0)],
        hull: vec![1, 0],
        rungs: vec![Rung {
            name: "360p".to_owned(),
            format: AV1_PQ,
            shot_crfs: vec![Crf(240)],
            size: SIZE,
            crf: CRF,
            vmaf_target: 95.0,
            vmaf_per_crf: 1.25,
            bitrate_bps_expected: 9e5,
            bitrate_bps_max: 1_800_000,
        }],
        probes: 9,
        notes: vec!["a note".to_owned()],
    }
}

fn rendition() -> Rendition {
    let vmaf = Vmaf { mean: 95.1, harmonic_mean: 95.0, p5: 90.0, min: 85.0 };
    Rendition {
        rung: "360p".to_owned(),
        format: AV1_PQ,
        size: SIZE,
        rate: FrameRate { num: 12, den: 1 },
        crf: CRF,
        vmaf_target: 95.0,
        vmaf,
        neg: Some(vmaf),
        xpsnr: Some(Xpsnr { mean_db: 41.0, p5_db: 38.0, min_db: 35.0 }),
        bitrate_bps_average: 1,
        bitrate_bps_peak: 2,
        bytes: 3,
        shots: vec![ShotResult {
            crf: CRF,
            vmaf_mean: 95.1,
            vmaf_p5: 91.0,
            neg_mean: Some(94.0),
            xpsnr_db_mean: None,
            frames: 48,
            bytes: 1000,
            bitrate_bps: 4.0,
            encodes: 2,
        }],
        note: None,
    }
}

fn report() -> Report {
    let complexity = Complexity { motion: 1.5, detail: 2.5, brightness: 99.0, grain: 1.25 };
    let shot = Shot { frames: FrameRange { start: 0, end: 48 }, complexity, cut_score: 1.0 };
    Report {
        title: "Film \"x\"".to_owned(),
        id: "film-00000000".to_owned(),
        master: Master {
            name: "film.mov".to_owned(),
            digest: Digest([7; 32]),
            bytes: 1000,
            duration_s: 2.0,
            size: SIZE,
            conformed_size: SIZE,
            rate: FrameRate { num: 24, den: 1 },
            video: "h264".to_owned(),
            audio: vec!["aac".to_owned()],
            text: Vec::new(),
        },
        findings: vec![Finding {
            code: "no-audio".to_owned(),
            severity: Severity::Warning,
            message: "There is no sound.".to_owned(),
        }],
        shots: ShotList { shots: vec![shot] },
        ladders: vec![ladder()],
        search: Search { cpu_s: 12.0, encode_cpu_s: 99.0 },
        renditions: vec![rendition()],
        audio: Vec::new(),
        stages: Vec::new(),
        bytes: 5,
        tools: vec![Tool { name: "ffmpeg".to_owned(), version: "9".to_owned() }],
        vmaf_model: "model".to_owned(),
    }
}

#[test]
fn a_report_survives_its_record() {
    assert_eq!(read(&write(&report())).unwrap(), report());
}

#[test]
fn renditions_of_old_records_have_the_rate_of_the_master() {
    let old = write(&report()).replace("\"frame_rate\": \"12/1\",", "");
    assert_eq!(read(&old).unwrap().renditions[0].rate, FrameRate { num: 24, den: 1 });
}

#[test]
fn other_texts_are_refused() {
    let good = write(&report());
    for (bad, why) in [
        (String::new(), "EOF"),
        ("{}".to_owned(), "version"),
        ("{\"version\": 1}".to_owned(), "its version is 1, not 3; prepare the title again"),
        (good.replace("24/1", "fast"), "malformed"),
        (good.replace("av1-pq", "av1-dolby"), "malformed"),
    ] {
        let error = read(&bad).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn formats_are_read_as_they_are_written() {
    for codec in VideoCodec::ALL {
        for transfer in [Transfer::Sdr, Transfer::Pq, Transfer::Hlg] {
            let written = Format { codec, transfer };
            assert_eq!(format(&written.to_string()), Some(written));
        }
    }
    assert_eq!(format("mpeg2"), None);
}
