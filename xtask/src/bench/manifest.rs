//! How long a manifest takes to write for one device, of a title as large as they come: `manifest`'s example `requests`.
//!
//! Percentiles of wall time, as a server's viewers have them: of requests, not of their mean. On a machine that does other
//! work they tell of that work too.

use super::{Figure, Target, no_arguments};
use crate::build::target;
use crate::shell::{Result, cargo, command, quiet, run};

/// The 99th percentile must stay below this, in microseconds.
const P99_US_MAX: f64 = 1000.0;

/// Measures every kind of manifest.
pub(super) fn measure(arguments: &[&str]) -> Result<Vec<Figure>> {
    no_arguments(arguments)?;
    run(cargo().args(["build", "--locked", "--release", "--package", "manifest", "--example", "requests"]))?;
    let lines = quiet(&mut command(target().join("release/examples/requests")))?;
    let figures: Vec<Vec<Figure>> = lines.lines().map(figures).collect::<Result<_>>()?;
    Ok(figures.into_iter().flatten().collect())
}

/// The figures of a line: what, three percentiles in microseconds, and bytes.
fn figures(line: &str) -> Result<Vec<Figure>> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [kind, p50, p99, longest, bytes] = fields.as_slice() else {
        return Err(format!("the example `requests` printed `{line}`, which has not five fields").into());
    };
    Ok(vec![
        Figure::new(format!("{kind}, 50th percentile"), p50.parse()?, "us"),
        Figure::new(format!("{kind}, 99th percentile"), p99.parse()?, "us").target(Target::Below(P99_US_MAX)),
        Figure::new(format!("{kind}, longest"), longest.parse()?, "us"),
        Figure::new(format!("{kind}, most bytes"), bytes.parse()?, "B"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_four_figures() {
        let told: Vec<_> = figures("MPD\t1.5\t999.9\t2000\t77").unwrap().iter().map(Figure::line).collect();
        assert_eq!(told[1], "MPD, 99th percentile\t999.90\tus\t< 1000\tmet");
        assert_eq!(told.len(), 4);
        assert!(figures("MPD\t1.5").is_err());
    }
}
