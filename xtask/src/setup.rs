//! `cargo xtask setup`: fetches what the other commands need, pinned and verified, into git-ignored folders.
//!
//! Owns the list of parts. A part that is already there costs a look at its stamp; missing parts are fetched side
//! by side. An interrupted fetch is fetched again, for a part's stamp is written last.

mod apt;
mod nghttp2;
mod nginx;
mod programs;
mod film;
pub(crate) mod kernel;
mod node;
pub(crate) mod browser;
mod wheel;

use crate::phases::Phases;
use crate::root::tools;
use crate::shell::Result;
use std::path::PathBuf;
use std::time::Duration;
use stdx::clock::{Clock, SystemClock};

/// A thing that commands need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// ffmpeg, ffprobe and Shaka Packager in `.tools/bin`.
    Tools,
    /// The film of the demo.
    Film,
    /// The short clip of the tests.
    Clip,
    /// The node packages of `web/`.
    Node,
    /// Chromium.
    Browser,
    /// nginx.
    Nginx,
    /// `nghttp` and `h2load` in `.tools/nghttp2`.
    Nghttp2,
    /// SeaweedFS in `.tools/bin`.
    Servers,
}

impl Part {
    const ALL: &[Part] = &[
        Part::Tools,
        Part::Film,
        Part::Clip,
        Part::Node,
        Part::Browser,
        Part::Nginx,
        Part::Nghttp2,
        Part::Servers,
    ];

    fn name(self) -> &'static str {
        match self {
            Part::Tools => "tools",
            Part::Film => "film",
            Part::Clip => "clip",
            Part::Node => "node packages",
            Part::Browser => "Chromium",
            Part::Nginx => "nginx",
            Part::Nghttp2 => "nghttp2's clients",
            Part::Servers => "SeaweedFS",
        }
    }

    /// Gets the part. Tells whether anything had to be done.
    fn ensure(self) -> Result<bool> {
        match self {
            Part::Tools => programs::ensure(),
            Part::Film => film::ensure_film(),
            Part::Clip => film::ensure_clip(),
            Part::Node => node::ensure(),
            Part::Browser => browser::ensure(),
            Part::Nginx => nginx::ensure(),
            Part::Nghttp2 => nghttp2::ensure(),
            Part::Servers => programs::ensure_servers(),
        }
    }
}

/// Gets all parts.
pub(crate) fn run(arguments: &[&str]) -> Result {
    if let Some(extra) = arguments.first() {
        return Err(format!("setup takes no argument, got `{extra}`").into());
    }
    let mut phases = Phases::new();
    phases.extend(ensure(Part::ALL)?);
    print!("{}", phases.table());
    Ok(())
}

/// Gets `parts` side by side. Returns what was fetched with its time; already there counts as nothing.
///
/// A second command that runs at the same time waits here for the first.
pub(crate) fn ensure(parts: &[Part]) -> Result<Vec<(String, Duration)>> {
    std::fs::create_dir_all(tools())?;
    let turn = std::fs::File::create(tools().join("lock"))?;
    turn.lock()?;
    let clock = &SystemClock::new();
    let outcomes: Vec<(Part, Result<bool>, Duration)> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            parts.iter().map(|&part| (part, scope.spawn(move || (get(part), clock.monotonic())))).collect();
        let panicked = |_| (Err("the fetching thread panicked".into()), Duration::ZERO);
        let joined = workers.into_iter().map(|(part, worker)| (part, worker.join().unwrap_or_else(panicked)));
        joined.map(|(part, (result, time))| (part, result, time)).collect()
    });
    let mut times = Vec::new();
    let mut errors = Vec::new();
    for (part, result, time) in outcomes {
        match result {
            Ok(true) => times.push((format!("fetch {}", part.name()), time)),
            Ok(false) => {}
            Err(error) => errors.push(format!("setup of {}: {error}", part.name())),
        }
    }
    if errors.is_empty() { Ok(times) } else { Err(errors.join("\n").into()) }
}

/// An empty folder for downloads of `what`; what an interrupted fetch left there is gone.
fn fetch_folder(what: &str) -> Result<PathBuf> {
    let folder = tools().join("fetch").join(what);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => std::fs::create_dir_all(&folder)?,
    }
    Ok(folder)
}

fn get(part: Part) -> Result<bool> {
    let fetched = part.ensure()?;
    if fetched {
        println!("setup: {} ready", part.name());
    }
    Ok(fetched)
}
