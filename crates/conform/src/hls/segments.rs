//! The segments of a media playlist, each with all that applies to it, and the rules of the tags before them.

use super::attributes::Attributes;
use super::playlist::{Item, Playlist, Tag};
use crate::library::Resource;
use crate::log::Log;
use crate::rule::hls as rule;
use media::ByteRange;

/// A media playlist as a player sees it.
#[derive(Debug, Clone)]
pub(crate) struct Media {
    pub(crate) playlist: Playlist,
    /// EXT-X-TARGETDURATION, in seconds.
    pub(crate) target_s: Option<u64>,
    pub(crate) segments: Vec<Segment>,
    /// The initialisation sections, in order.
    pub(crate) maps: Vec<Resource>,
    /// The keys in force, each time they changed; the first is none.
    pub(crate) keys: Vec<Vec<Tag>>,
}

/// A segment.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    /// The line of its URI.
    pub(crate) line: usize,
    pub(crate) resource: Resource,
    /// EXTINF, in seconds.
    pub(crate) duration_s: f64,
    /// Its initialisation section, in [`Media::maps`].
    pub(crate) map: Option<usize>,
    /// Its keys, in [`Media::keys`].
    pub(crate) keys: usize,
    pub(crate) discontinuity: bool,
    pub(crate) gap: bool,
}

impl Media {
    /// Reads the segments.
    pub(crate) fn of(playlist: Playlist, log: &mut Log) -> Media {
        let mut reader = Reader { playlist: &playlist, log, next: Next::default(), media: Parts::default() };
        reader.media.keys.push(Vec::new());
        for item in &playlist.items {
            match item {
                Item::Tag(tag) => reader.tag(tag),
                Item::Uri { line, text } => reader.uri(*line, text),
            }
        }
        if let Some(line) = reader.next.extinf_line {
            let message = "no URI follows this EXTINF";
            reader.log.add(rule::URI_LINE, playlist.place(line), message);
        }
        let Parts { segments, maps, keys } = reader.media;
        let target_s = playlist.find("EXT-X-TARGETDURATION").and_then(|tag| tag.value.parse().ok());
        Media { playlist, target_s, segments, maps, keys }
    }

    /// Duration of all segments, in seconds.
    pub(crate) fn duration_s(&self) -> f64 {
        self.segments.iter().map(|segment| segment.duration_s).sum()
    }

    /// Whether it lists keyframes alone.
    pub(crate) fn i_frames_only(&self) -> bool {
        self.playlist.has("EXT-X-I-FRAMES-ONLY")
    }

    /// Whether it lists pictures.
    pub(crate) fn images_only(&self) -> bool {
        self.playlist.has("EXT-X-IMAGES-ONLY")
    }
}

#[derive(Default)]
struct Parts {
    segments: Vec<Segment>,
    maps: Vec<Resource>,
    keys: Vec<Vec<Tag>>,
}

/// What the tags so far say of the next segment.
#[derive(Default)]
struct Next {
    extinf_line: Option<usize>,
    duration_s: f64,
    range: Option<(u64, Option<u64>)>,
    discontinuity: bool,
    gap: bool,
}

struct Reader<'a> {
    playlist: &'a Playlist,
    log: &'a mut Log,
    next: Next,
    media: Parts,
}

impl Reader<'_> {
    fn tag(&mut self, tag: &Tag) {
        match tag.name.as_str() {
            "EXTINF" => self.extinf(tag),
            "EXT-X-BYTERANGE" => {
                self.next.range = byte_range(&tag.value);
                if self.next.range.is_none() {
                    self.wrong_value(tag);
                }
            }
            "EXT-X-DISCONTINUITY" => self.next.discontinuity = true,
            "EXT-X-GAP" => self.next.gap = true,
            "EXT-X-PROGRAM-DATE-TIME" if !is_date(&tag.value) => self.wrong_value(tag),
            "EXT-X-MAP" => self.map(tag),
            "EXT-X-KEY" => self.key(tag),
            _ => {}
        }
    }

    fn wrong_value(&mut self, tag: &Tag) {
        let message = format!("#{} has `{}`", tag.name, tag.value);
        self.log.add(rule::TAG_VALUE, self.playlist.place(tag.line), message);
    }

    fn extinf(&mut self, tag: &Tag) {
        let duration = tag.value.split(',').next().unwrap_or_default();
        let form = |c: char| c.is_ascii_digit() || c == '.';
        match duration.parse::<f64>() {
            Ok(seconds) if duration.chars().all(form) => self.next.duration_s = seconds,
            _ => self.wrong_value(tag),
        }
        self.next.extinf_line = Some(tag.line);
    }

    fn map(&mut self, tag: &Tag) {
        let Some(reference) = tag.attributes.get("URI") else { return };
        let range = tag.attributes.get("BYTERANGE").map(byte_range);
        if range == Some(None) {
            let message = "the BYTERANGE of EXT-X-MAP is no `length@offset`";
            self.log.add(rule::ATTRIBUTE_VALUE, self.playlist.place(tag.line), message);
        }
        let range = range.flatten().map(|(length, offset)| ByteRange { offset: offset.unwrap_or(0), length });
        let uri = self.playlist.resolve(reference);
        self.media.maps.push(Resource { uri, range, named: self.playlist.place(tag.line) });
    }

    /// Sections 4.4.4.4: keys of other formats stay in force.
    fn key(&mut self, tag: &Tag) {
        key_rules(self.playlist, tag, self.log);
        let mut keys = self.media.keys.last().cloned().unwrap_or_default();
        if tag.attributes.get("METHOD") == Some("NONE") {
            keys.clear();
        } else {
            let after_segment =
                self.media.segments.last().is_some_and(|s| s.keys + 1 == self.media.keys.len());
            if after_segment {
                keys.retain(|key| format_of(key) != format_of(tag));
            }
            keys.push(tag.clone());
        }
        self.media.keys.push(keys);
    }

    fn uri(&mut self, line: usize, text: &str) {
        let next = std::mem::take(&mut self.next);
        if next.extinf_line.is_none() {
            let message = format!("`{text}` has no EXTINF before it");
            self.log.add(rule::URI_LINE, self.playlist.place(line), message);
        }
        let uri = self.playlist.resolve(text);
        let range =
            next.range.map(|(length, offset)| ByteRange { offset: self.offset(line, &uri, offset), length });
        self.media.segments.push(Segment {
            line,
            resource: Resource { uri, range, named: self.playlist.place(line) },
            duration_s: next.duration_s,
            map: self.media.maps.len().checked_sub(1),
            keys: self.media.keys.len() - 1,
            discontinuity: next.discontinuity,
            gap: next.gap,
        });
    }

    /// Where a range begins that may not say so.
    fn offset(&mut self, line: usize, uri: &str, said: Option<u64>) -> u64 {
        let before = self.media.segments.last().filter(|last| last.resource.uri == uri);
        let end = before
            .and_then(|last| last.resource.range)
            .map(|range| range.offset.saturating_add(range.length));
        if said.or(end).is_none() {
            let message = "the byte range has no offset, and no range of the same file is before it";
            self.log.add(rule::BYTE_RANGE, self.playlist.place(line), message);
        }
        said.or(end).unwrap_or(0)
    }
}

/// Section 4.4.4.4, of EXT-X-KEY and EXT-X-SESSION-KEY alike.
pub(super) fn key_rules(playlist: &Playlist, tag: &Tag, log: &mut Log) {
    let attributes = &tag.attributes;
    let bits = |hex: &str| hex.trim_start_matches("0x").trim_start_matches("0X").len() * 4;
    let iv_bits = attributes.get("IV").map(bits);
    let wrong = match attributes.get("METHOD") {
        Some("NONE") if attributes.names().count() > 1 => {
            Some("METHOD is NONE, and there are other attributes".to_owned())
        }
        Some("NONE") | None => None,
        Some("AES-128" | "SAMPLE-AES" | "SAMPLE-AES-CTR") => match (attributes.get("URI"), iv_bits) {
            (None, _) => Some("there is no URI".to_owned()),
            (_, Some(bits)) if bits != 128 => Some(format!("IV has {bits} bits, not 128")),
            _ => None,
        },
        Some(method) => Some(format!("METHOD is {method}, which is no method of the standard")),
    };
    if let Some(wrong) = wrong {
        log.add(rule::KEY, playlist.place(tag.line), wrong);
    }
}

/// The key's format, `identity` where it says none.
pub(super) fn format_of(key: &Tag) -> &str {
    key.attributes.get("KEYFORMAT").unwrap_or("identity")
}

/// `length[@offset]`.
pub(super) fn byte_range(text: &str) -> Option<(u64, Option<u64>)> {
    match text.split_once('@') {
        Some((length, offset)) => Some((length.parse().ok()?, Some(offset.parse().ok()?))),
        None => Some((text.parse().ok()?, None)),
    }
}

/// Whether a text looks like a date and time of ISO 8601 with a time zone; dates themselves are not judged.
pub(super) fn is_date(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let zoned = time.ends_with('Z') || time.rfind(['+', '-']).is_some_and(|sign| digits(&time[sign..]) >= 2);
    digits(date) == 8 && digits(time) >= 4 && zoned
}

/// Whether the attributes of two lists are the same, apart from those named.
pub(super) fn same_but(a: &Attributes, b: &Attributes, names: &[&str]) -> bool {
    let sorted = |list: &Attributes| {
        let mut all: Vec<_> = list.without(names).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        all.sort();
        all
    };
    sorted(a) == sorted(b)
}
