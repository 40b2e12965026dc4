//! PlayReady's object and the header in it ("PlayReady Header Specification", Microsoft, versions 4.0 and 4.3).
//!
//! One key under `cenc` is told in version 4.0, which all clients read; several keys, and `cbcs`, need version 4.3. The
//! optional checksum of a key is left out: it would tell of the key.

use media::protection::{KeyId, Scheme};

/// Type of the record that holds a header.
const RECORD_HEADER: u16 = 1;

/// The object: its length, and one record with the header, all little endian.
///
/// Lengths have 16 bits, which an address and a hundred keys do not come near; a header beyond them would be cut.
pub fn object(scheme: Scheme, key_ids: &[KeyId], licence_url: Option<&str>) -> Vec<u8> {
    let header: Vec<u8> =
        header(scheme, key_ids, licence_url).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let length = 4 + 2 + 2 + 2 + header.len();
    let mut object = Vec::with_capacity(length);
    object.extend((length as u32).to_le_bytes());
    object.extend(1u16.to_le_bytes()); // records
    object.extend(RECORD_HEADER.to_le_bytes());
    object.extend((header.len() as u16).to_le_bytes());
    object.extend(header);
    object
}

fn header(scheme: Scheme, key_ids: &[KeyId], licence_url: Option<&str>) -> String {
    let (version, protect_info) = match (scheme, key_ids) {
        (Scheme::Cenc, [id]) => ("4.0.0.0", info_4_0(id)),
        _ => ("4.3.0.0", info_4_3(scheme, key_ids)),
    };
    let url = licence_url.map(|url| format!("<LA_URL>{}</LA_URL>", escaped(url))).unwrap_or_default();
    format!(
        "<WRMHEADER xmlns=\"http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader\" version=\"{version}\">\
         <DATA>{protect_info}{url}</DATA></WRMHEADER>"
    )
}

fn info_4_0(id: &KeyId) -> String {
    let kid = guid(id);
    format!("<PROTECTINFO><KEYLEN>16</KEYLEN><ALGID>AESCTR</ALGID></PROTECTINFO><KID>{kid}</KID>")
}

fn info_4_3(scheme: Scheme, key_ids: &[KeyId]) -> String {
    let algorithm = match scheme {
        Scheme::Cenc => "AESCTR",
        Scheme::Cbcs => "AESCBC",
    };
    let kid = |id| format!("<KID ALGID=\"{algorithm}\" VALUE=\"{}\"></KID>", guid(id));
    let kids: String = key_ids.iter().map(kid).collect();
    format!("<PROTECTINFO><KIDS>{kids}</KIDS></PROTECTINFO>")
}

/// A key ID as a GUID in Base64: its first three groups little endian.
fn guid(id: &KeyId) -> String {
    let [a, b, c, d, e, f, g, h, rest @ ..] = id.0;
    let [i, j, k, l, m, n, o, p] = rest;
    base64(&[d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p])
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = (0..3).fold(0, |word, at| word << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        for digit in 0..4 {
            let value = word >> (18 - 6 * digit) & 0x3f;
            text.push(if digit <= group.len() { DIGITS[value as usize].into() } else { '=' });
        }
    }
    text
}

/// Text as XML has it.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, section 10.
    #[test]
    fn base64_pads() {
        for (bytes, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), expected);
        }
    }

    /// The elements of each version; key IDs swapped and encoded by hand.
    #[test]
    fn headers_name_their_keys() {
        let id: KeyId = "5a461e69-70c4-464a-9fd1-97500e76a4a2".parse().unwrap();
        let other: KeyId = "00112233-4455-6677-8899-aabbccddeeff".parse().unwrap();
        assert_eq!(
            header(Scheme::Cenc, &[id], Some("https://keys.example/?a=1&b=2")),
            "<WRMHEADER xmlns=\"http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader\" version=\"4.0.0.0\"><DATA>\
             <PROTECTINFO><KEYLEN>16</KEYLEN><ALGID>AESCTR</ALGID></PROTECTINFO><KID>aR5GWsRwSkaf0ZdQDnakog==</KID>\
             <LA_URL>https://keys.example/?a=1&amp;b=2</LA_URL></DATA></WRMHEADER>"
        );
        assert_eq!(
            header(Scheme::Cbcs, &[id, other], None),
            "<WRMHEADER xmlns=\"http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader\" version=\"4.3.0.0\"><DATA>\
             <PROTECTINFO><KIDS><KID ALGID=\"AESCBC\" VALUE=\"aR5GWsRwSkaf0ZdQDnakog==\"></KID>\
             <KID ALGID=\"AESCBC\" VALUE=\"MyIRAFVEd2aImaq7zN3u/w==\"></KID></KIDS></PROTECTINFO></DATA></WRMHEADER>"
        );
    }

    #[test]
    fn an_object_has_its_lengths() {
        let object = object(Scheme::Cenc, &[KeyId([0; 16])], None);
        assert_eq!(object[..4], (object.len() as u32).to_le_bytes());
        assert_eq!(object[4..8], [1, 0, 1, 0]);
        assert_eq!(object[8..10], (object.len() as u16 - 10).to_le_bytes());
        assert_eq!(object[10..18], *b"<\0W\0R\0M\0");
    }
}
