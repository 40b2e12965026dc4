//! A client that costs next to nothing, to measure servers with: it discards what comes unread.
//!
//! `sink ADDRESS http|https PATH CONNECTIONS SECONDS DEPTH [every=MILLISECONDS] [files=COUNT] [file=PATH]`
//!
//! Each connection asks with `DEPTH` requests under way, for one path or, where it has `{}`, for `files` of them in turn. Its first answer is read and, with `file`, compared
//! byte for byte; of all others only the length counts, which has to be that of the first, head included. The kernel throws those away (`MSG_TRUNC`),
//! encrypted as they are, so that neither copying nor deciphering is measured. `every` paces: each connection asks once in so
//! many milliseconds. Certificates are not checked: who serves is known.

mod sink {
    pub(super) mod arguments;
    pub(super) mod connection;
    pub(super) mod figures;
    pub(super) mod trust;
}

use sink::arguments::Arguments;
use sink::connection::Connection;
use sink::figures::Figures;
use std::cell::RefCell;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;
use stdx::clock::{Clock as _, SystemClock};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let measured = Arguments::read(&arguments).and_then(|arguments| measure(&arguments));
    match measured {
        Ok(figures) => {
            eprintln!("{figures}");
            if figures.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn measure(arguments: &Arguments) -> Result<Figures> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let expected = arguments.file.as_ref().map(std::fs::read).transpose()?;
    let clock = Rc::new(SystemClock::new());
    let figures = Rc::new(RefCell::new(Figures::default()));
    let mut connections = Vec::new();
    for number in 0..arguments.connections {
        let first = number * arguments.files / arguments.connections;
        connections.push(Connection::open(arguments, first, expected.as_deref())?);
    }
    eprintln!("open {}", connections.len());
    let begin = clock.monotonic();
    let local = tokio::task::LocalSet::new();
    let count = connections.len();
    for (number, connection) in connections.into_iter().enumerate() {
        let (clock, figures, arguments) = (clock.clone(), figures.clone(), arguments.clone());
        // Paced clients do not all ask at once.
        let phase = arguments.every.unwrap_or_default().mul_f64(number as f64 / count as f64);
        let _within = runtime.enter();
        local.spawn_local(async move {
            if let Err(error) = connection.run(&arguments, phase, &clock, &figures).await {
                eprintln!("a connection failed: {error}");
                figures.borrow_mut().failed += 1;
            }
        });
    }
    let whole = Duration::from_secs(arguments.seconds);
    runtime.block_on(local.run_until(async {
        let mut end = tokio::time::interval(whole);
        end.tick().await;
        end.tick().await;
    }));
    let mut figures = figures.take();
    figures.elapsed = clock.monotonic() - begin;
    Ok(figures)
}
