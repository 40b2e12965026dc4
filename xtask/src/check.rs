//! `cargo xtask check`: the fast loop. Changes no file but cargo's and node's caches.

use crate::phases::Phases;
use crate::setup::{self, Part};
use crate::shell::{Result, cargo, npm, run as run_command};

/// Format, lints, tidy, documentation, TypeScript types.
pub(crate) fn run(arguments: &[&str]) -> Result {
    if let Some(extra) = arguments.first() {
        return Err(format!("check takes no argument, got `{extra}`").into());
    }
    let mut phases = Phases::new();
    phases.time("format", || run_command(cargo().args(["fmt", "--all", "--check"])))?;
    phases.time("tidy", || crate::tidy::run(&[]))?;
    phases.time("lints", || {
        run_command(cargo().args([
            "clippy",
            "--quiet",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))
    })?;
    phases.time("docs", || {
        let mut doc = cargo();
        doc.args(["doc", "--quiet", "--locked", "--workspace", "--no-deps", "--document-private-items"]);
        run_command(doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    phases.extend(setup::ensure(&[Part::Node])?);
    phases.time("TypeScript", || run_command(npm().args(["run", "--silent", "check"])))?;
    print!("{}", phases.table());
    Ok(())
}
