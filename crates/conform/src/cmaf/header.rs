//! Checks of a header: brands, its one track, its sample entry.

use crate::bmff::boxes::name;
use crate::bmff::entry::{Defaults, Entry};
use crate::bmff::header::{Header, Track};
use crate::log::{Log, Place};
use crate::rule::{Rule, cmaf as rule};

/// `schm` version 1.0 (ISO/IEC 23001-7, 4.2).
const SCHEME_VERSION: u32 = 0x0001_0000;

/// Checks a header.
pub(crate) fn check(header: &Header, log: &mut Log) {
    let mut tell = |rule: &'static Rule, path: &str, offset: u64, message: String| {
        log.add(rule, Place::of_box(&header.file, path, offset), message);
    };
    match header.ftyp {
        None => tell(rule::FTYP, "moov", header.moov, "no `ftyp` is before `moov`".into()),
        Some(offset) if !header.is_cmaf() => {
            let brands: Vec<_> = header.brands.iter().map(|brand| name(*brand)).collect();
            tell(rule::BRAND, "ftyp", offset, format!("the brands are {}", brands.join(", ")));
        }
        Some(_) => {}
    }
    if !header.fragmented {
        tell(rule::MOOV, "moov", header.moov, "there is no `mvex`: this is no header of fragments".into());
    }
    let extended =
        |track: &Track| header.extends.iter().filter(|extends| extends.track_id == track.id).count() == 1;
    if header.tracks.len() != 1 || (header.fragmented && !header.tracks.iter().all(extended)) {
        let (tracks, extends) = (header.tracks.len(), header.extends.len());
        let muxed = tracks > 1 && tracks == extends && !header.is_cmaf();
        let rule = if muxed { rule::MUXED } else { rule::ONE_TRACK };
        tell(rule, "moov", header.moov, format!("there are {tracks} `trak` and {extends} `trex`"));
    }
    if header.is_cmaf() && header.movie_duration != 0 {
        let message = format!("the duration in `mvhd` is {}", header.movie_duration);
        tell(rule::DURATION, "moov/mvhd", header.moov, message);
    }
    for track in &header.tracks {
        check_track(header, track, &mut tell);
    }
    check_systems(header, &mut tell);
}

type Tell<'a> = dyn FnMut(&'static Rule, &str, u64, String) + 'a;

fn check_track(header: &Header, track: &Track, tell: &mut Tell<'_>) {
    let at = track.offset;
    if track.timescale == 0 {
        tell(rule::TIMESCALE, "moov/trak/mdia/mdhd", at, "the timescale is 0".into());
    }
    if header.fragmented && header.is_cmaf() && !track.full_tables.is_empty() {
        let message = format!("{} has rows", track.full_tables.join(", "));
        tell(rule::SAMPLES, "moov/trak/mdia/minf/stbl", at, message);
    }
    if header.is_cmaf() && track.durations != (0, 0) {
        let (track_header, media) = track.durations;
        let message = format!("the durations in `tkhd` and `mdhd` are {track_header} and {media}");
        tell(rule::DURATION, "moov/trak", at, message);
    }
    let one = 0x0001_0000;
    let odd = track.edits.iter().find(|edit| edit.media_time < 0 || edit.rate != one);
    if header.is_cmaf() && (track.edits.len() > 1 || odd.is_some()) {
        let message = match odd {
            Some(edit) if edit.media_time < 0 => "there is an empty edit".to_owned(),
            Some(edit) => format!("an edit has the rate {:#x}", edit.rate),
            None => format!("there are {} edits", track.edits.len()),
        };
        tell(rule::EDIT_LIST, "moov/trak/edts/elst", at, message);
    }
    let table = "moov/trak/mdia/minf/stbl/stsd";
    if track.entries.is_empty() {
        tell(rule::ENTRY, table, at, "there is no sample entry".into());
    }
    if let [first, others @ ..] = track.entries.as_slice()
        && let Some(other) =
            others.iter().find(|other| other.format != first.format || other.codecs != first.codecs)
    {
        let message = format!("there are entries of {} and {}", name(first.format), name(other.format));
        tell(rule::ENTRIES, table, at, message);
    }
    for entry in &track.entries {
        check_entry(track, entry, tell);
    }
}

fn check_entry(track: &Track, entry: &Entry, tell: &mut Tell<'_>) {
    let path = format!("moov/trak/mdia/minf/stbl/stsd/{}", name(entry.stored));
    if entry.codecs.is_none() {
        let message = format!("the configuration of {} is missing or broken", name(entry.format));
        tell(rule::ENTRY, &path, entry.offset, message);
    }
    let kind: Option<&[u8; 4]> = match &entry.format {
        b"avc1" | b"avc3" | b"hvc1" | b"hev1" | b"vp08" | b"vp09" | b"av01" | b"dvh1" | b"dvhe" => {
            Some(b"vide")
        }
        b"mp4a" | b"ac-3" | b"ec-3" | b"ac-4" | b"Opus" | b"fLaC" => Some(b"soun"),
        b"wvtt" => Some(b"text"),
        b"stpp" => Some(b"subt"),
        _ => None,
    };
    if kind.is_some_and(|kind| *kind != track.handler) {
        let message = format!("{} is in a track of {}", name(entry.format), name(track.handler));
        let texts = [b"text", b"subt"];
        let both_text = texts.contains(&&track.handler) && kind.is_some_and(|kind| texts.contains(&kind));
        let rule = if both_text { rule::TEXT_HANDLER } else { rule::ENTRY_HANDLER };
        tell(rule, &path, entry.offset, message);
    }
    if entry.is_protected() || entry.protection.is_some() {
        check_protection(track, entry, &path, tell);
    }
}

fn check_protection(track: &Track, entry: &Entry, path: &str, tell: &mut Tell<'_>) {
    let parts = entry.protection.as_ref();
    let scheme = parts.and_then(|parts| parts.scheme);
    let wrong = match (parts, scheme) {
        _ if !entry.is_protected() => {
            Some(format!("there is a `sinf`, and the type is {}", name(entry.stored)))
        }
        (None, _) => Some("there is no `sinf`".into()),
        (Some(parts), _) if parts.original.is_none() => Some("there is no `frma`".into()),
        (_, None) => Some("there is no `schm`".into()),
        (_, Some((scheme, version))) => match &scheme {
            b"cenc" | b"cbcs" | b"cens" | b"cbc1" if version == SCHEME_VERSION => None,
            b"cenc" | b"cbcs" | b"cens" | b"cbc1" => Some(format!("the version of `schm` is {version:#x}")),
            _ => Some(format!("{} is no scheme of Common Encryption", name(scheme))),
        },
    };
    if let Some(wrong) = wrong {
        return tell(rule::SCHEME, &format!("{path}/sinf"), entry.offset, wrong);
    }
    let defaults = parts.and_then(|parts| parts.defaults.as_ref());
    match (defaults, scheme) {
        (Some(defaults), Some((scheme, _))) => check_defaults(track, &scheme, defaults, path, tell),
        _ => tell(
            rule::SCHEME,
            &format!("{path}/sinf"),
            entry.offset,
            "there is no `tenc` that can be read".into(),
        ),
    }
}

/// ISO/IEC 23001-7, 8.2 and 10.
fn check_defaults(track: &Track, scheme: &[u8; 4], tenc: &Defaults, path: &str, tell: &mut Tell<'_>) {
    let path = format!("{path}/sinf/schi/tenc");
    let pattern = (tenc.crypt_blocks, tenc.skip_blocks);
    let counter = matches!(scheme, b"cenc" | b"cens");
    let patterned = matches!(scheme, b"cens" | b"cbcs");
    let wrong = match (tenc.protected, tenc.iv_bytes, tenc.constant_iv_bytes) {
        (false, 0, _) => None,
        (false, _, _) => Some("default_isProtected is 0, and there are vectors".to_owned()),
        (true, 8, _) if counter => None,
        (true, 16, _) => None,
        (true, 0, Some(8 | 16)) if scheme == b"cbcs" => None,
        (true, 0, _) => {
            Some("there is neither a vector for each sample nor a constant one of 8 or 16 bytes".to_owned())
        }
        (true, bytes, _) => Some(format!("vectors of {bytes} bytes do not fit {}", name(*scheme))),
    };
    let wrong = wrong.or_else(|| {
        (!patterned && pattern != (0, 0))
            .then(|| format!("{} has no pattern, and there is {}:{}", name(*scheme), pattern.0, pattern.1))
    });
    if let Some(wrong) = wrong {
        tell(rule::DEFAULTS, &path, tenc.offset, wrong);
    }
    let usual = match &track.handler {
        b"vide" => pattern == (1, 9),
        _ => matches!(pattern, (0, 0) | (1, 0)),
    };
    if scheme == b"cbcs" && tenc.protected && !usual {
        tell(rule::PATTERN, &path, tenc.offset, format!("the pattern is {}:{}", pattern.0, pattern.1));
    }
}

fn check_systems(header: &Header, tell: &mut Tell<'_>) {
    let parts = header.entry().and_then(|entry| entry.protection.as_ref());
    let Some(key_id) = parts.and_then(|parts| parts.defaults.as_ref()).map(|tenc| tenc.key_id) else {
        return;
    };
    for system in &header.systems {
        if system.key_ids.as_ref().is_some_and(|ids| !ids.contains(&key_id)) {
            let message = "the key IDs are without the track's default one".to_owned();
            tell(rule::PSSH, "moov/pssh", system.offset, message);
        }
    }
}
