//! The few things that are asked of a file system, behind one seam: tests put a failing one there.

use std::fmt::Debug;
use std::fs::File;
use std::io::{self, IoSlice};
use std::os::unix::fs::FileExt;

use rustix::fs::{FallocateFlags, fallocate};

/// Most pieces that go into one call: IOV_MAX of Linux.
const PIECES_MAX: usize = 1024;

/// What is done with files that are open.
pub(crate) trait Disk: Send + Sync + Debug {
    /// Writes all of `pieces`, one after another, from `at` on.
    fn write(&self, file: &File, pieces: &[&[u8]], at: u64) -> io::Result<()>;

    /// Fills `buffer` from what stands at `at`.
    fn read(&self, file: &File, buffer: &mut [u8], at: u64) -> io::Result<()>;

    /// Gives back the room of a part; the file keeps its length.
    fn punch(&self, file: &File, at: u64, bytes: u64) -> io::Result<()>;

    /// Takes room for a part; the file keeps its length.
    fn reserve(&self, file: &File, at: u64, bytes: u64) -> io::Result<()>;

    /// Waits until what was written stays, whatever happens.
    fn sync(&self, file: &File) -> io::Result<()>;
}

/// The one that the system gives.
#[derive(Debug)]
pub(crate) struct System;

impl Disk for System {
    fn write(&self, file: &File, pieces: &[&[u8]], mut at: u64) -> io::Result<()> {
        for some in pieces.chunks(PIECES_MAX) {
            let mut slices: Vec<IoSlice<'_>> = some.iter().map(|piece| IoSlice::new(piece)).collect();
            let mut rest = slices.as_mut_slice();
            IoSlice::advance_slices(&mut rest, 0);
            while !rest.is_empty() {
                let written = match rustix::io::pwritev(file, rest, at) {
                    Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                    Ok(written) => written,
                    Err(rustix::io::Errno::INTR) => continue,
                    Err(error) => return Err(error.into()),
                };
                IoSlice::advance_slices(&mut rest, written);
                at += written as u64;
            }
        }
        Ok(())
    }

    fn read(&self, file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
        file.read_exact_at(buffer, at)
    }

    fn punch(&self, file: &File, at: u64, bytes: u64) -> io::Result<()> {
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        Ok(fallocate(file, flags, at, bytes)?)
    }

    fn reserve(&self, file: &File, at: u64, bytes: u64) -> io::Result<()> {
        Ok(fallocate(file, FallocateFlags::KEEP_SIZE, at, bytes)?)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }
}
