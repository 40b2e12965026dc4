//! The segments of a representation, from whichever of the three ways it has (clause 5.3.9).

use super::document::is_static;
use super::representation::{Representation, attribute, integer, range};
use super::timeline::{self, Span};
use super::xml::Element;
use crate::library::Resource;
use crate::log::{Log, Place};
use crate::rule::dash as rule;
use crate::track::Listed;
use media::ByteRange;

/// Segments that are listed of a template without timeline.
const SEGMENTS_MAX: u64 = 200_000;

/// Rounding by which segments may miss the end of their period, in segments.
const SHORT_SEGMENTS: f64 = 1.0;

/// The way to a representation's segments.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// One file, as it is.
    File(Resource),
    /// One file with an index.
    Base {
        file: Resource,
        index: Option<ByteRange>,
        /// The initialization, where the element says which bytes it is.
        header: Option<Resource>,
        line: usize,
    },
    /// Named one by one.
    Listed {
        header: Option<Resource>,
        segments: Vec<Listed>,
        /// Of the same number, where the manifest has a timeline; otherwise starts follow from the duration.
        spans: Vec<Span>,
        /// Whether the spans are those of a timeline.
        exact: bool,
    },
}

/// A way with the times that go with it.
#[derive(Debug, Clone)]
pub(super) struct Segments {
    pub(super) way: Way,
    pub(super) timescale: u64,
}

/// Finds the segments; `None` where there is no way to them, of which the log knows then.
pub(super) fn find(representation: &Representation<'_>, log: &mut Log) -> Option<Segments> {
    let ways =
        ["SegmentBase", "SegmentTemplate", "SegmentList"].map(|name| (name, representation.inherited(name)));
    // What the innermost level has wins over others further out.
    let own: Vec<_> = ways.iter().filter(|(name, _)| representation.element.find(name).is_some()).collect();
    if own.len() > 1 {
        let names: Vec<_> = own.iter().map(|(name, _)| *name).collect();
        log.add(rule::ADDRESSING, representation.place(), format!("there are {}", names.join(" and ")));
    }
    let found = own.first().copied().or_else(|| ways.iter().find(|(_, elements)| !elements.is_empty()));
    let Some((name, elements)) = found else {
        if representation.has_base() {
            let file = representation.resource(representation.element, None, None);
            return Some(Segments { way: Way::File(file), timescale: 1 });
        }
        log.add(rule::ADDRESSING, representation.place(), "there is no way to its segments");
        return None;
    };
    let way = match *name {
        "SegmentBase" => base(representation, elements, log)?,
        "SegmentTemplate" => template(representation, elements, log)?,
        _ => list(representation, elements),
    };
    let timescale = integer(elements, "timescale").filter(|timescale| *timescale > 0).unwrap_or(1);
    Some(Segments { way, timescale })
}

fn base(representation: &Representation<'_>, elements: &[&Element], log: &mut Log) -> Option<Way> {
    if !representation.has_base() {
        log.add(rule::ADDRESSING, representation.place(), "there is a SegmentBase, and no BaseURL");
        return None;
    }
    let element = elements.iter().find(|element| element.get("indexRange").is_some()).or(elements.first())?;
    Some(Way::Base {
        file: representation.resource(element, None, None),
        index: range(element, "indexRange"),
        header: initialization(representation, elements),
        line: element.line,
    })
}

fn initialization(representation: &Representation<'_>, elements: &[&Element]) -> Option<Resource> {
    let element = elements.iter().find_map(|element| element.find("Initialization"))?;
    Some(representation.resource(element, element.get("sourceURL"), range(element, "range")))
}

fn list(representation: &Representation<'_>, elements: &[&Element]) -> Way {
    let timescale = integer(elements, "timescale").unwrap_or(1).max(1);
    let duration = integer(elements, "duration");
    let urls = elements.iter().find(|element| element.find("SegmentURL").is_some());
    let listed = |element: &Element| Listed {
        resource: representation.resource(element, element.get("media"), range(element, "mediaRange")),
        said_s: duration.map(|ticks| ticks as f64 / timescale as f64),
        discontinuity: false,
    };
    let segments: Vec<Listed> =
        urls.into_iter().flat_map(|list| list.all("SegmentURL")).map(listed).collect();
    let spans = duration.map(|duration| even(segments.len() as u64, duration)).unwrap_or_default();
    Way::Listed { header: initialization(representation, elements), segments, spans, exact: false }
}

/// Segments of one duration.
fn even(count: u64, duration: u64) -> Vec<Span> {
    (0..count.min(SEGMENTS_MAX)).map(|n| Span { start: n.saturating_mul(duration), duration }).collect()
}

fn template(representation: &Representation<'_>, elements: &[&Element], log: &mut Log) -> Option<Way> {
    let element = *elements.first()?;
    let place = Place::line(representation.file, element.line);
    let Some(media) = attribute(elements, "media") else {
        log.add(rule::TEMPLATE, place, "there is no media");
        return None;
    };
    let timescale = integer(elements, "timescale").unwrap_or(1).max(1);
    let offset = integer(elements, "presentationTimeOffset").unwrap_or(0);
    let period_ticks = representation.period_s.map(|seconds| (seconds * timescale as f64).max(0.0));
    let timeline = elements.iter().find_map(|element| element.find("SegmentTimeline"));
    let duration = integer(elements, "duration").filter(|duration| *duration > 0);
    let spans = match (timeline, duration) {
        (Some(timeline), _) => {
            let end = period_ticks.map(|ticks| offset.saturating_add(ticks as u64));
            let spans = timeline::spans(representation.file, timeline, end, log);
            covers(representation, timeline, &spans, end, log);
            spans
        }
        (None, Some(duration)) => {
            let first = integer(elements, "startNumber").unwrap_or(1);
            let said = integer(elements, "endNumber").map(|last| (last + 1).saturating_sub(first));
            let count = said
                .or(period_ticks.map(|ticks| (ticks / duration as f64 - 1e-6).ceil() as u64))
                .unwrap_or(0);
            even(count, duration)
                .into_iter()
                .map(|span| Span { start: span.start + offset, ..span })
                .collect()
        }
        (None, None) if media.contains('$') && !media.contains("$Number") => {
            log.add(rule::TEMPLATE, place, "there is neither a duration nor a SegmentTimeline");
            return None;
        }
        (None, None) => Vec::new(),
    };
    if spans.len() > 1 && !media.contains("$Number") && !media.contains("$Time") {
        log.add(rule::TEMPLATE, place.clone(), format!("media is `{media}`, the same for all segments"));
    }
    let start_number = integer(elements, "startNumber").unwrap_or(1);
    let mut segments = Vec::new();
    for (number, span) in (start_number..).zip(&spans) {
        match representation.fill(media, number, span.start) {
            Ok(url) => segments.push(Listed {
                resource: representation.resource(element, Some(&url), None),
                said_s: Some(span.duration as f64 / timescale as f64),
                discontinuity: false,
            }),
            Err(wrong) => {
                log.add(rule::TEMPLATE, place, format!("media is `{media}`: {wrong}"));
                return None;
            }
        }
    }
    let header =
        match attribute(elements, "initialization").map(|template| representation.fill(template, 0, 0)) {
            Some(Ok(url)) => Some(representation.resource(element, Some(&url), None)),
            Some(Err(wrong)) => {
                log.add(rule::TEMPLATE, place, format!("initialization: {wrong}"));
                return None;
            }
            None => initialization(representation, elements),
        };
    Some(Way::Listed { header, segments, spans, exact: timeline.is_some() })
}

/// Whether a timeline reaches the end of its period.
fn covers(
    representation: &Representation<'_>,
    timeline: &Element,
    spans: &[Span],
    end: Option<u64>,
    log: &mut Log,
) {
    let (Some(last), Some(end)) = (spans.last(), end) else { return };
    let missing = end.saturating_sub(last.start.saturating_add(last.duration));
    if is_static(representation.mpd) && missing as f64 > SHORT_SEGMENTS * last.duration as f64 {
        let message = format!("the segments end {missing} ticks before the period, more than a segment");
        log.add(rule::DURATION, Place::line(representation.file, timeline.line), message);
    }
}
