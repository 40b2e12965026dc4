//! Protection in the play grant: which keys open which track, and where they are asked for.

use media::protection::{self, KeySystem};
use serde::Serialize;

/// How to get a protected title's keys.
#[derive(Debug, Serialize)]
pub struct Protection {
    /// `cenc` or `cbcs`.
    pub scheme: &'static str,
    /// Classes of tracks whose keys the device gets; it plays tracks of these.
    pub classes: Vec<&'static str>,
    /// The play token: `Authorization: Bearer` of the first licence request. Each licence brings the next one.
    pub token: String,
    /// When the token ends, in milliseconds since 1970 (UTC).
    pub token_expires_ms: i64,
    /// Key systems that licences are given for here, those that keep keys best first.
    pub licences: Vec<LicenceServer>,
}

/// Where licences of a key system are asked for.
#[derive(Debug, Serialize)]
pub struct LicenceServer {
    /// The key system as EME names it: `com.widevine.alpha`, `com.microsoft.playready`, `com.apple.fps` or
    /// `org.w3.clearkey`.
    pub system: &'static str,
    /// The address.
    pub url: String,
    /// Where the certificate is that the CDM is given first, where there is one.
    pub certificate_url: Option<String>,
    /// A `pssh` box of the system with all keys that the device gets, in base64: one licence for all tracks. `None` where
    /// the system has none, or the player makes its own.
    pub pssh: Option<String>,
}

/// What Encrypted Media Extensions call a key system, where its licences come from here.
pub(crate) fn eme_name(system: KeySystem) -> &'static str {
    match system {
        KeySystem::Common => "org.w3.clearkey",
        KeySystem::Widevine => "com.widevine.alpha",
        KeySystem::PlayReady => "com.microsoft.playready",
        KeySystem::FairPlay => "com.apple.fps",
    }
}

/// A track's keys.
#[derive(Debug, Serialize)]
pub struct TrackProtection {
    /// `audio`, `sd`, `hd`, `fhd` or `uhd`.
    pub class: &'static str,
    /// Segments before this one are clear.
    pub clear_segments: usize,
    /// Key IDs in order of their periods, each 32 hexadecimal digits.
    pub key_ids: Vec<String>,
}

impl TrackProtection {
    pub(crate) fn new(protection: protection::Protection) -> TrackProtection {
        TrackProtection {
            class: protection.class.name(),
            clear_segments: protection.clear_segments,
            key_ids: protection.periods.iter().map(|period| period.key_id.hex()).collect(),
        }
    }
}
