//! The boxes of protection (ISO/IEC 23001-7, clauses 7 and 8): what a sample entry, a fragment and a group say of keys and
//! initialisation vectors.
//!
//! Owns writing them. Holds key IDs and never a key.

use super::map::Subsample;
use super::{CBCS_CRYPT_BLOCKS, CBCS_SKIP_BLOCKS, IV_BYTES_CENC};
use crate::read::Handler;
use crate::write::Writer;
use media::protection::{KeyId, Scheme};

/// `scheme_version` (10): 1.0.
const SCHEME_VERSION: u32 = 0x0001_0000;

/// How samples of a track or of a group are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Encryption {
    pub(crate) scheme: Scheme,
    pub(crate) handler: Handler,
    /// The key's.
    pub(crate) id: KeyId,
    /// What all samples have in common under `cbcs`; not told under `cenc`.
    pub(crate) iv: [u8; 16],
}

impl Encryption {
    /// Blocks that are encrypted and blocks that are passed over, one nibble each: of pictures under `cbcs` alone.
    fn pattern(&self) -> u8 {
        match (self.scheme, self.handler) {
            (Scheme::Cbcs, Handler::Video) => CBCS_CRYPT_BLOCKS << 4 | CBCS_SKIP_BLOCKS,
            _ => 0,
        }
    }

    /// What `tenc` and `seig` say alike, from the protected flag on.
    fn write(&self, w: &mut Writer) {
        w.u8(1); // isProtected
        match self.scheme {
            Scheme::Cenc => {
                w.u8(IV_BYTES_CENC); // Per_Sample_IV_Size
                w.bytes(&self.id.0);
            }
            Scheme::Cbcs => {
                w.u8(0); // Per_Sample_IV_Size: the same for all
                w.bytes(&self.id.0);
                w.u8(self.iv.len() as u8); // constant_IV_size
                w.bytes(&self.iv);
            }
        }
    }

    /// `CencSampleEncryptionInformationGroupEntry` (clause 6): the body of a `seig` group.
    fn group_entry(&self) -> Vec<u8> {
        Writer::build(|w| {
            w.u8(0); // reserved
            w.u8(self.pattern());
            self.write(w);
        })
    }
}

/// `sinf` (clause 4.2 and ISO/IEC 14496-12, 8.12): the sample entry was of type `original`.
pub(crate) fn protection_info(w: &mut Writer, original: [u8; 4], scheme: Scheme, encryption: &Encryption) {
    w.boxed(b"sinf", |w| {
        w.boxed(b"frma", |w| w.bytes(&original));
        w.full(b"schm", 0, 0, |w| {
            w.bytes(scheme.name().as_bytes());
            w.u32(SCHEME_VERSION);
        });
        w.boxed(b"schi", |w| track_encryption(w, encryption));
    });
}

/// `tenc` (8.2): in version 1 where there is a pattern, else in version 0.
fn track_encryption(w: &mut Writer, encryption: &Encryption) {
    let pattern = encryption.pattern();
    w.full(b"tenc", u8::from(pattern != 0), 0, |w| {
        w.u8(0); // reserved
        w.u8(pattern);
        encryption.write(w);
    });
}

/// What a fragment says of its samples' protection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FragmentInfo {
    /// Whether its samples are those of the clear lead.
    pub(crate) clear: bool,
    /// Where the fragment's samples are protected otherwise than `tenc` says.
    pub(crate) group: Option<Encryption>,
    /// What `senc` holds for each sample, joined: initialisation vector and subsamples.
    pub(crate) auxiliary: Vec<u8>,
    /// Bytes of it for each sample.
    pub(crate) sizes: Vec<u8>,
    /// Whether samples have subsamples: all of a fragment or none.
    pub(crate) mapped: bool,
}

impl FragmentInfo {
    pub(crate) fn new(group: Option<Encryption>, mapped: bool) -> FragmentInfo {
        FragmentInfo { clear: false, group, auxiliary: Vec::new(), sizes: Vec::new(), mapped }
    }

    /// Of a fragment of the clear lead: nothing is said but that it is one.
    pub(crate) fn of_lead() -> FragmentInfo {
        FragmentInfo { clear: true, ..FragmentInfo::new(None, false) }
    }

    /// Adds a sample with its own initialisation vector, which may be empty, and its subsamples.
    pub(crate) fn push(&mut self, iv: &[u8], map: &[Subsample]) {
        let before = self.auxiliary.len();
        self.auxiliary.extend(iv);
        if self.mapped {
            self.auxiliary.extend((map.len() as u16).to_be_bytes());
            for subsample in map {
                self.auxiliary.extend(subsample.clear.to_be_bytes());
                self.auxiliary.extend(subsample.protected.to_be_bytes());
            }
        }
        self.sizes.push((self.auxiliary.len() - before) as u8); // bounded by `SUBSAMPLES_MAX`
    }

    /// Writes `senc` (7.2), `saiz` and `saio` (ISO/IEC 14496-12, 8.7.8 and 8.7.9) and the group, into a `traf`. `moof` is
    /// where in the writer the box begins from which offsets are counted.
    pub(crate) fn write(&self, w: &mut Writer, moof: usize) {
        if !self.auxiliary.is_empty() {
            const USE_SUBSAMPLES: u32 = 0b10;
            let mut offset = 0;
            w.full(b"senc", 0, if self.mapped { USE_SUBSAMPLES } else { 0 }, |w| {
                w.u32(self.sizes.len() as u32);
                offset = w.position() - moof;
                w.bytes(&self.auxiliary);
            });
            self.sizes(w);
            w.full(b"saio", 0, 0, |w| {
                w.u32(1); // entry_count
                w.u32(offset as u32);
            });
        }
        if let Some(group) = &self.group {
            sample_group(w, group, self.sizes.len() as u32);
        }
    }

    fn sizes(&self, w: &mut Writer) {
        let first = self.sizes.first().copied().unwrap_or(0);
        let same = self.sizes.iter().all(|size| *size == first);
        w.full(b"saiz", 0, 0, |w| {
            w.u8(if same { first } else { 0 }); // default_sample_info_size
            w.u32(self.sizes.len() as u32);
            if !same {
                w.bytes(&self.sizes);
            }
        });
    }
}

/// `sgpd` and `sbgp` (ISO/IEC 14496-12, 8.9): all samples of the fragment are of the one group that it describes itself.
fn sample_group(w: &mut Writer, group: &Encryption, samples: u32) {
    const DESCRIBED_IN_FRAGMENT: u32 = 0x1_0000; // 8.9.4
    let entry = group.group_entry();
    w.full(b"sgpd", 1, 0, |w| {
        w.bytes(b"seig");
        w.u32(entry.len() as u32); // default_length
        w.u32(1); // entry_count
        w.bytes(&entry);
    });
    w.full(b"sbgp", 0, 0, |w| {
        w.bytes(b"seig");
        w.u32(1); // entry_count
        w.u32(samples);
        w.u32(DESCRIBED_IN_FRAGMENT + 1);
    });
}
