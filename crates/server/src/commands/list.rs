//! `matinee list`: the titles that viewers can play.

use crate::cli::List;
use crate::config::Config;
use crate::output::{self, TitleJson};
use crate::workspace;
use std::io::Write;

/// Runs the command.
pub(crate) async fn run(config: &Config, args: List) -> anyhow::Result<()> {
    workspace::must_exist(config)?;
    let listings = workspace::db(config).await?.list_current().await?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let titles: Vec<TitleJson> = listings.iter().map(TitleJson::of_listing).collect();
        return output::json(&mut out, &titles);
    }
    if listings.is_empty() {
        writeln!(out, "No titles yet: `matinee prepare FILE` makes one.")?;
    }
    for listing in &listings {
        let minutes = listing.duration_s / 60.0;
        writeln!(
            out,
            "{:<48} {minutes:>7.1} min  {}",
            listing.title.id.0,
            report::printable(&listing.title.name)
        )?;
    }
    Ok(())
}
