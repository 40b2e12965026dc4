//! A report survives its record, and other texts are refused.

use super::*;
use media::Digest;

fn report() -> Report {
    let size = Size { width: 640, height: 360 };
    let point =
        |crf, bitrate_bps, vmaf| TrialPoint { trial: Trial { size, crf: Crf(crf) }, bitrate_bps, vmaf };
    let complexity = Complexity { motion: 1.5, detail: 2.5, brightness: 99.0, ..Complexity::default() };
    let shot = Shot { frames: FrameRange { start: 0, end: 48 }, complexity, cut_score: 1.0 };
    let vmaf = Vmaf { mean: 95.1, harmonic_mean: 95.0, p5: 90.0, min: 85.0 };
    let (name, crf) = ("360p".to_owned(), Crf(235));
    Report {
        title: "Film \"x\"".to_owned(),
        id: "film-00000000".to_owned(),
        master: Master {
            name: "film.mov".to_owned(),
            digest: Digest([7; 32]),
            bytes: 1000,
            duration_s: 2.0,
            size,
            conformed_size: size,
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
        ladder: Ladder {
            format: media::Format::BASE,
            trials: vec![point(235, 9e5, 95.0), point(300, 5e5, 85.0), point(310, 6e5, 80.0)],
            hull: vec![1, 0],
            rungs: vec![Rung {
                name: name.clone(),
                format: media::Format::BASE,
                shot_crfs: Vec::new(),
                vmaf_per_crf: 1.5,
                size,
                crf,
                vmaf_target: 95.0,
                bitrate_bps_expected: 9e5,
                bitrate_bps_max: 1_800_000,
            }],
            probes: 0,
            notes: vec!["a note".to_owned()],
        },
        renditions: vec![Rendition {
            rung: name,
            size,
            crf,
            vmaf_target: 95.0,
            vmaf,
            bitrate_bps_average: 1,
            bitrate_bps_peak: 2,
            bytes: 3,
            shots: vec![ShotResult { crf, vmaf_mean: 95.1, bitrate_bps: 4.0, encodes: 2 }],
            note: None,
        }],
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
fn other_texts_are_refused() {
    let good = write(&report());
    for bad in ["", "{}", &good.replace("\"version\": 1", "\"version\": 2"), &good.replace("24/1", "fast")] {
        assert!(read(bad).is_err());
    }
}
