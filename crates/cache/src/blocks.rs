//! Slices and blocks: how objects are cut for keeping, and how what comes from elsewhere is told to be right.
//!
//! Owns both sizes, and the digests that go with a slice from the origin through every cache. An object is kept in slices,
//! so that a short range never fetches a long film; a slice is checked in blocks, so that its first bytes can go on before
//! its last have come, and no wrong byte ever does.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

/// Bytes of every slice of an object but its last, which may be shorter. A second or two of a good picture: few enough to
/// fetch for a player that jumps, many enough that an index of a million of them keeps a terabyte.
pub const SLICE_BYTES: u32 = 1 << 20;

/// Bytes of every block of a slice but its last.
pub const BLOCK_BYTES: u32 = 64 << 10;

/// Bytes of a block's digest: chance agrees once in 2^64 tries, and a slice's digests fit a header.
pub const DIGEST_BYTES: usize = 16;

/// Most blocks in a slice.
pub const BLOCKS_MAX: usize = (SLICE_BYTES / BLOCK_BYTES) as usize;

/// The first bytes of BLAKE3 of a block.
pub type Digest = [u8; DIGEST_BYTES];

/// The digests of a slice's blocks, in order; 1 to [`BLOCKS_MAX`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockDigests(Vec<Digest>);

impl BlockDigests {
    /// Of a slice of 1 to [`SLICE_BYTES`] bytes; `None` of any other.
    pub fn of(slice: &[u8]) -> Option<BlockDigests> {
        if slice.is_empty() || slice.len() > SLICE_BYTES as usize {
            return None;
        }
        Some(BlockDigests(slice.chunks(BLOCK_BYTES as usize).map(digest).collect()))
    }

    /// Those of blocks that were digested as they came.
    pub fn from_digests(digests: Vec<Digest>) -> Option<BlockDigests> {
        (1..=BLOCKS_MAX).contains(&digests.len()).then_some(BlockDigests(digests))
    }

    /// Reads what [`BlockDigests`] writes itself as: Base64 of all digests together.
    pub fn parse(text: &str) -> Option<BlockDigests> {
        let bytes = BASE64.decode(text).ok()?;
        let (digests, rest) = bytes.as_chunks::<DIGEST_BYTES>();
        if !rest.is_empty() {
            return None;
        }
        BlockDigests::from_digests(digests.to_vec())
    }

    /// The digests in order.
    pub fn digests(&self) -> &[Digest] {
        &self.0
    }

    /// Whether there are as many as a slice of `bytes` has blocks.
    pub fn fit(&self, bytes: u32) -> bool {
        self.0.len() as u32 == bytes.div_ceil(BLOCK_BYTES)
    }

    /// Whether `block` is what stands at `index`.
    pub fn agree(&self, index: usize, block: &[u8]) -> bool {
        self.0.get(index).is_some_and(|expected| *expected == digest(block))
    }
}

impl std::fmt::Display for BlockDigests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&BASE64.encode(self.0.as_flattened()))
    }
}

/// The digest of a block.
pub fn digest(block: &[u8]) -> Digest {
    let mut digest = [0; DIGEST_BYTES];
    digest.copy_from_slice(&blake3::hash(block).as_bytes()[..DIGEST_BYTES]);
    digest
}

/// A slice's part in a range of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which slice.
    pub index: u32,
    /// Which of its bytes; never empty.
    pub within: Range<u32>,
}

/// Slices that hold `range` of an object, in order; empty where the range is. An object has at most 2^32 slices: 4 PiB.
pub fn parts(range: Range<u64>) -> impl Iterator<Item = Part> + Send {
    let slice_bytes = u64::from(SLICE_BYTES);
    let end = range.end;
    let mut at = range.start;
    std::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        let index = at / slice_bytes;
        let until = end.min((index + 1) * slice_bytes);
        let start_of_slice = index * slice_bytes;
        let within = (at - start_of_slice) as u32..(until - start_of_slice) as u32;
        at = until;
        Some(Part { index: u32::try_from(index).ok()?, within })
    })
}

/// Which bytes of an object of `object_bytes` the slice at `index` is; `None` where the object ends before.
pub fn bytes_of(index: u32, object_bytes: u64) -> Option<Range<u64>> {
    let start = u64::from(index) * u64::from(SLICE_BYTES);
    (start < object_bytes).then(|| start..object_bytes.min(start + u64::from(SLICE_BYTES)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn ranges_are_cut_at_slices() {
        for (range, expected) in [
            (0..0, vec![]),
            (5..6, vec![(0, 5..6)]),
            (0..MIB, vec![(0, 0..MIB as u32)]),
            (MIB - 1..MIB + 1, vec![(0, MIB as u32 - 1..MIB as u32), (1, 0..1)]),
            (2 * MIB..3 * MIB + 7, vec![(2, 0..MIB as u32), (3, 0..7)]),
        ] {
            let found: Vec<_> = parts(range.clone()).map(|part| (part.index, part.within)).collect();
            assert_eq!(found, expected, "{range:?}");
        }
    }

    #[test]
    fn the_last_slice_is_shorter() {
        for (index, object, expected) in [
            (0, 10, Some(0..10)),
            (0, 0, None),
            (1, MIB, None),
            (1, MIB + 1, Some(MIB..MIB + 1)),
            (0, 9 * MIB, Some(0..MIB)),
        ] {
            assert_eq!(bytes_of(index, object), expected, "{index} of {object}");
        }
    }

    #[test]
    fn digests_go_through_text_and_find_what_is_wrong() {
        let slice: Vec<u8> = (0..100_000_u32).map(|i| i as u8).collect();
        let digests = BlockDigests::of(&slice).unwrap();
        assert_eq!(digests.digests().len(), 2);
        assert!(digests.fit(100_000) && !digests.fit(65_536));
        assert_eq!(BlockDigests::parse(&digests.to_string()), Some(digests.clone()));
        assert!(digests.agree(1, &slice[65_536..]));
        assert!(!digests.agree(0, &slice[65_536..]) && !digests.agree(2, &slice[65_536..]));
        for text in ["", "AAAA", "%", &"A".repeat(1000)] {
            assert_eq!(BlockDigests::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_digest_is_the_beginning_of_blake3() {
        // BLAKE3 of nothing, from the paper's test vectors.
        assert_eq!(digest(b"")[..4], [0xaf, 0x13, 0x49, 0xb9]);
    }

    #[test]
    fn no_slice_is_empty_or_too_long() {
        assert_eq!(BlockDigests::of(&[]), None);
        assert_eq!(BlockDigests::of(&vec![0; SLICE_BYTES as usize + 1]), None);
    }
}
