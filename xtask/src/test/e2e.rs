//! End to end: real browsers against a real server with a prepared title.
//!
//! Owns the title and the server that `web/e2e` plays from; the scripts there own what is played and expected.

use super::count::{Count, Runner};
use super::counted;
use crate::build::{self, Profile, target};
use crate::phases::Phases;
use crate::root::clip;
use crate::served::Served;
use crate::setup::browser;
use crate::shell::{Result, command, npm, run as run_command};
use std::path::PathBuf;

/// Name of the title that the scripts play.
const TITLE: &str = "Big Buck Bunny, five seconds";

/// Prepares the clip, serves it and runs `web/e2e` against it, other players as witnesses; the web application must have been built.
pub(super) fn run(phases: &mut Phases) -> Result<Count> {
    let data = data();
    phases.time("build matinee", build::workspace)?;
    phases.time("prepare clip", || {
        let mut prepare = command(Profile::Dev.matinee());
        run_command(prepare.arg("prepare").arg(clip()).args(["--title", TITLE, "--data"]).arg(&data))
    })?;
    let page = phases.time("end to end, page", || scripts(&[]))?;
    let film = phases.time("end to end, film", || {
        let served = Served::start(&Profile::Dev.matinee(), &data)?;
        scripts(&["--witness", "--base", &format!("http://{}", served.address)])
    })?;
    Ok(page.plus(film))
}

/// Runs the scripts: without arguments against their own synthetic title, whose faults they can choose.
fn scripts(arguments: &[&str]) -> Result<Count> {
    let mut node = npm();
    if let Some(browser) = browser::executable() {
        node.env(browser::VARIABLE, browser);
    }
    counted(Runner::Script, node.args(["run", "--silent", "e2e", "--"]).args(arguments))
}

/// Kept between runs: steps that are done are not done again.
fn data() -> PathBuf {
    target().join("e2e/data")
}
