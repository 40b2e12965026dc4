//! Segment timelines (clause 5.3.9.6), written out.

use super::xml::Element;
use crate::log::{Log, Place};
use crate::rule::dash as rule;

/// Segments of a timeline that are written out; a day in segments of one second has 86 400.
const SEGMENTS_MAX: usize = 200_000;

/// Start and duration of a segment, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) duration: u64,
}

/// The segments of a timeline; `end` is where the period ends, in ticks, where known.
pub(super) fn spans(file: &str, timeline: &Element, end: Option<u64>, log: &mut Log) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let all: Vec<&Element> = timeline.all("S").collect();
    for (number, s) in all.iter().enumerate() {
        let mut tell = |rule, message: String| log.add(rule, Place::line(file, s.line), message);
        let Some(duration) = s.integer("d").filter(|duration| *duration > 0) else {
            tell(rule::TIMELINE, "a segment has no duration".into());
            continue;
        };
        let follows = spans.last().map_or(0, |last| last.start.saturating_add(last.duration));
        let start = s.integer("t").unwrap_or(follows);
        if !spans.is_empty() && start < follows {
            tell(rule::TIMELINE, format!("it starts at {start}, the segment before ends at {follows}"));
        } else if !spans.is_empty() && start > follows {
            tell(rule::TIMELINE_GAP, format!("it starts at {start}, the segment before ends at {follows}"));
        }
        let repeat: i64 = s.get("r").and_then(|r| r.trim().parse().ok()).unwrap_or(0);
        let next = all.get(number + 1).and_then(|next| next.integer("t")).or(end);
        let count = match (u64::try_from(repeat), next) {
            (Ok(repeat), _) => repeat.saturating_add(1),
            (Err(_), Some(next)) => next.saturating_sub(start).div_ceil(duration),
            (Err(_), None) => {
                tell(rule::TIMELINE, "it repeats to the end of a period that has none".into());
                1
            }
        };
        for n in 0..count {
            if spans.len() == SEGMENTS_MAX {
                tell(rule::TIMELINE, format!("there are more than {SEGMENTS_MAX} segments"));
                return spans;
            }
            spans.push(Span { start: start.saturating_add(n.saturating_mul(duration)), duration });
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives the starts, and the rules that were broken.
    fn check(rows: &str, end: Option<u64>, starts: &[u64], rules: &[&str]) {
        let timeline = Element::parse(&format!("<SegmentTimeline>{rows}</SegmentTimeline>")).unwrap();
        let mut log = Log::default();
        let spans = spans("m.mpd", &timeline, end, &mut log);
        assert_eq!(spans.iter().map(|span| span.start).collect::<Vec<_>>(), starts, "{rows}");
        let found: Vec<_> = log.report().findings.iter().map(|finding| finding.rule.id).collect();
        assert_eq!(found, rules, "{rows}");
    }

    #[test]
    fn rows_are_written_out() {
        check(r#"<S t="5" d="2" r="2"/><S d="3"/>"#, None, &[5, 7, 9, 11], &[]);
        check(r#"<S d="2" r="-1"/>"#, Some(5), &[0, 2, 4], &[]);
        check(r#"<S d="2" r="-1"/><S t="4" d="1"/>"#, None, &[0, 2, 4], &[]);
        check(r#"<S d="2" r="-1"/>"#, None, &[0], &["dash-timeline"]);
        check(r#"<S d="4"/><S t="3" d="1"/>"#, None, &[0, 3], &["dash-timeline"]);
        check(r#"<S d="4"/><S t="6" d="1"/>"#, None, &[0, 6], &["dash-timeline-gap"]);
        check(r#"<S d="0"/>"#, None, &[], &["dash-timeline"]);
    }

    #[test]
    fn a_timeline_without_end_ends() {
        let timeline =
            Element::parse(r#"<SegmentTimeline><S d="1" r="99999999999"/></SegmentTimeline>"#).unwrap();
        assert_eq!(spans("m.mpd", &timeline, None, &mut Log::default()).len(), SEGMENTS_MAX);
    }
}
