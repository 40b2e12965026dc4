//! Summary: how a title was prepared, gathered from what the stages left, and kept beside the packages.
//!
//! Owns where reports are kept: `reports/<title id>/<start of the run>.json`, one for each run, the newest the one that
//! is shown. Renders nothing (see `report`).

use crate::flow::{Context, Stage};
use crate::jobs::aside::Sound;
use crate::jobs::encode::ShotEncode;
use crate::jobs::package::{Content, Packaged};
use anyhow::{Context as _, anyhow};
use bytes::Bytes;
use media::facts::{AudioFacts, TextFacts, VideoFacts};
use media::package::Track;
use media::sound::Levelled;
use quality::{Pooled, PooledDb, PooledScores};
use report::{Audio, Finding, Loudness, Master, Rendition, Report, Search, ShotResult, Tool, Vmaf, Xpsnr};
use store::{Key, Store};
use title::TitleId;

/// Reports kept for each title: the last few runs are compared, older ones are of no use.
const REPORTS_KEPT_MAX: usize = 10;

/// Gathers the report of a run whose title is ready to be published.
pub fn write(ctx: &Context, packaged: &Packaged) -> Report {
    let encoded = &packaged.passed.assembled.encoded;
    let (laddered, analysed) = (&encoded.laddered, &encoded.laddered.analysed);
    let title = &analysed.ingested.title;
    let scored_at = codec::vmaf::scoring_size(analysed.ingested.master.conform.size);
    Report {
        title: title.name.clone(),
        id: title.id.0.clone(),
        master: master(packaged),
        findings: analysed.ingested.findings.iter().map(Finding::from).collect(),
        shots: analysed.shots.clone(),
        ladders: laddered.ladders.clone(),
        search: search(ctx),
        renditions: renditions(packaged),
        audio: packaged.package.audio.iter().zip(&encoded.aside.audio).map(audio).collect(),
        stages: Stage::ALL.iter().map(|stage| cost(ctx, *stage)).collect(),
        bytes: packaged.files.values().map(Content::bytes).sum(),
        tools: [&ctx.tools.ffmpeg, &ctx.tools.ffprobe]
            .map(|tool| Tool { name: tool.name.to_owned(), version: tool.version.clone() })
            .to_vec(),
        vmaf_model: ctx.settings.vmaf_model(scored_at).to_owned(),
    }
}

fn master(packaged: &Packaged) -> Master {
    let analysed = &packaged.passed.assembled.encoded.laddered.analysed;
    let media::master::Master { file, video, audio, text, conform } = &analysed.ingested.master;
    Master {
        name: file.name.clone(),
        digest: file.digest,
        bytes: file.bytes,
        duration_s: analysed.duration_s(),
        size: video.size,
        conformed_size: conform.size,
        rate: conform.rate,
        video: describe_video(video),
        audio: audio.iter().map(describe_audio).collect(),
        text: text.iter().map(describe_text).collect(),
    }
}

fn describe_video(video: &VideoFacts) -> String {
    let transfer = video.colour.transfer.as_deref();
    [Some(video.codec.as_str()), Some(video.pixel_format.as_str()), transfer]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn describe_audio(audio: &AudioFacts) -> String {
    let language = audio.label.language.as_deref().unwrap_or("language not said");
    format!("{}, {} channels, {} Hz, {language}", audio.codec, audio.channels, audio.sample_rate_hz)
}

fn describe_text(text: &TextFacts) -> String {
    let language = text.label.language.as_deref().unwrap_or("language not said");
    format!("{}, {language}", text.codec)
}

fn renditions(packaged: &Packaged) -> Vec<Rendition> {
    let passed = &packaged.passed;
    let laddered = &passed.assembled.encoded.laddered;
    let conform = &laddered.analysed.ingested.master.conform;
    let rendition = |(number, rung): (usize, &media::rung::Rung)| {
        let track =
            packaged.package.video.iter().find(|video| video.rung == rung.name).map(|video| &video.track);
        let PooledScores { vmaf, neg, xpsnr } = &passed.whole[number];
        Rendition {
            rung: rung.name.clone(),
            format: rung.format,
            size: rung.size,
            rate: conform.cadence(rung.size).rate(conform.rate),
            crf: rung.crf,
            vmaf_target: rung.vmaf_target,
            vmaf: pooled(vmaf),
            neg: neg.as_ref().map(pooled),
            xpsnr: xpsnr.as_ref().map(pooled_db),
            bitrate_bps_average: track.map_or(0, |track| track.bitrate_bps_average),
            bitrate_bps_peak: track.map_or(0, |track| track.bitrate_bps_peak),
            bytes: track.map_or(0, file_bytes),
            shots: shots(packaged, number),
            note: passed.notes[number].clone(),
        }
    };
    laddered.rungs.iter().enumerate().map(rendition).collect()
}

fn shots(packaged: &Packaged, rung: usize) -> Vec<ShotResult> {
    let passed = &packaged.passed;
    let encoded = &passed.assembled.encoded;
    let cuts = &encoded.laddered.cuts.shots;
    let conform = &encoded.laddered.analysed.ingested.master.conform;
    let (rate, cadence) = (conform.rate, conform.cadence(encoded.laddered.rungs[rung].size));
    let result =
        |((shot, cuts), scores): ((&ShotEncode, &media::plan::ShotCuts), &PooledScores)| ShotResult {
            crf: shot.crf,
            vmaf_mean: scores.vmaf.mean,
            vmaf_p5: scores.vmaf.p5,
            neg_mean: scores.neg.map(|neg| neg.mean),
            xpsnr_db_mean: scores.xpsnr.map(|xpsnr| xpsnr.mean_db),
            frames: cadence.left(cuts.frames.len()),
            bytes: shot.output.bytes,
            bitrate_bps: shot.output.bytes as f64 * 8.0 / rate.seconds(cuts.frames.len()),
            encodes: shot.renewals + 1,
        };
    encoded.shots[rung].iter().zip(cuts).zip(&passed.shots[rung]).map(result).collect()
}

fn pooled(pooled: &Pooled) -> Vmaf {
    let Pooled { mean, harmonic_mean, p5, min } = *pooled;
    Vmaf { mean, harmonic_mean, p5, min }
}

fn pooled_db(pooled: &PooledDb) -> Xpsnr {
    let PooledDb { mean_db, p5_db, min_db } = *pooled;
    Xpsnr { mean_db, p5_db, min_db }
}

fn audio((audio, sound): (&media::package::AudioTrack, &Sound)) -> Audio {
    let Levelled { measured, gain_db } = sound.levelled;
    Audio {
        name: audio.name.clone(),
        codec: audio.codec.to_string(),
        channels: audio.channels,
        bitrate_bps_average: audio.track.bitrate_bps_average,
        bytes: file_bytes(&audio.track),
        loudness: Some(Loudness {
            integrated_lufs: measured.integrated_lufs,
            range_lu: measured.range_lu,
            true_peak_dbtp: measured.true_peak_dbtp,
            gain_db,
        }),
    }
}

fn file_bytes(track: &Track) -> u64 {
    track.index.segments.last().map_or(0, |segment| segment.bytes.end())
}

fn search(ctx: &Context) -> Search {
    let made = |stage| ctx.workshop.ledger.account(stage).cpu_s_made;
    Search { cpu_s: made(Stage::Ladder), encode_cpu_s: made(Stage::Encode) }
}

fn cost(ctx: &Context, stage: Stage) -> report::Stage {
    let account = ctx.workshop.ledger.account(stage);
    report::Stage {
        name: stage.name().to_owned(),
        wall_s: account.wall_s,
        cpu_s: account.cpu_s,
        steps_run: account.steps - account.steps_cached,
        steps_cached: account.steps_cached,
        memory_bytes_peak: Some(account.memory_bytes_peak).filter(|bytes| *bytes > 0),
    }
}

/// Keeps the report of the run that began at `started_ms`, and drops the oldest ones.
pub async fn keep(
    store: &dyn Store,
    title: &TitleId,
    started_ms: i64,
    report: &Report,
) -> anyhow::Result<()> {
    let folder = folder(title)?;
    // Thirteen digits until the year 2286, so that names sort by time.
    let key = folder.join(format!("{started_ms:013}.json"))?;
    store.put(&key, Bytes::from(report::record::write(report))).await?;
    let kept = store.list(&folder).await?;
    let superfluous = kept.len().saturating_sub(REPORTS_KEPT_MAX);
    for old in &kept[..superfluous] {
        store.delete(old).await?;
    }
    Ok(())
}

/// The newest report of a title.
pub async fn load(store: &dyn Store, title: &TitleId) -> anyhow::Result<Report> {
    let kept = store.list(&folder(title)?).await?;
    let newest = kept.last().ok_or_else(|| anyhow!("no report of {title} was kept; prepare it again"))?;
    let text = store.get(newest).await?;
    let text = std::str::from_utf8(&text).with_context(|| format!("reading {newest}"))?;
    report::record::read(text).with_context(|| format!("reading {newest}"))
}

fn folder(title: &TitleId) -> anyhow::Result<Key> {
    Ok(Key::new(format!("reports/{title}"))?)
}
