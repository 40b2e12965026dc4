//! Attributes of the elements: which must be there, and the types of their values (clause 5 and annex B).

use super::values;
use super::xml::Element;
use crate::log::{Log, Place};
use crate::rule::dash as rule;

/// Types of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    /// A text without blanks (clause 5.3.5.2).
    Token,
    UInt,
    /// `r` of `S`: -1 or more.
    Repeat,
    Double,
    Bool,
    /// A boolean, or a number in older editions.
    Alignment,
    Duration,
    DateTime,
    /// `30` or `30000/1001`.
    FrameRate,
    /// `16:9`.
    Ratio,
    /// `0-99`.
    Range,
    /// 0 to 6.
    Sap,
    /// One or two whole numbers.
    Rates,
    Kind,
}

type Attributes = &'static [(&'static str, Type, bool)];

const MPD: Attributes = &[
    ("profiles", Type::Text, true),
    ("minBufferTime", Type::Duration, true),
    ("type", Type::Kind, false),
    ("availabilityStartTime", Type::DateTime, false),
    ("availabilityEndTime", Type::DateTime, false),
    ("publishTime", Type::DateTime, false),
    ("mediaPresentationDuration", Type::Duration, false),
    ("minimumUpdatePeriod", Type::Duration, false),
    ("timeShiftBufferDepth", Type::Duration, false),
    ("suggestedPresentationDelay", Type::Duration, false),
    ("maxSegmentDuration", Type::Duration, false),
    ("maxSubsegmentDuration", Type::Duration, false),
];

const PERIOD: Attributes = &[
    ("start", Type::Duration, false),
    ("duration", Type::Duration, false),
    ("bitstreamSwitching", Type::Bool, false),
];

/// Clause 5.3.7.2, which sets and representations share.
const COMMON: Attributes = &[
    ("width", Type::UInt, false),
    ("height", Type::UInt, false),
    ("sar", Type::Ratio, false),
    ("frameRate", Type::FrameRate, false),
    ("audioSamplingRate", Type::Rates, false),
    ("startWithSAP", Type::Sap, false),
    ("maxPlayoutRate", Type::Double, false),
    ("codingDependency", Type::Bool, false),
];

const SET: Attributes = &[
    ("id", Type::UInt, false),
    ("group", Type::UInt, false),
    ("par", Type::Ratio, false),
    ("minBandwidth", Type::UInt, false),
    ("maxBandwidth", Type::UInt, false),
    ("minWidth", Type::UInt, false),
    ("maxWidth", Type::UInt, false),
    ("minHeight", Type::UInt, false),
    ("maxHeight", Type::UInt, false),
    ("minFrameRate", Type::FrameRate, false),
    ("maxFrameRate", Type::FrameRate, false),
    ("segmentAlignment", Type::Alignment, false),
    ("subsegmentAlignment", Type::Alignment, false),
    ("subsegmentStartsWithSAP", Type::Sap, false),
    ("bitstreamSwitching", Type::Bool, false),
];

const REPRESENTATION: Attributes =
    &[("id", Type::Token, true), ("bandwidth", Type::UInt, true), ("qualityRanking", Type::UInt, false)];

const SEGMENTS: Attributes = &[
    ("timescale", Type::UInt, false),
    ("presentationTimeOffset", Type::UInt, false),
    ("presentationDuration", Type::UInt, false),
    ("indexRange", Type::Range, false),
    ("indexRangeExact", Type::Bool, false),
    ("availabilityTimeOffset", Type::Double, false),
    ("availabilityTimeComplete", Type::Bool, false),
    ("duration", Type::UInt, false),
    ("startNumber", Type::UInt, false),
    ("endNumber", Type::UInt, false),
];

const S: Attributes = &[
    ("d", Type::UInt, true),
    ("t", Type::UInt, false),
    ("n", Type::UInt, false),
    ("r", Type::Repeat, false),
    ("k", Type::UInt, false),
];

const DESCRIPTOR: Attributes = &[("schemeIdUri", Type::Text, true)];

/// The tables that an element's attributes are in.
fn tables(name: &str) -> &'static [Attributes] {
    match name {
        "MPD" => &[MPD],
        "Period" => &[PERIOD],
        "AdaptationSet" => &[SET, COMMON],
        "Representation" => &[REPRESENTATION, COMMON],
        "SegmentBase" | "SegmentTemplate" | "SegmentList" => &[SEGMENTS],
        "SegmentURL" => &[&[("mediaRange", Type::Range, false), ("indexRange", Type::Range, false)]],
        "Initialization" | "RepresentationIndex" => &[&[("range", Type::Range, false)]],
        "S" => &[S],
        "ContentProtection"
        | "Role"
        | "Accessibility"
        | "Viewpoint"
        | "Rating"
        | "EssentialProperty"
        | "SupplementalProperty"
        | "AudioChannelConfiguration"
        | "FramePacking"
        | "InbandEventStream"
        | "EventStream"
        | "UTCTiming"
        | "OutputProtection" => &[DESCRIPTOR],
        "ContentSteering" => &[&[("queryBeforeStart", Type::Bool, false)]],
        _ => &[],
    }
}

/// Checks an element and all in it.
pub(super) fn check(file: &str, element: &Element, log: &mut Log) {
    for (name, kind, needed) in tables(&element.name).iter().copied().flatten() {
        let place = || Place::line(file, element.line);
        match element.get(name) {
            None if *needed => {
                log.add(rule::ATTRIBUTE_MISSING, place(), format!("<{}> has no {name}", element.name));
            }
            Some(value) if !fits(value.trim(), *kind) => {
                log.add(rule::ATTRIBUTE_VALUE, place(), format!("{name} of <{}> is `{value}`", element.name));
            }
            _ => {}
        }
    }
    for child in &element.children {
        check(file, child, log);
    }
}

fn fits(value: &str, kind: Type) -> bool {
    let uint = |text: &str| text.parse::<u64>().is_ok();
    let above_0 = |text: &str| text.parse::<u64>().is_ok_and(|number| number > 0);
    match kind {
        Type::Text => !value.is_empty(),
        Type::Token => !value.is_empty() && !value.contains(char::is_whitespace),
        Type::UInt => uint(value),
        Type::Repeat => value.parse::<i64>().is_ok_and(|repeat| repeat >= -1),
        Type::Double => value == "INF" || value.parse::<f64>().is_ok_and(f64::is_finite),
        Type::Bool => matches!(value, "true" | "false" | "1" | "0"),
        Type::Alignment => matches!(value, "true" | "false") || uint(value),
        Type::Duration => values::duration_s(value).is_some(),
        Type::DateTime => value.len() >= 19 && value.as_bytes()[10] == b'T',
        Type::FrameRate => match value.split_once('/') {
            Some((frames, seconds)) => above_0(frames) && above_0(seconds),
            None => above_0(value),
        },
        Type::Ratio => value.split_once(':').is_some_and(|(a, b)| uint(a) && uint(b)),
        Type::Range => values::range(value).is_some(),
        Type::Sap => value.parse::<u8>().is_ok_and(|sap| sap <= 6),
        Type::Rates => {
            (1..=2).contains(&value.split_whitespace().count()) && value.split_whitespace().all(uint)
        }
        Type::Kind => value == "static" || value == "dynamic",
    }
}
