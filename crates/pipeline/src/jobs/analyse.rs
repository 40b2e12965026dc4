//! Analyse: one decode of the master makes the mezzanine and the frame scores; the scores become shots.
//!
//! [`Ingested`] → [`Analysed`].

use super::ingest::{Ingested, refusal};
use crate::budget::Need;
use crate::flow::{Context, Failure, Job, Stage};
use crate::progress::{Event, Unit};
use crate::step::{Cost, Output, Step};
use crate::workshop::{self, Finished, Made};
use ::analyse::{FrameScore, Measure, record, shots};
use ::encode::command::Hdr;
use ::encode::plan;
use anyhow::Context as _;
use codec::mezzanine;
use ingest::rules::{self, Decoded};
use media::Format;
use media::master::{Master, Severity};
use media::picture::Transfer;
use media::shot::ShotList;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Memory of the decoder and the lossless encoder beside their frames.
const MEZZANINE_MEMORY_BYTES: u64 = 300 << 20;
/// Frames of the source that the decoder, the filters and the encoder hold together.
const MEZZANINE_FRAMES: u64 = 48;

/// Threads of decoder and encoder together, of which two are busy.
const MEZZANINE_THREADS: u32 = 2;

const MEZZANINE_FILE: &str = "mezzanine.mov";
const MEZZANINE_HIGH_FILE: &str = "mezzanine-hdr.mov";
/// The outputs that are dropped when nobody needs them any more.
const MEZZANINE_FILES: [&str; 2] = [MEZZANINE_FILE, MEZZANINE_HIGH_FILE];
const SCORES_FILE: &str = "scores.csv";
const DECODED_FILE: &str = "decoded.json";

/// The stage.
#[derive(Debug)]
pub struct Analyse;

/// A film whose shots are known.
#[derive(Debug, Clone)]
pub struct Analysed {
    /// What came in, with the findings of the decode.
    pub ingested: Ingested,
    /// The mezzanine: lossless, constant rate; every later step reads it and not the master. Its bytes may have been
    /// dropped: see [`Analysed::mezzanine_file`].
    mezzanine: Output,
    /// The same in high dynamic range, where the master has it.
    mezzanine_high: Option<Output>,
    /// Time of the first picture on the master's timeline, in seconds.
    pub picture_start_s: f64,
    /// Shots.
    pub shots: ShotList,
}

impl Analysed {
    /// Duration of the picture in seconds.
    pub fn duration_s(&self) -> f64 {
        self.ingested.master.conform.rate.seconds(self.shots.frames())
    }

    /// The mezzanine of that dynamic range: the standard one where the master has no other.
    pub fn mezzanine(&self, transfer: Transfer) -> &Output {
        let high = self.mezzanine_high.as_ref().filter(|_| transfer != Transfer::Sdr);
        high.unwrap_or(&self.mezzanine)
    }

    /// All mezzanines.
    pub fn mezzanines(&self) -> impl Iterator<Item = &Output> {
        std::iter::once(&self.mezzanine).chain(&self.mezzanine_high)
    }

    /// What an encode in `format` tells of the master's grading.
    pub fn hdr(&self, format: Format) -> Option<Hdr> {
        let video = &self.ingested.master.video;
        (format.transfer != Transfer::Sdr).then_some(Hdr { mastering: video.mastering, light: video.light })
    }
}

/// What the decode found; a step output.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct DecodeRecord {
    frames: u64,
    decode_errors: u64,
    picture_start_s: f64,
}

impl DecodeRecord {
    fn decoded(&self) -> Decoded {
        Decoded { frames: self.frames, decode_errors: self.decode_errors }
    }
}

impl Job for Analyse {
    const STAGE: Stage = Stage::Analyse;
    type Takes = Ingested;
    type Gives = Analysed;

    async fn run(ctx: &Context, mut ingested: Ingested) -> Result<Analysed, Failure> {
        let (made, decode) = decode(ctx, &mut ingested).await?;
        if ingested.findings.iter().any(|finding| finding.severity == Severity::Blocker) {
            drop_mezzanines(ctx, &made).await?;
            return Err(Failure::Refused(ingested.findings));
        }
        // As a file: the table of a long film is longer than what the store hands out in one piece.
        let table = ctx.workshop.file(&made.output(SCORES_FILE)?.key).await?;
        let scores: Vec<FrameScore> = record::read(&tokio::fs::read_to_string(table).await?)?;
        // A keyframe begins each part of a long shot anyway; as a shot of its own it also gets a CRF of its own, which was
        // worth 1 % of a trailer's bits.
        let rate = ingested.master.conform.rate;
        let shot_s_max = rate.seconds(plan::gap_max(rate, &plan::Limits::default()));
        let bounds = shots::Config { shot_s_max, ..shots::Config::default() };
        let shots = shots::detect(&scores, rate, &bounds);
        let mezzanine = made.output(MEZZANINE_FILE)?.clone();
        let mezzanine_high = made.outputs.get(MEZZANINE_HIGH_FILE).cloned();
        Ok(Analysed { ingested, mezzanine, mezzanine_high, picture_start_s: decode.picture_start_s, shots })
    }
}

/// Decodes the master and judges the decode. One that is shorter than declared is decoded once more by its timestamps:
/// frames may be missing in the middle, and what comes after must not come early.
async fn decode(ctx: &Context, ingested: &mut Ingested) -> Result<(Finished, DecodeRecord), Failure> {
    let made = mezzanine(ctx, ingested).await?;
    let record = read_record(ctx, &made).await?;
    let kept = record.decoded();
    let findings = rules::after_decode(&ingested.facts, &ingested.master, &kept);
    if rules::may_have_gaps(&ingested.master, &findings) {
        let mut by_time = ingested.clone();
        by_time.master.conform.resample_rate = true;
        let filled_made = mezzanine(ctx, &by_time).await?;
        let filled_record = read_record(ctx, &filled_made).await?;
        if let Some(gaps) = rules::gaps(&by_time.master, &kept, &filled_record.decoded()) {
            let findings = rules::after_decode(&by_time.facts, &by_time.master, &filled_record.decoded());
            drop_mezzanines(ctx, &made).await?;
            *ingested = by_time;
            ingested.findings.push(gaps);
            ingested.findings.extend(findings);
            return Ok((filled_made, filled_record));
        }
        drop_mezzanines(ctx, &filled_made).await?;
    }
    ingested.findings.extend(findings);
    Ok((made, record))
}

/// Drops the mezzanines of a decode that is not used.
async fn drop_mezzanines(ctx: &Context, made: &Finished) -> anyhow::Result<()> {
    for output in MEZZANINE_FILES.iter().filter_map(|name| made.outputs.get(*name)) {
        ctx.workshop.store.delete(&output.key).await?;
    }
    Ok(())
}

async fn read_record(ctx: &Context, made: &Finished) -> anyhow::Result<DecodeRecord> {
    let record = ctx.workshop.read(made.output(DECODED_FILE)?).await?;
    Ok(serde_json::from_slice(&record)?)
}

async fn mezzanine(ctx: &Context, ingested: &Ingested) -> Result<Finished, Failure> {
    let total = expected_frames(&ingested.master);
    ctx.tell(Event::Total { stage: Stage::Analyse, total, unit: Unit::Frames });
    let made = ctx.workshop.run(job(ctx, ingested), |bench| make(ctx, ingested, bench)).await;
    made.map_err(undecodable)
}

impl Analysed {
    /// The mezzanine as a file. It is dropped when a title is published, and made again here when a later run has
    /// something new to do.
    pub async fn mezzanine_file(&self, ctx: &Context, transfer: Transfer) -> anyhow::Result<PathBuf> {
        let mezzanine = self.mezzanine(transfer);
        // One at a time: many steps need it at once, and the first one makes it for all.
        let _making = ctx.mezzanine.lock().await;
        if ctx.workshop.store.head(&mezzanine.key).await?.is_none() {
            let (ingested, dropped) = (&self.ingested, self.dropped(ctx).await?);
            let made = ctx.workshop.restore(Stage::Analyse, &dropped, |bench| make(ctx, ingested, bench));
            made.await.context("making the mezzanine again")?;
        }
        ctx.workshop.file(&mezzanine.key).await
    }

    /// The mezzanines that are not in the store: one decode gives them all.
    async fn dropped(&self, ctx: &Context) -> anyhow::Result<Vec<&Output>> {
        let mut dropped = Vec::new();
        for mezzanine in self.mezzanines() {
            if ctx.workshop.store.head(&mezzanine.key).await?.is_none() {
                dropped.push(mezzanine);
            }
        }
        Ok(dropped)
    }
}

fn job(ctx: &Context, ingested: &Ingested) -> workshop::Job {
    let master = &ingested.master;
    workshop::Job {
        step: Step {
            kind: "mezzanine",
            version: 6,
            params: vec![
                ("video", format!("{:?}", master.video)),
                ("conform", format!("{:?}", master.conform)),
                ("high", is_high(ctx, ingested).to_string()),
            ],
            inputs: vec![ingested.run.source.digest],
            tool: ctx.tools.ffmpeg.id(),
        },
        stage: Stage::Analyse,
        need: Need {
            threads: MEZZANINE_THREADS,
            memory_bytes: MEZZANINE_MEMORY_BYTES + master.video.size.pixels() * 3 * MEZZANINE_FRAMES,
        },
        droppable: &MEZZANINE_FILES,
    }
}

/// Whether some format of the title has high dynamic range.
fn is_high(ctx: &Context, ingested: &Ingested) -> bool {
    let formats = super::ladder::formats(ctx, &ingested.master, ingested.declared_s());
    formats.iter().any(|format| format.transfer != Transfer::Sdr)
}

async fn make(ctx: &Context, ingested: &Ingested, bench: PathBuf) -> anyhow::Result<Made> {
    let master = &ingested.master;
    let source = ctx.workshop.file(&ingested.run.source.key).await?;
    let mut measure = Measure::new();
    let mut scores = Vec::new();
    let mut on_frame = |luma: &[u8]| {
        scores.push(measure.push(luma));
        ctx.tell(Event::Done { stage: Stage::Analyse, done: 1 });
    };
    let is_high = is_high(ctx, ingested);
    let job = mezzanine::Job {
        master: &source,
        video: &master.video,
        conform: &master.conform,
        folder: &bench,
        file_name: MEZZANINE_FILE,
        hdr_file_name: is_high.then_some(MEZZANINE_HIGH_FILE),
    };
    let made = mezzanine::make(&ctx.tools, &job, &mut on_frame, &mut |_| {}).await?;
    let record = DecodeRecord {
        frames: made.frames,
        decode_errors: made.decode_errors,
        picture_start_s: made.picture_start_s,
    };
    tokio::fs::write(bench.join(SCORES_FILE), record::write(&scores)).await?;
    tokio::fs::write(bench.join(DECODED_FILE), serde_json::to_vec_pretty(&record)?).await?;
    let files = [MEZZANINE_FILE, SCORES_FILE, DECODED_FILE];
    let files = files.into_iter().chain(is_high.then_some(MEZZANINE_HIGH_FILE)).map(str::to_owned).collect();
    Ok(Made { files, cost: Cost::from(made.usage) })
}

/// Turns the decoder's word that there is nothing to decode into a refusal; other errors are ours.
fn undecodable(error: anyhow::Error) -> Failure {
    match error.downcast_ref::<codec::Error>() {
        Some(cause) if cause.blames_the_input() => refusal(
            "undecodable",
            format!("The picture cannot be decoded: {cause}. Export the master again."),
        ),
        _ => Failure::Failed(error),
    }
}

fn expected_frames(master: &Master) -> u64 {
    let by_time = master.video.duration_s.map(|seconds| master.conform.rate.frames(seconds));
    by_time.or(master.video.frames).unwrap_or(0)
}
