//! `cargo xtask demo`: a real film from master to a playing browser, on this machine.

mod playback;

use crate::build::{self, Profile};
use crate::phases::Phases;
use crate::root::{film, root};
use crate::served::Served;
use crate::setup::{self, Part};
use crate::shell::{Result, command, run as run_command};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;

/// What was asked for.
#[derive(Debug, PartialEq)]
struct Options {
    /// Play the start and stop, in place of serving on.
    check: bool,
    data: PathBuf,
    listen: String,
}

/// Builds, prepares the film and serves it; with `--check` plays its start over HTTP and stops.
pub(crate) fn run(arguments: &[&str]) -> Result {
    let options = parse(arguments)?;
    let mut phases = Phases::new();
    let result = demonstrate(&options, &mut phases);
    if options.check {
        print!("{}", phases.table());
    }
    result
}

fn demonstrate(options: &Options, phases: &mut Phases) -> Result {
    make(phases)?;
    phases.time("prepare", || {
        let mut prepare = command(Profile::Release.matinee());
        // The film is free, and any player may be tried on its addresses.
        prepare.arg("prepare").arg(film()).args(["--title", "Big Buck Bunny", "--protection", "none"]);
        prepare.arg("--data").arg(&options.data);
        run_command(&mut prepare)
    })?;
    if options.check {
        let summary = phases
            .time("check", || playback::check(&Served::start(&Profile::Release.matinee(), &options.data)?))?;
        println!("{summary}");
        return Ok(());
    }
    let mut serve = command(Profile::Release.matinee());
    serve.args(["serve", "--listen", &options.listen, "--data"]).arg(&options.data);
    Err(format!("cannot start `matinee serve`: {}", serve.exec()).into())
}

/// Fetches and builds what the demo and the benches run. Downloads go on while the compiler works.
pub(crate) fn make(phases: &mut Phases) -> Result {
    let fetch = |phases: &mut Phases| {
        phases.extend(setup::ensure(&[Part::Tools, Part::Film, Part::Node])?);
        phases.time("web application", build::web_application)
    };
    phases.beside(fetch, |phases| phases.time("compile", build::release_rooms))?;
    phases.time("compile server", build::release)
}

fn parse(arguments: &[&str]) -> Result<Options> {
    let mut options =
        Options { check: false, data: root().join("data/demo"), listen: "127.0.0.1:8080".to_owned() };
    let mut words = arguments.iter();
    while let Some(&word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
        match word {
            "--check" => options.check = true,
            "--data" => options.data = PathBuf::from(value()?),
            "--listen" => options.listen = (*value()?).to_owned(),
            _ => return Err(format!("demo does not know `{word}`").into()),
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read() {
        let options = parse(&["--listen", "127.0.0.1:9", "--check", "--data", "d"]).unwrap();
        assert_eq!(options, Options { check: true, data: "d".into(), listen: "127.0.0.1:9".into() });
        for wrong in [&["--data"][..], &["--chek"]] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
