//! The window through which samples pass, and where they come from.

use crate::track::Sample;
use std::io;
use std::ops::Range;

/// Bytes of samples that are held at once: most segments of a film whole, and a fraction of what a decoder takes. A longer
/// sample is held alone.
pub const WINDOW_BYTES: usize = 16 << 20;

/// Gives the bytes of samples.
///
/// A closure of the same shape is one.
pub trait Source {
    /// Fills `into` with the bytes from `offset` on of file number `source` (see [`Sample::source`]).
    ///
    /// # Errors
    /// Where they cannot be read.
    fn read(&mut self, source: usize, offset: u64, into: &mut [u8]) -> io::Result<()>;
}

impl<F: FnMut(usize, u64, &mut [u8]) -> io::Result<()>> Source for F {
    fn read(&mut self, source: usize, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self(source, offset, into)
    }
}

/// The samples in runs that fit into the window.
pub(super) fn batches(samples: &[Sample]) -> Vec<Range<usize>> {
    let mut batches: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0;
    for (number, sample) in samples.iter().enumerate() {
        bytes += sample.size as usize;
        match batches.last_mut() {
            Some(batch) if bytes <= WINDOW_BYTES => batch.end = number + 1,
            _ => {
                batches.push(number..number + 1);
                bytes = sample.size as usize;
            }
        }
    }
    batches
}

/// Samples in memory, one after the other.
#[derive(Default)]
pub(super) struct Window {
    /// Only grows, so that what is read over need not be cleared first.
    buffer: Vec<u8>,
    filled: usize,
}

impl Window {
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.buffer[..self.filled]
    }

    /// Fills the window with these samples; those that lie one after the other are read at once.
    pub(super) fn load(&mut self, samples: &[Sample], source: &mut impl Source) -> io::Result<()> {
        self.filled = total(samples);
        if self.buffer.len() < self.filled {
            self.buffer.resize(self.filled, 0);
        }
        let mut rest = self.bytes_mut();
        let follows = |one: &Sample, next: &Sample| {
            one.source == next.source && one.offset + u64::from(one.size) == next.offset
        };
        for run in samples.chunk_by(follows) {
            let (into, after) = rest.split_at_mut(total(run));
            source.read(run[0].source, run[0].offset, into)?;
            rest = after;
        }
        Ok(())
    }
}

pub(super) fn total(samples: &[Sample]) -> usize {
    samples.iter().map(|sample| sample.size as usize).sum()
}
