//! Protection: how a track's samples are encrypted and under which keys, and what each key system is told of them.
//!
//! Owns names and identifiers. Holds no key, encrypts nothing (see `cmaf`) and grants nothing.

use crate::picture::Size;
use std::fmt;
use std::str::FromStr;

/// A protection scheme of Common Encryption (ISO/IEC 23001-7:2023, clause 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// AES-128 in counter mode; all of a protected range is encrypted (10.1).
    Cenc,
    /// AES-128 in cipher block chaining with a constant initialisation vector and, for video, a pattern of one block in
    /// ten (10.4).
    Cbcs,
}

impl Scheme {
    /// Both.
    pub const ALL: [Scheme; 2] = [Scheme::Cenc, Scheme::Cbcs];

    /// The four-character code, as `schm` and manifests have it.
    pub fn name(self) -> &'static str {
        match self {
            Scheme::Cenc => "cenc",
            Scheme::Cbcs => "cbcs",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Identifies a content key: 16 bytes, written as a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub [u8; 16]);

impl KeyId {
    /// 32 lower-case hexadecimal digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// `01234567-89ab-cdef-0123-456789abcdef`.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = self.hex();
        write!(f, "{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

/// Why a text is no [`KeyId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAKeyId;

impl fmt::Display for NotAKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key ID has 32 hexadecimal digits, with or without the hyphens of a UUID")
    }
}

impl std::error::Error for NotAKeyId {}

impl FromStr for KeyId {
    type Err = NotAKeyId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: Option<Vec<u8>> =
            text.chars().filter(|c| *c != '-').map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
        let bytes: Vec<u8> = digits
            .ok_or(NotAKeyId)?
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |all, digit| all << 4 | digit))
            .collect();
        let digits = text.chars().filter(|c| *c != '-').count();
        bytes.try_into().ok().filter(|_| digits == 32).map(KeyId).ok_or(NotAKeyId)
    }
}

/// Most keys that one Clear Key licence carries: as many as Chromium asks for (`kMaxKeyIds` of its media/base/limits.h).
pub const LICENCE_KEYS_MAX: usize = 128;

/// What tracks share a key: those that the same devices may play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TrackClass {
    /// Sound.
    Audio,
    /// Pictures of at most 1024x576.
    Sd,
    /// Pictures of at most 1280x720: the best that a software device gets.
    Hd,
    /// Pictures of at most 1920x1080.
    FullHd,
    /// Larger pictures.
    Uhd,
}

impl TrackClass {
    /// All, the least protected first.
    pub const ALL: [TrackClass; 5] =
        [TrackClass::Audio, TrackClass::Sd, TrackClass::Hd, TrackClass::FullHd, TrackClass::Uhd];

    /// The class of pictures of `size`, whichever side is up.
    pub fn of(size: Size) -> TrackClass {
        let (long, short) = (size.width.max(size.height), size.width.min(size.height));
        let fits = |width, height| long <= width && short <= height;
        match () {
            () if fits(1024, 576) => TrackClass::Sd,
            () if fits(1280, 720) => TrackClass::Hd,
            () if fits(1920, 1080) => TrackClass::FullHd,
            () => TrackClass::Uhd,
        }
    }

    /// `audio`, `sd`, `hd`, `fhd` or `uhd`.
    pub fn name(self) -> &'static str {
        match self {
            TrackClass::Audio => "audio",
            TrackClass::Sd => "sd",
            TrackClass::Hd => "hd",
            TrackClass::FullHd => "fhd",
            TrackClass::Uhd => "uhd",
        }
    }

    /// The class called `name`.
    pub fn named(name: &str) -> Option<TrackClass> {
        TrackClass::ALL.into_iter().find(|class| class.name() == name)
    }
}

/// A key system: who gives keys to players.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeySystem {
    /// The W3C's common format of key IDs, by which Clear Key is served ("cenc" Initialization Data Format, W3C 2024).
    Common,
    /// Google Widevine.
    Widevine,
    /// Microsoft PlayReady.
    PlayReady,
    /// Apple FairPlay Streaming. Has no `pssh`.
    FairPlay,
}

impl KeySystem {
    /// All.
    pub const ALL: [KeySystem; 4] =
        [KeySystem::Common, KeySystem::Widevine, KeySystem::PlayReady, KeySystem::FairPlay];

    /// The system ID of `pssh` boxes and of manifests (dashif.org/identifiers/content_protection).
    pub fn id(self) -> KeyId {
        KeyId(match self {
            KeySystem::Common => *b"\x10\x77\xef\xec\xc0\xb2\x4d\x02\xac\xe3\x3c\x1e\x52\xe2\xfb\x4b",
            KeySystem::Widevine => *b"\xed\xef\x8b\xa9\x79\xd6\x4a\xce\xa3\xc8\x27\xdc\xd5\x1d\x21\xed",
            KeySystem::PlayReady => *b"\x9a\x04\xf0\x79\x98\x40\x42\x86\xab\x92\xe6\x5b\xe0\x88\x5f\x95",
            KeySystem::FairPlay => *b"\x94\xce\x86\xfb\x07\xff\x4f\x43\xad\xb8\x93\xd2\xfa\x96\x8c\xa2",
        })
    }

    /// `common`, `widevine`, `playready` or `fairplay`.
    pub fn name(self) -> &'static str {
        match self {
            KeySystem::Common => "common",
            KeySystem::Widevine => "widevine",
            KeySystem::PlayReady => "playready",
            KeySystem::FairPlay => "fairplay",
        }
    }

    /// The system called `name`.
    pub fn named(name: &str) -> Option<KeySystem> {
        KeySystem::ALL.into_iter().find(|system| system.name() == name)
    }
}

/// How a track is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// The scheme.
    pub scheme: Scheme,
    /// Who may have its keys.
    pub class: TrackClass,
    /// Segments before this one are clear: the clear lead.
    pub clear_segments: usize,
    /// The keys in order, at least one; the first is the track's default key ID.
    pub periods: Vec<KeyPeriod>,
    /// What key systems are told, one entry for each that the title is signalled for.
    pub signals: Vec<Signal>,
}

/// A run of segments under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPeriod {
    /// First segment under the key; 0 in the first period, clear lead or not.
    pub first_segment: usize,
    /// The key.
    pub key_id: KeyId,
}

/// What manifests tell one key system of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// The system.
    pub system: KeySystem,
    /// A whole `pssh` box with all keys of the track; empty for FairPlay.
    pub pssh: Vec<u8>,
    /// PlayReady's object (the data of its `pssh`), FairPlay's `skd://` URI in ASCII; else empty.
    pub object: Vec<u8>,
    /// Where licences are asked for, if manifests shall say so.
    pub licence_url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_ids_are_written_as_uuids_and_read_back() {
        let id = KeySystem::Widevine.id();
        assert_eq!(id.to_string(), "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed");
        for text in [id.to_string(), id.hex(), id.hex().to_uppercase()] {
            assert_eq!(text.parse(), Ok(id));
        }
        for text in ["", "edef", "edef8ba979d64acea3c827dcd51d21e", "edef8ba979d64acea3c827dcd51d21exy", "é"]
        {
            assert_eq!(text.parse::<KeyId>(), Err(NotAKeyId), "{text}");
        }
    }

    #[test]
    fn classes_follow_the_sides_of_the_picture() {
        for (width, height, expected) in [
            (1024, 576, TrackClass::Sd),
            (720, 576, TrackClass::Sd),
            (1280, 536, TrackClass::Hd),
            (720, 1280, TrackClass::Hd),
            (1920, 800, TrackClass::FullHd),
            (1440, 1080, TrackClass::FullHd),
            (1920, 1088, TrackClass::Uhd),
            (3840, 2160, TrackClass::Uhd),
        ] {
            assert_eq!(TrackClass::of(Size { width, height }), expected, "{width}x{height}");
        }
    }
}
