//! VMAF: aligned by frame number, one score for each frame asked for, the same each time.

use super::bench::{Bench, plain, video};
use super::mezzanine::mezzanine;
use codec::Error;
use codec::encode;
use codec::vmaf::{FrameScore, Job, MODEL, Metrics, Scored, score, scoring_size};
use media::{Cadence, FrameRange, FrameRate, Size};
use std::path::{Path, PathBuf};

const SIZE: Size = Size { width: 256, height: 144 };
const RATE: FrameRate = FrameRate { num: 24, den: 1 };

/// A mezzanine of 30 moving frames, and an encode of frames 6 to 24 of it.
async fn pair(bench: &Bench, crf: &str, cadence: Cadence) -> (PathBuf, PathBuf) {
    bench.ffmpeg("-f lavfi -i testsrc2=s=256x144:r=24 -frames:v 30 -c:v libx264 -qp 0 master.mp4").await;
    let (file, ..) =
        mezzanine(bench, "m", &bench.path("master.mp4"), &video(SIZE, RATE), &plain(SIZE, RATE)).await;
    let folder = bench.folder("encode");
    let job = encode::Job {
        mezzanine: &file,
        rate: RATE,
        frames: FrameRange { start: 6, end: 24 },
        cadence,
        size: SIZE,
        encoder_args: &["-c:v", "libx264", "-crf", crf].map(str::to_string),
        folder: &folder,
        file_name: "encode.mp4",
    };
    encode::encode(&bench.tools, &job, &mut |_| {}).await.unwrap();
    (file, folder.join("encode.mp4"))
}

async fn compare(
    bench: &Bench,
    pair: (&Path, &Path, Cadence),
    reference: (u64, u64),
    distorted_start: u64,
    subsample: u32,
    metrics: Metrics,
) -> Result<Scored, Error> {
    compare_at(scoring_size(SIZE), bench, pair, reference, (distorted_start, subsample), metrics).await
}

async fn compare_at(
    size: Size,
    bench: &Bench,
    (mezzanine, distorted, cadence): (&Path, &Path, Cadence),
    reference: (u64, u64),
    (distorted_start, subsample): (u64, u32),
    metrics: Metrics,
) -> Result<Scored, Error> {
    let folder = bench.folder("vmaf");
    let job = Job {
        mezzanine,
        rate: RATE,
        reference: FrameRange { start: reference.0, end: reference.1 },
        cadence,
        distorted,
        distorted_start,
        size,
        bit_depth: if metrics == Metrics::Others { 10 } else { 8 },
        model: MODEL,
        metrics,
        subsample,
        folder: &folder,
    };
    score(&bench.tools, &job, &mut |_| {}).await
}

fn mean(scored: &Scored) -> f64 {
    scored.frames.iter().filter_map(|frame| frame.vmaf).sum::<f64>() / scored.frames.len() as f64
}

#[tokio::test]
async fn an_aligned_encode_scores_high_and_a_shifted_one_low() {
    let bench = Bench::new().await;
    let (mezzanine, distorted) = pair(&bench, "12", Cadence::Full).await;
    let pair = (mezzanine.as_path(), distorted.as_path(), Cadence::Full);
    let aligned = compare(&bench, pair, (6, 24), 0, 1, Metrics::Vmaf).await.unwrap();
    assert_eq!(
        aligned.frames.iter().map(|score| score.frame).collect::<Vec<_>>(),
        (0..18).collect::<Vec<_>>()
    );
    let part = compare(&bench, pair, (12, 20), 6, 1, Metrics::Vmaf).await.unwrap();
    assert_eq!(part.frames.len(), 8);
    let shifted = compare(&bench, pair, (7, 24), 0, 1, Metrics::Vmaf).await.unwrap();
    let (aligned_mean, part_mean, shifted_mean) = (mean(&aligned), mean(&part), mean(&shifted));
    assert!(aligned_mean > 90.0 && part_mean > 90.0, "{aligned_mean} {part_mean}");
    assert!(shifted_mean < aligned_mean - 5.0, "{shifted_mean} {aligned_mean}");
    let again = compare(&bench, pair, (6, 24), 0, 1, Metrics::Vmaf).await.unwrap();
    assert_eq!(again.frames, aligned.frames);
}

#[tokio::test]
async fn every_nth_frame_is_scored() {
    let bench = Bench::new().await;
    let (mezzanine, distorted) = pair(&bench, "30", Cadence::Full).await;
    let pair = (mezzanine.as_path(), distorted.as_path(), Cadence::Full);
    for metrics in [Metrics::Vmaf, Metrics::Others] {
        let all = compare(&bench, pair, (6, 24), 0, 1, metrics).await.unwrap().frames;
        for every in [3, 5, 7] {
            let scored = compare(&bench, pair, (6, 24), 0, every, metrics).await.unwrap();
            let expected: Vec<FrameScore> = all.iter().step_by(every as usize).copied().collect();
            assert_eq!(scored.frames, expected, "the frames in between change nothing: {every}");
        }
    }
}

#[tokio::test]
async fn an_encode_of_every_second_frame_is_compared_with_those() {
    let bench = Bench::new().await;
    let (mezzanine, distorted) = pair(&bench, "12", Cadence::Half).await;
    let pair = (mezzanine.as_path(), distorted.as_path(), Cadence::Half);
    for metrics in [Metrics::Vmaf, Metrics::Others] {
        let all = compare(&bench, pair, (6, 24), 0, 1, metrics).await.unwrap().frames;
        assert_eq!(all.len(), 9);
        // The last frame of an odd number of them is one of those left.
        let odd = compare(&bench, pair, (6, 23), 0, 1, metrics).await.unwrap().frames;
        assert_eq!(odd.len(), 9);
        let thinned = compare(&bench, pair, (6, 24), 0, 5, metrics).await.unwrap().frames;
        assert_eq!(thinned, all.into_iter().step_by(5).collect::<Vec<_>>());
    }
    let aligned = compare(&bench, pair, (6, 24), 0, 1, Metrics::Vmaf).await.unwrap();
    let part = compare(&bench, pair, (12, 20), 3, 1, Metrics::Vmaf).await.unwrap();
    let shifted = compare(&bench, pair, (7, 25), 0, 1, Metrics::Vmaf).await.unwrap();
    let (aligned, part, shifted) = (mean(&aligned), mean(&part), mean(&shifted));
    assert!(aligned > 90.0 && part > 90.0 && shifted < aligned - 5.0, "{aligned} {part} {shifted}");
}

#[tokio::test]
async fn an_encode_that_is_too_short_is_refused() {
    let bench = Bench::new().await;
    let (mezzanine, distorted) = pair(&bench, "30", Cadence::Full).await;
    let error = compare(&bench, (&mezzanine, &distorted, Cadence::Full), (6, 30), 0, 1, Metrics::Vmaf)
        .await
        .unwrap_err();
    assert!(matches!(&error, Error::Answer { reason, .. } if reason.contains("18 frames")), "{error}");
}

#[tokio::test]
async fn the_other_metrics_know_a_worse_picture() {
    let bench = Bench::new().await;
    let (mezzanine, distorted) = pair(&bench, "30", Cadence::Full).await;
    let all = compare(&bench, (&mezzanine, &distorted, Cadence::Full), (6, 24), 0, 3, Metrics::Others)
        .await
        .unwrap();
    assert_eq!(all.frames.iter().map(|score| score.frame).collect::<Vec<_>>(), [0, 3, 6, 9, 12, 15]);
    for score in &all.frames {
        let (neg, xpsnr_db) = (score.neg.unwrap(), score.xpsnr_db.unwrap());
        assert_eq!(score.vmaf, None);
        assert!((20.0..99.0).contains(&neg) && (20.0..50.0).contains(&xpsnr_db), "{score:?}");
    }
    // The film itself is nearer, though not the same: the two sides are enlarged by different filters.
    let same = compare(&bench, (&mezzanine, &mezzanine, Cadence::Full), (6, 24), 6, 3, Metrics::Others)
        .await
        .unwrap();
    for (encode, itself) in all.frames.iter().zip(&same.frames) {
        assert!(itself.neg > encode.neg && itself.xpsnr_db > encode.xpsnr_db, "{encode:?} {itself:?}");
    }
}

#[tokio::test]
async fn xpsnr_is_right_at_widths_that_fill_no_row() {
    let bench = Bench::new().await;
    let (mezzanine, distorted) = pair(&bench, "30", Cadence::Full).await;
    let pair = (mezzanine.as_path(), distorted.as_path(), Cadence::Full);
    let mut means = Vec::new();
    // Nearly the same picture; the second width is no multiple of 64.
    for size in [Size { width: 320, height: 180 }, Size { width: 336, height: 180 }] {
        let scored = compare_at(size, &bench, pair, (6, 24), (0, 3), Metrics::Others).await.unwrap();
        let values: Vec<f64> = scored.frames.iter().filter_map(|score| score.xpsnr_db).collect();
        means.push(values.iter().sum::<f64>() / values.len() as f64);
    }
    assert!((means[0] - means[1]).abs() < 1.0, "{means:?}");
}
