//! The `matinee` binary: parses the command line, runs one command, turns its end into an exit code.

mod cli;
mod config;
mod commands;
mod output;
mod progress_bars;
mod workspace;
mod keyring;
mod app;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return commands::Exit::failed(&anyhow::Error::from(error)).into(),
    };
    runtime.block_on(commands::run(cli)).into()
}
