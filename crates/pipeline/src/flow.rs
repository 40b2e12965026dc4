//! The flow: a film's whole road on one screen.
//!
//! Owns the order of the stages and the one loop in it (quality sends shots back to be encoded again). What happens
//! at a stage is in the job of the same name.

use crate::jobs::ingest::Ingested;
use crate::jobs::{Analyse, Assemble, Encode, Ingest, Ladder, Package, Publish, Quality};
use crate::jobs::{encode, quality};
use crate::keys::Keys;
use crate::ledger::Account;
use crate::progress::{Event, Listener};
use crate::settings::Settings;
use crate::workshop::Workshop;
use codec::Tools;
use db::Db;
use media::master::Finding;
use std::any::{TypeId, type_name};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use title::Release;

/// The stops on the road, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Store the file by its digest, probe it, judge it.
    Ingest,
    /// One decode to the mezzanine; shots and their complexity.
    Analyse,
    /// Trial encodes; hull and rungs.
    Ladder,
    /// Every shot in every rung; audio; pictures; text.
    Encode,
    /// Shots joined to renditions.
    Assemble,
    /// VMAF of the renditions; the gate.
    Quality,
    /// Tracks and manifests.
    Package,
    /// Immutable paths, then one transaction.
    Publish,
}

impl Stage {
    /// The stages in flow order.
    pub const ALL: [Stage; 8] = [
        Stage::Ingest,
        Stage::Analyse,
        Stage::Ladder,
        Stage::Encode,
        Stage::Assemble,
        Stage::Quality,
        Stage::Package,
        Stage::Publish,
    ];

    /// The stage's one word.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Ingest => "ingest",
            Stage::Analyse => "analyse",
            Stage::Ladder => "ladder",
            Stage::Encode => "encode",
            Stage::Assemble => "assemble",
            Stage::Quality => "quality",
            Stage::Package => "package",
            Stage::Publish => "publish",
        }
    }
}

/// A stage's work: takes what the stage before gives.
pub trait Job {
    /// The stage.
    const STAGE: Stage;
    /// What comes in.
    type Takes: Send + 'static;
    /// What goes out.
    type Gives: Send + 'static;

    /// Does the work.
    fn run(ctx: &Context, takes: Self::Takes) -> impl Future<Output = Result<Self::Gives, Failure>> + Send;
}

/// A row of the flow table; made from the job's own types, so that the table cannot lie.
#[derive(Debug)]
pub struct Row {
    /// The stage.
    pub stage: Stage,
    /// What comes in.
    pub takes: Artefact,
    /// What goes out.
    pub gives: Artefact,
}

/// A type, as far as a table can hold one.
#[derive(Debug)]
pub struct Artefact {
    /// The type.
    pub id: fn() -> TypeId,
    /// Its name.
    pub name: fn() -> &'static str,
}

const fn artefact<T: 'static>() -> Artefact {
    Artefact { id: TypeId::of::<T>, name: type_name::<T> }
}

const fn row<J: Job>() -> Row {
    Row { stage: J::STAGE, takes: artefact::<J::Takes>(), gives: artefact::<J::Gives>() }
}

/// The road.
pub const FLOW: &[Row] = &[
    row::<Ingest>(),
    row::<Analyse>(),
    row::<Ladder>(),
    row::<Encode>(),
    row::<Assemble>(),
    row::<Quality>(),
    row::<Package>(),
    row::<Publish>(),
];

/// What preparation works with.
#[derive(Debug)]
pub struct Context {
    /// Runs steps.
    pub workshop: Workshop,
    /// ffmpeg and ffprobe.
    pub tools: Tools,
    /// The catalogue.
    pub db: Db,
    /// The operator's choices.
    pub settings: Settings,
    /// Gives content keys; `None` where titles are prepared in the clear.
    pub keys: Option<Arc<dyn Keys>>,
    /// Watches.
    pub listener: Arc<dyn Listener>,
    /// Held by who makes a dropped mezzanine again.
    pub mezzanine: tokio::sync::Mutex<()>,
}

impl Context {
    /// Tells the listener.
    pub fn tell(&self, event: Event) {
        self.listener.progress(&event);
    }
}

/// What somebody wants prepared.
#[derive(Debug, Clone)]
pub struct Request {
    /// The file.
    pub file: PathBuf,
    /// The title's name; `None`: made from the file's name.
    pub title: Option<String>,
    /// Subtitle files beside it.
    pub subtitles: Vec<Sidecar>,
}

/// A subtitle file beside the master: SubRip, WebVTT, TTML or SubStation Alpha, timed from the first picture.
#[derive(Debug, Clone)]
pub struct Sidecar {
    /// The file.
    pub file: PathBuf,
    /// Its language (BCP 47), where known.
    pub language: Option<String>,
}

/// A film that is published.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What viewers get.
    pub release: Release,
    /// How it came to be.
    pub report: report::Report,
}

/// Why a film was not prepared.
#[derive(Debug)]
pub enum Failure {
    /// The master is at fault: at least one of the findings is a blocker.
    Refused(Vec<Finding>),
    /// Something else went wrong; the same request may work later.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Failed(error.into())
    }
}

/// Takes one film down the whole road, and notes in the database how far it came.
pub async fn prepare(ctx: &Context, request: Request) -> Result<Prepared, Failure> {
    let ingested = stage::<Ingest>(ctx, request).await?;
    let run = Arc::clone(&ingested.run);
    let result = prepare_master(ctx, ingested).await;
    run.end(ctx, result.as_ref().map(|_| ())).await;
    result
}

async fn prepare_master(ctx: &Context, ingested: Ingested) -> Result<Prepared, Failure> {
    let analysed = stage::<Analyse>(ctx, ingested).await?;
    let laddered = stage::<Ladder>(ctx, analysed).await?;
    let mut encoded = stage::<Encode>(ctx, laddered).await?;
    let passed = loop {
        let assembled = stage::<Assemble>(ctx, encoded).await?;
        match stage::<Quality>(ctx, assembled).await? {
            quality::Verdict::Passed(passed) => break *passed,
            // Bounded: the gate grants each shot a fixed number of attempts (quality::gate).
            quality::Verdict::Again(again) => {
                encoded = timed(ctx, Stage::Encode, encode::again(ctx, *again)).await?
            }
        }
    };
    let packaged = stage::<Package>(ctx, passed).await?;
    stage::<Publish>(ctx, packaged).await
}

async fn stage<J: Job>(ctx: &Context, takes: J::Takes) -> Result<J::Gives, Failure> {
    timed(ctx, J::STAGE, J::run(ctx, takes)).await
}

async fn timed<T>(
    ctx: &Context,
    stage: Stage,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    ctx.tell(Event::Started { stage });
    let start = ctx.workshop.clock.monotonic();
    let result = work.await;
    let wall = ctx.workshop.clock.monotonic() - start;
    ctx.workshop.ledger.book_wall(stage, wall.as_secs_f64());
    if result.is_ok() {
        let Account { steps, steps_cached, .. } = ctx.workshop.ledger.account(stage);
        ctx.tell(Event::Finished { stage, steps_cached, steps });
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_takes_what_the_one_before_gives() {
        let stages: Vec<Stage> = FLOW.iter().map(|row| row.stage).collect();
        assert_eq!(stages, Stage::ALL);
        // The gate gives a verdict, which is what package takes or a way back.
        for pair in FLOW.windows(2).filter(|pair| pair[0].stage != Stage::Quality) {
            let (gives, takes) = (&pair[0].gives, &pair[1].takes);
            assert_eq!((gives.id)(), (takes.id)(), "{} -> {}", (gives.name)(), (takes.name)());
        }
    }
}
