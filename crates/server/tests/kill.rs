//! `kill -9` in the middle of a preparation: the next run finishes, redoes only what was in flight, and publishes the
//! same bytes as a run that nobody disturbed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use support::{film, json, matinee, prepare, published};

/// Kills a preparation at the `moment`-th line that tells of a step; whether it was still running then.
fn prepare_and_kill(data: &Path, film: &Path, moment: usize) -> bool {
    let mut child = matinee(data)
        .args(["--set", "log.level=pipeline=debug", "prepare"])
        .arg(film)
        .args(["--title", "Test Film"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let reached = lines.filter(|line| line.contains("step ")).nth(moment).is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    reached
}

/// Steps that the run asked for, and those of them that it found done.
fn steps(result: &serde_json::Value) -> (u64, u64) {
    let stages = result["stages"].as_array().unwrap();
    let sum = |name: &str| -> u64 { stages.iter().map(|stage| stage[name].as_u64().unwrap()).sum() };
    (sum("steps_run") + sum("steps_cached"), sum("steps_cached"))
}

#[test]
fn a_killed_preparation_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let film = film(folder.path());
    let undisturbed = folder.path().join("undisturbed");
    let (all, cached) = steps(&json(&prepare(&undisturbed, &film)));
    assert_eq!(cached, 0);
    let expected = published(&undisturbed);

    // Ten moments spread over the run, off any regular grid (golden-ratio steps), in one data folder: each run
    // goes on where the killed one stopped. Every step tells of its begin and its end.
    let disturbed = folder.path().join("disturbed");
    let mut kills = 0;
    for i in 1..=10 {
        let share = (f64::from(i) * 0.618_034).fract();
        kills += u32::from(prepare_and_kill(&disturbed, &film, (share * all as f64 / 4.0) as usize));
        let half_published = disturbed.join("objects/packages").exists() && published(&disturbed) != expected;
        assert!(!half_published || titles(&disturbed) == 0, "a title is visible before its package is whole");
    }
    assert!(kills >= 5, "only {kills} of 10 runs were still running when they were killed");

    let result = json(&prepare(&disturbed, &film));
    let (all_again, cached_again) = steps(&result);
    assert_eq!(all_again, all);
    assert!(cached_again > 0);
    assert_eq!(published(&disturbed), expected);
}

fn titles(data: &Path) -> usize {
    if !data.exists() {
        return 0;
    }
    json(&matinee(data).args(["list", "--json"]).output().unwrap()).as_array().unwrap().len()
}

#[test]
fn a_second_run_does_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (film, data) = (film(folder.path()), folder.path().join("data"));
    let first = json(&prepare(&data, &film));
    let files = published(&data);
    let second = json(&prepare(&data, &film));
    let (all, cached) = steps(&second);
    assert_eq!(cached, all);
    assert_eq!((&first["id"], &first["hls"]), (&second["id"], &second["hls"]));
    assert_eq!(published(&data), files);
    assert_eq!(titles(&data), 1);
}
