//! Children end when they should: with their work, with our patience, with their owner, with this process.

use super::bench::Bench;
use codec::Error;
use codec::child::{Child, Patience, Stdout};
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::time::{interval, timeout};

/// Longest wait for something that takes milliseconds, on a machine that is busy with other tests.
const WAIT: Duration = Duration::from_secs(30);
/// Environment variable by which the test binary learns that it plays the parent that is killed.
const MARK: &str = "MATINEE_TEST_MARK";

fn endless<'a>(bench: &'a Bench, mark: &str) -> Child<'a> {
    let title = format!("title={mark}");
    let args = [
        "-v",
        "error",
        "-re",
        "-f",
        "lavfi",
        "-i",
        "color=s=16x16:r=10",
        "-metadata",
        &title,
        "-f",
        "null",
        "-",
    ];
    Child::new(&bench.tools.ffmpeg, "run for ever").args(args)
}

/// Whether a process has `mark` in its command line.
fn runs(mark: &str) -> bool {
    let title = format!("title={mark}");
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .any(|line| line.split(|&byte| byte == 0).any(|arg| arg == title.as_bytes()))
}

async fn until(wanted: bool, mark: &str) {
    let mut ticks = interval(Duration::from_millis(10));
    let waiting = async {
        while runs(mark) != wanted {
            ticks.tick().await;
        }
    };
    timeout(WAIT, waiting).await.unwrap_or_else(|_| panic!("{mark} never was running = {wanted}"));
}

#[tokio::test]
async fn a_failure_says_why() {
    let bench = Bench::new().await;
    let child = Child::new(&bench.tools.ffmpeg, "open nothing").args([
        "-v",
        "error",
        "-i",
        "/no/such/file",
        "-f",
        "null",
        "-",
    ]);
    let error = child.run(Stdout::Null, &mut |_| {}).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("ffmpeg could not open nothing (exit status ") && text.contains("/no/such/file"),
        "{text}"
    );
}

#[tokio::test]
async fn one_that_stands_still_is_stopped() {
    let bench = Bench::new().await;
    // The second frame is due in a thousand seconds.
    let args = ["-v", "error", "-re", "-f", "lavfi", "-i", "color=s=16x16:r=1/1000", "-f", "null", "-"];
    let child = Child::new(&bench.tools.ffmpeg, "wait").args(args).reports_progress();
    let patience = Patience { stall_s: 1, total_s: 60 };
    let error = child.patience(patience).run(Stdout::Null, &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, Error::Stalled { seconds: 1, .. }), "{error}");
}

#[tokio::test]
async fn one_that_takes_too_long_is_stopped() {
    let bench = Bench::new().await;
    let child = endless(&bench, "too-long").reports_progress().patience(Patience { stall_s: 60, total_s: 1 });
    let error = child.run(Stdout::Null, &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, Error::TooLong { seconds: 1, .. }), "{error}");
    assert!(!runs("too-long"));
}

#[tokio::test]
async fn one_that_prints_too_much_is_stopped() {
    let bench = Bench::new().await;
    let child = Child::new(&bench.tools.ffmpeg, "talk").args(["-version"]);
    let error = child.run(Stdout::Capture(10), &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, Error::TooMuchOutput { bytes_max: 10, .. }), "{error}");
}

#[tokio::test]
async fn dropping_the_run_kills_it() {
    let mark = format!("dropped-{}", std::process::id());
    let own = mark.clone();
    let run = tokio::spawn(async move {
        let bench = Bench::new().await;
        endless(&bench, &own).run(Stdout::Null, &mut |_| {}).await.map(|_| ())
    });
    until(true, &mark).await;
    run.abort();
    until(false, &mark).await;
}

#[tokio::test]
async fn children_die_with_this_process() {
    let mark = format!("orphan-{}", std::process::id());
    #[expect(clippy::disallowed_methods, reason = "the test needs a parent that it can kill")]
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "it::children::plays_the_parent", "--ignored"])
        .env(MARK, &mark)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until(true, &mark).await;
    parent.kill().unwrap(); // SIGKILL: no handler of ours runs
    parent.wait().unwrap();
    until(false, &mark).await;
}

#[tokio::test]
#[ignore = "the part of the killed parent in the test above"]
async fn plays_the_parent() {
    let Ok(mark) = std::env::var(MARK) else { return };
    let bench = Bench::new().await;
    let _ = endless(&bench, &mark).run(Stdout::Null, &mut |_| {}).await;
}
