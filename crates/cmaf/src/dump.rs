//! Dump: the boxes of a file as text, one a line, for golden tests and for people.
//!
//! Knows which boxes hold boxes, and the fields of those that tell about time and place; of all others it
//! prints the bytes, or how many there are. Media data is not read.

use crate::boxes::{BoxView, Children};
use crate::cursor::Cursor;
use crate::error::{Error, Problem};
use crate::read::top_level;
use std::fmt::Write;
use std::io::{Read, Seek};

/// Deepest nesting that is followed; CMAF with encryption reaches nine.
const DEPTH_MAX: usize = 16;

/// Most bytes of a box at the top level that is loaded; longer ones get a line without their contents.
const BOX_BYTES_MAX: u64 = 16 << 20;

/// Most bytes that are printed of a box whose fields are not known here.
const HEX_BYTES_MAX: usize = 48;

/// The boxes of a file: each line has the indentation of its depth, type, length and fields.
///
/// # Errors
/// Where the file cannot be read or its boxes do not nest.
pub fn text(file: &mut (impl Read + Seek)) -> Result<String, Error> {
    let mut out = String::new();
    let (top, _) = top_level(file)?;
    for found in top {
        if found.head.kind.0 == *b"mdat" || found.head.length > BOX_BYTES_MAX {
            line(&mut out, 0, &format!("{} {}", found.head.kind, found.head.length));
            continue;
        }
        let bytes = found.load(file, BOX_BYTES_MAX)?;
        let view = Children::new(&bytes, found.offset).next().ok_or(found.error(Problem::Truncated))??;
        describe(&mut out, &view, 0)?;
    }
    Ok(out)
}

fn line(out: &mut String, depth: usize, text: &str) {
    for _ in 0..depth {
        out.push_str("  ");
    }
    out.push_str(text.trim_end());
    out.push('\n');
}

fn describe(out: &mut String, view: &BoxView<'_>, depth: usize) -> Result<(), Error> {
    if depth == DEPTH_MAX {
        return Err(
            view.error(Problem::OverLimit { what: "boxes inside each other", limit: DEPTH_MAX as u64 })
        );
    }
    let length = view.body_offset - view.offset + view.body.len() as u64;
    let mut fields = view.fields();
    let known = known_fields(view, &mut fields)?;
    line(out, depth, &format!("{} {length} {}", view.kind, known.text));
    if known.holds_boxes {
        fields.boxes().try_for_each(|child| describe(out, &child?, depth + 1))?;
    }
    Ok(())
}

/// What a box says of itself.
struct Known {
    text: String,
    /// Whether boxes follow the fields.
    holds_boxes: bool,
}

fn known_fields(view: &BoxView<'_>, fields: &mut Cursor<'_>) -> Result<Known, Error> {
    let holds = |text: String| Ok(Known { text, holds_boxes: true });
    let text = match &view.kind.0 {
        b"moov" | b"trak" | b"edts" | b"mdia" | b"minf" | b"dinf" | b"stbl" | b"mvex" | b"moof" | b"traf"
        | b"udta" => {
            return holds(String::new());
        }
        b"stsd" | b"dref" => {
            fields.version_and_flags()?;
            return holds(format!("entries={}", fields.u32()?));
        }
        b"avc1" | b"hvc1" | b"vp09" | b"av01" => {
            fields.take(24)?;
            let text = format!("size={}x{}", fields.u16()?, fields.u16()?);
            fields.take(50)?;
            return holds(text);
        }
        b"mp4a" | b"ec-3" | b"Opus" => {
            fields.take(16)?;
            let text = format!("channels={}", fields.u16()?);
            fields.take(6)?;
            return holds(format!("{text} rate={}", fields.u32()? >> 16));
        }
        b"ftyp" | b"styp" => brands(fields)?,
        b"mvhd" | b"mdhd" => times(fields)?,
        b"tkhd" => track_header(fields)?,
        b"hdlr" => {
            fields.take(8)?;
            format!("handler={}", fields.four_cc()?)
        }
        b"elst" => edits(fields)?,
        b"mehd" => {
            let (version, _) = fields.version_and_flags()?;
            format!("duration={}", fields.u32_or_u64(version)?)
        }
        b"mfhd" => {
            fields.version_and_flags()?;
            format!("sequence={}", fields.u32()?)
        }
        b"tfdt" => {
            let (version, _) = fields.version_and_flags()?;
            format!("v{version} time={}", fields.u32_or_u64(version)?)
        }
        b"trun" => track_run(fields)?,
        b"sidx" => segment_index(fields)?,
        _ => hex(fields.rest()),
    };
    Ok(Known { text, holds_boxes: false })
}

fn hex(bytes: &[u8]) -> String {
    if bytes.len() > HEX_BYTES_MAX {
        return format!("({} bytes)", bytes.len());
    }
    let words = bytes.chunks(4).map(|word| word.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    words.collect::<Vec<_>>().join(" ")
}

fn brands(fields: &mut Cursor<'_>) -> Result<String, Error> {
    let mut text = format!("major={} minor={} compatible=", fields.four_cc()?, fields.u32()?);
    while !fields.rest().is_empty() {
        let _ = write!(text, "{} ", fields.four_cc()?);
    }
    Ok(text)
}

/// `mvhd` and `mdhd` begin alike.
fn times(fields: &mut Cursor<'_>) -> Result<String, Error> {
    let (version, _) = fields.version_and_flags()?;
    let (created, modified) = (fields.u32_or_u64(version)?, fields.u32_or_u64(version)?);
    let (timescale, duration) = (fields.u32()?, fields.u32_or_u64(version)?);
    Ok(format!("created={created} modified={modified} timescale={timescale} duration={duration}"))
}

fn track_header(fields: &mut Cursor<'_>) -> Result<String, Error> {
    let (version, flags) = fields.version_and_flags()?;
    fields.u32_or_u64(version)?; // creation_time
    fields.u32_or_u64(version)?; // modification_time
    let id = fields.u32()?;
    fields.u32()?; // reserved
    let duration = fields.u32_or_u64(version)?;
    fields.take(52)?; // reserved, layer, alternate_group, volume, matrix
    let (width, height) = (fields.u32()? >> 16, fields.u32()? >> 16);
    Ok(format!("flags={flags:#x} id={id} duration={duration} size={width}x{height}"))
}

fn edits(fields: &mut Cursor<'_>) -> Result<String, Error> {
    let (version, _) = fields.version_and_flags()?;
    let mut text = format!("v{version}");
    for _ in 0..fields.u32()? {
        let (duration, media_time) = (fields.u32_or_u64(version)?, fields.u32_or_u64(version)?);
        let _ = write!(text, " [duration={duration} media_time={media_time} rate={:#x}]", fields.u32()?);
    }
    Ok(text)
}

fn track_run(fields: &mut Cursor<'_>) -> Result<String, Error> {
    let (version, flags) = fields.version_and_flags()?;
    let samples = fields.u32()?;
    let mut text = format!("v{version} flags={flags:#x} samples={samples}");
    if flags & 0x001 != 0 {
        let _ = write!(text, " data_offset={}", fields.u32()? as i32);
    }
    if flags & 0x004 != 0 {
        let _ = write!(text, " first_flags={:#x}", fields.u32()?);
    }
    Ok(text)
}

fn segment_index(fields: &mut Cursor<'_>) -> Result<String, Error> {
    let (version, _) = fields.version_and_flags()?;
    let (id, timescale) = (fields.u32()?, fields.u32()?);
    let (start, first) = (fields.u32_or_u64(version)?, fields.u32_or_u64(version)?);
    fields.u16()?; // reserved
    let mut text = format!("v{version} id={id} timescale={timescale} start={start} first_offset={first}");
    for _ in 0..fields.u16()? {
        let (bytes, duration, sap) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let _ = write!(text, " [bytes={bytes} duration={duration} sap={sap:#x}]");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::Writer;
    use std::io::Cursor as Bytes;

    #[test]
    fn boxes_are_indented_by_depth() {
        let bytes = Writer::build(|w| {
            w.boxed(b"moof", |w| w.full(b"mfhd", 0, 0, |w| w.u32(7)));
            w.boxed(b"mdat", |w| w.zeros(4));
            w.boxed(b"free", |w| w.bytes(b"\x01\x02\x03\x04\x05"));
        });
        let dump = text(&mut Bytes::new(bytes)).unwrap();
        assert_eq!(dump, "moof 24\n  mfhd 16 sequence=7\nmdat 12\nfree 13 01020304 05\n");
    }

    #[test]
    fn nesting_has_an_end() {
        let nest = |inner: Vec<u8>, _| Writer::build(|w| w.boxed(b"moov", |w| w.bytes(&inner)));
        let deep = (0..1000).fold(Vec::new(), nest);
        let error = text(&mut Bytes::new(deep)).unwrap_err();
        assert_eq!(error.to_string(), "box moov at byte 128: more than 16 boxes inside each other");
    }
}
