//! Subjects of a revocation: whose tokens are worth nothing any more.

use std::fmt;
use std::str::FromStr;

use crate::{Fingerprint, Session};

/// A session or a device. Their names differ in length, so that a name says which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// One playback: 32 hexadecimal digits.
    Session(Session),
    /// All that a device plays, and what it will ask for: its fingerprint, 64 hexadecimal digits.
    Device(Fingerprint),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Subject::Session(session) => session.hex(),
            Subject::Device(device) => device.hex(),
        })
    }
}

/// Why a text is no [`Subject`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a session has 32 hexadecimal digits, a device's fingerprint 64")]
pub struct NotASubject;

impl FromStr for Subject {
    type Err = NotASubject;

    fn from_str(text: &str) -> Result<Subject, NotASubject> {
        let session = bytes(text).map(|bytes| Subject::Session(Session(bytes)));
        session.or_else(|| bytes(text).map(|bytes| Subject::Device(Fingerprint(bytes)))).ok_or(NotASubject)
    }
}

/// `N` bytes in hexadecimal digits.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: Vec<u8> = text.chars().map(|c| Some(c.to_digit(16)? as u8)).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    (digits.len() == 2 * N).then_some(bytes)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_name() {
        let session = Subject::Session(Session([0x2a; 16]));
        let device = Subject::Device(Fingerprint::of("tv"));
        for (text, expected) in [
            ("2a".repeat(16), Ok(session)),
            ("2A".repeat(16), Ok(session)),
            (device.to_string(), Ok(device)),
            ("2a".repeat(15), Err(NotASubject)),
            ("2a".repeat(17), Err(NotASubject)),
            ("2a".repeat(15) + "2", Err(NotASubject)),
            ("zz".repeat(16), Err(NotASubject)),
            ("é".repeat(16), Err(NotASubject)),
            (String::new(), Err(NotASubject)),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
        assert_eq!(session.to_string(), "2a".repeat(16));
    }
}
