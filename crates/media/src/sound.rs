//! Sound: which tracks are made of one of the master's streams, and how loud it is.

use crate::codec::AudioCodec;

/// A track to make of a sound stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rendition {
    /// How it is coded.
    pub codec: AudioCodec,
    /// Its channels: 1, 2, or 6 for 5.1.
    pub channels: u32,
    /// Where its coded frames come from.
    pub frames: Frames,
}

/// Where the coded frames of a track come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frames {
    /// They are encoded.
    Encoded {
        /// Bits per second.
        bitrate_bps: u32,
    },
    /// They are the master's own, byte for byte.
    Copied,
}

/// How loud a programme is, from its first to its last sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loudness {
    /// Integrated loudness (ITU-R BS.1770-5, gated) in LUFS; [`Loudness::SILENT_LUFS`] where all is below the gate.
    pub integrated_lufs: f64,
    /// Loudness range (EBU Tech 3342) in LU.
    pub range_lu: f64,
    /// Highest true peak of any channel (BS.1770-5, annex 2) in dBTP; at least [`Loudness::SILENT_DBTP`].
    pub true_peak_dbtp: f64,
}

impl Loudness {
    /// The absolute gate of BS.1770: nothing below it is measured.
    pub const SILENT_LUFS: f64 = -70.0;
    /// What stands for the peak of digital silence, which has none: the floor of 20-bit sound.
    pub const SILENT_DBTP: f64 = -120.0;
}

/// What was measured of a stream as a track plays it, and what was done about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levelled {
    /// Before.
    pub measured: Loudness,
    /// The gain that was applied to every sample alike, in dB; 0 where the frames were copied.
    pub gain_db: f64,
}
