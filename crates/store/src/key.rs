//! Keys: the names of objects. Every key is also a safe relative path and a safe URL path.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Longest key: what S3 takes.
pub const KEY_BYTES_MAX: usize = 1024;

/// Longest segment: below the 255 bytes that file systems take for a name, with room for a suffix.
pub const SEGMENT_BYTES_MAX: usize = 200;

/// The name of an object: segments of `[A-Za-z0-9._-]` with `/` between them, none empty and none with a leading dot
/// (so no `..`, and room for a store's own hidden files).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Arc<str>);

/// Why a text is not a [`Key`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no object key: {reason}")]
pub struct NotAKey {
    /// The beginning of the text.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Key {
    /// `text` as a key.
    pub fn new(text: impl AsRef<str>) -> Result<Key, NotAKey> {
        let text = text.as_ref();
        match fault(text) {
            None => Ok(Key(text.into())),
            Some(reason) => Err(NotAKey { text: text.chars().take(SEGMENT_BYTES_MAX).collect(), reason }),
        }
    }

    /// The key `rest` below this one as a folder: `a/b` joined with `c/d` is `a/b/c/d`.
    pub fn join(&self, rest: impl AsRef<str>) -> Result<Key, NotAKey> {
        Key::new([&*self.0, "/", rest.as_ref()].concat())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Whether this key lies below `folder`; no key lies below itself.
    pub fn is_below(&self, folder: &Key) -> bool {
        self.0.strip_prefix(&*folder.0).is_some_and(|rest| rest.starts_with('/'))
    }
}

fn fault(text: &str) -> Option<&'static str> {
    if text.len() > KEY_BYTES_MAX {
        return Some("it is too long");
    }
    text.split('/').find_map(|segment| match segment.as_bytes() {
        [] => Some("it has an empty segment"),
        [b'.', ..] => Some("a segment begins with a dot"),
        bytes if bytes.len() > SEGMENT_BYTES_MAX => Some("a segment is too long"),
        bytes if !bytes.iter().all(is_allowed) => Some("only letters, digits and . _ - are allowed"),
        _ => None,
    })
}

fn is_allowed(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

impl FromStr for Key {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Key, NotAKey> {
        Key::new(text)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, reason: Option<&str>) {
        let found = Key::new(text).err().map(|not| not.reason);
        assert_eq!(found, reason, "{text:?}");
    }

    #[test]
    fn texts_that_are_keys() {
        for text in ["a", "packages/0f/video-1080p.mp4", "A_b-c.d", "a..b", "0", &"s".repeat(200)] {
            check(text, None);
        }
        check(&["0123456789abcde"; 64].join("/"), None);
    }

    #[test]
    fn texts_that_are_not() {
        let (empty, dot) = (Some("it has an empty segment"), Some("a segment begins with a dot"));
        for text in ["", "/", "/a", "a/", "a//b"] {
            check(text, empty);
        }
        for text in [".", "..", "../a", "a/../b", "a/.hidden", ".tmp/0"] {
            check(text, dot);
        }
        for text in ["a b", "a\0", "a\\b", "ä", "a%2fb", "a:b", "a\n"] {
            check(text, Some("only letters, digits and . _ - are allowed"));
        }
        check(&"s".repeat(201), Some("a segment is too long"));
        check(&["0123456789abcdef"; 64].join("/"), Some("it is too long"));
    }

    #[test]
    fn folders() {
        let key = |text: &str| Key::new(text).unwrap();
        assert_eq!(key("a/b").join("c/d.txt"), Ok(key("a/b/c/d.txt")));
        assert!(key("a").join("../b").is_err());
        assert_eq!(key("a/b/c.txt").name(), "c.txt");
        assert!(key("a/b").is_below(&key("a")));
        assert!(!key("a").is_below(&key("a")));
        assert!(!key("ab/c").is_below(&key("a")));
    }
}
