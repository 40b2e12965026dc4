//! A report of an invented film: 12 shots, two formats, six rungs each, every field filled.

use media::codec::VideoCodec;
use media::master::Severity;
use media::rung::{Crf, Ladder, Rung, Trial, TrialPoint};
use media::shot::{Complexity, Shot, ShotList};
use media::{Digest, Format, FrameRange, FrameRate, Size};
use report::{
    Audio, Finding, Loudness, Master, Rendition, Report, Search, ShotResult, Stage, Tool, Vmaf, Xpsnr,
};

const RATE: FrameRate = FrameRate { num: 24, den: 1 };
/// Shots as (frames, motion, detail).
const SHOTS: [(u64, f64, f64); 12] = [
    (130, 0.8, 6.0),
    (48, 4.5, 9.2),
    (61, 2.2, 7.7),
    (150, 0.4, 5.1),
    (26, 9.8, 8.8),
    (31, 12.5, 9.9),
    (22, 14.0, 10.4),
    (84, 3.1, 8.1),
    (40, 6.6, 7.0),
    (19, 11.2, 12.0),
    (96, 1.4, 4.4),
    (73, 0.2, 2.0),
];
/// Rungs as (height, CRF in tenths, VMAF, bits per second).
const RUNGS: [(u32, u16, f64, f64); 6] = [
    (1080, 268, 95.0, 1_281_000.0),
    (1080, 332, 90.2, 680_000.0),
    (720, 310, 85.3, 442_000.0),
    (720, 350, 80.4, 297_000.0),
    (540, 336, 75.5, 216_000.0),
    (540, 366, 70.6, 160_000.0),
];

/// The second format, and its bits as a part of the first one's.
const AV1: Format = Format { codec: VideoCodec::Av1, ..Format::BASE };
const AV1_RATE: f64 = 0.62;

/// The report.
pub(crate) fn report() -> Report {
    Report {
        title: "The Meadow & the <Moth>".into(),
        id: "the-meadow-3f2a".into(),
        master: master(),
        findings: vec![Finding {
            code: "audio-late".into(),
            severity: Severity::Warning,
            message: "The sound begins 0.083 s after the picture; it is padded with silence.".into(),
        }],
        shots: shots(),
        ladders: vec![ladder(Format::BASE, 1.0), ladder(AV1, AV1_RATE)],
        search: Search { cpu_s: 139.8, encode_cpu_s: 1830.0 },
        renditions: [renditions(Format::BASE, 1.0), renditions(AV1, AV1_RATE)].concat(),
        audio: vec![Audio {
            name: "English".into(),
            codec: "aac".into(),
            channels: 2,
            bitrate_bps_average: 128_400,
            bytes: 521_600,
            loudness: Some(Loudness {
                integrated_lufs: -27.3,
                range_lu: 11.2,
                true_peak_dbtp: -6.5,
                gain_db: 3.3,
            }),
        }],
        stages: stages(),
        bytes: 13_120_400,
        tools: vec![
            Tool { name: "ffmpeg".into(), version: "n9.0.2".into() },
            Tool { name: "ffprobe".into(), version: "8.1.2".into() },
        ],
        vmaf_model: "vmaf_v1.0.16_3d0h".into(),
    }
}

fn size(height: u32) -> Size {
    Size { width: height * 16 / 9 / 2 * 2, height }
}

fn master() -> Master {
    Master {
        name: "meadow_1080p24.mp4".into(),
        digest: Digest([0xa7; 32]),
        bytes: 22_718_509,
        duration_s: RATE.seconds(780),
        size: size(1080),
        conformed_size: size(1080),
        rate: RATE,
        video: "h264, yuv420p, bt709".into(),
        audio: vec!["aac, 6 channels, 48 kHz, en".into()],
        text: vec!["subrip, en".into()],
    }
}

fn shots() -> ShotList {
    let mut start = 0;
    let shot = |&(frames, motion, detail): &(u64, f64, f64)| {
        let frames = FrameRange { start, end: start + frames };
        start = frames.end;
        Shot {
            frames,
            complexity: Complexity { motion, detail, brightness: 80.0 + motion, grain: detail / 8.0 },
            cut_score: 0.9,
        }
    };
    ShotList { shots: SHOTS.iter().map(shot).collect() }
}

/// The ladder of one format, whose bits are `rate` of the base format's.
fn ladder(format: Format, rate: f64) -> Ladder {
    let first = [
        (1080, 220, 97.6, 2_010_000.0),
        (1080, 310, 92.1, 838_000.0),
        (720, 280, 88.0, 592_000.0),
        (540, 280, 81.9, 371_000.0),
        (360, 280, 68.7, 201_000.0),
        (240, 280, 47.9, 110_000.0),
    ];
    let point = |&(height, crf, vmaf, bitrate): &(u32, u16, f64, f64)| TrialPoint {
        trial: Trial { size: size(height), crf: Crf(crf) },
        bitrate_bps: bitrate * rate,
        vmaf,
    };
    let prefix = if format == Format::BASE { String::new() } else { format!("{format}-") };
    let rung = |(number, &(height, crf, vmaf_target, bitrate)): (usize, &(u32, u16, f64, f64))| Rung {
        name: if number % 2 == 0 { format!("{prefix}{height}p") } else { format!("{prefix}{height}p-2") },
        format,
        size: size(height),
        crf: Crf(crf),
        shot_crfs: vec![Crf(crf); SHOTS.len()],
        vmaf_target,
        vmaf_per_crf: 1.2,
        bitrate_bps_expected: bitrate * rate,
        bitrate_bps_max: (bitrate * rate) as u64 * 2,
    };
    Ladder {
        format,
        trials: first.iter().chain(&RUNGS).map(point).collect(),
        hull: vec![5, 11, 10, 9, 8, 7, 6, 0],
        rungs: RUNGS.iter().enumerate().map(rung).collect(),
        probes: 60,
        notes: vec![],
    }
}

fn renditions(format: Format, rate: f64) -> Vec<Rendition> {
    ladder(format, rate).rungs.iter().map(rendition).collect()
}

fn rendition(rung: &Rung) -> Rendition {
    let bitrate = rung.bitrate_bps_expected as u64;
    let mean = rung.vmaf_target - 0.3;
    Rendition {
        rung: rung.name.clone(),
        format: rung.format,
        size: rung.size,
        rate: RATE,
        crf: rung.crf,
        vmaf_target: rung.vmaf_target,
        vmaf: Vmaf { mean, harmonic_mean: mean - 0.6, p5: mean - 6.1, min: mean - 14.0 },
        neg: Some(Vmaf { mean: mean - 1.4, harmonic_mean: mean - 2.1, p5: mean - 8.0, min: mean - 16.0 }),
        xpsnr: Some(Xpsnr { mean_db: mean / 2.4, p5_db: mean / 2.6, min_db: mean / 3.0 }),
        bitrate_bps_average: bitrate,
        bitrate_bps_peak: bitrate * 19 / 10,
        bytes: bitrate * 65 / 16,
        shots: SHOTS.iter().map(|shot| shot_result(rung, shot)).collect(),
        note: (rung.name == "720p").then(|| "shot 7 stays under 79.3: the bitrate cap holds it down".into()),
    }
}

fn shot_result(rung: &Rung, &(frames, motion, detail): &(u64, f64, f64)) -> ShotResult {
    let vmaf_mean = rung.vmaf_target + (100.0 - rung.vmaf_target) * (0.35 - motion / 20.0);
    let bitrate_bps = rung.bitrate_bps_expected * (0.25 + motion / 5.0 + detail / 40.0);
    ShotResult {
        crf: rung.crf,
        vmaf_mean,
        vmaf_p5: vmaf_mean - 3.0,
        neg_mean: Some(vmaf_mean - 1.4),
        xpsnr_db_mean: Some(vmaf_mean / 2.4),
        frames,
        bytes: (bitrate_bps * RATE.seconds(frames) / 8.0) as u64,
        bitrate_bps,
        encodes: 1 + u32::from(motion > 13.0),
    }
}

fn stages() -> Vec<Stage> {
    let rows: [(&str, f64, f64, u64, u64, u64); 7] = [
        ("ingest", 0.4, 0.3, 2, 0, 61),
        ("mezzanine", 14.2, 26.1, 1, 0, 402),
        ("ladder", 71.5, 139.8, 48, 12, 655),
        ("encode", 92.8, 183.0, 72, 0, 590),
        ("quality", 55.0, 108.2, 75, 0, 480),
        ("package", 1.1, 0.9, 9, 0, 38),
        ("publish", 0.1, 0.0, 1, 0, 30),
    ];
    let stage =
        |(name, wall_s, cpu_s, steps_run, steps_cached, megabytes): (&str, f64, f64, u64, u64, u64)| Stage {
            name: name.into(),
            wall_s,
            cpu_s,
            steps_run,
            steps_cached,
            memory_bytes_peak: (name != "publish").then_some(megabytes * 1_000_000),
        };
    rows.into_iter().map(stage).collect()
}
