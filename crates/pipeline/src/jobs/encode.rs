//! Encode: every shot in every rung, and what rides along: audio, subtitles, poster, thumbnails.
//!
//! [`Laddered`] → [`Encoded`].

use super::ladder::Laddered;
use super::{aside, picture};
use crate::flow::{Context, Failure, Job, Stage};
use crate::progress::{Event, Unit};
use crate::step::{Cost, Output, Step};
use crate::workshop::{self, Made, for_all};
use ::encode::command::{Settings, options};
use ::quality::gate::Measured;
use media::rung::{Crf, Rung};
use std::path::PathBuf;

const SHOT_FILE: &str = "shot.mp4";

/// The stage.
#[derive(Debug)]
pub struct Encode;

/// A film with every shot in every rung.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// What came in.
    pub laddered: Laddered,
    /// For each rung, its shots in order.
    pub shots: Vec<Vec<ShotEncode>>,
    /// For each rung, how often the gate sent shots of it back.
    pub rounds: Vec<u32>,
    /// What rides along with the picture.
    pub aside: aside::Aside,
}

/// One shot in one rung.
#[derive(Debug, Clone)]
pub struct ShotEncode {
    /// Its bytes.
    pub output: Output,
    /// The quality it was encoded at.
    pub crf: Crf,
    /// How often the gate sent it back to be encoded again.
    pub renewals: u32,
    /// What it was before that.
    pub before: Option<Measured>,
}

impl Job for Encode {
    const STAGE: Stage = Stage::Encode;
    type Takes = Laddered;
    type Gives = Encoded;

    async fn run(ctx: &Context, mut laddered: Laddered) -> Result<Encoded, Failure> {
        let tasks = all_tasks(&laddered);
        let total = tasks.len() + aside::count(ctx, &laddered);
        ctx.tell(Event::Total { stage: Stage::Encode, total: total as u64, unit: Unit::Items });
        let work = for_all(tasks, |task| encode(ctx, &laddered, task));
        let (mut encodes, aside) = tokio::try_join!(work, aside::make(ctx, &laddered))?;
        encodes.sort_by_key(|(task, _)| (task.rung, task.shot));
        let per_rung = laddered.cuts.shots.len().max(1);
        let shots = encodes.chunks(per_rung).map(|rung| rung.iter().map(|(_, shot)| shot.clone()).collect());
        let shots = shots.collect();
        let rounds = vec![0; laddered.rungs.len()];
        laddered.analysed.ingested.findings.extend(aside.findings.iter().cloned());
        Ok(Encoded { shots, rounds, laddered, aside })
    }
}

/// What the quality gate sent back, rung by rung.
#[derive(Debug)]
pub struct Again {
    /// The film.
    pub encoded: Encoded,
    /// Shots to encode again.
    pub tasks: Vec<Task>,
}

/// Encodes shots again at the quality that the gate asks for.
pub async fn again(ctx: &Context, again: Again) -> Result<Encoded, Failure> {
    let Again { mut encoded, tasks } = again;
    let mut rungs: Vec<usize> = tasks.iter().map(|task| task.rung).collect();
    rungs.dedup();
    rungs.iter().for_each(|rung| encoded.rounds[*rung] += 1);
    let redone = for_all(tasks, |task| encode(ctx, &encoded.laddered, task)).await?;
    for (task, shot) in redone {
        encoded.shots[task.rung][task.shot] = shot;
    }
    Ok(encoded)
}

/// One shot to be encoded in one rung.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    /// Index of the rung.
    pub rung: usize,
    /// Index of the shot.
    pub shot: usize,
    /// Quality.
    pub crf: Crf,
    /// How often the shot was sent back so far.
    pub renewals: u32,
    /// What it was before, where it was sent back.
    pub before: Option<Measured>,
}

/// Every shot in every rung, the longest work first, so that no core waits long for the last one.
fn all_tasks(laddered: &Laddered) -> Vec<Task> {
    let of_rung = |(rung, Rung { shot_crfs, .. }): (usize, &Rung)| {
        let task =
            move |(shot, crf): (usize, &Crf)| Task { rung, shot, crf: *crf, renewals: 0, before: None };
        shot_crfs.iter().enumerate().map(task).collect::<Vec<_>>()
    };
    let mut tasks: Vec<Task> = laddered.rungs.iter().enumerate().flat_map(of_rung).collect();
    let work =
        |task: &Task| laddered.cuts.shots[task.shot].frames.len() * laddered.rungs[task.rung].size.pixels();
    tasks.sort_by_key(|task| (std::cmp::Reverse(work(task)), task.rung, task.shot));
    tasks
}

async fn encode(ctx: &Context, laddered: &Laddered, task: Task) -> anyhow::Result<(Task, ShotEncode)> {
    let analysed = &laddered.analysed;
    let conform = &analysed.ingested.master.conform;
    let (rung, cuts) = (&laddered.rungs[task.rung], &laddered.cuts.shots[task.shot]);
    let cadence = conform.cadence(rung.size);
    let rate = cadence.rate(conform.rate);
    let hdr = analysed.hdr(rung.format);
    let film_grain = ctx.settings.film_grain;
    let settings = Settings { crf: task.crf, film_grain, hdr, ..Settings::rung(rung, rate) };
    let shot = picture::Encode {
        film: analysed,
        transfer: rung.format.transfer,
        frames: cuts.frames,
        size: rung.size,
        args: options(&settings, &cuts.keyframes_of(cadence)),
    };
    let job = workshop::Job {
        step: Step {
            kind: "encode",
            version: 1,
            params: shot.parameters(),
            inputs: vec![analysed.mezzanine(rung.format.transfer).digest],
            tool: ctx.tools.ffmpeg.id(),
        },
        stage: Stage::Encode,
        need: picture::need(conform.size, rung.format),
        droppable: &[],
    };
    let work = |bench: PathBuf| async move {
        let usage = shot.run(ctx, &bench, SHOT_FILE).await?;
        Ok(Made { files: vec![SHOT_FILE.to_owned()], cost: Cost::from(usage) })
    };
    let finished = ctx.workshop.run(job, work).await?;
    ctx.tell(Event::Done { stage: Stage::Encode, done: 1 });
    let output = finished.output(SHOT_FILE)?.clone();
    Ok((task, ShotEncode { output, crf: task.crf, renewals: task.renewals, before: task.before }))
}
