//! `cargo xtask bench NAME`: measures, and says whether the figure meets its target.
//!
//! Owns the form: a line a figure, tab-separated: figure, value, unit, target, `met` or `short`; target and verdict
//! are `-` where a figure only informs. What is measured and its target lie with each bench.

mod prepare;
mod first_frame;
mod clips;

use crate::phases::Phases;
use crate::shell::Result;

/// A measured figure.
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    /// The value must stay under this.
    below: Option<f64>,
}

impl Figure {
    fn line(&self) -> String {
        let target = self.below.map_or("-".to_owned(), |below| format!("< {below}"));
        let verdict = self.below.map_or("-", |below| if self.value < below { "met" } else { "short" });
        format!("{}\t{:.2}\t{}\t{target}\t{verdict}", self.name, self.value, self.unit)
    }
}

/// Runs the named bench on release builds.
pub(crate) fn run(arguments: &[&str]) -> Result {
    let measure = match arguments {
        ["prepare"] => prepare::measure,
        ["first-frame"] => first_frame::measure,
        ["clips"] => clips::measure,
        _ => return Err("bench needs one name: prepare, first-frame or clips".into()),
    };
    crate::demo::make(&mut Phases::new())?;
    println!("figure\tvalue\tunit\ttarget\tverdict");
    for figure in measure()? {
        println!("{}", figure.line());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_judged() {
        for (value, below, expected) in [
            (1.234, Some(2.0), "wait\t1.23\ts\t< 2\tmet"),
            (2.0, Some(2.0), "wait\t2.00\ts\t< 2\tshort"),
            (7.0, None, "wait\t7.00\ts\t-\t-"),
        ] {
            assert_eq!(Figure { name: "wait".into(), value, unit: "s", below }.line(), expected);
        }
    }
}
