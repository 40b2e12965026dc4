//! CMAF header (ISO/IEC 23000-19, 7.3.2.1): `ftyp` and a `moov` that describes one track and holds no samples.
//!
//! Creation times are zero, so that the same film gives the same bytes; durations are zero as the samples are
//! in fragments, and `mehd` says the whole.

use super::{Description, Edit};
use crate::cenc::{Protection, boxes};
use crate::entry::SampleEntry;
use crate::read::Handler;
use crate::write::Writer;

/// The only track of the file.
pub(super) const TRACK_ID: u32 = 1;

/// Number of the sample entry of protected samples, or of all, and of that of a clear lead.
const ENTRY: u32 = 1;
pub(super) const ENTRY_OF_LEAD: u32 = 2;

/// The transformation matrix that changes nothing (clause 8.2.2.3).
const UNITY_MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// Writes the header of a track that presents `duration` ticks.
pub(crate) fn write(description: &Description, duration: u64, protection: Option<&Protection>) -> Vec<u8> {
    Writer::build(|w| {
        file_type(w, &description.entry);
        w.boxed(b"moov", |w| {
            movie_header(w, description.timescale);
            w.boxed(b"trak", |w| track(w, description, protection));
            w.boxed(b"mvex", |w| {
                w.full(b"mehd", 1, 0, |w| w.u64(duration));
                track_extends(w);
            });
            protection.iter().flat_map(|protection| &protection.pssh).for_each(|pssh| w.bytes(pssh));
        });
    })
}

/// Brands (clause 4.3): `cmfc` is CMAF; `dash` tells of fragments with a segment index; `av01` of a CMAF AV1 track (AV1
/// Codec ISO Media File Format Binding, section 3).
fn file_type(w: &mut Writer, entry: &SampleEntry) {
    w.boxed(b"ftyp", |w| {
        w.bytes(b"cmfc");
        w.u32(0); // minor_version
        for brand in [b"cmfc", b"iso6", b"dash"] {
            w.bytes(brand);
        }
        match entry {
            SampleEntry::Av1(_) => w.bytes(b"av01"),
            SampleEntry::Text(text) => w.bytes(text.brand()),
            _ => {}
        }
    });
}

/// Clause 8.2.2.
fn movie_header(w: &mut Writer, timescale: u32) {
    w.full(b"mvhd", 0, 0, |w| {
        w.zeros(8); // creation_time and modification_time
        w.u32(timescale);
        w.u32(0); // duration
        w.u32(0x0001_0000); // rate: normal
        w.u16(0x0100); // volume: full
        w.zeros(10); // reserved
        UNITY_MATRIX.iter().for_each(|word| w.u32(*word));
        w.zeros(24); // pre_defined
        w.u32(TRACK_ID + 1); // next_track_ID
    });
}

fn track(w: &mut Writer, description: &Description, protection: Option<&Protection>) {
    track_header(w, &description.entry);
    if let Some(edit) = description.edit {
        edit_list(w, edit);
    }
    w.boxed(b"mdia", |w| {
        media_header(w, description);
        w.boxed(b"minf", |w| media_information(w, description, protection));
    });
    if let SampleEntry::Text(text) = &description.entry {
        w.boxed(b"udta", |w| kind(w, text.role));
    }
}

/// What a track is for (clause 8.10.4), as a role of DASH.
fn kind(w: &mut Writer, role: &str) {
    w.full(b"kind", 0, 0, |w| {
        for text in ["urn:mpeg:dash:role:2011", role] {
            w.bytes(text.as_bytes());
            w.u8(0);
        }
    });
}

/// Clause 8.3.2.
fn track_header(w: &mut Writer, entry: &SampleEntry) {
    const ENABLED_IN_MOVIE_IN_PREVIEW: u32 = 0b111;
    let ((width, height), volume) = match entry.visual() {
        Some(visual) => (visual.display_size(), 0),
        None if entry.handler() == Handler::Audio => ((0, 0), 0x0100),
        None => ((0, 0), 0),
    };
    w.full(b"tkhd", 0, ENABLED_IN_MOVIE_IN_PREVIEW, |w| {
        w.zeros(8); // creation_time and modification_time
        w.u32(TRACK_ID);
        w.u32(0); // reserved
        w.u32(0); // duration
        w.zeros(8); // reserved
        w.u16(0); // layer
        w.u16(0); // alternate_group
        w.u16(volume);
        w.u16(0); // reserved
        UNITY_MATRIX.iter().for_each(|word| w.u32(*word));
        w.u32(fixed_point(width));
        w.u32(fixed_point(height));
    });
}

/// A whole number as 16.16; sizes that do not fit become the largest that does.
fn fixed_point(pixels: u64) -> u32 {
    (pixels.min(0xffff) as u32) << 16
}

/// Clause 8.6.6.
fn edit_list(w: &mut Writer, edit: Edit) {
    w.boxed(b"edts", |w| {
        w.full(b"elst", 1, 0, |w| {
            w.u32(1); // entry_count
            w.u64(edit.duration);
            w.u64(edit.media_time);
            w.u32(0x0001_0000); // media_rate: normal
        });
    });
}

/// `mdhd`, `hdlr` and, where a language is known, `elng` (clauses 8.4.2, 8.4.3, 8.4.6).
fn media_header(w: &mut Writer, description: &Description) {
    let language = description.language.as_deref().filter(|tag| is_language_tag(tag));
    w.full(b"mdhd", 0, 0, |w| {
        w.zeros(8); // creation_time and modification_time
        w.u32(description.timescale);
        w.u32(0); // duration
        w.u16(packed_language(language));
        w.u16(0); // pre_defined
    });
    let handler = match description.entry.handler() {
        Handler::Video => b"vide",
        Handler::Audio => b"soun",
        Handler::Text => b"text",
        Handler::Subtitles => b"subt",
    };
    w.full(b"hdlr", 0, 0, |w| {
        w.u32(0); // pre_defined
        w.bytes(handler);
        w.zeros(12); // reserved
        w.u8(0); // name: empty
    });
    if let Some(tag) = language {
        w.full(b"elng", 0, 0, |w| {
            w.bytes(tag.as_bytes());
            w.u8(0);
        });
    }
}

/// Whether a text has the letters of a BCP 47 tag; others are left out of the file.
fn is_language_tag(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The primary language in three letters of five bits each (clause 8.4.2.3), `und` where it has no three
/// letters.
fn packed_language(tag: Option<&str>) -> u16 {
    let primary = tag.and_then(|tag| tag.split('-').next()).unwrap_or_default().to_ascii_lowercase();
    let letters: &[u8; 3] = match primary.as_bytes().try_into() {
        Ok(letters) if primary.bytes().all(|byte| byte.is_ascii_lowercase()) => letters,
        _ => b"und",
    };
    letters.iter().fold(0, |packed, letter| packed << 5 | u16::from(letter - 0x60))
}

/// `vmhd`, `smhd`, `nmhd` or `sthd`, `dinf` and an empty `stbl` (clauses 12.1.2, 12.2.2, 8.4.5.2, 12.6.2, 8.7.1, 8.5.1).
fn media_information(w: &mut Writer, description: &Description, protection: Option<&Protection>) {
    match description.entry.handler() {
        Handler::Video => w.full(b"vmhd", 0, 1, |w| w.zeros(8)), // graphicsmode copy, opcolor
        Handler::Audio => w.full(b"smhd", 0, 0, |w| w.zeros(4)), // balance centre, reserved
        Handler::Text => w.full(b"nmhd", 0, 0, |_| {}),
        Handler::Subtitles => w.full(b"sthd", 0, 0, |_| {}),
    }
    w.boxed(b"dinf", |w| {
        w.full(b"dref", 0, 0, |w| {
            w.u32(1); // entry_count
            w.full(b"url ", 0, 1, |_| {}); // flag 1: the media is in this file
        });
    });
    w.boxed(b"stbl", |w| {
        let leads = protection.is_some_and(|protection| protection.clear_segments > 0);
        w.full(b"stsd", 0, 0, |w| {
            w.u32(if leads { ENTRY_OF_LEAD } else { ENTRY }); // entry_count
            sample_entry(w, &description.entry, protection);
            if leads {
                description.entry.write(w);
            }
        });
        w.full(b"stts", 0, 0, |w| w.u32(0)); // no samples here: they are in fragments
        w.full(b"stsc", 0, 0, |w| w.u32(0));
        w.full(b"stsz", 0, 0, |w| w.zeros(8)); // sample_size and sample_count
        w.full(b"stco", 0, 0, |w| w.u32(0));
        if description.roll_samples > 0 {
            roll_group(w, description.roll_samples);
        }
    });
}

/// The sample entry; of a protected track under another type, and with the box that tells how (clause 8.12).
fn sample_entry(w: &mut Writer, entry: &SampleEntry, protection: Option<&Protection>) {
    let Some(protection) = protection else {
        return entry.write(w);
    };
    let kind = match entry.handler() {
        Handler::Video => b"encv",
        Handler::Audio => b"enca",
        Handler::Text | Handler::Subtitles => b"enct",
    };
    let clear = Writer::build(|w| entry.write(w));
    let (Some((head, body)), Some(encryption)) =
        (clear.split_first_chunk::<8>(), protection.default_encryption(entry.handler()))
    else {
        return;
    };
    let [_, _, _, _, original @ ..] = *head;
    w.boxed(kind, |w| {
        w.bytes(body);
        boxes::protection_info(w, original, protection.scheme, &encryption);
    });
}

/// `sgpd` (clause 8.9.3) with the one group that fragments refer to: samples that come right only after others (clause
/// 10.1).
fn roll_group(w: &mut Writer, roll_samples: u16) {
    w.full(b"sgpd", 1, 0, |w| {
        w.bytes(b"roll");
        w.u32(2); // default_length of an entry
        w.u32(1); // entry_count
        w.u16(roll_samples.wrapping_neg()); // roll_distance, signed: so many samples before
    });
}

/// Clause 8.8.3. Fragments say durations and flags themselves.
fn track_extends(w: &mut Writer) {
    w.full(b"trex", 0, 0, |w| {
        w.u32(TRACK_ID);
        w.u32(ENTRY); // default_sample_description_index
        w.zeros(12); // default duration, size and flags
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{av1, avc};

    /// Clause 8.4.2.3: each letter less 0x60; `und` is 10101 01110 00100.
    #[test]
    fn languages_are_packed() {
        for (tag, expected) in [
            (None, 0x55c4),
            (Some("en"), 0x55c4),
            (Some("eng"), 0b00101_01110_00111),
            (Some("FIL-PH"), 0b00110_01001_01100),
            (Some("de-CH-1996"), 0x55c4),
            (Some("x1y"), 0x55c4),
        ] {
            assert_eq!(packed_language(tag), expected, "{tag:?}");
        }
    }

    #[test]
    fn a_track_is_cmaf() {
        let brands = |entry| Writer::build(|w| file_type(w, &entry));
        let avc = SampleEntry::Avc(avc::tests::entry());
        assert_eq!(brands(avc), b"\0\0\0\x1cftypcmfc\0\0\0\0cmfciso6dash");
        let av1 = SampleEntry::Av1(av1::tests::entry());
        assert_eq!(brands(av1), b"\0\0\0\x20ftypcmfc\0\0\0\0cmfciso6dashav01");
    }
}
