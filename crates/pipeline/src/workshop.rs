//! Workshop: runs steps once, and finds the outputs of those that ran before.
//!
//! Owns the order of things that makes a step safe to interrupt: work in scratch, store each output under the step's
//! key, and store the record last. A step whose record is not there has not happened. Does not know what steps do.

use crate::budget::{Budget, Need};
use crate::flow::Stage;
use crate::ledger::Ledger;
use crate::scratch::Scratch;
use crate::step::{Cost, Output, OutputRecord, Record, Step};
use anyhow::{Context as _, anyhow, bail};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use media::Digest;
use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use stdx::clock::Clock;
use store::{Key, Store};

/// Steps looked up or waiting for their share of the machine at once: enough to keep every core busy, and few
/// enough that a film of ten thousand steps does not become ten thousand waiting tasks.
const STEPS_IN_FLIGHT_MAX: usize = 32;

const RECORD_FILE: &str = "step.json";

/// Where steps are done.
#[derive(Debug)]
pub struct Workshop {
    /// Where outputs are kept.
    pub store: Arc<dyn Store>,
    /// Where steps write.
    pub scratch: Scratch,
    /// How many may run at once.
    pub budget: Budget,
    /// What they cost.
    pub ledger: Ledger,
    /// Tells how long they take.
    pub clock: Arc<dyn Clock>,
}

/// A step to be run: what it is, for which stage, and what it needs of the machine.
#[derive(Debug)]
pub struct Job {
    /// Names the step.
    pub step: Step,
    /// The stage whose account it goes on.
    pub stage: Stage,
    /// What it needs while it runs.
    pub need: Need,
    /// Outputs that may be dropped when nobody needs them any more: the step counts as done without them, and who
    /// needs one after all asks for it by [`Workshop::restore`].
    pub droppable: &'static [&'static str],
}

/// What a step's work hands back: the names of the files it left on its bench, and what its children cost.
#[derive(Debug, Default)]
pub struct Made {
    /// File names within the bench.
    pub files: Vec<String>,
    /// Processor time and memory; wall time is measured by the workshop.
    pub cost: Cost,
}

/// A finished step.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The step's key.
    pub key: Digest,
    /// Outputs by file name.
    pub outputs: BTreeMap<String, Output>,
    /// What it cost when it was made.
    pub cost: Cost,
    /// Whether it was there already.
    pub cached: bool,
}

impl Finished {
    /// The output called `name`.
    pub fn output(&self, name: &str) -> anyhow::Result<&Output> {
        self.outputs
            .get(name)
            .ok_or_else(|| anyhow!("step {} left no file called {name}", self.key.short(12)))
    }
}

impl Workshop {
    /// Runs `job` by `work`, or finds what it left when it ran before. `work` gets an empty folder of its own.
    pub async fn run<W, F>(&self, job: Job, work: W) -> anyhow::Result<Finished>
    where
        W: FnOnce(PathBuf) -> F,
        F: Future<Output = anyhow::Result<Made>>,
    {
        let key = job.step.key();
        let folder = Key::new(format!("steps/{}/{key}", job.step.kind))?;
        let doing = || format!("step {} {} of stage {}", job.step.kind, key.short(12), job.stage.name());
        let finished = match self.recall(key, &folder, job.droppable).await.with_context(doing)? {
            Some(finished) => finished,
            None => {
                let _share = self.budget.take(job.need).await;
                self.make(key, &folder, &job, work).await.with_context(doing)?
            }
        };
        self.ledger.book(job.stage, key, &finished.cost, finished.cached);
        Ok(finished)
    }

    /// Runs `job` by `work` once more, for an output that was dropped. Its outputs must be the bytes that they were.
    /// Takes no share of the machine: who needs the output holds one already, and waits.
    pub async fn restore<W, F>(&self, job: Job, dropped: &Output, work: W) -> anyhow::Result<()>
    where
        W: FnOnce(PathBuf) -> F,
        F: Future<Output = anyhow::Result<Made>>,
    {
        let key = job.step.key();
        let folder = Key::new(format!("steps/{}/{key}", job.step.kind))?;
        let finished = self.make(key, &folder, &job, work).await?;
        self.ledger.book_again(job.stage, &finished.cost);
        if !finished.outputs.values().any(|output| output == dropped) {
            bail!("step {} {} gave other bytes than before", job.step.kind, key.short(12));
        }
        Ok(())
    }

    async fn recall(
        &self,
        key: Digest,
        folder: &Key,
        droppable: &[&str],
    ) -> anyhow::Result<Option<Finished>> {
        let record_key = folder.join(RECORD_FILE)?;
        if self.store.head(&record_key).await?.is_none() {
            return Ok(None);
        }
        let record = self.store.get(&record_key).await?;
        let record: Record = serde_json::from_slice(&record).with_context(|| {
            format!("reading {record_key}: not a record of ours; delete it to redo the step")
        })?;
        let mut outputs = BTreeMap::new();
        for (name, output) in &record.outputs {
            let key = folder.join(name)?;
            let found = self.store.head(&key).await?;
            let dropped = found.is_none() && droppable.contains(&name.as_str());
            // An output that somebody removed is made again.
            if !dropped && found.is_none_or(|meta| meta.bytes != output.bytes) {
                return Ok(None);
            }
            outputs.insert(name.clone(), Output { key, digest: output.digest.parse()?, bytes: output.bytes });
        }
        Ok(Some(Finished { key, outputs, cost: record.cost, cached: true }))
    }

    async fn make<W, F>(&self, key: Digest, folder: &Key, job: &Job, work: W) -> anyhow::Result<Finished>
    where
        W: FnOnce(PathBuf) -> F,
        F: Future<Output = anyhow::Result<Made>>,
    {
        let start = self.clock.monotonic();
        let bench = self.scratch.bench(job.step.kind)?;
        tracing::debug!(kind = job.step.kind, key = %key.short(12), "step begins");
        let made = work(bench.path().to_owned()).await?;
        let mut outputs = BTreeMap::new();
        for name in made.files {
            let output = self.keep(bench.path(), folder, &name).await?;
            outputs.insert(name, output);
        }
        let cost = Cost { wall_s: (self.clock.monotonic() - start).as_secs_f64(), ..made.cost };
        self.record(folder, &outputs, cost).await?;
        tracing::debug!(kind = job.step.kind, key = %key.short(12), cost.wall_s, cost.cpu_s, "step done");
        Ok(Finished { key, outputs, cost, cached: false })
    }

    async fn keep(&self, bench: &Path, folder: &Key, name: &str) -> anyhow::Result<Output> {
        let path = bench.join(name);
        let key = folder.join(name)?;
        let (digest, bytes) = digest_of(&path).await?;
        match self.store.put_file(&key, &path).await {
            Ok(()) => {}
            // A step that was cut off after this output, or another process at the same step, made other bytes:
            // the step is not reproducible, and nothing was recorded. The newest bytes are the ones recorded now.
            Err(store::Error::Conflict(_)) if self.unrecorded(folder).await? => {
                self.store.delete(&key).await?;
                self.store.put_file(&key, &path).await?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Output { key, digest, bytes })
    }

    async fn unrecorded(&self, folder: &Key) -> anyhow::Result<bool> {
        Ok(self.store.head(&folder.join(RECORD_FILE)?).await?.is_none())
    }

    async fn record(
        &self,
        folder: &Key,
        outputs: &BTreeMap<String, Output>,
        cost: Cost,
    ) -> anyhow::Result<()> {
        let outputs = outputs
            .iter()
            .map(|(name, o)| (name.clone(), OutputRecord { digest: o.digest.to_string(), bytes: o.bytes }))
            .collect();
        let record = serde_json::to_vec_pretty(&Record { outputs, cost })?;
        let key = folder.join(RECORD_FILE)?;
        // An older record is there only where one of its outputs was removed or dropped.
        if self.store.head(&key).await?.is_some() {
            self.store.delete(&key).await?;
        }
        Ok(self.store.put(&key, Bytes::from(record)).await?)
    }

    /// A file on this machine with the object's bytes, for a child process or for reading piecewise.
    pub async fn file(&self, key: &Key) -> anyhow::Result<PathBuf> {
        if let Some(path) = self.store.local_path(key) {
            return Ok(path);
        }
        let path =
            self.scratch.path().join(format!("object-{}", store::digest::of_bytes(key.as_str().as_bytes())));
        if !path.exists() {
            let partial = path.with_extension("partial");
            let mut file = tokio::fs::File::create(&partial).await?;
            let mut chunks = self.store.read(key, None).await?;
            while let Some(chunk) = chunks.try_next().await? {
                tokio::io::AsyncWriteExt::write_all(&mut file, &chunk).await?;
            }
            tokio::io::AsyncWriteExt::flush(&mut file).await?;
            tokio::fs::rename(&partial, &path).await?;
        }
        Ok(path)
    }

    /// The whole content of a small output.
    pub async fn read(&self, output: &Output) -> anyhow::Result<Bytes> {
        Ok(self.store.get(&output.key).await?)
    }
}

/// Does `work` for all `items`, some at once, and gives the results in the order of the items. Stops at the first
/// failure.
pub async fn for_all<I, W, F, T>(items: Vec<I>, work: W) -> anyhow::Result<Vec<T>>
where
    W: Fn(I) -> F,
    F: Future<Output = anyhow::Result<T>>,
{
    let numbered = items.into_iter().enumerate();
    let mut results: Vec<(usize, T)> = stream::iter(numbered)
        .map(|(i, item)| {
            let running = work(item);
            async move { running.await.map(|result| (i, result)) }
        })
        .buffer_unordered(STEPS_IN_FLIGHT_MAX)
        .try_collect()
        .await?;
    results.sort_by_key(|(i, _)| *i);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

async fn digest_of(path: &Path) -> anyhow::Result<(Digest, u64)> {
    let bytes = match tokio::fs::metadata(path).await {
        Ok(metadata) => metadata.len(),
        Err(error) => bail!("the tool ended well but left no {}: {error}", path.display()),
    };
    Ok((store::digest::of_file(path, |_| ()).await?, bytes))
}
