//! The table of commands, and `cargo xtask help`.

use crate::shell::Result;
use crate::{bench, check, demo, setup, test, tidy};

/// A command of this tool.
struct Command {
    /// The word after `cargo xtask`.
    name: &'static str,
    /// Its arguments, as help shows them.
    arguments: &'static str,
    /// What it does, in a sentence.
    about: &'static str,
    /// Runs it with the arguments after its name.
    run: fn(&[&str]) -> Result,
}

/// All commands, in the order in which a newcomer meets them.
const COMMANDS: &[Command] = &[
    Command {
        name: "demo",
        arguments: "[--check] [--data DIR] [--listen ADDR]",
        about: "Prepares Big Buck Bunny and serves it; with --check plays its start over HTTP and stops.",
        run: demo::run,
    },
    Command {
        name: "test",
        arguments: "[rust|web|e2e|matrix|ktls] [FILTER]",
        about: "Runs every test, or those of one part; FILTER picks Rust tests by name.",
        run: test::run,
    },
    Command {
        name: "check",
        arguments: "",
        about: "The fast loop: format, lints, tidy, docs, TypeScript types. Changes nothing.",
        run: check::run,
    },
    Command {
        name: "tidy",
        arguments: "",
        about: "Checks the rules of this house that no compiler knows.",
        run: tidy::run,
    },
    Command {
        name: "bench",
        arguments: "prepare|first-frame|clips|ladder|shots",
        about: "Measures; prints figure, value, unit, target and met or short, separated by tabs.",
        run: bench::run,
    },
    Command {
        name: "setup",
        arguments: "",
        about: "Fetches what the others need: tools, films, node packages, Chromium. They call it themselves.",
        run: setup::run,
    },
    Command { name: "help", arguments: "", about: "Prints this.", run },
];

/// Runs the command that the first argument names with the rest; without one, prints help.
pub(crate) fn dispatch(arguments: &[&str]) -> Result {
    let (&name, rest) = arguments.split_first().unwrap_or((&"help", &[]));
    let name = if matches!(name, "--help" | "-h") { "help" } else { name };
    let command = COMMANDS.iter().find(|command| command.name == name);
    let command =
        command.ok_or_else(|| format!("there is no command `{name}`; `cargo xtask help` lists them"))?;
    (command.run)(rest)
}

/// Prints the commands.
fn run(_arguments: &[&str]) -> Result {
    println!("Usage: cargo xtask COMMAND\n");
    for command in COMMANDS {
        println!("  {} {}\n      {}", command.name, command.arguments, command.about);
    }
    Ok(())
}
