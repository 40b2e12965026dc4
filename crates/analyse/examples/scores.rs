//! Reads reduced frames from standard input and writes their score table: to look at the scores of a clip by hand.
//!
//! `ffmpeg -i CLIP -vf scale=160:90,format=gray -f rawvideo - | cargo run -p analyse --example scores`

use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let mut measure = analyse::Measure::new();
    let mut frame = vec![0; analyse::measure::PIXELS];
    let mut scores = Vec::new();
    let mut input = std::io::stdin().lock();
    while input.read_exact(&mut frame).is_ok() {
        scores.push(measure.push(&frame));
    }
    std::io::stdout().lock().write_all(analyse::record::write(&scores).as_bytes())
}
