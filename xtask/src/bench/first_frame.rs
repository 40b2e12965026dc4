//! How soon after a click the first frame shows, in Chromium on this machine.

use super::{Figure, Target, no_arguments};
use crate::build::Profile;
use crate::json::Json;
use crate::root::{film, root};
use crate::served::Served;
use crate::setup::{self, Part, browser};
use crate::shell::{Result, command, quiet, run};

/// Target of a click that comes at once, so that nothing was fetched before it, in milliseconds.
const FIRST_FRAME_MS_MAX: f64 = 400.0;

/// Clicks of each kind; the figure is their median.
const RUNS: u32 = 20;

/// Prepares the demo's title where it is not prepared yet, and starts it again and again.
pub(super) fn measure(arguments: &[&str]) -> Result<Vec<Figure>> {
    no_arguments(arguments)?;
    setup::ensure(&[Part::Node, Part::Browser])?;
    let data = root().join("data/demo");
    let matinee = Profile::Release.matinee();
    run(command(&matinee)
        .arg("prepare")
        .arg(film())
        .args(["--title", "Big Buck Bunny", "--protection", "none", "--data"])
        .arg(&data))?;
    let served = Served::start(&matinee, &data)?;
    let mut script = command("node");
    script.args(["web/e2e/first-frame.mjs", "--runs", &RUNS.to_string()]);
    script.args(["--base", &format!("http://{}", served.address)]);
    if let Some(browser) = browser::executable() {
        script.env(browser::VARIABLE, browser);
    }
    let text = quiet(&mut script)?;
    figures(&Json::read(&text)?)
}

/// The figures in what the script prints: `cold` clicks come at once, `warm` ones after resting on the card.
fn figures(measured: &Json) -> Result<Vec<Figure>> {
    let figure = |kind: &str, what: &str, target| -> Result<Figure> {
        let path = format!("{kind}.{what}_ms");
        let value = measured
            .at(&path)
            .and_then(Json::number)
            .ok_or_else(|| format!("first-frame.mjs printed no {path}"))?;
        Ok(Figure { name: format!("first frame, {kind}, {what} of {RUNS}"), value, unit: "ms", target })
    };
    let cold = figure("cold", "p50", Some(Target::Below(FIRST_FRAME_MS_MAX)))?;
    Ok(vec![cold, figure("cold", "max", None)?, figure("warm", "p50", None)?, figure("warm", "max", None)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_click_that_comes_at_once_has_a_target() {
        let text = r#"{"cold": {"p50_ms": 150.5, "max_ms": 900}, "warm": {"p50_ms": 60, "max_ms": 70}}"#;
        let lines: Vec<String> =
            figures(&Json::read(text).unwrap()).unwrap().iter().map(Figure::line).collect();
        let expected = [
            "first frame, cold, p50 of 20\t150.50\tms\t< 400\tmet",
            "first frame, cold, max of 20\t900.00\tms\t-\t-",
            "first frame, warm, p50 of 20\t60.00\tms\t-\t-",
            "first frame, warm, max of 20\t70.00\tms\t-\t-",
        ];
        assert_eq!(lines, expected);
        assert!(figures(&Json::Null).is_err());
    }
}
