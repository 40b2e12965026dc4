//! How long and how much memory it takes to prepare the demo's film from nothing.

use super::{Figure, Target, no_arguments};
use crate::build::{Profile, target};
use crate::json::Json;
use crate::root::{film, root};
use crate::shell::{Result, command, quiet, run};
use std::path::Path;
use stdx::clock::{Clock, SystemClock};

/// Wall seconds for the film of 30 s: on two cores the whole must take under 6 minutes.
const WALL_S_MAX: f64 = 360.0;

/// Length of the demo's film in seconds.
const FILM_S: f64 = 30.0;

const TITLE: &str = "Big Buck Bunny";

/// Prepares the film into an empty folder.
pub(super) fn measure(arguments: &[&str]) -> Result<Vec<Figure>> {
    no_arguments(arguments)?;
    let data = target().join("bench/prepare");
    match std::fs::remove_dir_all(&data) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => std::fs::create_dir_all(&data)?,
    }
    let peak_file = target().join("bench/peak");
    let clock = SystemClock::new();
    let mut prepare = command("python3");
    prepare.arg(root().join("xtask/peak_memory.py")).arg(&peak_file).arg(Profile::Release.matinee());
    run(prepare.arg("prepare").arg(film()).args(["--title", TITLE, "--data"]).arg(&data))?;
    let wall_s = clock.monotonic().as_secs_f64();
    let peak_bytes: f64 = std::fs::read_to_string(&peak_file)?.parse()?;
    let mut figures = vec![
        Figure::new("prepare", wall_s, "s").target(Target::Below(WALL_S_MAX)),
        Figure::new("prepare per film second", wall_s / FILM_S, "s/s")
            .target(Target::Below(WALL_S_MAX / FILM_S)),
        Figure::new("peak memory", peak_bytes / f64::from(1 << 20), "MiB"),
    ];
    figures.extend(stages(&data)?);
    Ok(figures)
}

/// What the report says of each stage.
fn stages(data: &Path) -> Result<Vec<Figure>> {
    let text =
        quiet(command(Profile::Release.matinee()).args(["report", TITLE, "--json", "--data"]).arg(data))?;
    let report = Json::read(&text)?;
    let stages = report.at("stages").ok_or("the report has no stages")?.items();
    let figures = stages.iter().flat_map(|stage| {
        let name =
            stage.at("name").or_else(|| stage.at("stage")).and_then(Json::text).unwrap_or("?").to_owned();
        let figure = |at: &'static str, what: &str| {
            let value = stage.at(at).and_then(Json::number)?;
            Some(Figure::new(format!("{name} {what}"), value, "s"))
        };
        [figure("wall_s", "wall"), figure("cpu_s", "CPU")].into_iter().flatten()
    });
    Ok(figures.collect())
}
