//! Quality: VMAF of the renditions, shot by shot, and the gate.
//!
//! [`Assembled`] → [`Verdict`]: the film has passed, or some of its shots go back to be encoded again. The shots are
//! scored as they were encoded: assembling moves their bytes and changes none.

use super::assemble::Assembled;
use super::encode::{Again, ShotEncode, Task};
use super::ingest::refusal;
use super::picture;
use crate::flow::{Context, Failure, Job, Stage};
use crate::progress::{Event, Unit};
use crate::step::{Cost, Step};
use crate::workshop::{self, Made, for_all};
use ::quality::{Aim, Config, Pooled, ShotQuality, gate, pool};
use anyhow::Context as _;
use std::path::PathBuf;

const SCORES_FILE: &str = "vmaf.json";

/// The stage.
#[derive(Debug)]
pub struct Quality;

/// What the gate says of the whole film.
#[derive(Debug)]
pub enum Verdict {
    /// All renditions may be packaged.
    Passed(Box<Passed>),
    /// Some shots are to be encoded again; then the film comes back.
    Again(Box<Again>),
}

/// A film whose renditions have passed.
#[derive(Debug, Clone)]
pub struct Passed {
    /// What came in.
    pub assembled: Assembled,
    /// For each rung, the scores of its shots.
    pub shots: Vec<Vec<Pooled>>,
    /// For each rung, the score of the whole.
    pub whole: Vec<Pooled>,
    /// For each rung, why it stays short of its target, where it does.
    pub notes: Vec<Option<String>>,
}

/// The scored frames of one shot in one rung.
type Scores = Vec<f64>;

impl Job for Quality {
    const STAGE: Stage = Stage::Quality;
    type Takes = Assembled;
    type Gives = Verdict;

    async fn run(ctx: &Context, assembled: Assembled) -> Result<Verdict, Failure> {
        let scores = score_all(ctx, &assembled).await?;
        let mut tasks = Vec::new();
        let mut notes = vec![None; scores.len()];
        for (rung, scores) in scores.iter().enumerate() {
            match judge(ctx, &assembled, rung, scores)? {
                gate::Verdict::Pass => {}
                gate::Verdict::ReEncode(renewals) => tasks.extend(renewals.iter().map(|renewal| Task {
                    rung,
                    shot: renewal.shot,
                    crf: renewal.crf,
                    renewals: assembled.encoded.shots[rung][renewal.shot].renewals + 1,
                })),
                gate::Verdict::Short { reason } | gate::Verdict::Over { reason } => notes[rung] = Some(reason),
                gate::Verdict::Refuse { reason } => return Err(refusal("quality-too-low", reason)),
            }
        }
        if !tasks.is_empty() {
            let message = format!("{} encodes are made again, so that their rungs come to their aims", tasks.len());
            ctx.tell(Event::Note { stage: Stage::Quality, message });
            return Ok(Verdict::Again(Box::new(Again { encoded: assembled.encoded, tasks })));
        }
        Ok(Verdict::Passed(Box::new(passed(assembled, &scores, notes)?)))
    }
}

fn passed(
    assembled: Assembled,
    scores: &[Vec<Scores>],
    notes: Vec<Option<String>>,
) -> anyhow::Result<Passed> {
    let pooled = |frames: &Scores| pool(frames).context("a shot has no scored frame");
    let whole = |rung: &Vec<Scores>| pooled(&rung.concat());
    Ok(Passed {
        shots: scores.iter().map(|rung| rung.iter().map(pooled).collect()).collect::<anyhow::Result<_>>()?,
        whole: scores.iter().map(whole).collect::<anyhow::Result<_>>()?,
        notes,
        assembled,
    })
}

fn judge(
    ctx: &Context,
    assembled: &Assembled,
    rung: usize,
    scores: &[Scores],
) -> anyhow::Result<gate::Verdict> {
    let config = Config { top_min: ctx.settings.vmaf_floor, ..Config::default() };
    let encoded = &assembled.encoded;
    let cuts = &encoded.laddered.cuts.shots;
    let aimed = &encoded.laddered.rungs[rung];
    let quality = |((shot, cuts), scores): ((&ShotEncode, &media::plan::ShotCuts), &Scores)| {
        let pooled = pool(scores).context("a shot has no scored frame")?;
        Ok(ShotQuality {
            frames: cuts.frames.len(),
            bits: shot.output.bytes * 8,
            vmaf_mean: pooled.mean,
            vmaf_p5: pooled.p5,
            vmaf_per_crf: aimed.vmaf_per_crf,
            crf: shot.crf,
            renewals: shot.renewals,
        })
    };
    let shots = encoded.shots[rung].iter().zip(cuts).zip(scores).map(quality);
    let shots = shots.collect::<anyhow::Result<Vec<ShotQuality>>>()?;
    let rounds = shots.iter().map(|shot| shot.renewals).max().unwrap_or(0);
    let aim = Aim { vmaf: aimed.vmaf_target, top: encoded.laddered.is_top(rung), crf: aimed.crf, rounds };
    Ok(gate::gate(&aim, &shots, &config))
}

/// The scores of every shot in every rung.
async fn score_all(ctx: &Context, assembled: &Assembled) -> anyhow::Result<Vec<Vec<Scores>>> {
    let shots = &assembled.encoded.shots;
    let tasks: Vec<(usize, usize)> = shots
        .iter()
        .enumerate()
        .flat_map(|(rung, shots)| (0..shots.len()).map(move |shot| (rung, shot)))
        .collect();
    ctx.tell(Event::Total { stage: Stage::Quality, total: tasks.len() as u64, unit: Unit::Items });
    let scores = for_all(tasks, |(rung, shot)| score(ctx, assembled, rung, shot)).await?;
    let mut scores = scores.into_iter();
    Ok(shots.iter().map(|shots| scores.by_ref().take(shots.len()).collect()).collect())
}

async fn score(ctx: &Context, assembled: &Assembled, rung: usize, shot: usize) -> anyhow::Result<Scores> {
    let encoded = &assembled.encoded;
    let analysed = &encoded.laddered.analysed;
    let (shot, frames) = (&encoded.shots[rung][shot], encoded.laddered.cuts.shots[shot].frames);
    let scoring = picture::Scoring::new(ctx, analysed, ctx.settings.vmaf_subsample_finals);
    let mut params = scoring.parameters();
    params.push(("frames", format!("{}-{}", frames.start, frames.end)));
    let job = workshop::Job {
        step: Step {
            kind: "score",
            version: 1,
            params,
            inputs: vec![analysed.mezzanine.digest, shot.output.digest],
            tool: ctx.tools.ffmpeg.id(),
        },
        stage: Stage::Quality,
        need: picture::need(analysed.ingested.master.conform.size),
        droppable: &[],
    };
    let distorted = ctx.workshop.file(&shot.output.key).await?;
    let work = |bench: PathBuf| async move {
        let scored = scoring.run(ctx, &distorted, frames, &bench).await?;
        tokio::fs::write(bench.join(SCORES_FILE), serde_json::to_vec(&picture::values(&scored.frames))?)
            .await?;
        Ok(Made { files: vec![SCORES_FILE.to_owned()], cost: Cost::from(scored.usage) })
    };
    let finished = ctx.workshop.run(job, work).await?;
    ctx.tell(Event::Done { stage: Stage::Quality, done: 1 });
    Ok(serde_json::from_slice(&ctx.workshop.read(finished.output(SCORES_FILE)?).await?)?)
}
