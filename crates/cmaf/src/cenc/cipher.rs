//! AES-128 over samples: counter mode for `cenc`, cipher block chaining for `cbcs` (ISO/IEC 23001-7, 9.4 to 9.8).
//!
//! Owns the arithmetic and nothing else. Encrypts in place; what is protected is said by the map.

use super::map::Subsample;
use super::{BLOCK_BYTES, Key};
use aes::Aes128;
use aes::cipher::{Array, BlockCipherEncrypt as _, KeyInit as _};

type Block = aes::Block;

/// Blocks of keystream that are made at once: enough for every parallel unit of the processor, and small beside its
/// nearest cache.
const KEYSTREAM_BLOCKS: usize = 128;

/// Bytes in a period of the 1:9 pattern (10.4.2).
const PATTERN_BYTES: usize = 10 * BLOCK_BYTES;

/// A key that is ready to encrypt.
pub(super) struct Cipher {
    aes: Aes128,
    keystream: [Block; KEYSTREAM_BLOCKS],
}

impl Cipher {
    pub(super) fn new(key: &Key) -> Cipher {
        Cipher { aes: Aes128::new(&Array(*key.expose())), keystream: [Block::default(); KEYSTREAM_BLOCKS] }
    }

    /// Counter mode over the protected ranges of one sample as if they were joined (9.6); the counter block is `iv` and
    /// a 64-bit block number from 0 (9.3). An empty map means the whole sample.
    pub(super) fn ctr(&mut self, iv: [u8; 8], sample: &mut [u8], map: &[Subsample]) {
        let mut counter = Counter { iv, block: 0, left: 0 };
        for range in protected(sample.len(), map) {
            self.ctr_range(&mut counter, &mut sample[range]);
        }
    }

    fn ctr_range(&mut self, counter: &mut Counter, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            if counter.left == 0 {
                let blocks = bytes.len().div_ceil(BLOCK_BYTES).min(KEYSTREAM_BLOCKS);
                let stream = &mut self.keystream[KEYSTREAM_BLOCKS - blocks..];
                counter.fill(stream);
                self.aes.encrypt_blocks(stream);
                counter.left = blocks * BLOCK_BYTES;
            }
            let stream = self.keystream.as_flattened_bytes();
            let stream = &stream[stream.len() - counter.left..];
            let count = stream.len().min(bytes.len());
            let (now, rest) = bytes.split_at_mut(count);
            now.iter_mut().zip(stream).for_each(|(byte, key)| *byte ^= key);
            counter.left -= count;
            bytes = rest;
        }
    }

    /// Of each protected range, one block in ten, chained within the range from `iv` on (9.7, 10.4.2).
    pub(super) fn cbc_pattern(&self, iv: &[u8; 16], sample: &mut [u8], map: &[Subsample]) {
        for range in protected(sample.len(), map) {
            let mut chain = Array(*iv);
            for period in sample[range].chunks_mut(PATTERN_BYTES) {
                if let Some(block) = period.first_chunk_mut() {
                    self.chain(&mut chain, block);
                }
            }
        }
    }

    /// All whole blocks of a sample, chained from `iv` on (9.7, 10.4.3).
    pub(super) fn cbc_whole(&self, iv: &[u8; 16], sample: &mut [u8]) {
        let mut chain = Array(*iv);
        let (blocks, _) = sample.as_chunks_mut::<BLOCK_BYTES>();
        blocks.iter_mut().for_each(|block| self.chain(&mut chain, block));
    }

    fn chain(&self, chain: &mut Block, block: &mut [u8; BLOCK_BYTES]) {
        chain.iter_mut().zip(block.iter()).for_each(|(chained, byte)| *chained ^= byte);
        self.aes.encrypt_block(chain);
        *block = chain.0;
    }
}

/// The protected ranges of a sample of `bytes` bytes.
fn protected(bytes: usize, map: &[Subsample]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let whole = map.is_empty().then_some(0..bytes);
    let mut at = 0;
    let mapped = map.iter().map(move |subsample| {
        let start = at + usize::from(subsample.clear);
        at = start + subsample.protected as usize;
        start..at
    });
    whole.into_iter().chain(mapped)
}

/// The counter of one sample.
struct Counter {
    iv: [u8; 8],
    /// Number of the next block.
    block: u64,
    /// Bytes of keystream that are not used yet.
    left: usize,
}

impl Counter {
    /// Sets out the next counter blocks.
    fn fill(&mut self, blocks: &mut [Block]) {
        for block in blocks {
            block.0[..8].copy_from_slice(&self.iv);
            block.0[8..].copy_from_slice(&self.block.to_be_bytes());
            self.block = self.block.wrapping_add(1);
        }
    }
}

/// Blocks seen as bytes.
trait AsBytes {
    fn as_flattened_bytes(&self) -> &[u8];
}

impl AsBytes for [Block] {
    fn as_flattened_bytes(&self) -> &[u8] {
        Array::cast_slice_to_core(self).as_flattened()
    }
}
