//! Signalling by itself: what manifests tell a key system of each key, for who writes manifests of their own.
//!
//! The pieces are those of a `DRMSystem` in CPIX (DASH-IF CPIX 2.3, 5.2.8): as they stand in our MPD and playlists.

use crate::{dash, hls};
use media::protection::{KeyId, KeySystem, Protection};

/// What one key system is told of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signalling {
    /// The system.
    pub system: KeySystem,
    /// The key.
    pub key_id: KeyId,
    /// A whole `pssh` box; empty where the system has none.
    pub pssh: Vec<u8>,
    /// What stands in DASH's `ContentProtection`, with its namespaces; empty where nothing does.
    pub content_protection: String,
    /// The line `EXT-X-KEY` of a media playlist.
    pub hls_media: String,
    /// The line `EXT-X-SESSION-KEY` of a multivariant playlist.
    pub hls_session: String,
}

/// The signalling of every key of a track, for every system that is told of it.
pub fn of(protection: &Protection) -> Vec<Signalling> {
    let mut told = Vec::new();
    for period in &protection.periods {
        for signal in &protection.signals {
            let line = |tag| {
                let mut line = String::new();
                hls::keys::write(&mut line, tag, protection, signal, period.key_id);
                line.trim_end().to_owned()
            };
            told.push(Signalling {
                system: signal.system,
                key_id: period.key_id,
                pssh: signal.pssh.clone(),
                content_protection: dash::protection::fragment(signal),
                hls_media: line("EXT-X-KEY"),
                hls_session: line("EXT-X-SESSION-KEY"),
            });
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::protection::{KeyPeriod, Scheme, Signal, TrackClass};

    const ID: KeyId = KeyId([0x11; 16]);

    #[test]
    fn each_system_is_told_of_each_key() {
        let signal = |system, pssh: &[u8], object: &[u8]| Signal {
            system,
            pssh: pssh.to_vec(),
            object: object.to_vec(),
            licence_url: None,
        };
        let period = |first_segment, key_id| KeyPeriod { first_segment, key_id };
        let protection = Protection {
            scheme: Scheme::Cbcs,
            class: TrackClass::Hd,
            clear_segments: 0,
            periods: vec![period(0, ID), period(4, KeyId([0x22; 16]))],
            signals: vec![
                signal(KeySystem::PlayReady, b"box", b"object"),
                signal(KeySystem::FairPlay, b"", format!("skd://{ID}").as_bytes()),
            ],
        };
        let told = of(&protection);
        assert_eq!(told.len(), 4);
        assert_eq!(
            told[0].content_protection,
            "<cenc:pssh xmlns:cenc=\"urn:mpeg:cenc:2013\">Ym94</cenc:pssh>\n\
             <mspr:pro xmlns:mspr=\"urn:microsoft:playready\">b2JqZWN0</mspr:pro>\n"
        );
        assert_eq!(told[1].content_protection, "");
        assert_eq!(
            told[3].hls_session,
            "#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI=\"skd://22222222-2222-2222-2222-222222222222\",\
             KEYFORMAT=\"com.apple.streamingkeydelivery\",KEYFORMATVERSIONS=\"1\""
        );
        assert!(told[0].hls_media.starts_with("#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"data:"));
    }
}
