//! The codecs parameter (RFC 6381) that a sample entry's configuration asks for.

use super::boxes::{BoxView, Fields};

/// The parameter of an entry with the type `format` (the original one of a protected entry), whose boxes are `boxes`.
/// `None` where the configuration is missing or broken; the bare type where no more is defined.
pub(crate) fn of(format: [u8; 4], boxes: &[BoxView<'_>]) -> Option<String> {
    let name = format.escape_ascii().to_string();
    let config = |kind: &[u8; 4]| boxes.iter().find(|child| child.kind == *kind).copied();
    match &format {
        b"avc1" | b"avc3" => avc(&name, config(b"avcC")?),
        b"hvc1" | b"hev1" => hevc(&name, config(b"hvcC")?),
        b"vp08" | b"vp09" => vp(&name, config(b"vpcC")?),
        b"av01" => av1(config(b"av1C")?),
        b"mp4a" => mpeg4_audio(config(b"esds")?),
        b"ec-3" => config(b"dec3").map(|_| name),
        b"ac-3" => config(b"dac3").map(|_| name),
        b"Opus" => config(b"dOps").map(|_| "opus".to_owned()),
        b"fLaC" => config(b"dfLa").map(|_| "flac".to_owned()),
        _ => Some(name),
    }
}

/// RFC 6381, 3.3: profile, constraints and level of the configuration record.
fn avc(name: &str, config: BoxView<'_>) -> Option<String> {
    let [_, profile, constraints, level] = config.fields().array()?;
    Some(format!("{name}.{profile:02x}{constraints:02x}{level:02x}"))
}

/// ISO/IEC 14496-15, annex E.
fn hevc(name: &str, config: BoxView<'_>) -> Option<String> {
    let mut fields = config.fields();
    let [_, profile] = fields.array()?;
    let compatibility = fields.u32()?.reverse_bits();
    let constraints: [u8; 6] = fields.array()?;
    let level = fields.u8()?;
    let space = ["", "A", "B", "C"][usize::from(profile >> 6)];
    let tier = if profile & 0x20 == 0 { "L" } else { "H" };
    let used = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let tail: String = constraints[..used].iter().map(|byte| format!(".{byte:X}")).collect();
    Some(format!("{name}.{space}{}.{compatibility:X}.{tier}{level}{tail}", profile & 0x1f))
}

/// VP Codec ISO Media File Format Binding 1.0, "Codecs Parameter String", with every optional part.
fn vp(name: &str, config: BoxView<'_>) -> Option<String> {
    let (_, _, mut fields) = config.full()?;
    let [profile, level, packed, primaries, transfer, matrix] = fields.array()?;
    let (depth, chroma, full_range) = (packed >> 4, packed >> 1 & 7, packed & 1);
    Some(format!(
        "{name}.{profile:02}.{level:02}.{depth:02}.{chroma:02}.{primaries:02}.{transfer:02}.{matrix:02}.{full_range:02}"
    ))
}

/// AV1 Codec ISO Media File Format Binding 1.3, 5, with the parts that are not optional.
fn av1(config: BoxView<'_>) -> Option<String> {
    let [_, profile_level, packed] = config.fields().array()?;
    let (profile, level) = (profile_level >> 5, profile_level & 0x1f);
    let tier = if packed & 0x80 == 0 { 'M' } else { 'H' };
    let depth = match (packed & 0x40 != 0, packed & 0x20 != 0) {
        (false, _) => 8,
        (true, false) => 10,
        (true, true) => 12,
    };
    Some(format!("av01.{profile}.{level:02}{tier}.{depth:02}"))
}

/// ISO/IEC 14496-1, 7.2.6: object type of the decoder configuration and, of MPEG-4 audio, of its specific info.
fn mpeg4_audio(config: BoxView<'_>) -> Option<String> {
    let (_, _, fields) = config.full()?;
    let mut es = Fields::new(descriptor(fields.rest(), 3)?);
    es.take(2)?; // ES_ID
    let flags = es.u8()?;
    es.take(if flags & 0x80 != 0 { 2 } else { 0 })?; // dependsOn_ES_ID
    if flags & 0x40 != 0 {
        let length = es.u8()?;
        es.take(usize::from(length))?; // URL
    }
    es.take(if flags & 0x20 != 0 { 2 } else { 0 })?; // OCR_ES_ID
    let mut decoder = Fields::new(descriptor(es.rest(), 4)?);
    let object_type = decoder.u8()?;
    decoder.take(12)?;
    if object_type != 0x40 {
        return Some(format!("mp4a.{object_type:02x}"));
    }
    let [first, second] = Fields::new(descriptor(decoder.rest(), 5)?).array()?;
    let audio_type = match first >> 3 {
        31 => 32 + ((first & 7) << 3 | second >> 5),
        short => short,
    };
    Some(format!("mp4a.40.{audio_type}"))
}

/// The body of the descriptor with this tag that the bytes begin with (ISO/IEC 14496-1, 8.3.3).
fn descriptor(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    const LENGTH_BYTES_MAX: usize = 4;
    let mut fields = Fields::new(bytes);
    if fields.u8()? != tag {
        return None;
    }
    let mut length = 0usize;
    for _ in 0..LENGTH_BYTES_MAX {
        let byte = fields.u8()?;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    fields.take(length)
}

/// Whether a codecs parameter of a manifest is that of a header. Optional parts may be left out by either, case does not
/// count, and profile bytes of AVC are compared as numbers.
pub(crate) fn agree(said: &str, real: &str) -> bool {
    let (said, real) = (said.to_ascii_lowercase(), real.to_ascii_lowercase());
    if ["av01.", "vp09.", "vp08."].iter().any(|family| real.starts_with(family)) {
        let mut pairs = said.split('.').zip(real.split('.'));
        return said.split('.').count() >= 4 && pairs.all(|(a, b)| a == b);
    }
    if real == "stpp" {
        return said == real || said.starts_with("stpp.");
    }
    // RFC 6381 lets the older `mp4a.40` stand for any MPEG-4 audio.
    said == real || (said == "mp4a.40" && real.starts_with("mp4a.40."))
}

/// The sample entry's type in a codecs parameter.
pub(crate) fn family(codecs: &str) -> &str {
    codecs.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: &[u8; 4], config: &[u8; 4], body: &[u8], expected: Option<&str>) {
        let boxes = [BoxView { kind: *config, offset: 0, head: 8, body }];
        assert_eq!(of(*format, &boxes).as_deref(), expected);
    }

    /// Examples of the documents cited above.
    #[test]
    fn parameters() {
        check(b"avc1", b"avcC", &[1, 0x64, 0, 0x28, 0xff], Some("avc1.640028"));
        check(b"avc1", b"avcC", &[1, 0x64], None);
        check(b"avc1", b"free", &[1, 0x64, 0, 0x28], None);
        check(
            b"hvc1",
            b"hvcC",
            &[1, 0x22, 0x20, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 153],
            Some("hvc1.2.4.H153.90"),
        );
        check(b"vp09", b"vpcC", &[1, 0, 0, 0, 2, 10, 0xa2, 9, 16, 9], Some("vp09.02.10.10.01.09.16.09.00"));
        check(b"av01", b"av1C", &[0x81, 0x08, 0x4c, 0], Some("av01.0.08M.10"));
        let esds = [
            0, 0, 0, 0, 3, 25, 0, 1, 0, 4, 17, 0x40, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 2, 0x11, 0x90,
            6, 1, 2,
        ];
        check(b"mp4a", b"esds", &esds, Some("mp4a.40.2"));
        check(b"ec-3", b"dec3", &[], Some("ec-3"));
        check(b"wvtt", b"vttC", &[], Some("wvtt"));
    }

    #[test]
    fn parts_may_be_left_out() {
        for (said, real, expected) in [
            ("avc1.64001E", "avc1.64001e", true),
            ("avc1.640028", "avc1.64001e", false),
            ("av01.0.08M.10.0.110.09.16.09.0", "av01.0.08M.10", true),
            ("av01.0.08M.08", "av01.0.08M.10", false),
            ("av01", "av01.0.08M.10", false),
            ("vp09.02.10.10", "vp09.02.10.10.01.09.16.09.00", true),
            ("stpp.ttml.im1t", "stpp", true),
            ("opus", "opus", true),
        ] {
            assert_eq!(agree(said, real), expected, "{said} {real}");
        }
    }
}
