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
            None => self.make(key, &folder, &job, work).await.with_context(doing)?,
        };
        self.ledger.book(job.stage, key, &finished.cost, finished.cached);
        Ok(finished)
    }

    /// Runs a step once more for those of its outputs that were dropped, and keeps these alone; they must be the bytes that
    /// they were. Takes no share of the machine, though it may need more than the step that asks: that one holds a share
    /// already and waits, and so do all others that need the outputs.
    pub async fn restore<W, F>(&self, stage: Stage, dropped: &[&Output], work: W) -> anyhow::Result<()>
    where
        W: FnOnce(PathBuf) -> F,
        F: Future<Output = anyhow::Result<Made>>,
    {
        let bench = self.scratch.bench("restore")?;
        let made = work(bench.path().to_owned()).await?;
        self.ledger.book_again(stage, &made.cost);
        for output in dropped {
            let path = bench.path().join(output.key.name());
            let (digest, _) = digest_of(&path).await?;
            if digest != output.digest {
                bail!(
                    "{} came out with other bytes than before; delete its folder to begin anew",
                    output.key
                );
            }
            self.store.put_file(&output.key, &path).await?;
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
        let share = self.budget.take(job.need).await;
        let start = self.clock.monotonic();
        let bench = self.scratch.bench(job.step.kind)?;
        tracing::debug!(kind = job.step.kind, key = %key.short(12), "step begins");
        let made = work(bench.path().to_owned()).await?;
        // What follows waits for the disk: the next step has the processor meanwhile.
        drop(share);
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
        // An older record is there only where one of its outputs was removed.
        if self.store.head(&key).await?.is_some() {
            self.store.delete(&key).await?;
        }
        match self.store.put(&key, Bytes::from(record)).await {
            // Another process was quicker with the same step; the outputs are the same, only its cost is another.
            Err(store::Error::Conflict(_)) => Ok(()),
            other => Ok(other?),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use stdx::clock::ManualClock;

    fn workshop(folder: &Path) -> Workshop {
        Workshop {
            store: Arc::new(store::Memory::new()),
            scratch: Scratch::open(folder).unwrap(),
            budget: Budget::new(1, 1 << 20),
            ledger: Ledger::default(),
            clock: Arc::new(ManualClock::default()),
        }
    }

    fn job() -> Job {
        let step =
            Step { kind: "test", version: 1, params: Vec::new(), inputs: Vec::new(), tool: String::new() };
        let need = Need { threads: 1, memory_bytes: 1 };
        Job { step, stage: Stage::Encode, need, droppable: &["large", "larger"] }
    }

    async fn leave(bench: PathBuf, files: &[(&str, &str)]) -> anyhow::Result<Made> {
        for (name, content) in files {
            std::fs::write(bench.join(name), content)?;
        }
        let files = files.iter().map(|(name, _)| (*name).to_owned()).collect();
        Ok(Made { files, cost: Cost::default() })
    }

    #[tokio::test]
    async fn a_step_is_done_once() {
        let folder = tempfile::tempdir().unwrap();
        let workshop = workshop(folder.path());
        let first =
            workshop.run(job(), |bench| leave(bench, &[("small", "1"), ("large", "2")])).await.unwrap();
        let again = |_| async { panic!("the step is done") };
        let second = workshop.run(job(), again).await.unwrap();
        assert!(!first.cached && second.cached);
        assert_eq!(first.outputs, second.outputs);
        assert_eq!(&workshop.read(first.output("large").unwrap()).await.unwrap()[..], b"2");
    }

    #[tokio::test]
    async fn a_failed_step_has_not_happened() {
        let folder = tempfile::tempdir().unwrap();
        let workshop = workshop(folder.path());
        let failing = |_| async { anyhow::bail!("no luck") };
        assert!(workshop.run(job(), failing).await.is_err());
        let lying = |_| async { Ok(Made { files: vec!["absent".into()], cost: Cost::default() }) };
        assert!(workshop.run(job(), lying).await.is_err());
        assert!(!workshop.run(job(), |bench| leave(bench, &[("small", "1")])).await.unwrap().cached);
    }

    #[tokio::test]
    async fn dropped_outputs_are_made_again_by_a_step_that_holds_the_whole_machine() {
        let folder = tempfile::tempdir().unwrap();
        let workshop = workshop(folder.path());
        let files = [("small", "1"), ("large", "2"), ("larger", "4")];
        let first = workshop.run(job(), |bench| leave(bench, &files)).await.unwrap();
        let dropped = ["large", "larger"].map(|name| first.output(name).unwrap());
        for output in dropped {
            workshop.store.delete(&output.key).await.unwrap();
        }
        assert!(workshop.run(job(), |bench| leave(bench, &[])).await.unwrap().cached, "it may be dropped");

        let _all = workshop.budget.take(Need { threads: 1, memory_bytes: 1 << 20 }).await;
        let other = workshop.restore(Stage::Encode, &dropped, |bench| leave(bench, &[("large", "3")])).await;
        assert!(other.unwrap_err().to_string().contains("other bytes"));
        workshop.restore(Stage::Encode, &dropped, |bench| leave(bench, &files)).await.unwrap();
        for (output, content) in dropped.into_iter().zip(["2", "4"]) {
            assert_eq!(&workshop.read(output).await.unwrap()[..], content.as_bytes());
        }
    }

    #[tokio::test]
    async fn an_output_that_may_not_be_dropped_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let workshop = workshop(folder.path());
        let files = [("small", "1"), ("large", "2")];
        let first = workshop.run(job(), |bench| leave(bench, &files)).await.unwrap();
        workshop.store.delete(&first.output("small").unwrap().key).await.unwrap();
        assert!(!workshop.run(job(), |bench| leave(bench, &files)).await.unwrap().cached);
    }
}
