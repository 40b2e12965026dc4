//! Automation of this repository: `cargo xtask COMMAND`. The commands are in the table in `help`.

#![expect(clippy::print_stdout, reason = "a command line talks to the terminal")]

mod help;
mod demo;
mod test;
mod check;
mod tidy;
mod bench;
mod setup;

mod build;
mod served;
mod json;
mod phases;
mod root;
mod shell;
mod stamp;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match help::dispatch(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
