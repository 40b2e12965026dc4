//! Protection of a track as it is written: which key a segment has, the map of each of its samples, and their encryption.
//!
//! Owns the order of things within a segment: all samples are mapped before the fragment's head can be written, and
//! encrypted after. Reads and writes nothing itself (see [`crate::track::writer`]).

use super::boxes::{Encryption, FragmentInfo};
use super::cipher::Cipher;
use super::map::{MapError, Mapper, Subsample};
use super::{IV_BYTES_CENC, Key};
use crate::entry::SampleEntry;
use crate::read::Handler;
use media::protection::{KeyId, Scheme};

/// How a track is to be protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// The scheme.
    pub scheme: Scheme,
    /// Segments before this one stay clear: the clear lead. They are of a second sample entry, the one that the track has
    /// where it is not protected, as players know that form; few read a `seig` group of clear samples.
    pub clear_segments: usize,
    /// The keys by rising first segment, at least one. The first counts from segment 0 on, and is the one that the header
    /// names.
    pub periods: Vec<Period>,
    /// Whole `pssh` boxes for the header (see [`super::pssh`]).
    pub pssh: Vec<Vec<u8>>,
}

/// A run of segments under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// First segment under the key, counted from 0.
    pub first_segment: usize,
    /// Identifier of the key.
    pub key_id: KeyId,
    /// The key.
    pub key: Key,
    /// Under `cbcs` the initialisation vector of all samples. Under `cenc` its first half is the vector of the track's
    /// first sample; sample `n` has that plus `n` modulo 2^64. No two samples under one key may have the same: who shares a
    /// key between tracks, or encrypts other samples under it, draws each track's vector evenly from all values, so that
    /// among a thousand tracks of a million samples two overlap with a chance below 1 in 10^7.
    pub iv: [u8; 16],
}

impl Protection {
    /// The period of a segment; `None` where the segment is clear.
    fn period(&self, segment: usize) -> Option<&Period> {
        let begun = |period: &&Period| period.first_segment <= segment;
        let period = self.periods.iter().rev().find(begun).or(self.periods.first());
        period.filter(|_| segment >= self.clear_segments)
    }

    /// What the header says: the first key's.
    pub(crate) fn default_encryption(&self, handler: Handler) -> Option<Encryption> {
        self.periods.first().map(|first| encryption(self.scheme, handler, first))
    }
}

fn encryption(scheme: Scheme, handler: Handler, period: &Period) -> Encryption {
    let iv = if scheme == Scheme::Cbcs { period.iv } else { [0; 16] };
    Encryption { scheme, handler, id: period.key_id, iv }
}

/// Protects the segments of one track, in order.
pub(crate) struct Protector {
    protection: Protection,
    handler: Handler,
    mapper: Mapper,
    /// Samples of the segments before.
    samples_before: u64,
    /// Of the segment at hand.
    current: Current,
}

/// The segment at hand.
#[derive(Default)]
struct Current {
    /// The key that it has, ready; the ID tells whether the next segment has the same.
    cipher: Option<(KeyId, Cipher)>,
    /// Vector of the track's first sample.
    iv: [u8; 16],
    clear: bool,
    /// Subsamples of all samples, joined, and how many each sample has.
    map: Vec<Subsample>,
    counts: Vec<usize>,
    /// Samples encrypted, and the subsamples that they had.
    encrypted: (usize, usize),
}

impl Protector {
    /// # Errors
    /// Where the headers in the sample entry cannot be read.
    pub(crate) fn new(entry: &SampleEntry, protection: Protection) -> Result<Protector, MapError> {
        let mapper = Mapper::new(entry, protection.scheme)?;
        let handler = entry.handler();
        Ok(Protector { protection, handler, mapper, samples_before: 0, current: Current::default() })
    }

    /// Begins segment number `segment`.
    pub(crate) fn begin(&mut self, segment: usize) {
        self.samples_before += self.current.counts.len() as u64;
        let period = self.protection.period(segment);
        let current = &mut self.current;
        current.map.clear();
        current.counts.clear();
        current.encrypted = (0, 0);
        current.clear = period.is_none();
        if let Some(period) = period {
            if current.cipher.as_ref().is_none_or(|(id, _)| *id != period.key_id) {
                current.cipher = Some((period.key_id, Cipher::new(&period.key)));
            }
            current.iv = period.iv;
        }
    }

    /// Maps the segment's next sample.
    ///
    /// # Errors
    /// Where the sample is not what its codec says.
    pub(crate) fn map(&mut self, sample: &[u8]) -> Result<(), MapError> {
        let count = self.mapper.map(sample, &mut self.current.map)?;
        self.current.counts.push(count);
        Ok(())
    }

    /// What the head of a fragment says of `samples`, counted within the segment; all of the segment is mapped.
    pub(crate) fn fragment(&self, segment: usize, samples: std::ops::Range<usize>) -> FragmentInfo {
        let Some(period) = self.protection.period(segment) else {
            return FragmentInfo::of_lead();
        };
        let own = encryption(self.protection.scheme, self.handler, period);
        let told = self.protection.default_encryption(self.handler);
        let group = (told != Some(own)).then_some(own);
        let mut info = FragmentInfo::new(group, !self.mapper.is_whole());
        let mut at: usize = self.current.counts[..samples.start].iter().sum();
        for sample in samples {
            let map = &self.current.map[at..at + self.current.counts[sample]];
            at += map.len();
            match self.protection.scheme {
                Scheme::Cenc => info.push(&self.iv(sample), map),
                Scheme::Cbcs => info.push(&[], map),
            }
        }
        info
    }

    /// The vector of the segment's sample number `sample` under `cenc`.
    fn iv(&self, sample: usize) -> [u8; IV_BYTES_CENC as usize] {
        let [first @ .., _, _, _, _, _, _, _, _] = self.current.iv;
        u64::from_be_bytes(first).wrapping_add(self.samples_before).wrapping_add(sample as u64).to_be_bytes()
    }

    /// Encrypts the segment's next sample, where the segment is not clear.
    pub(crate) fn encrypt(&mut self, sample: &mut [u8]) {
        let (number, subsample) = self.current.encrypted;
        let count = self.current.counts.get(number).copied().unwrap_or(0);
        self.current.encrypted = (number + 1, subsample + count);
        if self.current.clear {
            return;
        }
        let iv = self.iv(number);
        let Current { cipher, map, iv: common, .. } = &mut self.current;
        let Some((_, cipher)) = cipher else { return };
        let map = &map[subsample..subsample + count];
        match self.protection.scheme {
            Scheme::Cenc => cipher.ctr(iv, sample, map),
            Scheme::Cbcs if self.mapper.is_whole() => cipher.cbc_whole(common, sample),
            Scheme::Cbcs => cipher.cbc_pattern(common, sample, map),
        }
    }
}
