//! A disk that fails on demand.

use std::fs::File;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::disk::{Disk, System};

/// Which operations fail, counted from 1.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// None.
    Never,
    /// One.
    Once(u64),
    /// One and all that follow.
    From(u64),
}

/// The system's disk, but some operations fail; a write that fails has written half of its bytes.
#[derive(Debug)]
pub(crate) struct Faulty {
    fault: Mutex<Fault>,
    error: io::ErrorKind,
    operations: AtomicU64,
}

impl Faulty {
    pub(crate) fn new(fault: Fault, error: io::ErrorKind) -> Faulty {
        Faulty { fault: Mutex::new(fault), error, operations: AtomicU64::new(0) }
    }

    /// How many operations were asked for so far.
    pub(crate) fn operations(&self) -> u64 {
        self.operations.load(Ordering::Relaxed)
    }

    /// From now on all operations fail.
    pub(crate) fn fail(&self) {
        *self.fault.lock().unwrap() = Fault::From(0);
    }

    fn count(&self) -> io::Result<()> {
        let number = self.operations.fetch_add(1, Ordering::Relaxed) + 1;
        let fails = match *self.fault.lock().unwrap() {
            Fault::Never => false,
            Fault::Once(at) => number == at,
            Fault::From(at) => number >= at,
        };
        if fails { Err(self.error.into()) } else { Ok(()) }
    }
}

impl Disk for Faulty {
    fn write(&self, file: &File, pieces: &[&[u8]], at: u64) -> io::Result<()> {
        self.count().inspect_err(|_| {
            let bytes = pieces.concat();
            System.write(file, &[&bytes[..bytes.len() / 2]], at).unwrap();
        })?;
        System.write(file, pieces, at)
    }

    fn read(&self, file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
        self.count()?;
        System.read(file, buffer, at)
    }

    fn punch(&self, file: &File, at: u64, bytes: u64) -> io::Result<()> {
        self.count()?;
        System.punch(file, at, bytes)
    }

    fn reserve(&self, file: &File, at: u64, bytes: u64) -> io::Result<()> {
        self.count()?;
        System.reserve(file, at, bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.count()?;
        System.sync(file)
    }
}
