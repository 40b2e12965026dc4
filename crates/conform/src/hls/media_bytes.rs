//! Checks of a media playlist beside the bytes that it names.

use super::MISSING;
use super::segments::{Media, Segment, format_of};
use crate::bmff::boxes::name;
use crate::bmff::header::Header;
use crate::cmaf::set;
use crate::library::{Kind, Library, MediaFile, Resource};
use crate::log::Log;
use crate::rule::hls as rule;
use crate::track::{Listed, Rendition};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Most that EXTINF may be away from the samples' duration, in seconds: a coded audio frame and its delay are cut off by
/// an edit.
const DURATION_TOLERANCE_S: f64 = 0.1;

/// What a media playlist's files hold.
#[derive(Debug, Default)]
pub(super) struct Bytes {
    /// One for each initialisation section.
    pub(super) renditions: Vec<Rendition>,
    /// Duration in seconds and bytes of each segment; none where a file could not be read.
    pub(super) sizes: Vec<(f64, u64)>,
    /// Whether all segments were looked into.
    pub(super) whole: bool,
}

/// Reads and checks what a playlist names.
pub(super) fn check(media: &Media, library: &mut Library<'_>) -> Bytes {
    if media.images_only() {
        files(media, library);
        return Bytes::default();
    }
    let mut bytes = Bytes { whole: true, ..Bytes::default() };
    let mut last_map = None;
    for run in media.segments.chunk_by(|a, b| a.map == b.map) {
        let Some(map) = run[0].map.map(|map| &media.maps[map]) else {
            bytes.whole = without_map(media, run, library) && bytes.whole;
            continue;
        };
        let file = library.media(map, None, MISSING);
        let header = file.as_ref().and_then(|file| file.header.clone());
        let Some(header) = header else {
            if file.is_some() {
                library.log.add(rule::MAP, map.named.clone(), format!("{} has no `moov`", map.uri));
            }
            bytes.whole = false;
            continue;
        };
        if last_map != Some(map) {
            map_range(map, &header, &mut library.log);
        }
        last_map = Some(map);
        if media.i_frames_only() {
            i_frames(media, run, &header, library);
        } else {
            bytes.renditions.push(rendition(run, &header, library));
        }
        let key_ids = key_ids(run, &header, library);
        keys(media, run, &header, &key_ids, &mut library.log);
    }
    bytes.sizes = sizes(media, library);
    bytes
}

/// Bytes of each segment. I-frame ranges count as segments.
fn sizes(media: &Media, library: &mut Library<'_>) -> Vec<(f64, u64)> {
    let size = |segment: &Segment| {
        let file_bytes = library.media(&segment.resource, None, MISSING)?.file_bytes;
        Some((segment.duration_s, segment.resource.range.map_or(file_bytes, |range| range.length)))
    };
    media.segments.iter().filter(|segment| !segment.gap).map(size).collect::<Option<_>>().unwrap_or_default()
}

fn files(media: &Media, library: &mut Library<'_>) {
    for segment in &media.segments {
        library.media(&segment.resource, None, MISSING);
    }
}

/// Segments before any EXT-X-MAP: gives whether they were looked into.
fn without_map(media: &Media, run: &[Segment], library: &mut Library<'_>) -> bool {
    let mut known = true;
    for segment in run.iter().filter(|segment| !segment.gap) {
        let Some(file) = library.media(&segment.resource, None, MISSING) else {
            known = false;
            continue;
        };
        let named = segment.resource.named.clone();
        match file.kind {
            Kind::Bmff if !begins_with_header(segment, &file) => {
                library.log.add(rule::MAP, named, "no EXT-X-MAP is before this segment")
            }
            Kind::WebVtt if !is_web_vtt(&file) => {
                library.log.add(
                    rule::WEBVTT,
                    named,
                    format!("{} does not begin with `WEBVTT`", segment.resource.uri),
                );
            }
            Kind::Other => {
                known = false;
                library.log.add(
                    rule::NOT_CHECKED,
                    media.playlist.place(segment.line),
                    "the segment is neither fragmented MP4 nor WebVTT",
                );
            }
            Kind::Bmff | Kind::WebVtt => {}
        }
    }
    known
}

/// Whether a segment has its own `moov`, and needs no other.
fn begins_with_header(segment: &Segment, file: &MediaFile) -> bool {
    let start = segment.resource.range.map_or(0, |range| range.offset);
    file.header.as_ref().is_some_and(|header| header.moov >= start)
}

fn is_web_vtt(file: &MediaFile) -> bool {
    file.start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&file.start).starts_with(b"WEBVTT")
}

fn map_range(map: &Resource, header: &Header, log: &mut Log) {
    let Some(range) = map.range else { return };
    let first = header.ftyp.unwrap_or(header.moov);
    if range.offset > first || range.offset.saturating_add(range.length) < header.end {
        let (start, end) = (range.offset, range.offset.saturating_add(range.length));
        let message = format!(
            "EXT-X-MAP has bytes {start} to {end}; `ftyp` and `moov` are bytes {first} to {}",
            header.end
        );
        log.add(rule::MAP, map.named.clone(), message);
    }
}

fn rendition(run: &[Segment], header: &Rc<Header>, library: &mut Library<'_>) -> Rendition {
    let listed = run.iter().filter(|segment| !segment.gap).map(|segment| Listed {
        resource: segment.resource.clone(),
        said_s: Some(segment.duration_s),
        discontinuity: segment.discontinuity,
    });
    let rendition =
        Rendition::read(library, header, &listed.collect::<Vec<_>>(), MISSING, rule::SEGMENT_WHOLE);
    set::continuity(&rendition, &mut library.log);
    set::sync(&rendition, &mut library.log);
    for segment in &rendition.segments {
        let real_s = rendition.segment_s(segment);
        let said_s = segment.said_s.unwrap_or(real_s);
        if (real_s - said_s).abs() > DURATION_TOLERANCE_S {
            let message = format!("EXTINF is {said_s:.3} s, the samples last {real_s:.3} s");
            library.log.add(rule::SEGMENT_DURATION, segment.named.clone(), message);
        }
    }
    rendition
}

/// The keys of segments beside the header's scheme.
fn keys(media: &Media, run: &[Segment], header: &Header, key_ids: &[String], log: &mut Log) {
    let scheme = header.scheme();
    let expected = match scheme.as_ref() {
        Some(b"cbcs") => Some("SAMPLE-AES"),
        Some(b"cenc") => Some("SAMPLE-AES-CTR"),
        _ => None,
    };
    let any_keys = media.keys.iter().any(|keys| !keys.is_empty());
    if let Some(scheme) = scheme.filter(|_| !any_keys) {
        let message = format!("the header says {}, and there is no EXT-X-KEY", name(scheme));
        log.add(rule::KEY_SCHEME, run[0].resource.named.clone(), message);
    }
    for set in run.chunk_by(|a, b| a.keys == b.keys) {
        for key in &media.keys[set[0].keys] {
            let method = key.attributes.get("METHOD").unwrap_or_default();
            if method != "AES-128" && expected != Some(method) {
                let real = scheme.map_or("clear samples".to_owned(), name);
                let message = format!("METHOD is {method} for {}, the header says {real}", format_of(key));
                log.add(rule::KEY_SCHEME, media.playlist.place(key.line), message);
            }
            let said = key.attributes.get("KEYID").map(|id| id.to_ascii_lowercase());
            let known = |id: &str| key_ids.iter().any(|real| real == id.trim_start_matches("0x"));
            if let Some(said) = said.filter(|said| !key_ids.is_empty() && !known(said)) {
                let message = format!("KEYID is {said}, the media's key IDs are {}", key_ids.join(", "));
                log.add(rule::KEY_ID, media.playlist.place(key.line), message);
            }
        }
    }
}

/// The key IDs of the header and of sample groups.
fn key_ids(run: &[Segment], header: &Rc<Header>, library: &mut Library<'_>) -> Vec<String> {
    let protection = header.entry().and_then(|entry| entry.protection.as_ref());
    let default = protection.and_then(|parts| parts.defaults.as_ref()).map(|tenc| tenc.key_id);
    let mut ids: BTreeSet<[u8; 16]> = default.into_iter().collect();
    let mut last = None;
    for segment in run.iter().filter(|_| default.is_some()) {
        if last != Some(&segment.resource.uri) {
            let file = library.media(&segment.resource, Some(header), MISSING);
            ids.extend(file.iter().flat_map(|file| &file.fragments).flat_map(|fragment| &fragment.key_ids));
        }
        last = Some(&segment.resource.uri);
    }
    ids.iter().map(|id| hex(id)).collect()
}

/// Hexadecimal digits in lower case.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Section 4.4.3.6: each range begins where decoding can.
fn i_frames(media: &Media, run: &[Segment], header: &Rc<Header>, library: &mut Library<'_>) {
    for segment in run {
        let Some(file) = library.media(&segment.resource, Some(header), MISSING) else { continue };
        let start = segment.resource.range.map_or(0, |range| range.offset);
        let after = file.fragments.partition_point(|fragment| fragment.offset < start);
        let fragment = file.fragments.get(after);
        // A `styp`, an index or events may be before the `moof`.
        let begins = file.edges.binary_search(&start).is_ok();
        let wrong = match fragment {
            Some(fragment) if begins && fragment.sync => continue,
            Some(_) if begins => "the first sample needs others before it",
            _ => "no `moof` begins there",
        };
        let message = format!("byte {start} of {}: {wrong}", segment.resource.uri);
        library.log.add(rule::I_FRAME_RANGE, media.playlist.place(segment.line), message);
    }
}
