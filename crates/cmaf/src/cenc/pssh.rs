//! Protection system specific headers: what key systems are told of a track's keys (ISO/IEC 23001-7, 8.1).
//!
//! Owns the `pssh` box and the data of each system whose format is public. Holds key IDs and never a key.

mod widevine;
mod playready;

pub use playready::object as playready_object;

use crate::write::Writer;
use media::protection::{KeyId, KeySystem, Scheme};

/// What a key system is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemHeader {
    /// The whole `pssh` box; empty for FairPlay, which has none.
    pub pssh: Vec<u8>,
    /// PlayReady's object, FairPlay's URI; else empty.
    pub object: Vec<u8>,
}

/// The header of `system` for a track under these keys, at least one, the first the track's default. `licence_url` is
/// told to PlayReady, whose header has a place for it.
pub fn header(
    system: KeySystem,
    scheme: Scheme,
    key_ids: &[KeyId],
    licence_url: Option<&str>,
) -> SystemHeader {
    let (pssh, object) = match system {
        KeySystem::Common => (boxed(system, Some(key_ids), &[]), Vec::new()),
        KeySystem::Widevine => (boxed(system, None, &widevine::data(scheme, key_ids)), Vec::new()),
        KeySystem::PlayReady => {
            let object = playready::object(scheme, key_ids, licence_url);
            (boxed(system, None, &object), object)
        }
        KeySystem::FairPlay => (Vec::new(), key_ids.first().map_or_else(Vec::new, fairplay_uri)),
    };
    SystemHeader { pssh, object }
}

/// The URI by which HLS names a FairPlay key. What follows `skd://` is the key server's own; here the key's ID.
fn fairplay_uri(key_id: &KeyId) -> Vec<u8> {
    format!("skd://{key_id}").into_bytes()
}

/// A `pssh` box: in version 1 where the key IDs stand in the box itself, else in version 0 (8.1.2).
pub fn boxed(system: KeySystem, key_ids: Option<&[KeyId]>, data: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.full(b"pssh", u8::from(key_ids.is_some()), 0, |w| {
            w.bytes(&system.id().0);
            if let Some(key_ids) = key_ids {
                w.u32(key_ids.len() as u32);
                key_ids.iter().for_each(|id| w.bytes(&id.0));
            }
            w.u32(data.len() as u32);
            w.bytes(data);
        });
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: KeyId = KeyId([0x11; 16]);

    /// The layout of 8.1.2 by hand.
    #[test]
    fn the_common_box_lists_its_keys() {
        let header = header(KeySystem::Common, Scheme::Cenc, &[ID, KeyId([0x22; 16])], None);
        let expected = [
            &[0, 0, 0, 0x44][..],
            b"pssh",
            &[1, 0, 0, 0],
            b"\x10\x77\xef\xec\xc0\xb2\x4d\x02\xac\xe3\x3c\x1e\x52\xe2\xfb\x4b",
            &[0, 0, 0, 2],
            &[0x11; 16],
            &[0x22; 16],
            &[0, 0, 0, 0],
        ]
        .concat();
        assert_eq!(header, SystemHeader { pssh: expected, object: Vec::new() });
    }

    #[test]
    fn fairplay_has_a_uri_and_no_box() {
        let header = header(KeySystem::FairPlay, Scheme::Cbcs, &[ID], Some("https://keys.example"));
        assert_eq!(header.pssh, []);
        assert_eq!(header.object, b"skd://11111111-1111-1111-1111-111111111111");
    }
}
