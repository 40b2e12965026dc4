//! Publish: checks the package, puts every file at its immutable path, keeps the report, then makes the title visible in
//! one transaction.
//!
//! [`Packaged`] → [`Prepared`]. Before the transaction nobody sees anything; after it all is there.

use super::check;
use super::package::{Content, Packaged};
use crate::flow::{Context, Failure, Job, Prepared, Stage};
use crate::progress::{Event, Unit};
use crate::summary;
use store::Key;
use title::Release;

/// The stage.
#[derive(Debug)]
pub struct Publish;

impl Job for Publish {
    const STAGE: Stage = Stage::Publish;
    type Takes = Packaged;
    type Gives = Prepared;

    async fn run(ctx: &Context, packaged: Packaged) -> Result<Prepared, Failure> {
        check::run(ctx, &packaged.files).await?;
        let folder = Key::new(format!("packages/{}", packaged.digest))?;
        let total = packaged.files.len() as u64;
        ctx.tell(Event::Total { stage: Stage::Publish, total, unit: Unit::Items });
        for (path, content) in &packaged.files {
            let key = folder.join(path)?;
            match content {
                Content::Stored(output) => ctx.workshop.store.copy(&output.key, &key).await?,
                Content::Written(bytes) => ctx.workshop.store.put(&key, bytes.clone()).await?,
            }
            ctx.tell(Event::Done { stage: Stage::Publish, done: 1 });
        }
        let ingested = &packaged.passed.assembled.encoded.laddered.analysed.ingested;
        let release = Release {
            title: ingested.title.clone(),
            package_digest: packaged.digest,
            package: packaged.package.clone(),
            published_ms: ctx.workshop.clock.now_ms(),
        };
        let report = summary::write(ctx, &packaged);
        summary::keep(ctx.workshop.store.as_ref(), &release.title.id, ingested.run.started_ms, &report)
            .await?;
        ctx.db.publish(&release).await?;
        if !ctx.settings.keep_mezzanine {
            drop_mezzanine(ctx, &packaged).await;
        }
        Ok(Prepared { release, report })
    }
}

/// The film is out: the mezzanine, the largest thing that was made of it, has done its work.
async fn drop_mezzanine(ctx: &Context, packaged: &Packaged) {
    for mezzanine in packaged.passed.assembled.encoded.laddered.analysed.mezzanines() {
        if let Err(error) = ctx.workshop.store.delete(&mezzanine.key).await {
            tracing::warn!(%error, key = %mezzanine.key, "the mezzanine could not be dropped; it only takes room");
        }
    }
}
