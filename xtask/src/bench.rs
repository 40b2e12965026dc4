//! `cargo xtask bench NAME`: measures, and says whether the figure meets its target.
//!
//! Owns the form: a line a figure, tab-separated: figure, value, unit, target, `met` or `short`; target and verdict
//! are `-` where a figure only informs. What is measured and its target lie with each bench.

mod cache;
mod prepare;
mod first_frame;
mod clips;
mod edge;
mod ladder;
mod manifest;
mod package;
mod shots;

mod cpu;
mod install;

use crate::phases::Phases;
use crate::shell::Result;
use std::fmt;

/// A measured figure.
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    /// What the value must keep to; `None` where it only informs.
    target: Option<Target>,
}

/// What a value must keep to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Target {
    Below(f64),
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    fn met_by(self, value: f64) -> bool {
        match self {
            Target::Below(limit) => value < limit,
            Target::AtMost(limit) => value <= limit,
            Target::AtLeast(limit) => value >= limit,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Below(limit) => write!(f, "< {limit}"),
            Target::AtMost(limit) => write!(f, "<= {limit}"),
            Target::AtLeast(limit) => write!(f, ">= {limit}"),
        }
    }
}

impl Figure {
    /// A figure that only informs.
    fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Figure {
        Figure { name: name.into(), value, unit, target: None }
    }

    /// The same, judged.
    fn target(self, target: Target) -> Figure {
        Figure { target: Some(target), ..self }
    }

    fn line(&self) -> String {
        let target = self.target.map_or("-".to_owned(), |target| target.to_string());
        let verdict = match self.target {
            None => "-",
            Some(target) if target.met_by(self.value) => "met",
            Some(_) => "short",
        };
        format!("{}\t{:.2}\t{}\t{target}\t{verdict}", self.name, self.value, self.unit)
    }
}

/// A bench.
struct Bench {
    name: &'static str,
    /// Whether it runs the release build of the product from its start.
    product: bool,
    /// Measures, with the arguments after the name.
    measure: fn(&[&str]) -> Result<Vec<Figure>>,
}

const BENCHES: &[Bench] = &[
    Bench { name: "prepare", product: true, measure: prepare::measure },
    Bench { name: "first-frame", product: true, measure: first_frame::measure },
    Bench { name: "clips", product: true, measure: clips::measure },
    Bench { name: "cache", product: false, measure: cache::measure },
    Bench { name: "edge", product: false, measure: edge::measure },
    Bench { name: "ladder", product: false, measure: ladder::measure },
    Bench { name: "manifest", product: false, measure: manifest::measure },
    Bench { name: "package", product: false, measure: package::measure },
    Bench { name: "shots", product: false, measure: shots::measure },
];

/// Runs the named bench.
pub(crate) fn run(arguments: &[&str]) -> Result {
    let named = arguments
        .split_first()
        .and_then(|(name, rest)| BENCHES.iter().find(|bench| bench.name == *name).map(|bench| (bench, rest)));
    let Some((bench, rest)) = named else {
        let names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        return Err(format!("bench needs a name: {}", names.join(", ")).into());
    };
    if bench.product {
        crate::demo::make(&mut Phases::new())?;
    }
    let figures = (bench.measure)(rest)?;
    println!("figure\tvalue\tunit\ttarget\tverdict");
    for figure in figures {
        println!("{}", figure.line());
    }
    Ok(())
}

/// Refuses arguments, for benches that take none.
fn no_arguments(arguments: &[&str]) -> Result {
    arguments
        .first()
        .map_or(Ok(()), |extra| Err(format!("this bench takes no argument, got `{extra}`").into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_judged() {
        for (value, target, expected) in [
            (1.234, Some(Target::Below(2.0)), "wait\t1.23\ts\t< 2\tmet"),
            (2.0, Some(Target::Below(2.0)), "wait\t2.00\ts\t< 2\tshort"),
            (2.0, Some(Target::AtMost(2.0)), "wait\t2.00\ts\t<= 2\tmet"),
            (1.9, Some(Target::AtLeast(2.0)), "wait\t1.90\ts\t>= 2\tshort"),
            (f64::NAN, Some(Target::AtLeast(2.0)), "wait\tNaN\ts\t>= 2\tshort"),
            (7.0, None, "wait\t7.00\ts\t-\t-"),
        ] {
            assert_eq!(Figure { name: "wait".into(), value, unit: "s", target }.line(), expected);
        }
    }
}
