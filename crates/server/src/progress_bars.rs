//! Progress bars: one line a stage, with work done, speed and time left.
//!
//! Draws in a terminal. Elsewhere (a log, a pipe) it prints one line when a stage begins to count and one when it ends.

use indicatif::{MultiProgress, ProgressBar, ProgressFinish, ProgressStyle};
use pipeline::flow::Stage;
use pipeline::progress::{Event, Listener, Unit};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often a bar's clock is drawn anew while nothing is told.
const TICK: Duration = Duration::from_millis(250);

/// The listener that fits where standard error goes.
pub(crate) fn for_this_terminal() -> std::sync::Arc<dyn Listener> {
    if std::io::stderr().is_terminal() {
        std::sync::Arc::new(Bars::default())
    } else {
        std::sync::Arc::new(Lines)
    }
}

/// Bars in a terminal.
#[derive(Debug, Default)]
struct Bars {
    all: MultiProgress,
    bars: Mutex<BTreeMap<Stage, ProgressBar>>,
}

impl Bars {
    fn bar(&self, stage: Stage) -> ProgressBar {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let bar = self
                .all
                .add(ProgressBar::new(0))
                .with_prefix(stage.name())
                .with_finish(ProgressFinish::Abandon);
            bar.set_style(style(Unit::Items));
            bar.enable_steady_tick(TICK);
            bar
        };
        bars.entry(stage).or_insert_with(new).clone()
    }
}

impl Listener for Bars {
    fn progress(&self, event: &Event) {
        match event {
            Event::Started { stage } => self.bar(*stage).reset_eta(),
            Event::Total { stage, total, unit } => {
                let bar = self.bar(*stage);
                bar.set_style(style(*unit));
                bar.set_length(*total);
            }
            Event::Done { stage, done } => self.bar(*stage).inc(*done),
            Event::Finished { stage, steps_cached, steps } => {
                let bar = self.bar(*stage);
                bar.set_length(bar.position());
                bar.set_message(cached(*steps_cached, *steps));
                bar.abandon();
            }
            Event::Note { message, .. } => {
                // A terminal that has gone away shows nothing; the note is in the report too.
                let _ = self.all.println(message);
            }
        }
    }
}

fn style(unit: Unit) -> ProgressStyle {
    let counts = match unit {
        Unit::Bytes => "{bytes}/{total_bytes} {bytes_per_sec}",
        Unit::Frames => "{pos}/{len} frames {per_sec}",
        Unit::Items => "{pos}/{len} {per_sec}",
    };
    let template = format!("{{prefix:>8}} {{bar:28.cyan/dim}} {counts} {{elapsed}} left {{eta}} {{msg}}");
    ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸ ")
}

fn cached(steps_cached: u64, steps: u64) -> String {
    match (steps_cached, steps) {
        (_, 0) => String::new(),
        (0, _) => format!("{steps} steps"),
        _ => format!("{steps} steps, {steps_cached} done before"),
    }
}

/// Lines where there is no terminal.
#[derive(Debug)]
struct Lines;

impl Listener for Lines {
    fn progress(&self, event: &Event) {
        let line = match event {
            Event::Started { stage } => format!("{}: begins", stage.name()),
            Event::Total { .. } | Event::Done { .. } => return,
            Event::Finished { stage, steps_cached, steps } => {
                format!("{}: done, {}", stage.name(), cached(*steps_cached, *steps))
            }
            Event::Note { stage, message } => format!("{}: {message}", stage.name()),
        };
        // Nobody reads standard error: nothing to tell.
        let _ = writeln!(std::io::stderr(), "{}", line.trim_end_matches(", "));
    }
}
