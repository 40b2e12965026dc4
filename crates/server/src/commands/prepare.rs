//! `matinee prepare`: a film from file to published title, with progress.

use super::Exit;
use crate::cli::Prepare;
use crate::config::Config;
use crate::output::{self, PreparedJson, Refusal};
use crate::{progress_bars, workspace};
use media::master::{Finding, Severity};
use media::package::Package;
use media::protection::Scheme;
use pipeline::{Failure, Prepared, Request};
use std::io::Write;

/// Runs the command.
pub(crate) async fn run(config: &Config, args: Prepare) -> anyhow::Result<Exit> {
    let ctx = workspace::pipeline(config, progress_bars::for_this_terminal()).await?;
    let request = Request { file: args.file, title: args.title, subtitles: args.subtitles };
    match pipeline::prepare(&ctx, request).await {
        Ok(prepared) => {
            told(&prepared, args.json, config.media_urls.first().map_or("", String::as_str))?;
            Ok(Exit::Done)
        }
        Err(Failure::Refused(findings)) => {
            refused(&findings, args.json)?;
            Ok(Exit::Refused)
        }
        Err(Failure::Failed(error)) => Err(error),
    }
}

fn told(prepared: &Prepared, json: bool, media_url: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        return output::json(&mut out, &PreparedJson::new(prepared, media_url));
    }
    write!(out, "{}", report::text(&prepared.report))?;
    writeln!(
        out,
        "\n{} is published as {}.",
        report::printable(&prepared.release.title.name),
        prepared.release.title.id
    )?;
    if let Some(scheme) = scheme(&prepared.release.package) {
        writeln!(out, "It is protected ({scheme}): it plays over https, or on this machine as localhost.")?;
    }
    Ok(())
}

/// How a package is encrypted, if it is.
fn scheme(package: &Package) -> Option<Scheme> {
    package.video.iter().find_map(|video| Some(video.track.protection.as_ref()?.scheme))
}

fn refused(findings: &[Finding], json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&mut std::io::stdout().lock(), &Refusal::new(findings));
    }
    let mut err = std::io::stderr().lock();
    writeln!(err, "matinee: the master was refused; nothing was published.")?;
    for finding in findings {
        let severity = match finding.severity {
            Severity::Blocker => "blocker",
            Severity::Warning => "warning",
        };
        writeln!(err, "  {severity} {}: {}", finding.code, report::printable(&finding.message))?;
    }
    Ok(())
}
