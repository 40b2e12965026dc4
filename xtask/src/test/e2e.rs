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
use std::process::Command;

/// Name of the title that the scripts play.
const TITLE: &str = "Big Buck Bunny, five seconds";

/// Licences that a token buys: other players ask for the keys of picture and sound apart.
const TOKEN_USES: &str = "licence.token_uses=8";

/// How the clip is prepared. Protected it begins with a clear lead, its first segment, so that both kinds are played.
const CLEAR: &[&str] = &["--protection", "none"];
const PROTECTED: &[&str] = &["--protection", "cbcs", "--set", "prepare.clear_lead_s=1"];

/// Prepares the clip, serves it and runs `web/e2e` against it, other players as witnesses: first in the clear, then
/// published again under protection. The web application must have been built.
pub(super) fn run(phases: &mut Phases) -> Result<Count> {
    phases.time("build matinee", build::workspace)?;
    let page = phases.time("end to end, page", || scripts(&[]))?;
    phases.time("prepare clip", || prepare(CLEAR))?;
    let clear = phases.time("end to end, film", || film(&[]))?;
    phases.time("protect clip", || prepare(PROTECTED))?;
    // What the page does by itself has been checked on the clear one.
    let protected = phases.time("end to end, protected film", || film(&["--titles-only"]))?;
    let tiers = phases.time("end to end, tiers of caches", tiers)?;
    Ok(page.plus(clear).plus(protected).plus(tiers))
}

/// Every player in front of edges that are killed; the script prepares a film for it and starts them.
fn tiers() -> Result<Count> {
    counted(Runner::Script, script("tiers").env("MATINEE", Profile::Dev.matinee()))
}

/// Plays a film in every codec in every player, in the clear and protected, and prints the table of that. No test: it takes
/// minutes, and what plays where is for people to read.
pub(super) fn matrix(phases: &mut Phases) -> Result {
    phases.time("build matinee", build::workspace)?;
    let mut node = script("matrix");
    phases.time("matrix", || run_command(node.env("MATINEE", Profile::Dev.matinee())))
}

/// Publishes the clip protected as `protection` says, anew where it was otherwise: only the last steps differ.
fn prepare(protection: &[&str]) -> Result {
    let mut prepare = command(Profile::Dev.matinee());
    prepare.arg("prepare").arg(clip()).args(["--title", TITLE]).args(protection).arg("--data");
    run_command(prepare.arg(data()))
}

/// Serves the clip as it is published and plays it.
fn film(arguments: &[&str]) -> Result<Count> {
    let served = Served::start_with(&Profile::Dev.matinee(), &data(), &[TOKEN_USES])?;
    let base = format!("http://{}", served.address);
    scripts(&[&["--witness", "--base", &base], arguments].concat())
}

/// Runs the scripts: without arguments against their own synthetic title, whose faults they can choose.
fn scripts(arguments: &[&str]) -> Result<Count> {
    counted(Runner::Script, script("e2e").arg("--").args(arguments))
}

/// A script of the web application's package, with the browser that it is to use.
fn script(name: &str) -> Command {
    let mut node = npm();
    if let Some(browser) = browser::executable() {
        node.env(browser::VARIABLE, browser);
    }
    node.args(["run", "--silent", name]);
    node
}

/// Kept between runs: steps that are done are not done again.
fn data() -> PathBuf {
    target().join("e2e/data")
}
