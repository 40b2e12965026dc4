//! What all audio entries share: `AudioSampleEntry` (clause 12.2.3.2).

use super::{parse_common, write_common};
use crate::boxes::{BoxView, FourCc};
use crate::error::{Error, Problem};
use crate::write::Writer;

/// Reads the entry: the channels that it declares, and the codec's configuration, the box of the given type.
pub(super) fn parse_sound<'a>(
    entry: &BoxView<'a>,
    config_kind: &[u8; 4],
) -> Result<(u16, BoxView<'a>), Error> {
    let mut fields = entry.fields();
    parse_common(&mut fields)?;
    if fields.u16()? != 0 {
        return Err(entry.error(Problem::Unsupported("this version of the audio entry")));
    }
    fields.take(6)?; // reserved
    let channels = fields.u16()?;
    fields.take(10)?; // samplesize, pre_defined, reserved, samplerate
    let config = fields.boxes().find_kind(config_kind)?;
    Ok((channels, config.ok_or(entry.error(Problem::Missing(FourCc(*config_kind))))?))
}

/// Writes an entry of type `kind` with the box that `config` writes.
pub(super) fn write_sound(
    w: &mut Writer,
    kind: &[u8; 4],
    channels: u16,
    sample_rate_hz: u32,
    config: impl FnOnce(&mut Writer),
) {
    w.boxed(kind, |w| {
        write_common(w);
        w.zeros(8); // reserved
        w.u16(channels);
        w.u16(16); // samplesize
        w.zeros(4); // pre_defined and reserved
        w.u16(u16::try_from(sample_rate_hz).unwrap_or(0)); // rates that do not fit are in the configuration alone
        w.u16(0); // fraction of the rate
        config(w);
    });
}
