//! AAC sample entry: `mp4a` with `esds` (clause 12.2.3, ISO/IEC 14496-14 5.6, ISO/IEC 14496-1 7.2.6).

use super::sound::{parse_sound, write_sound};
use crate::bits::Bits;
use crate::boxes::BoxView;
use crate::cursor::Cursor;
use crate::error::{Error, Problem};
use crate::write::Writer;

/// The `mp4a` sample entry of AAC-LC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AacEntry {
    /// Channels.
    pub channels: u16,
    /// Samples per second.
    pub sample_rate_hz: u32,
    /// Samples in a frame: 1024, or 960 where the configuration says so.
    pub frame_samples: u32,
    /// Highest bitrate in bits per second, as the encoder gave it; 0 where unknown.
    pub bitrate_bps_max: u32,
    /// Mean bitrate in bits per second, as the encoder gave it; 0 where unknown.
    pub bitrate_bps_average: u32,
    /// `AudioSpecificConfig` (ISO/IEC 14496-3, 1.6.2.1), as the decoder takes it.
    pub config: Vec<u8>,
}

/// Audio object type of AAC-LC (ISO/IEC 14496-3, table 1.17): the one that this crate reads.
const AAC_LC: u8 = 2;

/// Object type indication of MPEG-4 audio (ISO/IEC 14496-1, table 5).
const MPEG4_AUDIO: u8 = 0x40;

/// `samplingFrequencyIndex` (ISO/IEC 14496-3, table 1.18).
const SAMPLE_RATES_HZ: [u32; 13] =
    [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

/// Channels of `channelConfiguration` 1 to 7 (ISO/IEC 14496-3, table 1.19).
const CHANNELS: [u16; 7] = [1, 2, 3, 4, 5, 6, 8];

impl AacEntry {
    /// `mp4a.40.2` (RFC 6381, 3.3): object type indication, then audio object type.
    pub fn codecs(&self) -> String {
        format!("mp4a.{MPEG4_AUDIO:x}.{AAC_LC}")
    }

    pub(super) fn parse(entry: &BoxView<'_>) -> Result<AacEntry, Error> {
        let (channels_declared, esds) = parse_sound(entry, b"esds")?;
        let stream = ElementaryStream::parse(&esds)?;
        let audio = AudioConfig::parse(stream.config, &esds)?;
        Ok(AacEntry {
            channels: audio.channels.unwrap_or(channels_declared),
            sample_rate_hz: audio.sample_rate_hz,
            frame_samples: audio.frame_samples,
            bitrate_bps_max: stream.bitrate_bps_max,
            bitrate_bps_average: stream.bitrate_bps_average,
            config: stream.config.to_vec(),
        })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        write_sound(w, b"mp4a", self.channels, self.sample_rate_hz, |w| {
            w.full(b"esds", 0, 0, |w| self.write_descriptors(w));
        });
    }

    fn write_descriptors(&self, w: &mut Writer) {
        let specific = Writer::build(|w| w.bytes(&self.config));
        let decoder = Writer::build(|w| {
            w.u8(MPEG4_AUDIO);
            w.u8(0x15); // streamType 5 (audio), upStream 0, reserved 1
            w.zeros(3); // bufferSizeDB
            w.u32(self.bitrate_bps_max);
            w.u32(self.bitrate_bps_average);
            write_descriptor(w, DECODER_SPECIFIC_INFO, &specific);
        });
        let stream = Writer::build(|w| {
            w.u16(0); // ES_ID (ISO/IEC 14496-14, 4.1.2)
            w.u8(0); // no dependence, URL or clock reference
            write_descriptor(w, DECODER_CONFIG, &decoder);
            write_descriptor(w, SL_CONFIG, &[2]); // predefined: MP4 file
        });
        write_descriptor(w, ES_DESCRIPTOR, &stream);
    }
}

const ES_DESCRIPTOR: u8 = 3;
const DECODER_CONFIG: u8 = 4;
const DECODER_SPECIFIC_INFO: u8 = 5;
const SL_CONFIG: u8 = 6;

/// A descriptor: tag, length in groups of seven bits, contents (ISO/IEC 14496-1, 8.3.3).
fn write_descriptor(w: &mut Writer, tag: u8, contents: &[u8]) {
    w.u8(tag);
    let length = contents.len();
    for shift in [21, 14, 7] {
        if length >> shift != 0 {
            w.u8(0x80 | (length >> shift) as u8);
        }
    }
    w.u8(length as u8 & 0x7f);
    w.bytes(contents);
}

/// The contents of the next descriptor, which must have the given tag.
fn parse_descriptor<'a>(fields: &mut Cursor<'a>, tag: u8) -> Result<Cursor<'a>, Error> {
    if fields.u8()? != tag {
        return Err(fields.error(Problem::Invalid("another descriptor than the expected one")));
    }
    let mut length = 0;
    for _ in 0..4 {
        let byte = fields.u8()?;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return fields.sub(length);
        }
    }
    Err(fields.error(Problem::Invalid("a descriptor's length of more than four bytes")))
}

/// What is used of the descriptors in `esds`.
struct ElementaryStream<'a> {
    bitrate_bps_max: u32,
    bitrate_bps_average: u32,
    config: &'a [u8],
}

impl<'a> ElementaryStream<'a> {
    fn parse(esds: &BoxView<'a>) -> Result<Self, Error> {
        let mut fields = esds.fields();
        fields.version_and_flags()?;
        let mut stream = parse_descriptor(&mut fields, ES_DESCRIPTOR)?;
        stream.u16()?; // ES_ID
        if stream.u8()? & 0b1110_0000 != 0 {
            return Err(
                stream.error(Problem::Unsupported("a stream with dependence, URL or clock reference"))
            );
        }
        let mut decoder = parse_descriptor(&mut stream, DECODER_CONFIG)?;
        if decoder.u8()? != MPEG4_AUDIO {
            return Err(decoder.error(Problem::Unsupported("audio other than MPEG-4")));
        }
        decoder.take(4)?; // streamType and bufferSizeDB
        let (bitrate_bps_max, bitrate_bps_average) = (decoder.u32()?, decoder.u32()?);
        let config = parse_descriptor(&mut decoder, DECODER_SPECIFIC_INFO)?.rest();
        Ok(ElementaryStream { bitrate_bps_max, bitrate_bps_average, config })
    }
}

/// What is used of an `AudioSpecificConfig`.
#[derive(Debug, PartialEq, Eq)]
struct AudioConfig {
    sample_rate_hz: u32,
    /// `None` where a program config element says it.
    channels: Option<u16>,
    frame_samples: u32,
}

impl AudioConfig {
    fn parse(config: &[u8], esds: &BoxView<'_>) -> Result<AudioConfig, Error> {
        let mut bits = Bits::new(config);
        let cut = || esds.error(Problem::Truncated);
        if bits.take(5).ok_or_else(cut)? != u32::from(AAC_LC) {
            return Err(esds.error(Problem::Unsupported("AAC other than LC")));
        }
        let sample_rate_hz = match bits.take(4).ok_or_else(cut)? {
            15 => bits.take(24).ok_or_else(cut)?,
            index => SAMPLE_RATES_HZ.get(index as usize).copied().unwrap_or(0),
        };
        if sample_rate_hz == 0 {
            return Err(esds.error(Problem::Invalid("no such sample rate")));
        }
        let channels = match bits.take(4).ok_or_else(cut)? as usize {
            0 => None,
            index => {
                let known = CHANNELS.get(index - 1).copied();
                Some(known.ok_or(esds.error(Problem::Unsupported("this channel configuration")))?)
            }
        };
        let short = bits.take(1).ok_or_else(cut)? == 1; // frameLengthFlag of GASpecificConfig
        Ok(AudioConfig { sample_rate_hz, channels, frame_samples: if short { 960 } else { 1024 } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::Children;

    fn entry() -> AacEntry {
        AacEntry {
            channels: 2,
            sample_rate_hz: 48000,
            frame_samples: 1024,
            bitrate_bps_max: 128_000,
            bitrate_bps_average: 127_000,
            config: vec![0x11, 0x90],
        }
    }

    #[test]
    fn an_entry_survives_its_bytes() {
        for config_bytes in [2, 200] {
            let mut entry = entry();
            entry.config.resize(config_bytes, 0); // beyond 127 bytes, lengths take two bytes
            let bytes = Writer::build(|w| entry.write(w));
            let read = AacEntry::parse(&Children::new(&bytes, 0).next().unwrap().unwrap());
            assert_eq!(read.unwrap(), entry);
        }
    }

    /// Worked out by hand from ISO/IEC 14496-1, 7.2.6.
    #[test]
    fn descriptors_have_their_bytes() {
        let bytes = Writer::build(|w| entry().write_descriptors(w));
        let expected: &[u8] = &[
            0x03, 25, 0, 0, 0, // ES_Descriptor
            0x04, 17, 0x40, 0x15, 0, 0, 0, 0x00, 0x01, 0xf4, 0x00, 0x00, 0x01, 0xf0,
            0x18, // DecoderConfigDescriptor
            0x05, 2, 0x11, 0x90, // DecoderSpecificInfo
            0x06, 1, 2, // SLConfigDescriptor
        ];
        assert_eq!(bytes, expected);
    }

    /// ISO/IEC 14496-3, 1.6.2.1: 5 bits object type, 4 bits rate, 4 bits channels, 1 bit frame length.
    #[test]
    fn audio_configurations() {
        let view = Children::new(b"\0\0\0\x08esds", 0).next().unwrap().unwrap();
        for (config, expected) in [
            (&[0x11, 0x90][..], Some((48000, Some(2), 1024))), // 00010 0011 0010 0
            (&[0x12, 0x10], Some((44100, Some(2), 1024))),     // 00010 0100 0010 0
            (&[0x11, 0xb0], Some((48000, Some(6), 1024))),     // 00010 0011 0110 0
            (&[0x11, 0xb8], Some((48000, Some(8), 1024))),     // 00010 0011 0111 0
            (&[0x11, 0x94], Some((48000, Some(2), 960))),      // 00010 0011 0010 1
            (&[0x11, 0x80], Some((48000, None, 1024))),        // 00010 0011 0000 0
            (&[0x17, 0x80, 0x5d, 0xc0, 0x10], Some((48000, Some(2), 1024))), // 00010 1111 (24 bits) 0010 0
            (&[0x2b, 0x11, 0x88], None),                       // 00101: SBR
            (&[0x16, 0x90], None),                             // 00010 1101: no such rate
            (&[0x11], None),
            (&[], None),
        ] {
            let read = AudioConfig::parse(config, &view).ok();
            assert_eq!(
                read.map(|c| (c.sample_rate_hz, c.channels, c.frame_samples)),
                expected,
                "{config:02x?}"
            );
        }
    }
}
