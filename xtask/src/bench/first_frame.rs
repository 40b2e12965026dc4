//! How soon after a click the first frame shows, in Chromium on this machine.

use super::{Figure, median};
use crate::build::Profile;
use crate::json::Json;
use crate::root::{film, root};
use crate::served::Served;
use crate::setup::{self, Part, browser};
use crate::shell::{Result, command, quiet, run};

/// Our player's target, unprefetched, in milliseconds.
const FIRST_FRAME_MS_MAX: f64 = 400.0;

/// Starts of each player; the figure is their median.
const STARTS: u32 = 20;

/// Prepares the demo's title where it is not prepared yet, and starts it again and again.
pub(super) fn measure() -> Result<Vec<Figure>> {
    setup::ensure(&[Part::Node, Part::Browser])?;
    let data = root().join("data/demo");
    let matinee = Profile::Release.matinee();
    run(command(&matinee)
        .arg("prepare")
        .arg(film())
        .args(["--title", "Big Buck Bunny", "--data"])
        .arg(&data))?;
    let served = Served::start(&matinee, &data)?;
    let mut script = command("node");
    script.args(["web/e2e/first-frame.mjs", "--starts", &STARTS.to_string()]);
    script.args(["--base", &format!("http://{}", served.address)]);
    if let Some(browser) = browser::executable() {
        script.env(browser::VARIABLE, browser);
    }
    let text = quiet(&mut script)?;
    figures(&Json::read(&text)?)
}

/// The figures in what the script prints: `{"players": [{"name": "matinee", "first_frame_ms": [1, 2, ...]}]}`.
fn figures(measured: &Json) -> Result<Vec<Figure>> {
    let players = measured.at("players").ok_or("first-frame.mjs measured no player")?.items();
    let figures = players.iter().map(|player| {
        let name = player.at("name").and_then(Json::text).ok_or("a player without a name")?;
        let mut times: Vec<f64> = player
            .at("first_frame_ms")
            .map(Json::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Json::number)
            .collect();
        let value = median(&mut times).ok_or_else(|| format!("{name} was not started"))?;
        let below = (name == "matinee").then_some(FIRST_FRAME_MS_MAX);
        Ok(Figure { name: format!("first frame, {name}, p50 of {}", times.len()), value, unit: "ms", below })
    });
    figures.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_player_has_a_target() {
        let text = r#"{"players": [{"name": "matinee", "first_frame_ms": [150, 120, 900]}, {"name": "hls.js", "first_frame_ms": [700]}]}"#;
        let lines: Vec<String> =
            figures(&Json::read(text).unwrap()).unwrap().iter().map(Figure::line).collect();
        assert_eq!(
            lines,
            [
                "first frame, matinee, p50 of 3\t150.00\tms\t< 400\tmet",
                "first frame, hls.js, p50 of 1\t700.00\tms\t-\t-"
            ]
        );
    }
}
