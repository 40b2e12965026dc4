//! Encoding: bytes to characters, with line ends made alike.

/// How a file's characters were coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16 in either byte order.
    Utf16,
    /// Neither: taken for windows-1252, the commonest of what is left, which may be wrong.
    Windows1252,
}

/// What windows-1252 has at 0x80 to 0x9f (WHATWG Encoding Standard, index windows-1252); elsewhere it is Latin-1.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Bytes looked at to tell UTF-16 that has no byte order mark: enough for the first cue's counter and times, which are
/// ASCII in any language.
const SNIFFED_BYTES: usize = 64;

/// The characters of a file; lines end with `\n` alone.
pub(crate) fn decode(bytes: &[u8]) -> (String, Encoding) {
    let (text, encoding) = match bytes {
        [0xff, 0xfe, rest @ ..] => (utf16(rest, u16::from_le_bytes), Encoding::Utf16),
        [0xfe, 0xff, rest @ ..] => (utf16(rest, u16::from_be_bytes), Encoding::Utf16),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        _ if zeros(bytes, 1) => (utf16(bytes, u16::from_le_bytes), Encoding::Utf16),
        _ if zeros(bytes, 0) => (utf16(bytes, u16::from_be_bytes), Encoding::Utf16),
        _ => utf8(bytes),
    };
    (text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', ""), encoding)
}

fn utf8(bytes: &[u8]) -> (String, Encoding) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), Encoding::Utf8),
        Err(_) => (bytes.iter().map(|byte| windows_1252(*byte)).collect(), Encoding::Windows1252),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Whether every second byte of the beginning, from `first` on, is zero, and the others are not.
fn zeros(bytes: &[u8], first: usize) -> bool {
    let pairs = bytes.as_chunks::<2>().0.iter().take(SNIFFED_BYTES / 2);
    pairs.len() > 1 && pairs.clone().all(|pair| pair[first] == 0 && pair[1 - first] != 0)
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        use Encoding::{Utf8, Utf16, Windows1252};
        for (bytes, expected) in [
            (&b"a\r\nb\rc\n"[..], ("a\nb\nc\n", Utf8)),
            (b"\xef\xbb\xbf\xc3\xa9", ("é", Utf8)),
            (b"\xff\xfea\0\xe9\0", ("aé", Utf16)),
            (b"\xfe\xff\0a\x20\xac", ("a€", Utf16)),
            (b"\xff\xfe\x3d\xd8\x00\xde\x00\xd8", ("😀\u{fffd}", Utf16)),
            (b"1\0\n\0", ("1\n", Utf16)),
            (b"\x001\x00\n", ("1\n", Utf16)),
            (b"caf\xe9 \x93x\x94 \x80", ("café “x” €", Windows1252)),
            (b"a\0b", ("ab", Utf8)),
            (b"", ("", Utf8)),
            (b"\xff\xfe\x00", ("", Utf16)),
        ] {
            let (text, encoding) = decode(bytes);
            assert_eq!((text.as_str(), encoding), expected, "{bytes:02x?}");
        }
    }
}
