//! Shots of a film from a file of analysis frames: `detect FRAMES RATE [scores]`.
//!
//! Prints the first frame, the certainty and the kind of every boundary, one a line; with `scores` the table of frame
//! scores instead. For `cargo xtask bench shots`.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use analyse::measure::FRAME_BYTES;
use analyse::{Config, Measure, boundaries, record};
use media::FrameRate;
use std::error::Error;
use std::io::{BufReader, ErrorKind, Read};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, rate, rest @ ..] = arguments.as_slice() else {
        return Err("usage: detect FRAMES RATE [scores]".into());
    };
    let rate: FrameRate = rate.parse()?;
    let mut frames = BufReader::new(std::fs::File::open(path)?);
    let (mut measure, mut scores, mut frame) = (Measure::new(), Vec::new(), vec![0; FRAME_BYTES]);
    loop {
        match frames.read_exact(&mut frame) {
            Ok(()) => scores.push(measure.push(&frame)),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error.into()),
        }
    }
    if rest.iter().any(|word| word == "scores") {
        print!("{}", record::write(&scores));
        return Ok(());
    }
    for boundary in boundaries(&scores, rate, &Config::default()) {
        println!("{}\t{:.3}\t{:?}", boundary.frame, boundary.score, boundary.kind);
    }
    Ok(())
}
