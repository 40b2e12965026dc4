//! Ingest: stores the file by its digest, probes it and has the rules judge it.
//!
//! `Request` → [`Ingested`].

use super::markers;
use super::sidecar::{self, StoredSidecar};
use crate::budget::Need;
use crate::flow::{Context, Failure, Job, Request, Stage};
use crate::progress::{Event, Unit};
use crate::scratch::Claim;
use crate::step::{Cost, Output, Step};
use crate::workshop::{self, Made};
use anyhow::{Context as _, anyhow};
use db::{Outcome, PreparationId};
use media::facts::Facts;
use media::master::{Finding, Master, MasterFile, Severity};
use media::package::Marker;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Key;
use title::Title;

/// Memory of a probe: it reads headers and a few frames of a picture of any size.
const PROBE_MEMORY_BYTES: u64 = 512 << 20;

const FACTS_FILE: &str = "facts.json";
const COMPLAINTS_FILE: &str = "complaints.txt";

/// The stage.
#[derive(Debug)]
pub struct Ingest;

/// An accepted master in the store.
#[derive(Debug, Clone)]
pub struct Ingested {
    /// The title it will be.
    pub title: Title,
    /// What the probe said.
    pub facts: Facts,
    /// The master and how it will be conformed.
    pub master: Master,
    /// Subtitle files beside it.
    pub sidecars: Vec<StoredSidecar>,
    /// What stands in the markers beside it.
    pub markers: Vec<Marker>,
    /// Warnings.
    pub findings: Vec<Finding>,
    /// The run.
    pub run: Arc<Run>,
}

impl Ingested {
    /// The film's length as the master declares it, in seconds; 0 where it does not.
    pub fn declared_s(&self) -> f64 {
        self.master.video.duration_s.or(self.facts.duration_s).unwrap_or(0.0)
    }
}

impl Job for Ingest {
    const STAGE: Stage = Stage::Ingest;
    type Takes = Request;
    type Gives = Ingested;

    async fn run(ctx: &Context, request: Request) -> Result<Ingested, Failure> {
        let Request { file, title, subtitles } = request;
        let name = file_name(&file);
        let source = keep(ctx, &file).await?;
        let sidecars = sidecar::keep(ctx, subtitles).await?;
        let markers = markers::beside(&file).await?;
        let title = title_of(ctx, &source, title, &name).await?;
        let claim = claim(ctx, &source, &title)?;
        let started_ms = ctx.workshop.clock.now_ms();
        let preparation = ctx.db.start_preparation(&source.digest, &title.name, started_ms).await?;
        let file = MasterFile { digest: source.digest, bytes: source.bytes, name };
        let run = Run { preparation, source, claim, started_ms };
        match judge(ctx, &run.source, file).await {
            Ok((facts, master, findings)) => {
                Ok(Ingested { title, facts, master, sidecars, markers, findings, run: Arc::new(run) })
            }
            Err(failure) => {
                run.end(ctx, Err(&failure)).await;
                Err(failure)
            }
        }
    }
}

/// Probes the master and has the rules judge it.
async fn judge(
    ctx: &Context,
    source: &Output,
    file: MasterFile,
) -> Result<(Facts, Master, Vec<Finding>), Failure> {
    let facts = probe(ctx, source).await?;
    let report = ingest::rules::inspect(&facts, file);
    let Some(master) = report.master else { return Err(Failure::Refused(report.findings)) };
    for finding in &report.findings {
        ctx.tell(Event::Note { stage: Stage::Ingest, message: finding.message.clone() });
    }
    Ok((facts, master, report.findings))
}

/// One run of preparation, from the moment at which its master was in the store.
#[derive(Debug)]
pub struct Run {
    /// Its row in the database.
    pub preparation: PreparationId,
    /// The master's bytes in the store.
    pub source: Output,
    /// Keeps other processes from preparing the same master meanwhile.
    pub claim: Claim,
    /// When it began, in milliseconds since 1970 (UTC).
    pub started_ms: i64,
}

impl Run {
    /// Notes how the run ended, and forgets a refused master that no title is made of. What goes wrong here is logged:
    /// it must not hide how the run ended.
    pub async fn end(&self, ctx: &Context, result: Result<(), &Failure>) {
        let outcome = match result {
            Ok(()) => Outcome::Published,
            Err(Failure::Refused(findings)) => Outcome::Refused(in_words(findings)),
            Err(Failure::Failed(error)) => Outcome::Failed(format!("{error:#}")),
        };
        let noted = ctx.db.finish_preparation(self.preparation, &outcome, ctx.workshop.clock.now_ms()).await;
        if let Err(error) = noted {
            tracing::warn!(%error, "how the preparation ended could not be noted");
        }
        if matches!(outcome, Outcome::Refused(_))
            && let Err(error) = self.forget_master(ctx).await
        {
            tracing::warn!(%error, "a refused master could not be removed; it only takes room");
        }
    }

    async fn forget_master(&self, ctx: &Context) -> anyhow::Result<()> {
        if ctx.db.title_by_master(&self.source.digest).await?.is_none() {
            ctx.workshop.store.delete(&self.source.key).await?;
        }
        Ok(())
    }
}

fn in_words(findings: &[Finding]) -> String {
    let blockers = findings.iter().filter(|finding| finding.severity == Severity::Blocker);
    blockers.map(|finding| finding.message.as_str()).collect::<Vec<_>>().join(" ")
}

/// Two processes at one master would do everything twice, and one would drop the mezzanine under the other.
fn claim(ctx: &Context, source: &Output, title: &Title) -> Result<Claim, Failure> {
    let claim = ctx.workshop.scratch.claim(&source.digest.to_string())?;
    let busy =
        || anyhow!("{} is being prepared by another process already; wait until it has ended", title.name);
    Ok(claim.ok_or_else(busy)?)
}

/// The file's name without folders, for people.
fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// Copies the file into the store under its digest.
async fn keep(ctx: &Context, file: &Path) -> Result<Output, Failure> {
    let doing = || format!("reading the master {}", file.display());
    let metadata = tokio::fs::metadata(file).await.with_context(doing)?;
    if !metadata.is_file() {
        return Err(anyhow!("{} is not a file: name a film", file.display()).into());
    }
    if metadata.len() == 0 {
        return Err(refusal("empty-file", "The file is empty; hand in the film again."));
    }
    ctx.tell(Event::Total { stage: Stage::Ingest, total: metadata.len(), unit: Unit::Bytes });
    let (listener, told) = (Arc::clone(&ctx.listener), AtomicU64::new(0));
    let progress = move |so_far: u64| {
        let done = so_far - told.swap(so_far, Ordering::Relaxed);
        listener.progress(&Event::Done { stage: Stage::Ingest, done });
    };
    let digest = store::digest::of_file(file, progress).await.with_context(doing)?;
    let key = Key::new(format!("masters/{digest}"))?;
    let store = &ctx.workshop.store;
    if store.head(&key).await?.is_none() {
        store.put_copy(&key, file).await.with_context(doing)?;
        // The copy was read a second time: a file that was still being written is noticed here, not in a viewer's room.
        let copied = store::digest::of_file(&ctx.workshop.file(&key).await?, |_| ()).await?;
        if copied != digest {
            store.delete(&key).await?;
            return Err(
                anyhow!("{} changed while it was read; wait until it is complete", file.display()).into()
            );
        }
    }
    Ok(Output { key, digest, bytes: metadata.len() })
}

async fn probe(ctx: &Context, source: &Output) -> Result<Facts, Failure> {
    let job = workshop::Job {
        step: Step {
            kind: "facts",
            version: 2, // 2: with chapters
            params: Vec::new(),
            inputs: vec![source.digest],
            // ffprobe tells of the streams, ffmpeg of what stands in their headers.
            tool: format!("{}, {}", ctx.tools.ffprobe.id(), ctx.tools.ffmpeg.id()),
        },
        stage: Stage::Ingest,
        need: Need { threads: 1, memory_bytes: PROBE_MEMORY_BYTES },
        droppable: &[],
    };
    let path = ctx.workshop.file(&source.key).await?;
    let work = |bench: PathBuf| async move {
        let probed = codec::probe::probe(&ctx.tools, &path).await?;
        tokio::fs::write(bench.join(FACTS_FILE), &probed.raw_json).await?;
        tokio::fs::write(bench.join(COMPLAINTS_FILE), probed.complaints.join("\n")).await?;
        Ok(Made { files: vec![FACTS_FILE.into(), COMPLAINTS_FILE.into()], cost: Cost::default() })
    };
    let probed = ctx.workshop.run(job, work).await;
    let probed = probed.map_err(unreadable)?;
    let raw = ctx.workshop.read(probed.output(FACTS_FILE)?).await?;
    let complaints = ctx.workshop.read(probed.output(COMPLAINTS_FILE)?).await?;
    let complaints: Vec<String> = String::from_utf8_lossy(&complaints).lines().map(str::to_owned).collect();
    Ok(codec::probe::parse(&raw, &complaints)?)
}

/// Turns a probe's word that it cannot read the file into a refusal; other errors are ours.
fn unreadable(error: anyhow::Error) -> Failure {
    match error.downcast_ref::<codec::Error>() {
        Some(cause) if cause.blames_the_input() => {
            Failure::Refused(ingest::rules::unreadable(&cause.to_string()).findings)
        }
        _ => Failure::Failed(error),
    }
}

/// The title: the one that this master made before, under its new name if it is given one; else a new one.
async fn title_of(
    ctx: &Context,
    source: &Output,
    name: Option<String>,
    file_name: &str,
) -> Result<Title, Failure> {
    let known = ctx.db.title_by_master(&source.digest).await?;
    let title = Title::of_master(source.digest, known, name.as_deref(), Path::new(file_name));
    Ok(title.ok_or_else(|| anyhow!("the title's name is empty: give one with --title"))?)
}

/// A refusal for one reason.
pub fn refusal(code: &'static str, message: impl Into<String>) -> Failure {
    Failure::Refused(vec![Finding { code, severity: Severity::Blocker, message: message.into() }])
}
