//! `matinee doctor`: each tool, found where, which version, what it lacks and how to get it; and the sandbox.

use super::Exit;
use crate::cli::Doctor;
use crate::config::Config;
use crate::output::{self, DoctorJson};
use codec::tools::{Report, ToolReport, inspect};
use std::io::Write;

/// Runs the command; fails where preparation could not run.
pub(crate) async fn run(config: &Config, args: Doctor) -> anyhow::Result<Exit> {
    let report = inspect(config.tools_dir.as_deref()).await;
    let mut out = std::io::stdout().lock();
    if args.json {
        output::json(&mut out, &DoctorJson::new(&report))?;
    } else {
        told(&mut out, &report)?;
    }
    let fit = report.tools.iter().all(|tool| tool.found.is_ok() && tool.lacks.is_empty());
    Ok(if fit { Exit::Done } else { Exit::Failed })
}

fn told(out: &mut impl Write, report: &Report) -> anyhow::Result<()> {
    for ToolReport { name, found, lacks, remedy } in &report.tools {
        match found {
            Ok(tool) => writeln!(out, "{name:<8} {} at {}", tool.version, tool.path.display())?,
            Err(reason) => writeln!(out, "{name:<8} missing: {reason}")?,
        }
        for gap in lacks {
            writeln!(out, "         lacks {gap}")?;
        }
        if let Some(remedy) = remedy {
            writeln!(out, "         {remedy}")?;
        }
    }
    match report.landlock_abi {
        0 => writeln!(out, "sandbox  this kernel has no Landlock: tools can read what this user can read")?,
        abi => {
            writeln!(out, "sandbox  Landlock ABI {abi}: tools see their input and their output folder only")?
        }
    }
    if let Some(applied) = &report.sandbox {
        let network = if applied.network_namespace { "cut off" } else { "NOT cut off" };
        writeln!(out, "         network of the tools: {network}")?;
    }
    Ok(())
}
