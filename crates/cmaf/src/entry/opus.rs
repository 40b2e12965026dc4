//! Opus sample entry: `Opus` with `dOps` (Encapsulation of Opus in ISO Base Media File Format 0.8.1, section 4.3).

use super::sound::{parse_sound, write_sound};
use crate::boxes::BoxView;
use crate::error::{Error, Problem};
use crate::write::Writer;

/// The `Opus` sample entry. Opus always decodes to 48 kHz.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpusEntry {
    /// `OutputChannelCount`, above zero.
    pub channels: u8,
    /// `PreSkip`: samples at 48 kHz before the first that is heard. An edit cuts them off.
    pub pre_skip: u16,
    /// From `InputSampleRate` to the channel mapping, unread.
    pub mapping: Vec<u8>,
}

/// Samples per second of every Opus track.
pub const SAMPLE_RATE_HZ: u32 = 48_000;

/// Ticks (at 48 kHz) that a decoder must have decoded before its output is right: 80 ms (section 4.3.6.2).
pub const PRE_ROLL_TICKS: u32 = 3840;

impl OpusEntry {
    /// `opus`. The sample entry's own spelling would be `Opus`; packagers write, and browsers expect, the small letter.
    pub fn codecs(&self) -> String {
        "opus".to_owned()
    }

    pub(super) fn parse(entry: &BoxView<'_>) -> Result<OpusEntry, Error> {
        let (_, dops) = parse_sound(entry, b"dOps")?;
        let mut fields = dops.fields();
        if fields.u8()? != 0 {
            return Err(dops.error(Problem::Unsupported("this version of the configuration")));
        }
        let (channels, pre_skip) = (fields.u8()?, fields.u16()?);
        if channels == 0 {
            return Err(dops.error(Problem::Invalid("sound without channels")));
        }
        Ok(OpusEntry { channels, pre_skip, mapping: fields.rest().to_vec() })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        write_sound(w, b"Opus", self.channels.into(), SAMPLE_RATE_HZ, |w| {
            w.boxed(b"dOps", |w| {
                w.u8(0); // Version
                w.u8(self.channels);
                w.u16(self.pre_skip);
                w.bytes(&self.mapping);
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::Children;

    /// Stereo: input of 48 kHz, no gain, mapping family 0.
    fn entry() -> OpusEntry {
        OpusEntry { channels: 2, pre_skip: 312, mapping: vec![0, 0, 0xbb, 0x80, 0, 0, 0] }
    }

    /// Section 4.3.2 by hand.
    #[test]
    fn an_entry_survives_its_bytes() {
        let bytes = Writer::build(|w| entry().write(w));
        assert!(bytes.ends_with(b"\0\0\0\x13dOps\0\x02\x01\x38\0\0\xbb\x80\0\0\0"));
        assert_eq!(OpusEntry::parse(&Children::new(&bytes, 0).next().unwrap().unwrap()).unwrap(), entry());
    }

    #[test]
    fn sound_without_channels_is_refused() {
        let bytes = Writer::build(|w| OpusEntry { channels: 0, ..entry() }.write(w));
        let error = OpusEntry::parse(&Children::new(&bytes, 0).next().unwrap().unwrap()).unwrap_err();
        assert!(error.to_string().contains("without channels"), "{error}");
    }
}
