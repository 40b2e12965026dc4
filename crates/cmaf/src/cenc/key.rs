//! Content keys in memory: never printed, and overwritten when they are dropped.

use std::fmt;

/// An AES-128 content key (ISO/IEC 23001-7, clause 9). Its bytes are written out only where [`Key::expose`] is called.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 16]);

impl Key {
    /// The key with these bytes.
    pub fn new(bytes: [u8; 16]) -> Key {
        Key(bytes)
    }

    /// The bytes themselves: for a cipher, or for who may have them.
    pub fn expose(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0 = [0; 16];
        std::hint::black_box(&self.0); // what is looked at afterwards has to be written before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", Key::new([0xab; 16])), "Key(..)");
    }
}
