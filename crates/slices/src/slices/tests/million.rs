//! A million slices: how long opening takes, what they take in memory, how long finding one takes.
//!
//! `cargo test --release -p slices large_objects -- --ignored --nocapture`, and the same with `small_objects`, print the figures of the crate's documentation.

use std::fs::File;
use std::io;

use stdx::clock::{Clock, SystemClock};

use super::*;
use crate::disk::System;

const SLICES: u64 = 1_000_000;

/// Bytes of a page of memory, which `/proc/self/statm` counts in.
const MEMORY_PAGE_BYTES: u64 = 4096;

/// The system's disk, but what would be bytes of slices is only room for them.
#[derive(Debug)]
struct Hollow;

impl Disk for Hollow {
    fn write(&self, file: &File, pieces: &[&[u8]], at: u64) -> io::Result<()> {
        // A slice comes with its digests in a piece of their own.
        match pieces {
            [_] => System.write(file, pieces, at),
            _ => file.set_len(at + pieces.iter().map(|piece| piece.len() as u64).sum::<u64>()),
        }
    }

    fn read(&self, file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
        System.read(file, buffer, at)
    }

    fn punch(&self, _: &File, _: u64, _: u64) -> io::Result<()> {
        Ok(())
    }

    fn reserve(&self, file: &File, at: u64, bytes: u64) -> io::Result<()> {
        System.reserve(file, at, bytes)
    }

    fn sync(&self, _: &File) -> io::Result<()> {
        Ok(())
    }
}

fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * MEMORY_PAGE_BYTES
}

fn key(number: u64) -> String {
    format!("media/3f9a1c0b5d7e4f2286a1b4c6d8e0f213/video/h264-1080p-{number:07}.mp4")
}

/// A cache of a million slices in objects of `each`, opened again after either end.
fn check(each: u64) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path());
    let clock = SystemClock::new();
    let (slices, _) = crate::recover::open(options.clone(), Arc::new(Hollow)).unwrap();
    let (whole, last) = (vec![0; MIB as usize], [0; 5]);
    let (whole_digests, last_digests) = (BlockDigests::of(&whole).unwrap(), BlockDigests::of(&last).unwrap());
    let (start, before) = (clock.monotonic(), resident_bytes());
    for number in 0..SLICES / each {
        let known = slices.put_object(object(&key(number), (each - 1) * MIB + 5, "1")).unwrap().known;
        for index in 0..each as u32 - 1 {
            slices.put(&known, index, &[&whole], &whole_digests).unwrap();
        }
        slices.put(&known, each as u32 - 1, &[&last], &last_digests).unwrap();
    }
    let spent = clock.monotonic() - start;
    let bytes = (resident_bytes() - before) / SLICES;
    println!("{SLICES} slices, {each} an object: put in {:.1} us, {bytes} bytes each", spent.as_secs_f64());
    drop(slices);
    for end in ["killed", "closed"] {
        let start = clock.monotonic();
        let (slices, recovered) = crate::recover::open(options.clone(), Arc::new(Hollow)).unwrap();
        let spent = clock.monotonic() - start;
        assert_eq!((recovered.usage.slices, recovered.clean), (SLICES, end == "closed"));
        let journal = std::fs::metadata(folder.path().join("journal")).unwrap().len() >> 20;
        println!("  {end}: opened in {:.2} s from a journal of {journal} MiB", spent.as_secs_f64());
        find_all(&slices, &clock, each);
        slices.close().unwrap();
    }
}

fn find_all(slices: &Slices, clock: &SystemClock, each: u64) {
    let known: Vec<_> = (0..SLICES / each).map(|number| slices.object(&key(number)).unwrap()).collect();
    let mut random = stdx::random::Random::new(1);
    let picks: Vec<_> = (0..SLICES)
        .map(|_| (random.between(0, known.len() - 1), random.between(0, each as usize - 1) as u32))
        .collect();
    let start = clock.monotonic();
    let found = picks.iter().filter(|(number, index)| slices.find(&known[*number], *index).is_some()).count();
    let find_ns = (clock.monotonic() - start).as_nanos() as u64 / SLICES;
    assert_eq!(found as u64, SLICES);
    let keys: Vec<_> = picks.iter().map(|(number, _)| known[*number].key.as_str()).collect();
    let start = clock.monotonic();
    assert!(keys.iter().all(|key| slices.object(key).is_some()));
    let object_ns = (clock.monotonic() - start).as_nanos() as u64 / SLICES;
    println!("  a random slice found in {find_ns} ns, a random object in {object_ns} ns");
}

#[test]
#[ignore = "a measurement: it takes a minute"]
fn a_million_slices_of_large_objects() {
    check(250);
}

#[test]
#[ignore = "a measurement: it takes a minute"]
fn a_million_slices_of_small_objects() {
    check(1);
}
