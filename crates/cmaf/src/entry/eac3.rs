//! Enhanced AC-3 sample entry: `ec-3` with `dec3` (ETSI TS 102 366, annex F.5 and F.6), and the extension that tells of
//! objects (ETSI TS 103 420, 8.3.1).

use super::sound::{parse_sound, write_sound};
use crate::bits::Bits;
use crate::boxes::BoxView;
use crate::error::{Error, Problem};
use crate::write::Writer;

/// The `ec-3` sample entry of one programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eac3Entry {
    /// Channels, of dependent substreams too; of sound with objects those of its bed.
    pub channels: u16,
    /// Samples per second.
    pub sample_rate_hz: u32,
    /// Objects that a decoder must be able to render (`complexity_index_type_a`), where there are objects.
    pub joc_objects: Option<u8>,
    /// `dec3`, as the decoder takes it.
    pub config: Vec<u8>,
}

/// Samples per second by `fscod` (ETSI TS 102 366, table 4.1).
const SAMPLE_RATES_HZ: [u32; 3] = [48_000, 44_100, 32_000];

/// Full channels by `acmod` (ETSI TS 102 366, table 4.3).
const CHANNELS: [u16; 8] = [2, 1, 2, 3, 3, 4, 4, 5];

/// Channels that each bit of `chan_loc` adds, from bit 0 on (ETSI TS 102 366, table F.6.1).
const CHANNELS_DEPENDENT: [u16; 9] = [2, 2, 1, 1, 2, 2, 2, 1, 1];

impl Eac3Entry {
    /// `ec-3`, with or without objects (ETSI TS 102 366, annex F.4).
    pub fn codecs(&self) -> String {
        "ec-3".to_owned()
    }

    pub(super) fn parse(entry: &BoxView<'_>) -> Result<Eac3Entry, Error> {
        let (_, dec3) = parse_sound(entry, b"dec3")?;
        let config = dec3.fields().rest();
        let substream = Substream::parse(config).ok_or(dec3.error(Problem::Truncated))?;
        if substream.programmes != 1 {
            return Err(dec3.error(Problem::Unsupported("more than one programme")));
        }
        let rate = SAMPLE_RATES_HZ.get(substream.rate_code).copied();
        Ok(Eac3Entry {
            channels: substream.channels,
            sample_rate_hz: rate.ok_or(dec3.error(Problem::Unsupported("a reduced sample rate")))?,
            joc_objects: substream.joc_objects,
            config: config.to_vec(),
        })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        write_sound(w, b"ec-3", self.channels, self.sample_rate_hz, |w| {
            w.boxed(b"dec3", |w| w.bytes(&self.config));
        });
    }
}

/// What is used of `dec3`.
struct Substream {
    /// Independent substreams.
    programmes: u32,
    /// `fscod` of the first.
    rate_code: usize,
    /// Channels of the first with what depends on it.
    channels: u16,
    joc_objects: Option<u8>,
}

impl Substream {
    /// `None` where the fields end too soon.
    fn parse(config: &[u8]) -> Option<Substream> {
        let mut bits = Bits::new(config);
        bits.take(13)?; // data_rate
        let programmes = bits.take(3)? + 1;
        let rate_code = bits.take(2)? as usize;
        bits.take(5 + 1 + 1 + 3)?; // bsid, reserved, asvc, bsmod
        let full = CHANNELS[bits.take(3)? as usize & 0b111];
        let low_frequency = bits.take(1)? as u16;
        bits.take(3)?; // reserved
        let has_dependent = bits.take(4)? > 0;
        let places = bits.take(if has_dependent { 9 } else { 1 })?; // chan_loc, or reserved
        let added =
            (0..9).filter(|bit| has_dependent && places >> bit & 1 != 0).map(|bit| CHANNELS_DEPENDENT[bit]);
        let channels = full + low_frequency + added.sum::<u16>();
        Some(Substream { programmes, rate_code, channels, joc_objects: joc_objects(&mut bits) })
    }
}

/// The extension, which need not be there.
fn joc_objects(bits: &mut Bits<'_>) -> Option<u8> {
    bits.take(7)?; // reserved
    let is_there = bits.take(1)? == 1; // flag_ec3_extension_type_a
    let complexity = bits.take(8)? as u8;
    is_there.then_some(complexity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::Children;

    fn read(config: &[u8]) -> Result<Eac3Entry, Error> {
        let entry =
            Eac3Entry { channels: 2, sample_rate_hz: 48_000, joc_objects: None, config: config.to_vec() };
        let bytes = Writer::build(|w| entry.write(w));
        Eac3Entry::parse(&Children::new(&bytes, 0).next().unwrap()?)
    }

    /// Annex F.6 by hand: 13 bits of rate, 3 of programmes; then fscod (2), bsid (5), reserved (1), asvc (1), bsmod (3),
    /// acmod (3), lfeon (1), reserved (3), dependent substreams (4), and their places (9) or one reserved bit.
    #[test]
    fn configurations() {
        for (config, expected) in [
            (&[0x06, 0x00, 0x20, 0x04, 0x00][..], (2, 48_000, None)), // 192 kb/s; 00 10000 0 0 000 010 0
            (&[0x0c, 0x00, 0x20, 0x0f, 0x00], (6, 48_000, None)),     // 384 kb/s; 00 10000 0 0 000 111 1
            (&[0x0c, 0x00, 0x60, 0x0f, 0x00], (6, 44_100, None)),     // 01 10000
            (&[0x14, 0x00, 0x20, 0x0f, 0x00, 0x01, 0x10], (6, 48_000, Some(16))), // 0000000 1 00010000
            (&[0x14, 0x00, 0x20, 0x0f, 0x00, 0x00, 0x10], (6, 48_000, None)), // 0000000 0
            (&[0x14, 0x00, 0x20, 0x0f, 0x02, 0x02], (8, 48_000, None)), // 000 0001 000000010
            (&[0x14, 0x00, 0x20, 0x0f, 0x02, 0x02, 0x01, 0x0c], (8, 48_000, Some(12))),
        ] {
            let entry = read(config).unwrap();
            assert_eq!((entry.channels, entry.sample_rate_hz, entry.joc_objects), expected, "{config:02x?}");
            assert_eq!(entry.config, config);
        }
    }

    #[test]
    fn configurations_not_understood_are_refused() {
        for (config, expected) in [
            (&[][..], "cut short"),
            (&[0x06, 0x00, 0x20, 0x04], "cut short"),
            (&[0x06, 0x01, 0x20, 0x04, 0x00], "more than one programme"),
            (&[0x06, 0x00, 0xe0, 0x04, 0x00], "a reduced sample rate"),
        ] {
            let error = read(config).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
