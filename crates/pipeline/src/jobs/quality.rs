//! Quality: VMAF of the renditions, shot by shot, and the gate.
//!
//! [`Assembled`] → [`Verdict`]: the film has passed, or some of its shots go back to be encoded again. The shots are
//! scored as they were encoded: assembling moves their bytes and changes none.

use super::assemble::{Assembled, retain};
use super::encode::{Again, ShotEncode, Task};
use super::ingest::refusal;
use super::picture;
use crate::flow::{Context, Failure, Job, Stage};
use crate::progress::{Event, Unit};
use crate::step::{Cost, Step};
use crate::workshop::{self, Made, for_all};
use ::encode::quality as scale;
use ::quality::gate::Measured;
use ::quality::{Aim, Config, FrameScores, Outcome, PooledScores, ShotQuality, gate};
use anyhow::Context as _;
use media::Format;
use media::rung::{Crf, Rung};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

const SCORES_FILE: &str = "scores.json";

/// Growth of a loss of quality, as a part of it, for a codec's whole range of CRF: it doubles with 6 CRF of H.264, and where
/// the picture is enlarged or much is lost, it grows by some less.
const USUAL_LOSS_PER_RANGE: f64 = 0.85 * 0.69 * 33.0 / 6.0;

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
    pub shots: Vec<Vec<PooledScores>>,
    /// For each rung, the score of the whole.
    pub whole: Vec<PooledScores>,
    /// For each rung, why it stays short of its target, where it does.
    pub notes: Vec<Option<String>>,
}

/// The scored frames of one shot in one rung; the step's output.
#[derive(Serialize, Deserialize)]
struct Scores {
    vmaf: Vec<f64>,
    neg: Vec<f64>,
    xpsnr_db: Vec<f64>,
}

impl Job for Quality {
    const STAGE: Stage = Stage::Quality;
    type Takes = Assembled;
    type Gives = Verdict;

    async fn run(ctx: &Context, mut assembled: Assembled) -> Result<Verdict, Failure> {
        let mut scores = score_all(ctx, &assembled, Purpose::Gate).await?;
        let mut tasks = Vec::new();
        let mut notes = vec![None; scores.len()];
        for (rung, scores) in scores.iter().enumerate() {
            match judge(ctx, &assembled, rung, scores)? {
                gate::Verdict::Pass => {}
                gate::Verdict::ReEncode(renewals) => {
                    let shots = &assembled.encoded.shots[rung];
                    tasks.extend(renewals.iter().map(|renewal| again(rung, renewal, shots, scores)));
                }
                gate::Verdict::Short { reason } | gate::Verdict::Over { reason } => {
                    notes[rung] = Some(reason)
                }
                // The title stands or falls with the base format; the others are beside it.
                gate::Verdict::Refuse { reason }
                    if assembled.encoded.laddered.rungs[rung].format != Format::BASE =>
                {
                    notes[rung] = Some(reason);
                }
                gate::Verdict::Refuse { reason } => return Err(refusal("quality-too-low", reason)),
            }
        }
        if !tasks.is_empty() {
            let message =
                format!("{} encodes are made again, so that their rungs come to their aims", tasks.len());
            ctx.tell(Event::Note { stage: Stage::Quality, message });
            return Ok(Verdict::Again(Box::new(Again { encoded: assembled.encoded, tasks })));
        }
        let kept = worth_having(ctx, &assembled, &scores)?;
        assembled.keep(&kept);
        retain(&mut scores, &kept);
        retain(&mut notes, &kept);
        let others = score_all(ctx, &assembled, Purpose::Others).await?;
        let scores = scores.into_iter().zip(others).map(|(scores, others)| with_others(scores, others));
        Ok(Verdict::Passed(Box::new(passed(assembled, &scores.collect::<Vec<_>>(), notes)?)))
    }
}

/// For each rung whether it is worth having; says which are not.
fn worth_having(
    ctx: &Context,
    assembled: &Assembled,
    scores: &[Vec<FrameScores>],
) -> anyhow::Result<Vec<bool>> {
    let mut outcomes = Vec::new();
    for (track, scores) in assembled.video.iter().zip(scores) {
        let whole = FrameScores::joined(scores).pool().context("a rung has no scored frame")?;
        outcomes.push(Outcome { bytes: track.output.bytes, vmaf: whole.vmaf.mean });
    }
    let rungs = &assembled.encoded.laddered.rungs;
    let mut kept = Vec::new();
    for format in rungs.chunk_by(|one, other| one.format == other.format) {
        kept.extend(::quality::worth_having(&outcomes[kept.len()..kept.len() + format.len()]));
    }
    for (rung, outcome) in
        rungs.iter().zip(&outcomes).zip(&kept).filter(|(_, kept)| !**kept).map(|(both, _)| both)
    {
        let message = format!("{} is left out: VMAF {:.1} is had for no more bits", rung.name, outcome.vmaf);
        ctx.tell(Event::Note { stage: Stage::Quality, message });
    }
    Ok(kept)
}

/// The task of a shot that is sent back.
fn again(rung: usize, renewal: &gate::Renewal, shots: &[ShotEncode], scores: &[FrameScores]) -> Task {
    let gate::Renewal { shot, crf } = *renewal;
    let before = measured(&shots[shot], &scores[shot]);
    Task { rung, shot, crf, renewals: shots[shot].renewals + 1, before }
}

/// What a shot is now; `None` where no frame has a score.
fn measured(shot: &ShotEncode, scores: &FrameScores) -> Option<Measured> {
    let vmaf_mean = scores.pool()?.vmaf.mean;
    Some(Measured { crf: shot.crf, vmaf_mean })
}

/// What a shot is scored for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// The gate: VMAF of every frame.
    Gate,
    /// The report: the other metrics, of renditions that have passed.
    Others,
}

/// VMAF as the gate measured it, and the other metrics.
fn with_others(scores: Vec<FrameScores>, others: Vec<FrameScores>) -> Vec<FrameScores> {
    let join = |(gate, others): (FrameScores, FrameScores)| FrameScores { vmaf: gate.vmaf, ..others };
    scores.into_iter().zip(others).map(join).collect()
}

fn passed(
    assembled: Assembled,
    scores: &[Vec<FrameScores>],
    notes: Vec<Option<String>>,
) -> anyhow::Result<Passed> {
    let pooled = |frames: &FrameScores| frames.pool().context("a shot has no scored frame");
    let whole = |rung: &Vec<FrameScores>| pooled(&FrameScores::joined(rung));
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
    scores: &[FrameScores],
) -> anyhow::Result<gate::Verdict> {
    let encoded = &assembled.encoded;
    let cuts = &encoded.laddered.cuts.shots;
    let aimed = &encoded.laddered.rungs[rung];
    let cadence = encoded.laddered.analysed.ingested.master.conform.cadence(aimed.size);
    let (crf_min, crf_max) = scale::crf_range(aimed.format.codec);
    let crf_step = Crf(scale::crf_step(aimed.format.codec));
    // A target under the floor is the operator's own choice.
    let top_min = ctx.settings.vmaf_floor.min(ctx.settings.vmaf_target);
    let config = Config { top_min, crf_min, crf_max, crf_step, ..Config::default() };
    let whole = FrameScores::joined(scores).pool().context("a rung has no scored frame")?.vmaf.mean;
    let quality = |((shot, cuts), scores): ((&ShotEncode, &media::plan::ShotCuts), &FrameScores)| {
        let pooled = scores.pool().context("a shot has no scored frame")?.vmaf;
        // What a shot loses grows by the same factor as what the film loses, by the prediction or by the usual law.
        let loss = 100.0 - pooled.mean;
        let predicted = aimed.vmaf_per_crf * loss / (100.0 - whole).max(f64::EPSILON);
        let usual = loss * USUAL_LOSS_PER_RANGE / (crf_max.value() - crf_min.value());
        let now = Measured { crf: shot.crf, vmaf_mean: pooled.mean };
        Ok(ShotQuality {
            frames: cadence.left(cuts.frames.len()),
            bits: shot.output.bytes * 8,
            vmaf_mean: pooled.mean,
            vmaf_p5: pooled.p5,
            vmaf_per_crf: gate::vmaf_per_crf(predicted.max(usual), &now, shot.before.as_ref()),
            crf: shot.crf,
            renewals: shot.renewals,
        })
    };
    let shots = encoded.shots[rung].iter().zip(cuts).zip(scores).map(quality);
    let shots = shots.collect::<anyhow::Result<Vec<ShotQuality>>>()?;
    let (top, rounds) = (encoded.laddered.is_top(rung), encoded.rounds[rung]);
    let aim = Aim { vmaf: aimed.vmaf_target, top, crf: aimed.crf, rounds };
    tracing::info!(rung = aimed.name, aim = aim.vmaf, rounds, vmaf = whole, "a rendition was measured");
    Ok(gate::gate(&aim, &shots, &config))
}

/// The scores of every shot in every rung.
async fn score_all(
    ctx: &Context,
    assembled: &Assembled,
    purpose: Purpose,
) -> anyhow::Result<Vec<Vec<FrameScores>>> {
    let shots = &assembled.encoded.shots;
    if purpose == Purpose::Others && ctx.settings.metrics_subsample == 0 {
        return Ok(shots.iter().map(|shots| vec![FrameScores::default(); shots.len()]).collect());
    }
    let tasks: Vec<(usize, usize)> = shots
        .iter()
        .enumerate()
        .flat_map(|(rung, shots)| (0..shots.len()).map(move |shot| (rung, shot)))
        .collect();
    ctx.tell(Event::Total { stage: Stage::Quality, total: tasks.len() as u64, unit: Unit::Items });
    let scores = for_all(tasks, |(rung, shot)| score(ctx, assembled, (rung, shot), purpose)).await?;
    let mut scores = scores.into_iter();
    Ok(shots.iter().map(|shots| scores.by_ref().take(shots.len()).collect()).collect())
}

async fn score(
    ctx: &Context,
    assembled: &Assembled,
    (rung, shot): (usize, usize),
    purpose: Purpose,
) -> anyhow::Result<FrameScores> {
    let encoded = &assembled.encoded;
    let Rung { format, size, .. } = encoded.laddered.rungs[rung];
    let analysed = &encoded.laddered.analysed;
    let conform = &analysed.ingested.master.conform;
    let cadence = conform.cadence(size);
    let (shot, frames) = (&encoded.shots[rung][shot], encoded.laddered.cuts.shots[shot].frames);
    let scoring = match purpose {
        Purpose::Gate => Some(picture::Scoring::finals(ctx, analysed, format)),
        Purpose::Others => picture::Scoring::others(ctx, analysed, format),
    };
    let Some(scoring) = scoring else { return Ok(FrameScores::default()) };
    let mut params = scoring.parameters();
    params.push(("frames", format!("{}-{}", frames.start, frames.end)));
    params.extend(picture::cadence_parameter(cadence));
    let job = workshop::Job {
        step: Step {
            kind: "score",
            version: match purpose {
                Purpose::Gate => 2,
                Purpose::Others => 3, // 3: XPSNR of 10 bits is right at every width
            },
            params,
            inputs: vec![analysed.mezzanine(format.transfer).digest, shot.output.digest],
            tool: ctx.tools.ffmpeg.id(),
        },
        stage: Stage::Quality,
        need: picture::need(conform.size, format),
        droppable: &[],
    };
    let distorted = ctx.workshop.file(&shot.output.key).await?;
    let work = |bench: PathBuf| async move {
        let to_score = picture::Encoded { file: &distorted, frames, cadence };
        let scored = scoring.run(ctx, to_score, &bench).await?;
        let FrameScores { vmaf, neg, xpsnr_db } = picture::scores(&scored.frames);
        let record = serde_json::to_vec(&Scores { vmaf, neg, xpsnr_db })?;
        tokio::fs::write(bench.join(SCORES_FILE), record).await?;
        Ok(Made { files: vec![SCORES_FILE.to_owned()], cost: Cost::from(scored.usage) })
    };
    let finished = ctx.workshop.run(job, work).await?;
    ctx.tell(Event::Done { stage: Stage::Quality, done: 1 });
    let record = ctx.workshop.read(finished.output(SCORES_FILE)?).await?;
    let Scores { vmaf, neg, xpsnr_db } = serde_json::from_slice(&record)?;
    Ok(FrameScores { vmaf, neg, xpsnr_db })
}
