//! Checks of a representation beside the bytes that it names.

use super::document::is_static;
use super::protection;
use super::representation::Representation;
use super::segments::{Segments, Way};
use super::timeline::Span;
use super::values::frame_rate;
use super::xml::Element;
use crate::bmff::codecs;
use crate::cmaf::set;
use crate::library::{Kind, Library, MediaFile, Missing, Resource};
use crate::log::{Log, Place};
use crate::rule::dash as rule;
use crate::track::{Listed, Rendition};
use media::ByteRange;

/// What an unreadable segment breaks.
const MISSING: Missing = Missing { resource: rule::RESOURCE, not_checked: rule::NOT_CHECKED };

/// Most that times of a timeline may be away from the media's, in seconds: coded audio begins with a frame that an edit
/// cuts off.
const TIME_TOLERANCE_S: f64 = 0.1;

/// Most that frameRate may be away from the media's, in frames a second.
const FRAME_RATE_TOLERANCE: f64 = 0.02;

/// Reads what a representation names; `None` where it is not fragmented MP4 or cannot be read.
pub(super) fn read(
    representation: &Representation<'_>,
    segments: &Segments,
    library: &mut Library<'_>,
) -> Option<Rendition> {
    let (header, listed, spans) = match &segments.way {
        Way::File(file) => {
            let file = library.media(file, None, MISSING)?;
            not_mp4(representation, &file, &mut library.log)?;
            return None;
        }
        Way::Base { file, index, header, line } => {
            let media = library.media(file, None, MISSING)?;
            not_mp4(representation, &media, &mut library.log)?;
            ranges(representation, &media, (file, *index), (header.as_ref(), *line), library);
            (media.header.clone()?, indexed(file, &media, *index), None)
        }
        Way::Listed { header, segments: listed, spans, exact } => {
            if !is_static(representation.mpd) {
                library.log.add(
                    rule::NOT_CHECKED,
                    representation.place(),
                    "what segments there are changes with the time",
                );
                return None;
            }
            let Some(header) = header else {
                files(representation, listed, library);
                return None;
            };
            let media = library.media(header, None, MISSING)?;
            let Some(read) = media.header.clone() else {
                library.log.add(
                    rule::INIT_RANGE,
                    header.named.clone(),
                    format!("{} has no `moov`", header.uri),
                );
                return None;
            };
            (read, listed.clone(), Some((spans, *exact)))
        }
    };
    let rendition = Rendition::read(library, &header, &listed, MISSING, rule::SEGMENT_WHOLE);
    set::continuity(&rendition, &mut library.log);
    set::sync(&rendition, &mut library.log);
    if let Some((spans, exact)) = spans {
        times(&rendition, segments, spans, exact, &mut library.log);
    }
    described(representation, &rendition, &mut library.log);
    protection::check(representation, &header, &mut library.log);
    bandwidth(representation, &rendition, &mut library.log);
    Some(rendition)
}

/// `None`, and a note where it is no text, of what is not boxes.
fn not_mp4(representation: &Representation<'_>, file: &MediaFile, log: &mut Log) -> Option<()> {
    if file.kind == Kind::Other
        && !representation
            .get("mimeType")
            .is_some_and(|mime| mime.starts_with("image/") || mime.starts_with("text/"))
    {
        log.add(rule::NOT_CHECKED, representation.place(), "its file is not MP4");
    }
    (file.kind == Kind::Bmff).then_some(())
}

fn files(representation: &Representation<'_>, listed: &[Listed], library: &mut Library<'_>) {
    for segment in listed {
        if let Some(file) = library.media(&segment.resource, None, MISSING) {
            not_mp4(representation, &file, &mut library.log);
        }
    }
}

/// Clause 5.3.9.2: where index and initialization are.
fn ranges(
    representation: &Representation<'_>,
    media: &MediaFile,
    (file, index): (&Resource, Option<ByteRange>),
    (header, line): (Option<&Resource>, usize),
    library: &mut Library<'_>,
) {
    let log = &mut library.log;
    let place = || Place::line(representation.file, line);
    if let Some(said) = index {
        let real = media.indexes.iter().find(|index| index.offset == said.offset).or(media.indexes.first());
        let wrong = match real {
            None => Some(format!("{} has no `sidx`", file.uri)),
            Some(real) if (real.offset, real.length) == (said.offset, said.length) => None,
            Some(real) => {
                let (first, last) = (real.offset, real.end().saturating_sub(1));
                let said_last = said.offset.saturating_add(said.length).saturating_sub(1);
                Some(format!("indexRange is {}-{said_last}, the `sidx` is at {first}-{last}", said.offset))
            }
        };
        if let Some(wrong) = wrong {
            log.add(rule::INDEX_RANGE, place(), wrong);
        }
    }
    let Some(real) = &media.header else {
        return log.add(rule::INIT_RANGE, place(), format!("{} has no `moov`", file.uri));
    };
    if let Some(said) = header.filter(|header| header.uri == file.uri).and_then(|header| header.range) {
        let (first, end) = (real.ftyp.unwrap_or(real.moov), said.offset.saturating_add(said.length));
        if said.offset > first || end < real.end || media.edges.binary_search(&end).is_err() {
            let message = format!(
                "the initialization is {}-{}, `ftyp` and `moov` are {first}-{}",
                said.offset,
                end.saturating_sub(1),
                real.end.saturating_sub(1)
            );
            log.add(rule::INIT_RANGE, place(), message);
        }
    }
}

/// The segments that an index refers to, or the fragments where there is none.
fn indexed(file: &Resource, media: &MediaFile, said: Option<ByteRange>) -> Vec<Listed> {
    let listed = |start: u64, end: u64, said_s: Option<f64>| Listed {
        resource: Resource {
            range: Some(ByteRange { offset: start, length: end.saturating_sub(start) }),
            ..file.clone()
        },
        said_s,
        discontinuity: false,
    };
    let index = media.indexes.iter().find(|index| said.is_none_or(|said| index.offset == said.offset));
    let Some(index) = index.filter(|index| index.references.iter().all(|reference| !reference.to_index))
    else {
        return media
            .fragments
            .iter()
            .map(|fragment| listed(fragment.offset, fragment.end(), None))
            .collect();
    };
    let mut at = index.end().saturating_add(index.first_offset);
    let mut all = Vec::new();
    for reference in &index.references {
        let end = at.saturating_add(u64::from(reference.bytes));
        // What does not end with a box is told of the index itself.
        if media.edges.binary_search(&at).is_ok() && media.edges.binary_search(&end).is_ok() {
            let seconds = f64::from(reference.duration) / f64::from(index.timescale.max(1));
            all.push(listed(at, end, Some(seconds)));
        }
        at = end;
    }
    all
}

/// Clause 7.2.1: media times beside the manifest's.
fn times(rendition: &Rendition, segments: &Segments, spans: &[Span], exact: bool, log: &mut Log) {
    if rendition.segments.len() != spans.len() {
        return; // some could not be read, of which the log knows
    }
    let timescale = segments.timescale as f64;
    let edit = rendition
        .header
        .track()
        .and_then(|track| track.edits.first())
        .map_or(0, |edit| edit.media_time.max(0));
    for (segment, span) in rendition.segments.iter().zip(spans) {
        let Some(start) = segment.fragments().first().and_then(|fragment| fragment.presentation_start())
        else {
            continue;
        };
        let said_s = span.start as f64 / timescale;
        let length_s = span.duration as f64 / timescale;
        let tolerance_s = if exact { TIME_TOLERANCE_S } else { length_s / 2.0 + TIME_TOLERANCE_S };
        let (real_s, edited_s) = (rendition.seconds(start), rendition.seconds(start - edit));
        if (real_s - said_s).abs() > tolerance_s && (edited_s - said_s).abs() > tolerance_s {
            let message = format!(
                "the manifest says {said_s:.3} s, the samples of {} begin at {edited_s:.3} s",
                segment.uri
            );
            log.add(rule::SEGMENT_TIME, segment.named.clone(), message);
        }
        let real_s = rendition.segment_s(segment);
        if exact && (real_s - length_s).abs() > TIME_TOLERANCE_S {
            let message = format!(
                "the manifest says {length_s:.3} s, the samples of {} last {real_s:.3} s",
                segment.uri
            );
            log.add(rule::SEGMENT_DURATION, segment.named.clone(), message);
        }
    }
}

/// Attributes beside the header.
fn described(representation: &Representation<'_>, rendition: &Rendition, log: &mut Log) {
    let Some(entry) = rendition.header.entry() else { return };
    let mut tell = |rule, message: String| log.add(rule, representation.place(), message);
    if let (Some(said), Some(real)) = (representation.get("codecs"), &entry.codecs)
        && !said.split(',').any(|said| codecs::agree(said.trim(), real))
    {
        tell(rule::CODECS, format!("codecs is `{said}`, the header says {real}"));
    }
    for (name, real) in
        ["width", "height"].into_iter().zip(entry.size.map_or([None; 2], |(w, h)| [Some(w), Some(h)]))
    {
        let said = representation.get(name).and_then(|said| said.parse::<u64>().ok());
        if let Some((said, real)) = said.zip(real).filter(|(said, real)| *said != u64::from(*real)) {
            tell(rule::PICTURE, format!("{name} is {said}, the header says {real}"));
        }
    }
    let rates = representation.get("frameRate").and_then(frame_rate).zip(rendition.frames_per_s());
    if let Some((said, real)) =
        rates.filter(|(said, real)| rendition.is_video() && (said - real).abs() > FRAME_RATE_TOLERANCE)
    {
        tell(rule::FRAME_RATE, format!("frameRate is {said:.3}, the media has {real:.3} frames a second"));
    }
    if let Some((said, real)) = representation.get("audioSamplingRate").zip(entry.sample_rate_hz)
        && !said.split_whitespace().any(|said| said == real.to_string())
    {
        tell(rule::SAMPLING_RATE, format!("audioSamplingRate is {said}, the header says {real}"));
    }
    for property in representation.levels()[..2].iter().flat_map(|level| &level.children) {
        let said = transfer(property);
        if let Some((said, real)) = said.zip(entry.transfer).filter(|(said, real)| said != real) {
            let place = Place::line(representation.file, property.line);
            log.add(
                rule::TRANSFER,
                place,
                format!("the transfer characteristics are {said}, the header's {real}"),
            );
        }
    }
    sap(representation, rendition, log);
}

/// The value of a property of transfer characteristics.
fn transfer(property: &Element) -> Option<u16> {
    let scheme = property.get("schemeIdUri")?;
    (scheme == "urn:mpeg:mpegB:cicp:TransferCharacteristics")
        .then(|| property.get("value")?.trim().parse().ok())?
}

fn sap(representation: &Representation<'_>, rendition: &Rendition, log: &mut Log) {
    let claims = ["startWithSAP", "subsegmentStartsWithSAP"].map(|name| representation.get(name));
    if !rendition.is_video() || !claims.iter().any(|claim| matches!(claim, Some("1" | "2"))) {
        return;
    }
    let dependent = rendition
        .segments
        .iter()
        .find(|segment| segment.fragments().first().is_some_and(|first| !first.sync));
    if let Some(segment) = dependent {
        let message = format!(
            "the segment at byte {} of {} begins with a sample that needs others",
            segment.start, segment.uri
        );
        log.add(rule::SAP, representation.place(), message);
    }
}

/// Clause 5.3.5.4: a line of the bandwidth, after minBufferTime of it, is never late. A segment may come until it has been
/// played, which is what a player that does not wait for whole segments needs.
fn bandwidth(representation: &Representation<'_>, rendition: &Rendition, log: &mut Log) {
    let Some(bandwidth) = representation.bandwidth().map(|bandwidth| bandwidth as f64) else { return };
    let buffer_s = representation.mpd.get("minBufferTime").and_then(super::values::duration_s).unwrap_or(0.0);
    let (mut bits, mut seconds, mut least, mut late) = (0.0, 0.0, f64::INFINITY, 0.0f64);
    for segment in &rendition.segments {
        // Started here: what came before it is neither needed nor in time.
        least = least.min(bits - bandwidth * seconds);
        bits += segment.bytes() as f64 * 8.0;
        seconds += rendition.segment_s(segment);
        late = late.max(bits - bandwidth * seconds - least - bandwidth * buffer_s);
    }
    if late > 8.0 && bandwidth > 0.0 {
        let message = format!(
            "at {bandwidth:.0} bit/s after {buffer_s} s, the media comes {:.2} s late",
            late / bandwidth
        );
        log.add(rule::BANDWIDTH, representation.place(), message);
    }
}
