//! Widevine's data: `WidevinePsshData`, a protocol buffer ("Widevine DRM Getting Started Devices", the message's published
//! fields).

use media::protection::{KeyId, Scheme};

/// Field 2, bytes: `key_ids`.
const KEY_IDS: u8 = 2 << 3 | LENGTH_DELIMITED;
/// Field 9, a number: `protection_scheme`, the four-character code.
const PROTECTION_SCHEME: u8 = 9 << 3 | VARINT;

const VARINT: u8 = 0;
const LENGTH_DELIMITED: u8 = 2;

/// The message.
pub(super) fn data(scheme: Scheme, key_ids: &[KeyId]) -> Vec<u8> {
    let mut message = Vec::new();
    for id in key_ids {
        message.extend([KEY_IDS, id.0.len() as u8]);
        message.extend(id.0);
    }
    message.push(PROTECTION_SCHEME);
    let code = scheme.name().bytes().fold(0u32, |code, byte| code << 8 | u32::from(byte));
    push_varint(&mut message, code);
    message
}

/// A number in groups of seven bits, the lowest first.
fn push_varint(message: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `48 e3 dc 95 9b 06` is how the public test streams of Widevine say `cenc`; `f3 c6 89 9b 06` is `cbcs`.
    #[test]
    fn messages_have_their_bytes() {
        let head = [&[0x12, 0x10][..], &[7; 16]].concat();
        for (scheme, tail) in [
            (Scheme::Cenc, [0x48, 0xe3, 0xdc, 0x95, 0x9b, 0x06]),
            (Scheme::Cbcs, [0x48, 0xf3, 0xc6, 0x89, 0x9b, 0x06]),
        ] {
            assert_eq!(data(scheme, &[KeyId([7; 16])]), [&head[..], &tail].concat());
        }
    }
}
