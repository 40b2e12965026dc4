//! Feeds mutated files to one function until the time is over, on any toolchain.
//!
//! Owns the mutations and the search: an input that takes another way than all before (told by what it makes the function
//! return) joins the corpus in memory, so that the next mutations begin there. `cargo fuzz` looks at every branch and finds
//! more; this finds it again where only a stable compiler is, and is what tests can afford.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use stdx::clock::{Clock, SystemClock};
use stdx::random::Random;

/// Most changes that one mutation makes.
const CHANGES_MAX: usize = 8;

/// Longest input: the parts that matter of any of these formats fit, and long ones are slow.
const INPUT_BYTES_MAX: usize = 64 << 10;

/// Most inputs that join the corpus.
const FOUND_MAX: usize = 20_000;

/// Milliseconds after which an input counts as a hang; the slowest honest one takes a hundredth of it.
const HANG_MS: u128 = 5000;

/// What numbers in files are most often wrong at.
const NUMBERS: [u32; 9] = [0, 1, 2, 0x7f, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

/// Runs a target: `SECONDS FOLDER [SEED]`. The folder has the corpus.
pub(crate) fn main(target: fn(&[u8]) -> u64) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [seconds, folder, seed @ ..] = &arguments[..] else {
        eprintln!("give SECONDS FOLDER [SEED]: how long, where the corpus is, and where to begin");
        return ExitCode::from(2);
    };
    let (Ok(seconds), Ok(seed)) = (seconds.parse(), seed.first().map_or(Ok(1), |seed| seed.parse())) else {
        eprintln!("SECONDS and SEED are whole numbers");
        return ExitCode::from(2);
    };
    let corpus = files(Path::new(folder));
    if corpus.is_empty() {
        eprintln!("{folder} has no files to begin with");
        return ExitCode::from(2);
    }
    match search(target, corpus, seconds, seed) {
        Ok(inputs) => {
            eprintln!("{inputs} inputs in {seconds} s: no panic, no hang");
            ExitCode::SUCCESS
        }
        Err(path) => {
            eprintln!("the input that failed is {}", path.display());
            ExitCode::FAILURE
        }
    }
}

/// The files of a folder, by name.
pub(crate) fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths: BTreeSet<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

/// How many inputs were tried, or where the one lies that failed.
fn search(
    target: fn(&[u8]) -> u64,
    mut corpus: Vec<Vec<u8>>,
    seconds: u64,
    seed: u64,
) -> Result<u64, PathBuf> {
    let given = corpus.len();
    let clock = SystemClock::new();
    let (begin, mut random) = (clock.monotonic(), Random::new(seed));
    let mut ways: BTreeSet<u64> = BTreeSet::new();
    let mut inputs = 0;
    let room = given + FOUND_MAX;
    while (clock.monotonic() - begin).as_secs() < seconds {
        let input = mutated(&corpus, given, &mut random);
        let start = clock.monotonic();
        let way = std::panic::catch_unwind(|| target(&input));
        inputs += 1;
        match way {
            Ok(way) if (clock.monotonic() - start).as_millis() < HANG_MS => {
                if corpus.len() < room && ways.insert(way) {
                    corpus.push(input);
                }
            }
            _ => return Err(kept(&input)),
        }
    }
    Ok(inputs)
}

fn kept(input: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("failed-{}", std::process::id()));
    if let Err(error) = std::fs::write(&path, input) {
        eprintln!("the input cannot be kept: {error}");
    }
    path
}

/// An input of the corpus with a few changes: as often one of the first `given` as one that was found since.
pub(crate) fn mutated(corpus: &[Vec<u8>], given: usize, random: &mut Random) -> Vec<u8> {
    let among = if random.chance(0.5) { given } else { corpus.len() };
    let mut bytes = corpus[random.between(0, among - 1)].clone();
    for _ in 0..random.between(1, CHANGES_MAX) {
        change(&mut bytes, corpus, random);
    }
    if random.chance(0.05) {
        bytes.truncate(random.between(0, bytes.len()));
    }
    bytes.truncate(INPUT_BYTES_MAX);
    bytes
}

fn change(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], random: &mut Random) {
    let Some(last) = bytes.len().checked_sub(1) else { return bytes.extend(random.bytes(8)) };
    // Headers come first, and hold most of what can be wrong.
    let end = if random.chance(0.7) { last.min(2047) } else { last };
    let at = random.between(0, end);
    let span = at..(at + random.between(1, 64)).min(bytes.len());
    match random.between(0, 7) {
        0 => bytes[at] ^= 1 << random.between(0, 7),
        1 => bytes[at] = random.bits() as u8,
        2 | 3 => {
            let number = NUMBERS[random.between(0, NUMBERS.len() - 1)].to_be_bytes();
            let width = [1, 2, 4][random.between(0, 2)];
            bytes.iter_mut().skip(at).zip(&number[4 - width..]).for_each(|(byte, new)| *byte = *new);
        }
        4 => drop(bytes.drain(span)),
        5 => {
            let copy = bytes[span].to_vec();
            bytes.splice(at..at, copy);
        }
        6 => {
            let other = &corpus[random.between(0, corpus.len() - 1)];
            let from = random.between(0, other.len());
            let piece = &other[from..(from + random.between(1, 200)).min(other.len())];
            let replaced = at..(at + random.between(0, piece.len())).min(bytes.len());
            bytes.splice(replaced, piece.iter().copied());
        }
        _ => bytes[at] = b"0123456789-.,:;\"'=<>&/#\n\t \0@"[random.between(0, 27)],
    }
}
