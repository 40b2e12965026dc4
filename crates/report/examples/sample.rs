//! Writes a report of an invented film, for looking at the page: `cargo run -p report --example sample > page.html`;
//! with `--text` what a terminal shows.

#[path = "../tests/page/film.rs"]
mod film;

use std::io::Write;

fn main() -> std::io::Result<()> {
    let report = film::report();
    let page = if std::env::args().any(|arg| arg == "--text") {
        report::text(&report)
    } else {
        report::html(&report)
    };
    std::io::stdout().lock().write_all(page.as_bytes())
}
