//! `matinee report`: how a title was prepared.

use crate::cli::Report;
use crate::config::Config;
use crate::workspace;
use anyhow::{Context as _, bail};
use db::Db;
use std::io::Write;
use title::{Release, TitleId};

/// Runs the command.
pub(crate) async fn run(config: &Config, args: Report) -> anyhow::Result<()> {
    workspace::must_exist(config)?;
    let db = workspace::db(config).await?;
    let title = title_called(&db, &args.title).await?;
    let store = workspace::store(config).await?;
    let report = pipeline::summary::load(store.as_ref(), &title).await?;
    if let Some(path) = &args.html {
        let doing = || format!("writing the report to {}", path.display());
        return std::fs::write(path, report::html(&report)).with_context(doing);
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        return Ok(writeln!(out, "{}", report::record::write(&report))?);
    }
    Ok(write!(out, "{}", report::text(&report))?)
}

/// The title with this id, or the only one with this name.
pub(super) async fn title_called(db: &Db, text: &str) -> anyhow::Result<TitleId> {
    match db.find(text).await?.as_slice() {
        [] => bail!("there is no title `{text}`; `matinee list` names them"),
        [release] => Ok(release.title.id.clone()),
        several => {
            bail!("{} titles are called `{text}`; name one by its id: {}", several.len(), ids(several))
        }
    }
}

fn ids(releases: &[Release]) -> String {
    releases.iter().map(|release| release.title.id.0.as_str()).collect::<Vec<_>>().join(", ")
}
