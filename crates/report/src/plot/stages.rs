//! Where the time went: wall and processor seconds of every stage.

use super::{LEFT, RIGHT, WIDTH};
use crate::model::Stage;
use crate::svg::{Anchor, Drawing};
use crate::units;

/// Height of one stage's row.
const ROW: f64 = 34.0;
/// Height of one bar.
const BAR: f64 = 11.0;
/// Room for the names of stages.
const NAMES: f64 = LEFT + 40.0;

/// Draws the stages.
pub(crate) fn draw(stages: &[Stage]) -> String {
    let mut drawing = Drawing::new(WIDTH, ROW * stages.len() as f64 + 6.0);
    let most = stages.iter().map(|stage| stage.wall_s.max(stage.cpu_s)).fold(1e-9, f64::max);
    let width = |seconds: f64| (seconds / most * (WIDTH - NAMES - RIGHT - 30.0)).max(1.0);
    for (number, stage) in stages.iter().enumerate() {
        let top = ROW * number as f64 + 4.0;
        drawing.text((NAMES - 10.0, top + 16.0), Anchor::End, "name", &stage.name);
        for (seconds, class, word, y) in
            [(stage.wall_s, "wall", "wall", top), (stage.cpu_s, "cpu", "processor", top + BAR + 2.0)]
        {
            let length = units::duration(seconds);
            drawing.bar(
                (NAMES, y),
                (width(seconds), BAR),
                class,
                &format!("{}: {length} {word}", stage.name),
            );
            drawing.text((NAMES + width(seconds) + 6.0, y + 9.5), Anchor::Start, "tick", &length);
        }
    }
    drawing.finish("Wall and processor seconds of every stage")
}
