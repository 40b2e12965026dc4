//! The one way to write a box: fields in order, lengths filled in afterwards.

/// Box bytes in the making.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// The bytes of what `body` writes.
    pub(crate) fn build(body: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut writer = Writer::default();
        body(&mut writer);
        writer.bytes
    }

    /// A box: length, type and what `body` writes.
    pub(crate) fn boxed(&mut self, kind: &[u8; 4], body: impl FnOnce(&mut Writer)) {
        let start = self.bytes.len();
        self.u32(0);
        self.bytes(kind);
        body(self);
        let length = (self.bytes.len() - start) as u32; // sample counts are bounded by `track::SEGMENT_SAMPLES_MAX`
        self.bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }

    /// A full box: a box whose body begins with version and flags (24 bits).
    pub(crate) fn full(&mut self, kind: &[u8; 4], version: u8, flags: u32, body: impl FnOnce(&mut Writer)) {
        self.boxed(kind, |w| {
            w.u32(u32::from(version) << 24 | flags & 0x00ff_ffff);
            body(w);
        });
    }

    /// Bytes written so far.
    pub(crate) fn position(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn zeros(&mut self, count: usize) {
        self.bytes.resize(self.bytes.len() + count, 0);
    }

    pub(crate) fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(crate) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn i32(&mut self, value: i32) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.bytes(&value.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_nest_and_know_their_lengths() {
        let bytes = Writer::build(|w| {
            w.boxed(b"moof", |w| w.full(b"mfhd", 0, 0, |w| w.u32(7)));
        });
        assert_eq!(bytes, b"\0\0\0\x18moof\0\0\0\x10mfhd\0\0\0\0\0\0\0\x07");
    }

    #[test]
    fn version_and_flags_share_a_word() {
        let bytes = Writer::build(|w| w.full(b"trun", 1, 0x000a05, |_| {}));
        assert_eq!(bytes, b"\0\0\0\x0ctrun\x01\0\x0a\x05");
    }
}
