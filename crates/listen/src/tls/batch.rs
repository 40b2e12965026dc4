//! Room for many records, filled with data where they will be sealed.

use std::cell::RefCell;
use std::io::IoSliceMut;

use super::record::{DATA_BYTES_MAX, Fault, HEADER_BYTES, Keys, Kind, OVERHEAD_BYTES};

/// Records that go out at once: one costs a system call each, and many more no longer fit the processor's cache.
const RECORDS: usize = 16;

/// Batches of that size on one thread; who comes when all are out gets room for one record. Of clients that take slowly there
/// may be many, and each holds its batch meanwhile: 64 MiB.
const LARGE_MAX: usize = 256;

/// Large batches that are kept for the next; further ones are given back.
const FREE_MAX: usize = 32;

const RECORD_BYTES: usize = DATA_BYTES_MAX + OVERHEAD_BYTES;

#[derive(Default)]
struct Pool {
    free: Vec<Vec<u8>>,
    out: usize,
}

thread_local! {
    static POOL: RefCell<Pool> = RefCell::default();
}

/// Some records, open or sealed.
#[derive(Debug)]
pub(crate) struct Batch {
    /// As many records as fit, each with room for header and tag.
    bytes: Vec<u8>,
    /// Bytes of data in them.
    filled: usize,
}

/// A large batch's right to be: goes back where it was taken, which is on the same thread.
#[derive(Debug)]
pub(crate) struct Ticket(());

impl Drop for Ticket {
    fn drop(&mut self) {
        // Fails where the thread is about to end, and its pool gone.
        let _ = POOL.try_with(|pool| pool.borrow_mut().out -= 1);
    }
}

impl Batch {
    /// An empty one, large where there is room for large ones.
    pub(crate) fn taken() -> (Batch, Option<Ticket>) {
        POOL.with_borrow_mut(|pool| {
            if pool.out >= LARGE_MAX {
                return (Batch { bytes: vec![0; RECORD_BYTES], filled: 0 }, None);
            }
            pool.out += 1;
            let bytes = pool.free.pop().unwrap_or_else(|| vec![0; RECORDS * RECORD_BYTES]);
            (Batch { bytes, filled: 0 }, Some(Ticket(())))
        })
    }

    /// Gives the room back.
    pub(crate) fn give_back(self, ticket: Option<Ticket>) {
        if ticket.is_some() {
            POOL.with_borrow_mut(|pool| {
                if pool.free.len() < FREE_MAX {
                    pool.free.push(self.bytes);
                }
            });
        }
    }

    /// Bytes of data in it.
    pub(crate) fn filled(&self) -> usize {
        self.filled
    }

    /// Bytes of data that fit besides.
    pub(crate) fn room(&self) -> usize {
        self.bytes.len() / RECORD_BYTES * DATA_BYTES_MAX - self.filled
    }

    /// Adds as much of `data` as fits; gives how much that was.
    pub(crate) fn push(&mut self, data: &[u8]) -> usize {
        let mut taken = 0;
        for mut space in self.spaces(data.len()) {
            let step = space.len();
            space.copy_from_slice(&data[taken..taken + step]);
            taken += step;
        }
        self.filled += taken;
        taken
    }

    /// Where the next `bytes` of data go, or as many as fit.
    pub(crate) fn spaces(&mut self, bytes: usize) -> Vec<IoSliceMut<'_>> {
        let (mut left, first) = (bytes.min(self.room()), self.filled / DATA_BYTES_MAX);
        let mut within = self.filled % DATA_BYTES_MAX;
        let mut spaces = Vec::with_capacity(RECORDS + 1);
        for record in self.bytes.chunks_exact_mut(RECORD_BYTES).skip(first) {
            if left == 0 {
                break;
            }
            let step = left.min(DATA_BYTES_MAX - within);
            let begin = HEADER_BYTES + within;
            spaces.push(IoSliceMut::new(&mut record[begin..begin + step]));
            (left, within) = (left - step, 0);
        }
        spaces
    }

    /// Counts `bytes` that were written to [`Batch::spaces`].
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.filled += bytes;
    }

    /// Seals all; gives how many bytes go out.
    ///
    /// # Errors
    /// As [`Keys::seal`].
    pub(crate) fn seal(&mut self, keys: &mut Keys) -> Result<usize, Fault> {
        let (mut left, mut sealed) = (self.filled, 0);
        for record in self.bytes.chunks_exact_mut(RECORD_BYTES) {
            if left == 0 {
                break;
            }
            let step = left.min(DATA_BYTES_MAX);
            let record = &mut record[..step + OVERHEAD_BYTES];
            keys.seal(record, Kind::Data)?;
            (left, sealed) = (left - step, sealed + record.len());
        }
        Ok(sealed)
    }

    /// The bytes from the first record on.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets what it has.
    pub(crate) fn clear(&mut self) {
        self.filled = 0;
    }
}

/// How much data `sent` bytes of sealed records have, whole records counted.
pub(crate) fn data_in(sent: usize) -> usize {
    sent / RECORD_BYTES * DATA_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::ConnectionTrafficSecrets;
    use rustls::crypto::cipher::{AeadKey, Iv};

    fn keys() -> Keys {
        let (key, iv) = (AeadKey::from([7; 32]), Iv::from([1; 12]));
        Keys::new(0, &ConnectionTrafficSecrets::Aes256Gcm { key, iv }).unwrap()
    }

    /// Opens what a batch sealed.
    fn opened(bytes: &[u8]) -> Vec<Vec<u8>> {
        let (mut keys, mut bytes, mut all) = (keys(), bytes.to_vec(), Vec::new());
        while let Some(length) = super::super::record::whole(&bytes).unwrap() {
            let (kind, data) = keys.open(&mut bytes[..length]).unwrap();
            assert_eq!(kind, Kind::Data);
            all.push(bytes[data].to_vec());
            bytes.drain(..length);
        }
        assert!(bytes.is_empty());
        all
    }

    #[test]
    fn data_is_sealed_in_order_wherever_it_is_cut() {
        let data: Vec<u8> = (0..RECORDS * DATA_BYTES_MAX).map(|at| (at / 7) as u8).collect();
        for steps in [&[1][..], &[16_383, 1, 1], &[16_384, 16_384], &[300, 65_536], &[300_000], &[262_144]] {
            let (mut batch, ticket) = Batch::taken();
            let mut all = 0;
            for step in steps {
                all += batch.push(&data[all..data.len().min(all + step)]);
            }
            assert_eq!((batch.filled(), batch.room()), (all, data.len() - all));
            let sealed = batch.seal(&mut keys()).unwrap();
            let records = opened(&batch.bytes()[..sealed]);
            assert_eq!(records.concat(), data[..all], "{steps:?}");
            assert!(records[..records.len() - 1].iter().all(|record| record.len() == DATA_BYTES_MAX));
            batch.give_back(ticket);
        }
    }

    #[test]
    fn when_all_large_ones_are_out_a_small_one_does() {
        let taken: Vec<_> = (0..LARGE_MAX).map(|_| Batch::taken()).collect();
        assert!(
            taken.iter().all(|(batch, ticket)| batch.room() == RECORDS * DATA_BYTES_MAX && ticket.is_some())
        );
        let (small, none) = Batch::taken();
        assert!(none.is_none() && small.room() == DATA_BYTES_MAX);
        drop(taken);
        let (large, _ticket) = Batch::taken();
        assert_eq!(large.room(), RECORDS * DATA_BYTES_MAX);
    }
}
