//! The commands: each loads its configuration, runs, and ends in an exit code.

mod prepare;
mod serve;
mod edge;
mod listening;
mod report;
mod list;
mod doctor;
mod check;
mod keys;
mod tokens;
pub(crate) mod package;

use crate::cli::{Cli, Command, Prepare};
use crate::config::{self, Config};
use clap::CommandFactory;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Failed; the reason was printed.
    Failed,
    /// The master was refused; the findings were printed.
    Refused,
}

impl Exit {
    /// Prints why, with all causes.
    pub(crate) fn failed(error: &anyhow::Error) -> Exit {
        // Where standard error is gone, the exit code remains.
        let _ = writeln!(std::io::stderr(), "matinee: {error:#}");
        Exit::Failed
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        // 2 is clap's, for a wrong command line.
        match exit {
            Exit::Done => ExitCode::SUCCESS,
            Exit::Failed => ExitCode::from(1),
            Exit::Refused => ExitCode::from(3),
        }
    }
}

/// Runs the command.
pub(crate) async fn run(cli: Cli) -> Exit {
    match try_run(cli).await {
        Ok(exit) => exit,
        // Who reads has read enough: `matinee list | head`.
        Err(error) if is_broken_pipe(&error) => Exit::Done,
        Err(error) => Exit::failed(&error),
    }
}

async fn try_run(cli: Cli) -> anyhow::Result<Exit> {
    let mut config = Config::load(&cli.shared, |name| std::env::var(name).ok())?;
    if let Command::Serve(serve) = &cli.command {
        serve.listen.iter().for_each(|&address| config.listening.listen = vec![address]);
    }
    if let Command::Prepare(Prepare { codecs, protection, .. }) = &cli.command {
        codecs.iter().for_each(|codecs| config.prepare.codecs = codecs.clone());
        config.prepare.protection.scheme = protection.unwrap_or(config.prepare.protection.scheme);
    }
    log_to_stderr(&config.log)?;
    match cli.command {
        Command::Prepare(args) => return prepare::run(&config, args).await,
        Command::Serve(_) => serve::run(&config).await?,
        Command::Edge => edge::run(&config).await?,
        Command::Report(args) => report::run(&config, args).await?,
        Command::List(args) => list::run(&config, args).await?,
        Command::Keys(args) => keys::run(&config, args).await?,
        Command::Package(args) => package::run(&config, args).await?,
        Command::Tokens(args) => tokens::run(&config, args).await?,
        Command::Doctor(args) => return doctor::run(&config, args).await,
        Command::Check(args) => return check::run(&config, args).await,
        Command::Settings => write!(std::io::stdout(), "{}", config::reference())?,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "matinee", &mut std::io::stdout());
        }
    }
    Ok(Exit::Done)
}

fn log_to_stderr(filter: &str) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(filter)
        .map_err(|error| anyhow::anyhow!("log.level is `{filter}`, which is no filter: {error}"))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    Ok(())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}
