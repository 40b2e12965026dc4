//! AES-128 over samples: counter mode for `cenc`, cipher block chaining for `cbcs` (ISO/IEC 23001-7, 9.3 to 9.7).
//!
//! Owns the arithmetic and nothing else. Encrypts in place; what is protected is said by the map.

use super::map::Subsample;
use super::{BLOCK_BYTES, Key};
use aes::Aes128;
use aes::cipher::consts::U16;
use aes::cipher::{
    Array, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt as _, BlockSizeUser, KeyInit as _,
};

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

    /// Counter mode over the protected ranges of one sample as if they were joined (9.5); the counter block is `iv` and
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

    /// Of each protected range, one block in ten, chained within the range from `iv` on (9.6, 10.4.2).
    pub(super) fn cbc_pattern(&self, iv: &[u8; 16], sample: &mut [u8], map: &[Subsample]) {
        for range in protected(sample.len(), map) {
            self.aes.encrypt_with_backend(Chain { iv, bytes: &mut sample[range], period: PATTERN_BYTES });
        }
    }

    /// All whole blocks of a sample, chained from `iv` on (9.7, 10.4.3).
    pub(super) fn cbc_whole(&self, iv: &[u8; 16], sample: &mut [u8]) {
        self.aes.encrypt_with_backend(Chain { iv, bytes: sample, period: BLOCK_BYTES });
    }
}

/// The first block of each period of `bytes`, chained. The cipher sets itself up once for them all.
struct Chain<'a> {
    iv: &'a [u8; 16],
    bytes: &'a mut [u8],
    period: usize,
}

impl BlockSizeUser for Chain<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Chain<'_> {
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let mut chain: Block = Array(*self.iv);
        for period in self.bytes.chunks_mut(self.period) {
            if let Some(block) = period.first_chunk_mut() {
                chain.iter_mut().zip(block.iter()).for_each(|(chained, byte)| *chained ^= byte);
                backend.encrypt_block((&mut chain).into());
                *block = chain.0;
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST SP 800-38A, F.2.1 (CBC-AES128) and F.5.1 (CTR-AES128): key, plain text of four blocks.
    const KEY: [u8; 16] = *b"\x2b\x7e\x15\x16\x28\xae\xd2\xa6\xab\xf7\x15\x88\x09\xcf\x4f\x3c";
    const PLAIN: &str = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
                         30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
    const CBC: &str = "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2\
                       73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7";

    fn bytes(hex: &str) -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(digit).collect()
    }

    #[test]
    fn chained_blocks_are_those_of_the_standard() {
        let cipher = Cipher::new(&Key::new(KEY));
        let iv = std::array::from_fn(|at| at as u8);
        let mut sample = [bytes(PLAIN), vec![1, 2, 3]].concat();
        cipher.cbc_whole(&iv, &mut sample);
        assert_eq!(sample, [bytes(CBC), vec![1, 2, 3]].concat());
    }

    /// A period of ten blocks and a part of the next, after some clear bytes: its first block and the one ten later.
    #[test]
    fn one_block_in_ten_is_chained() {
        let cipher = Cipher::new(&Key::new(KEY));
        let iv = std::array::from_fn(|at| at as u8);
        let plain = bytes(PLAIN);
        let mut sample =
            [vec![9; 5], plain[..16].to_vec(), vec![7; 144], plain[16..32].to_vec(), vec![8; 15]].concat();
        let length = sample.len() as u32 - 5;
        cipher.cbc_pattern(&iv, &mut sample, &[Subsample { clear: 5, protected: length }]);
        let expected = bytes(CBC);
        let parts =
            [vec![9; 5], expected[..16].to_vec(), vec![7; 144], expected[16..32].to_vec(), vec![8; 15]];
        assert_eq!(sample, parts.concat());
    }

    /// The counter of F.5.1 does not begin at 0; so the keystream is told by a sample of zeros that is cut into ranges.
    #[test]
    fn the_keystream_runs_through_all_ranges() {
        let mut cipher = Cipher::new(&Key::new(KEY));
        let mut whole = vec![0; 5000];
        cipher.ctr([1; 8], &mut whole, &[]);
        let mut first: Block = Array(*b"\x01\x01\x01\x01\x01\x01\x01\x01\0\0\0\0\0\0\0\0");
        cipher.aes.encrypt_block(&mut first);
        assert_eq!(whole[..16], first.0);
        let map = [(7, 100), (0, 33), (9, 4851)].map(|(clear, protected)| Subsample { clear, protected });
        let mut sample = vec![0; 5000];
        cipher.ctr([1; 8], &mut sample, &map);
        let parts = [&[0; 7][..], &whole[..133], &[0; 9], &whole[133..4984]].concat();
        assert!(sample == parts);
    }
}
