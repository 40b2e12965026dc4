//! Master: a file that ingest has accepted, and how it will be conformed.

use crate::artefact::Digest;
use crate::cadence::Cadence;
use crate::facts::{AudioFacts, TextFacts, VideoFacts};
use crate::picture::{Size, Transfer};
use crate::timebase::FrameRate;

/// A file in the store, not judged yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterFile {
    /// Digest of its content.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
    /// The name under which it was handed in, without folders.
    pub name: String,
}

/// An accepted master: the streams that will be prepared, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Master {
    /// The file.
    pub file: MasterFile,
    /// The picture stream that was chosen.
    pub video: VideoFacts,
    /// Audio streams to prepare, in the order in which players list them.
    pub audio: Vec<AudioFacts>,
    /// Text subtitle streams to prepare.
    pub text: Vec<TextFacts>,
    /// How the picture becomes the mezzanine.
    pub conform: Conform,
}

/// How the picture is conformed: constant rate, square pixels, progressive, 8-bit BT.709.
#[derive(Debug, Clone, PartialEq)]
pub struct Conform {
    /// Size after rotation and with square pixels, both sides even.
    pub size: Size,
    /// The constant rate.
    pub rate: FrameRate,
    /// Whether frames must be dropped or doubled to reach that rate; otherwise each decoded frame is kept.
    pub resample_rate: bool,
    /// Whether fields are interlaced and must be made frames.
    pub deinterlace: bool,
    /// Transfer of the source: other than SDR is tone-mapped.
    pub transfer: Transfer,
}

impl Conform {
    /// The cadence of renditions of `size`.
    pub fn cadence(&self, size: Size) -> Cadence {
        Cadence::of(size, self.size, self.rate)
    }
}

/// What ingest has to say about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable name in kebab case, for people and programs: `no-video`.
    pub code: &'static str,
    /// Whether it stops preparation.
    pub severity: Severity,
    /// What was found and what to do about it, as a sentence.
    pub message: String,
}

/// Whether a finding stops preparation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The film cannot be prepared.
    Blocker,
    /// It can; somebody should look.
    Warning,
}
