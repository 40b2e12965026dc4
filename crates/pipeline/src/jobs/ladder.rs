//! Ladder: runs the trials that the ladder room asks for, until it is done; then fixes the cut points of all rungs.
//!
//! [`Analysed`] → [`Laddered`].

use super::analyse::Analysed;
use super::{picture, track};
use crate::flow::{Context, Failure, Job, Stage};
use crate::progress::{Event, Unit};
use crate::step::{Cost, Step};
use crate::workshop::{self, Made, for_all};
use ::encode::command::Settings;
use ::ladder::{Config, Measured, Next, Sample, Source, sample};
use ::package::segment;
use anyhow::Context as _;
use media::plan::CutPlan;
use media::Format;
use media::rung::{self, Effort, Trial, TrialPoint};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

const ENCODE_FILE: &str = "trial.mp4";
const RESULT_FILE: &str = "trial.json";

/// The stage.
#[derive(Debug)]
pub struct Ladder;

/// A film whose rungs and cut points are known.
#[derive(Debug, Clone)]
pub struct Laddered {
    /// What came in.
    pub analysed: Analysed,
    /// Trials, hull and rungs.
    pub ladder: rung::Ladder,
    /// Keyframes and segments of all rungs.
    pub cuts: CutPlan,
}

/// What one excerpt came to in one trial; the step's output. Bytes are those of the frames, without the container.
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
        let conform = &analysed.ingested.master.conform;
        let config = Config { vmaf_top: ctx.settings.vmaf_target, ..Config::default() };
        let source = Source { size: conform.size, rate: conform.rate };
        let samples = ::ladder::samples(&analysed.shots, conform.rate, &sample::Config::default());
        let mut history: Vec<TrialPoint> = Vec::new();
        // Bounded: the room asks for at most `Config::trials_max` trials.
        let ladder = loop {
            match ::ladder::next(&history, &source, &config) {
                Next::Done(ladder) => break ladder,
                Next::Probe(trials) => {
                    history.extend(run_trials(ctx, &analysed, &samples, trials, &history).await?)
                }
            }
        };
        let cuts = cut_plan(&analysed);
        Ok(Laddered { analysed, ladder, cuts })
    }
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

/// Runs a batch of trials, all excerpts of all of them at once.
async fn run_trials(
    ctx: &Context,
    analysed: &Analysed,
    samples: &[Sample],
    trials: Vec<Trial>,
    history: &[TrialPoint],
) -> anyhow::Result<Vec<TrialPoint>> {
    let total = (history.len() + trials.len()) * samples.len();
    ctx.tell(Event::Total { stage: Stage::Ladder, total: total as u64, unit: Unit::Items });
    let work: Vec<(Trial, Sample)> =
        trials.iter().flat_map(|trial| samples.iter().map(|sample| (*trial, *sample))).collect();
    let outcomes = for_all(work, |(trial, sample)| run_trial(ctx, analysed, trial, sample)).await?;
    let rate = analysed.ingested.master.conform.rate;
    let point = |(trial, outcomes): (&Trial, &[Outcome])| {
        let measured = samples.iter().zip(outcomes).map(|(sample, outcome)| Measured {
            weight: sample.weight,
            bits: outcome.bytes * 8,
            frames: sample.frames.len(),
            vmaf_mean: outcome.vmaf,
        });
        ::ladder::combine(*trial, &measured.collect::<Vec<_>>(), rate)
    };
    Ok(trials.iter().zip(outcomes.chunks(samples.len())).map(point).collect())
}

async fn run_trial(
    ctx: &Context,
    analysed: &Analysed,
    trial: Trial,
    sample: Sample,
) -> anyhow::Result<Outcome> {
    let rate = analysed.ingested.master.conform.rate;
    let shot = picture::Encode {
        film: analysed,
        frames: sample.frames,
        size: trial.size,
        args: encode::command::options(&Settings::trial(Format::BASE, &trial, rate, Effort::Final), &[0]),
    };
    let scoring = picture::Scoring::new(ctx, analysed, ctx.settings.vmaf_subsample_trials);
    let mut params = shot.parameters();
    params.extend(scoring.parameters());
    let job = workshop::Job {
        step: Step {
            kind: "trial",
            version: 1,
            params,
            inputs: vec![analysed.mezzanine.digest],
            tool: ctx.tools.ffmpeg.id(),
        },
        stage: Stage::Ladder,
        need: picture::need(analysed.ingested.master.conform.size),
        droppable: &[],
    };
    let work = |bench: PathBuf| async move {
        let encoded = bench.join(ENCODE_FILE);
        let encode = shot.run(ctx, &bench, ENCODE_FILE).await?;
        let scored = scoring.run(ctx, &encoded, sample.frames, &bench).await?;
        let pooled = ::quality::pool(&picture::values(&scored.frames)).context("the excerpt has no frame")?;
        let outcome = Outcome { bytes: track::sample_bytes(&encoded)?, vmaf: pooled.mean };
        tokio::fs::write(bench.join(RESULT_FILE), serde_json::to_vec(&outcome)?).await?;
        let cost = Cost::from(encode).then(Cost::from(scored.usage));
        Ok(Made { files: vec![RESULT_FILE.to_owned()], cost })
    };
    let finished = ctx.workshop.run(job, work).await?;
    ctx.tell(Event::Done { stage: Stage::Ladder, done: 1 });
    Ok(serde_json::from_slice(&ctx.workshop.read(finished.output(RESULT_FILE)?).await?)?)
}
