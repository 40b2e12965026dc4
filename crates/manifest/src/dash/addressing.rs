//! Addressing: how an MPD says where segments are.
//!
//! The bytes are the same: a track file's index, which players read themselves (on-demand profile), or a timeline with a
//! name for each segment (live profile), which [`crate::segments`] turns back into a byte range.

use super::xml::Xml;
use crate::segments;
use media::ByteRange;
use media::package::{SegmentSpan, Track, TrackIndex};

/// How segments are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Addressing {
    /// By the index in each track file (clause 8.3, the on-demand profile).
    #[default]
    Index,
    /// By a timeline here, and names (clause 8.4, the live profile).
    Timeline,
}

impl Addressing {
    /// The profile of all but thumbnails.
    pub(super) fn profile(self) -> &'static str {
        match self {
            Addressing::Index => "urn:mpeg:dash:profile:isoff-on-demand:2011",
            Addressing::Timeline => "urn:mpeg:dash:profile:isoff-live:2011",
        }
    }

    /// Adds to a set that its segments begin together, and where decoding can begin.
    pub(super) fn alignment(self, xml: &mut Xml) {
        let (aligned, starts) = match self {
            Addressing::Index => ("subsegmentAlignment", "subsegmentStartsWithSAP"),
            Addressing::Timeline => ("segmentAlignment", "startWithSAP"),
        };
        xml.attribute(aligned, true).attribute(starts, 1);
    }

    /// Writes what the tracks of a set have in common, the first of which is `first`.
    pub(super) fn of_set(self, xml: &mut Xml, first: &Track) {
        if self == Addressing::Timeline {
            timeline(xml, &first.index);
        }
    }

    /// Writes where a track's file is.
    pub(super) fn of_track(self, xml: &mut Xml, track: &Track) {
        if self == Addressing::Index {
            file(xml, track);
        }
    }
}

/// `BaseURL` and `SegmentBase` (clause 5.3.9.2) of a track file.
fn file(xml: &mut Xml, track: &Track) {
    xml.text_element("BaseURL", &track.path);
    xml.element("SegmentBase", |xml| {
        xml.attribute("timescale", track.index.timescale)
            .attribute("indexRange", range(track.index.sidx))
            .attribute("indexRangeExact", true);
        xml.element("Initialization", |xml| {
            xml.attribute("range", range(track.index.header));
        });
    });
}

/// First and last byte.
fn range(bytes: ByteRange) -> String {
    format!("{}-{}", bytes.offset, bytes.end().saturating_sub(1))
}

/// `SegmentTemplate` with a `SegmentTimeline` (clause 5.3.9.6).
fn timeline(xml: &mut Xml, index: &TrackIndex) {
    xml.element("SegmentTemplate", |xml| {
        xml.attribute("timescale", index.timescale)
            .attribute("initialization", segments::INITIALIZATION_TEMPLATE)
            .attribute("media", segments::MEDIA_TEMPLATE);
        xml.element("SegmentTimeline", |xml| {
            let runs =
                index.segments.chunk_by(|a, b| a.duration == b.duration && a.start + a.duration == b.start);
            let mut end = None;
            for run in runs {
                end = Some(write_run(xml, run, end));
            }
        });
    });
}

/// Writes an `S` for segments of one length; `end` is where the one before ends. Returns where these do.
fn write_run(xml: &mut Xml, run: &[SegmentSpan], end: Option<u64>) -> u64 {
    let first = run[0];
    xml.element("S", |xml| {
        xml.maybe_attribute("t", (end != Some(first.start)).then_some(first.start));
        xml.attribute("d", first.duration);
        xml.maybe_attribute("r", (run.len() > 1).then_some(run.len() - 1));
    });
    first.start + first.duration * run.len() as u64
}
