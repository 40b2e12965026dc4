//! Records of TLS 1.3: sealed and opened in place (RFC 8446, 5.2).

use ring::aead::{
    AES_128_GCM, AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey,
};
use rustls::ConnectionTrafficSecrets;
use std::ops::Range;

/// Bytes of a record before what is encrypted: its type, a version of old, the length of the rest.
pub(crate) const HEADER_BYTES: usize = 5;

/// Bytes of the tag of all three suites.
pub(crate) const TAG_BYTES: usize = 16;

/// Bytes of data in a record, at most (RFC 8446, 5.1).
pub(crate) const DATA_BYTES_MAX: usize = 1 << 14;

/// Bytes that a full record is longer than its data: header, inner type and tag.
pub(crate) const OVERHEAD_BYTES: usize = HEADER_BYTES + 1 + TAG_BYTES;

/// Bytes after the header that a peer may send (RFC 8446, 5.2).
const SEALED_BYTES_MAX: usize = DATA_BYTES_MAX + 256;

/// Records that are sealed with one key. RFC 8446, 5.5 allows 2^24.5 full ones with AES-GCM.
const RECORDS_MAX: u64 = 1 << 24;

/// Records that are opened with one key: what forgers gain by trying stays out of reach (RFC 9147, 4.5.3, allows 2^36).
const OPENED_MAX: u64 = 1 << 36;

/// The outer type of every encrypted record.
const OPAQUE_TYPE: u8 = 23;

/// What a record has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Alert = 21,
    Handshake = 22,
    Data = 23,
}

/// What a peer did wrong, as the alert that it is told (RFC 8446, 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("a message came where it has no place")]
    UnexpectedMessage = 10,
    #[error("a record is not authentic")]
    BadRecordMac = 20,
    #[error("a record is too long")]
    RecordOverflow = 22,
    #[error("a message is malformed")]
    DecodeError = 50,
    #[error("our own keys failed")]
    InternalError = 80,
    #[error("the peer gave up with an alert of its own")]
    PeerAlert = 0,
}

impl Fault {
    /// The alert for it, if it deserves one.
    pub(crate) fn alert(self) -> Option<u8> {
        (self != Fault::PeerAlert).then_some(self as u8)
    }
}

/// The key of one direction, and how many records it has served.
pub(crate) struct Keys {
    key: LessSafeKey,
    iv: [u8; NONCE_LEN],
    sequence: u64,
    /// Records that had been sealed or opened with this key when it came here.
    first: u64,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("sequence", &self.sequence).finish_non_exhaustive()
    }
}

impl Keys {
    /// Keys as rustls hands them over; the next record has number `sequence`.
    ///
    /// # Errors
    /// Where they are of a suite that is not known here.
    pub(crate) fn new(sequence: u64, secrets: &ConnectionTrafficSecrets) -> Result<Keys, Fault> {
        let (algorithm, key, iv) = match secrets {
            ConnectionTrafficSecrets::Aes128Gcm { key, iv } => (&AES_128_GCM, key, iv),
            ConnectionTrafficSecrets::Aes256Gcm { key, iv } => (&AES_256_GCM, key, iv),
            ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv } => (&CHACHA20_POLY1305, key, iv),
            _ => return Err(Fault::InternalError),
        };
        let key = UnboundKey::new(algorithm, key.as_ref()).map_err(|_| Fault::InternalError)?;
        let iv = iv.as_ref().try_into().map_err(|_| Fault::InternalError)?;
        Ok(Keys { key: LessSafeKey::new(key), iv, sequence, first: sequence })
    }

    /// Makes the next record the last for this key.
    #[cfg(test)]
    pub(crate) fn wear(&mut self) {
        self.first = self.sequence.wrapping_sub(RECORDS_MAX);
    }

    /// Whether the next record must be the one that tells of new keys.
    pub(crate) fn is_worn(&self) -> bool {
        self.sequence.wrapping_sub(self.first) >= RECORDS_MAX
    }

    /// The number of the next record, mixed into the IV (RFC 8446, 5.3). Each is used once.
    fn nonce(&mut self) -> Nonce {
        let mut nonce = self.iv;
        for (byte, number) in nonce[NONCE_LEN - 8..].iter_mut().zip(self.sequence.to_be_bytes()) {
            *byte ^= number;
        }
        self.sequence += 1;
        Nonce::assume_unique_for_key(nonce)
    }

    /// Makes `record`, which has data from [`HEADER_BYTES`] on and room for inner type and tag after it, a sealed one.
    ///
    /// # Errors
    /// Where the cipher fails, which it has no reason to.
    pub(crate) fn seal(&mut self, record: &mut [u8], kind: Kind) -> Result<(), Fault> {
        let inner_end = record.len() - TAG_BYTES;
        let header = header(record.len() - HEADER_BYTES);
        record[..HEADER_BYTES].copy_from_slice(&header);
        record[inner_end - 1] = kind as u8;
        let nonce = self.nonce();
        let inner = &mut record[HEADER_BYTES..inner_end];
        let tag = self.key.seal_in_place_separate_tag(nonce, Aad::from(header), inner);
        record[inner_end..].copy_from_slice(tag.map_err(|_| Fault::InternalError)?.as_ref());
        Ok(())
    }

    /// A record of a few bytes, sealed.
    ///
    /// # Errors
    /// As [`Keys::seal`].
    pub(crate) fn sealed(&mut self, data: &[u8], kind: Kind) -> Result<Vec<u8>, Fault> {
        let mut record = vec![0; data.len() + OVERHEAD_BYTES];
        record[HEADER_BYTES..HEADER_BYTES + data.len()].copy_from_slice(data);
        self.seal(&mut record, kind)?;
        Ok(record)
    }

    /// Opens a whole record in place; gives where its data lies in it.
    ///
    /// # Errors
    /// Where it is not one that the peer sealed at this place.
    pub(crate) fn open(&mut self, record: &mut [u8]) -> Result<(Kind, Range<usize>), Fault> {
        if record[0] != OPAQUE_TYPE || self.sequence.wrapping_sub(self.first) >= OPENED_MAX {
            return Err(Fault::UnexpectedMessage);
        }
        let nonce = self.nonce();
        let (header, sealed) = record.split_at_mut(HEADER_BYTES);
        let inner = self.key.open_in_place(nonce, Aad::from(&*header), sealed);
        let inner = inner.map_err(|_| Fault::BadRecordMac)?;
        // RFC 8446, 5.4: zeros after the inner type are padding.
        let last = inner.iter().rposition(|&byte| byte != 0).ok_or(Fault::UnexpectedMessage)?;
        if last > DATA_BYTES_MAX {
            return Err(Fault::RecordOverflow);
        }
        let kind = match inner[last] {
            21 => Kind::Alert,
            22 => Kind::Handshake,
            23 => Kind::Data,
            _ => return Err(Fault::UnexpectedMessage),
        };
        Ok((kind, HEADER_BYTES..HEADER_BYTES + last))
    }
}

fn header(sealed_bytes: usize) -> [u8; HEADER_BYTES] {
    let [.., high, low] = sealed_bytes.to_be_bytes();
    [OPAQUE_TYPE, 3, 3, high, low]
}

/// The bytes of the first record in `bytes`, once it is there whole.
///
/// # Errors
/// Where it is longer than records may be, or none at all.
pub(crate) fn whole(bytes: &[u8]) -> Result<Option<usize>, Fault> {
    let [kind, major, _, high, low, ..] = *bytes else { return Ok(None) };
    if !(20..=24).contains(&kind) || major != 3 {
        return Err(Fault::UnexpectedMessage);
    }
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > SEALED_BYTES_MAX {
        return Err(Fault::RecordOverflow);
    }
    let length = HEADER_BYTES + length;
    Ok((bytes.len() >= length).then_some(length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::crypto::cipher::{AeadKey, Iv};

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    fn keys(key: &str, iv: &str, sequence: u64) -> Keys {
        let mut whole = [0; 32];
        let key = hex(key);
        whole[..16].copy_from_slice(&key);
        // rustls makes no key of 16 bytes out of bytes; ring is told the part that counts.
        let unbound = UnboundKey::new(&AES_128_GCM, &whole[..16]).unwrap();
        let iv = hex(iv).try_into().unwrap();
        Keys { key: LessSafeKey::new(unbound), iv, sequence, first: 0 }
    }

    /// RFC 8448, 3: keys and records of the simple handshake, after it.
    const SERVER: (&str, &str) = ("9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984");
    const CLIENT: (&str, &str) = ("17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9");
    const SERVER_DATA: &str = "17 03 03 00 43 2e 93 7e 11 ef 4a c7 40 e5 38 ad 36 00 5f c4 a4 69 32 fc 32 25 d0 5f
        82 aa 1b 36 e3 0e fa f9 7d 90 e6 df fc 60 2d cb 50 1a 59 a8 fc c4 9c 4b f2 e5 f0 a2 1c 00 47 c2 ab f3 32 54 0d
        d0 32 e1 67 c2 95 5d";
    const CLIENT_DATA: &str = "17 03 03 00 43 a2 3f 70 54 b6 2c 94 d0 af fa fe 82 28 ba 55 cb ef ac ea 42 f9 14 aa
        66 bc ab 3f 2b 98 19 a8 a5 b4 6b 39 5b d5 4a 9a 20 44 1e 2b 62 97 4e 1f 5a 62 92 a2 97 70 14 bd 1e 3d ea e6 3a
        ee bb 21 69 49 15 e4";
    const CLIENT_ALERT: &str = "17 03 03 00 13 c9 87 27 60 65 56 66 b7 4d 7f f1 15 3e fd 6d b6 d0 b0 e3";

    #[test]
    fn records_are_those_of_rfc_8448() {
        let data: Vec<u8> = (0..50).collect();
        // Number 0 was the session ticket.
        assert_eq!(keys(SERVER.0, SERVER.1, 1).sealed(&data, Kind::Data).unwrap(), hex(SERVER_DATA));
        let mut keys = keys(CLIENT.0, CLIENT.1, 0);
        let mut record = hex(CLIENT_DATA);
        assert_eq!(keys.open(&mut record), Ok((Kind::Data, 5..55)));
        assert_eq!(record[5..55], data);
        let mut record = hex(CLIENT_ALERT);
        assert_eq!(keys.open(&mut record), Ok((Kind::Alert, 5..7)));
        assert_eq!(record[5..7], [1, 0], "close_notify");
    }

    #[test]
    fn what_is_not_authentic_is_not_opened() {
        for bit in 0..hex(CLIENT_DATA).len() * 8 {
            let mut record = hex(CLIENT_DATA);
            record[bit / 8] ^= 1 << (bit % 8);
            let opened = keys(CLIENT.0, CLIENT.1, 0).open(&mut record);
            assert!(matches!(opened, Err(Fault::BadRecordMac | Fault::UnexpectedMessage)), "bit {bit}");
        }
        let again = keys(CLIENT.0, CLIENT.1, 1).open(&mut hex(CLIENT_DATA));
        assert_eq!(again, Err(Fault::BadRecordMac), "a record counts at its own place alone");
    }

    #[test]
    fn padding_is_taken_off_and_nothing_else_is_a_record() {
        let check = |inner: &[u8], expected| {
            let mut record = keys(SERVER.0, SERVER.1, 0).sealed(inner, Kind::Data).unwrap();
            // The same once more, without the type that was put after it.
            record.truncate(record.len() - 1);
            let mut sealer = keys(SERVER.0, SERVER.1, 0);
            let header = header(inner.len() + TAG_BYTES);
            record[..HEADER_BYTES].copy_from_slice(&header);
            let end = HEADER_BYTES + inner.len();
            record[HEADER_BYTES..end].copy_from_slice(inner);
            let nonce = sealer.nonce();
            let tag = sealer.key.seal_in_place_separate_tag(nonce, Aad::from(header), &mut record[5..end]);
            record[end..].copy_from_slice(tag.unwrap().as_ref());
            assert_eq!(keys(SERVER.0, SERVER.1, 0).open(&mut record), expected, "{inner:?}");
        };
        check(&[1, 2, 23, 0, 0, 0], Ok((Kind::Data, 5..7)));
        check(&[22], Ok((Kind::Handshake, 5..5)));
        check(&[0, 0, 0], Err(Fault::UnexpectedMessage));
        check(&[1, 20], Err(Fault::UnexpectedMessage));
        check(&[9; DATA_BYTES_MAX + 2], Err(Fault::RecordOverflow));
    }

    #[test]
    fn records_are_found_by_their_headers() {
        for (bytes, expected) in [
            (&b""[..], Ok(None)),
            (&[23, 3, 3, 0][..], Ok(None)),
            (&[23, 3, 3, 0, 2, 9], Ok(None)),
            (&[23, 3, 3, 0, 2, 9, 9, 9], Ok(Some(7))),
            (&[22, 3, 1, 0, 0], Ok(Some(5))),
            (&[23, 3, 3, 0x41, 1], Err(Fault::RecordOverflow)),
            (b"GET / HTTP/1.1", Err(Fault::UnexpectedMessage)),
        ] {
            assert_eq!(whole(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn keys_wear_out_before_aes_gcm_does() {
        let mut keys = keys(SERVER.0, SERVER.1, 0);
        keys.sequence = RECORDS_MAX - 1;
        assert!(!keys.is_worn());
        keys.sealed(b"the last", Kind::Data).unwrap();
        assert!(keys.is_worn());
        assert!((RECORDS_MAX as f64) < 2f64.powf(24.5), "RFC 8446, 5.5");
    }

    #[test]
    fn all_three_suites_are_known() {
        let iv = || Iv::from([1; NONCE_LEN]);
        for secrets in [
            ConnectionTrafficSecrets::Aes256Gcm { key: AeadKey::from([7; 32]), iv: iv() },
            ConnectionTrafficSecrets::Chacha20Poly1305 { key: AeadKey::from([7; 32]), iv: iv() },
        ] {
            let mut record = Keys::new(5, &secrets).unwrap().sealed(b"abc", Kind::Data).unwrap();
            assert_eq!(Keys::new(5, &secrets).unwrap().open(&mut record), Ok((Kind::Data, 5..8)));
        }
    }
}
