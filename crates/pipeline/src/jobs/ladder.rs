//! Ladder: for each format of the title, makes the probes that the ladder room asks for, until it is done; then fixes the
//! cut points of all rungs.
//!
//! [`Analysed`] → [`Laddered`].

use super::analyse::Analysed;
use super::{picture, track};
use crate::flow::{Context, Failure, Job, Stage};
use crate::progress::{Event, Unit};
use crate::step::{Cost, Step};
use crate::workshop::{self, Made, for_all};
use ::encode::command::{Settings, options};
use ::encode::{policy, quality};
use ::ladder::{Config, Film, Next, Source};
use ::package::segment;
use anyhow::Context as _;
use media::Format;
use media::master::Master;
use media::plan::CutPlan;
use media::rung::{self, Crf, Probe, ProbePoint, Rung};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

const ENCODE_FILE: &str = "probe.mp4";
const RESULT_FILE: &str = "probe.json";

/// The stage.
#[derive(Debug)]
pub struct Ladder;

/// A film whose rungs and cut points are known.
#[derive(Debug, Clone)]
pub struct Laddered {
    /// What came in.
    pub analysed: Analysed,
    /// Trials, hull and rungs of each format, the base format first.
    pub ladders: Vec<rung::Ladder>,
    /// The rungs of all ladders, one ladder after the other: later stages know a rung by its index here.
    pub rungs: Vec<Rung>,
    /// Keyframes and segments of all rungs.
    pub cuts: CutPlan,
}

impl Laddered {
    /// Whether a rung is the best of its ladder.
    pub fn is_top(&self, rung: usize) -> bool {
        rung == 0 || self.rungs[rung].format != self.rungs[rung - 1].format
    }
}

/// What one probe came to; the step's output. Bytes are those of the frames, without the container.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Outcome {
    bytes: u64,
    vmaf: f64,
}

impl Job for Ladder {
    const STAGE: Stage = Stage::Ladder;
    type Takes = Analysed;
    type Gives = Laddered;

    async fn run(ctx: &Context, analysed: Analysed) -> Result<Laddered, Failure> {
        let mut ladders: Vec<rung::Ladder> = Vec::new();
        let mut probes_before = 0;
        for format in formats(ctx, &analysed.ingested.master, analysed.ingested.declared_s()) {
            let ladder = search(ctx, &analysed, format, probes_before).await?;
            probes_before += ladder.probes;
            ladders.push(ladder);
        }
        let rungs = ladders.iter().flat_map(|ladder| ladder.rungs.iter().cloned()).collect();
        let cuts = cut_plan(&analysed);
        Ok(Laddered { analysed, ladders, rungs, cuts })
    }
}

/// The formats that a title gets whose master lasts `duration_s`.
pub(super) fn formats(ctx: &Context, master: &Master, duration_s: f64) -> Vec<Format> {
    let film_h = duration_s / 3600.0;
    let (watched_h, prices) = (ctx.settings.watched_h, ctx.settings.prices);
    let demand = policy::Demand { watched_h, film_h, prices };
    policy::formats(&ctx.settings.codecs, master.conform.transfer, demand)
}

/// Probes until the ladder of `format` is known.
async fn search(
    ctx: &Context,
    analysed: &Analysed,
    format: Format,
    probes_before: usize,
) -> anyhow::Result<rung::Ladder> {
    let conform = &analysed.ingested.master.conform;
    let source = Source { size: conform.size, rate: conform.rate };
    let config = config(ctx, format);
    let shots = Arc::new(analysed.shots.clone());
    let mut history: Vec<ProbePoint> = Vec::new();
    // Bounded: the room asks for two looks at each shot and for at most `Config::trials_max` trials.
    loop {
        let (known, shots) = (history.clone(), Arc::clone(&shots));
        // A film of a thousand shots takes the room seconds, in which other steps go on.
        let decided = tokio::task::spawn_blocking(move || {
            ::ladder::next(&known, &Film { format, source, shots: &shots }, &config)
        });
        match decided.await? {
            Next::Done(ladder) => return Ok(ladder),
            Next::Probe(probes) => {
                let total = (probes_before + history.len() + probes.len()) as u64;
                ctx.tell(Event::Total { stage: Stage::Ladder, total, unit: Unit::Items });
                history.extend(for_all(probes, |probe| run_probe(ctx, analysed, format, probe)).await?);
            }
        }
    }
}

fn config(ctx: &Context, format: Format) -> Config {
    let (crf_min, crf_max) = quality::crf_range(format.codec);
    let crf_step = Crf(quality::crf_step(format.codec));
    Config { vmaf_top: ctx.settings.vmaf_target, crf_min, crf_max, crf_step, ..Config::default() }
}

fn cut_plan(analysed: &Analysed) -> CutPlan {
    let rate = analysed.ingested.master.conform.rate;
    let shots = encode::plan::cuts(&analysed.shots, rate, &encode::plan::Limits::default());
    let keyframes: Vec<u64> = shots.iter().flat_map(|shot| shot.keyframes.iter().copied()).collect();
    let starts: Vec<u64> = shots.iter().map(|shot| shot.frames.start).collect();
    let segments =
        segment::plan(&keyframes, &starts, analysed.shots.frames(), rate, &segment::Limits::default());
    CutPlan { shots, segments }
}

async fn run_probe(
    ctx: &Context,
    analysed: &Analysed,
    format: Format,
    probe: Probe,
) -> anyhow::Result<ProbePoint> {
    let conform = &analysed.ingested.master.conform;
    let cadence = conform.cadence(probe.trial.size);
    let settings = Settings {
        film_grain: ctx.settings.film_grain,
        hdr: analysed.hdr(format),
        ..Settings::trial(format, &probe.trial, cadence.rate(conform.rate), probe.effort)
    };
    let encode = picture::Encode {
        film: analysed,
        transfer: format.transfer,
        frames: probe.frames,
        size: probe.trial.size,
        args: options(&settings, &[0]),
    };
    let scoring = picture::Scoring::probes(ctx, analysed, format);
    let mut params = encode.parameters();
    params.extend(scoring.parameters());
    let job = workshop::Job {
        step: Step {
            kind: "probe",
            version: 1,
            params,
            inputs: vec![analysed.mezzanine(format.transfer).digest],
            tool: ctx.tools.ffmpeg.id(),
        },
        stage: Stage::Ladder,
        need: picture::need(conform.size, format),
        droppable: &[],
    };
    let work = |bench: PathBuf| async move {
        let encoded = bench.join(ENCODE_FILE);
        let encode = encode.run(ctx, &bench, ENCODE_FILE).await?;
        let to_score = picture::Encoded { file: &encoded, frames: probe.frames, cadence };
        let scored = scoring.run(ctx, to_score, &bench).await?;
        let pooled =
            ::quality::pool(&picture::scores(&scored.frames).vmaf).context("the excerpt has no frame")?;
        let outcome = Outcome { bytes: track::sample_bytes(&encoded)?, vmaf: pooled.mean };
        tokio::fs::write(bench.join(RESULT_FILE), serde_json::to_vec(&outcome)?).await?;
        let cost = Cost::from(encode).then(Cost::from(scored.usage));
        Ok(Made { files: vec![RESULT_FILE.to_owned()], cost })
    };
    let finished = ctx.workshop.run(job, work).await?;
    ctx.tell(Event::Done { stage: Stage::Ladder, done: 1 });
    let outcome: Outcome = serde_json::from_slice(&ctx.workshop.read(finished.output(RESULT_FILE)?).await?)?;
    Ok(ProbePoint { probe, bits: outcome.bytes * 8, vmaf: outcome.vmaf })
}
