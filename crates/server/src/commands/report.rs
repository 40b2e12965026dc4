//! `matinee report`: how a title was prepared.

use crate::cli::Report;
use crate::config::Config;
use crate::workspace;
use anyhow::{Context as _, bail};
use std::io::Write;
use title::Release;

/// Runs the command.
pub(crate) async fn run(config: &Config, args: Report) -> anyhow::Result<()> {
    workspace::must_exist(config)?;
    let db = workspace::db(config).await?;
    let releases = db.find(&args.title).await?;
    let title = match releases.as_slice() {
        [] => bail!("there is no title `{}`; `matinee list` names them", args.title),
        [release] => &release.title.id,
        several => bail!(
            "{} titles are called `{}`; name one by its id: {}",
            several.len(),
            args.title,
            ids(several)
        ),
    };
    let store = workspace::store(config).await?;
    let report = pipeline::summary::load(store.as_ref(), title).await?;
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

fn ids(releases: &[Release]) -> String {
    releases.iter().map(|release| release.title.id.0.as_str()).collect::<Vec<_>>().join(", ")
}
