//! `cargo xtask test`: every test of the repository, with one count at the end.
//!
//! Owns the order of the parts and the sum. The parts `matrix` and `ktls` run by their names alone. What is tested lies with the
//! code: in the crates, in `web/packages` and in `web/e2e`.

mod count;
mod e2e;
mod ktls;

use crate::build;
use crate::phases::Phases;
use crate::setup::{self, Part};
use crate::shell::{Result, cargo, npm, present, run as run_command, tee};
use count::{Count, Runner};
use std::process::Command;

/// Runs all parts, or the one named first; the rest is a filter of Rust tests.
pub(crate) fn run(arguments: &[&str]) -> Result {
    let (part, filter) = match arguments {
        [part @ ("rust" | "web" | "e2e" | "matrix" | "ktls"), filter @ ..] => (Some(*part), filter),
        [] => (None, arguments),
        // A filter alone picks Rust tests.
        filter => (Some("rust"), filter),
    };
    let wanted = |name: &str| part.is_none_or(|part| part == name);
    let mut phases = Phases::new();
    if part == Some("ktls") {
        let count = ktls::run(&mut phases)?;
        println!("{}{count}", phases.table());
        return count.verdict();
    }
    let mut counts = Vec::new();
    make(part, &mut phases)?;
    if wanted("web") {
        phases.time("web types", || run_command(npm().args(["run", "--silent", "check"])))?;
        counts.push(phases.time("web tests", || counted(Runner::Node, npm().args(["test", "--silent"])))?);
    }
    if part != Some("rust") {
        phases.time("web build", build::web_application)?;
    }
    if part == Some("matrix") {
        return e2e::matrix(&mut phases);
    }
    if wanted("rust") {
        counts.push(phases.time("Rust tests", || counted(Runner::Rust, &mut rust_tests(filter)))?);
    }
    if wanted("e2e") {
        counts.push(e2e::run(&mut phases)?);
    }
    let total = counts.into_iter().fold(Count::default(), Count::plus);
    println!("{}{total}", phases.table());
    total.verdict()
}

/// Fetches what the tests need while the compiler works. The server is compiled again, alone, where the web
/// application that it carries changes afterwards.
fn make(part: Option<&str>, phases: &mut Phases) -> Result {
    let fetch = |phases: &mut Phases| setup::ensure(needs(part)).map(|times| phases.extend(times));
    phases.beside(fetch, |phases| match part {
        Some("web") => Ok(()),
        _ => phases.time("compile", build::workspace),
    })
}

fn needs(part: Option<&str>) -> &'static [Part] {
    match part {
        Some("rust") => &[Part::Tools, Part::Clip],
        Some("web") => &[Part::Node],
        _ => &[Part::Tools, Part::Clip, Part::Node, Part::Browser, Part::Nginx, Part::Nghttp2, Part::Servers],
    }
}

/// The command for Rust tests: nextest where it is installed, else `cargo test`; the same tests.
fn rust_tests(filter: &[&str]) -> Command {
    let mut tests = cargo();
    if present("cargo-nextest") {
        tests.args(["nextest", "run", "--no-fail-fast"]);
    } else {
        tests.args(["test", "--no-fail-fast"]);
    }
    tests.args(["--locked", "--workspace"]).args(filter);
    tests
}

/// Runs `command`, shows its output and counts its tests. A run that failed without a failed test is an error.
fn counted(runner: Runner, command: &mut Command) -> Result<Count> {
    let (text, succeeded) = tee(command)?;
    let count = runner.count(&text);
    match (succeeded, count) {
        (true, Count { passed: 0, failed: 0 }) => Err("the run closed without a test".into()),
        (false, Count { failed: 0, .. }) => {
            Err("the run failed outside its tests; its output above says why".into())
        }
        _ => Ok(count),
    }
}
