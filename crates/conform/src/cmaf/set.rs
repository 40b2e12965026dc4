//! Checks of a switching set (ISO/IEC 23000-19, 7.3.4): tracks between which a player changes without a break.

use crate::bmff::boxes::name;
use crate::bmff::fragment::Fragment;
use crate::log::{Log, Place};
use crate::rule::cmaf as rule;
use crate::track::Rendition;

/// Checks that fragments follow each other on the timeline. Where the manifest says that it breaks, it may.
pub(crate) fn continuity(rendition: &Rendition, log: &mut Log) {
    let mut before: Option<&Fragment> = None;
    for segment in &rendition.segments {
        if segment.discontinuity {
            before = None;
        }
        for fragment in segment.fragments() {
            let expected = before.and_then(Fragment::decode_end);
            if let Some((expected, start)) =
                expected.zip(fragment.decode_time).filter(|(expected, start)| expected != start)
            {
                let place = Place::of_box(&segment.uri, "moof/traf/tfdt", fragment.offset);
                let ticks = i128::from(start) - i128::from(expected);
                let kind = if ticks > 0 { "a gap" } else { "an overlap" };
                log.add(
                    rule::CONTINUITY,
                    place,
                    format!(
                        "the time is {start}, the fragment before ends at {expected}: {kind} of {} ticks",
                        ticks.abs()
                    ),
                );
            }
            before = Some(fragment);
        }
    }
}

/// Checks that segments of video begin with a sample that decodes by itself.
pub(crate) fn sync(rendition: &Rendition, log: &mut Log) {
    if !rendition.is_video() {
        return;
    }
    for segment in &rendition.segments {
        if let Some(first) = segment.fragments().first().filter(|first| !first.sync) {
            let place = Place::of_box(&segment.uri, "moof/traf/trun", first.offset);
            log.add(rule::SYNC, place, "the first sample needs others before it");
        }
    }
}

/// Checks that the tracks of a switching set are of one kind.
pub(crate) fn same(set: &[&Rendition], log: &mut Log) {
    let Some((first, others)) = set.split_first() else { return };
    for other in others {
        let (a, b) = (traits(first), traits(other));
        if let Some(((what, real), (_, said))) = a.iter().zip(&b).find(|(a, b)| a != b) {
            let message = format!("the {what} is {said}, and {real} in {}", first.header.file);
            log.add(rule::SWITCHING, Place::file(&other.header.file), message);
        }
    }
}

/// Checks that the segments of a switching set begin at the same times.
pub(crate) fn aligned(set: &[&Rendition], log: &mut Log) {
    if let Some((first, others)) = set.split_first() {
        others.iter().for_each(|other| aligned_with(first, other, log));
    }
}

fn traits(rendition: &Rendition) -> Vec<(&'static str, String)> {
    let header = &rendition.header;
    let track = header.track();
    vec![
        ("handler", track.map(|track| name(track.handler)).unwrap_or_default()),
        ("sample entry", header.entry().map(|entry| name(entry.format)).unwrap_or_default()),
        ("timescale", track.map(|track| track.timescale.to_string()).unwrap_or_default()),
        ("protection scheme", header.scheme().map_or("none".to_owned(), name)),
    ]
}

/// Segments of equal times, each track's edit applied: encoders reorder one track's frames farther than another's.
fn aligned_with(first: &Rendition, other: &Rendition, log: &mut Log) {
    let times = |rendition: &Rendition| -> Vec<f64> {
        let edits = rendition.header.track().and_then(|track| track.edits.first());
        let edit = edits.map_or(0, |edit| edit.media_time.max(0));
        let starts =
            rendition.segments.iter().filter_map(|segment| segment.fragments().first()?.presentation_start());
        starts.map(|ticks| rendition.seconds(ticks - edit)).collect()
    };
    /// Less than half of the shortest frame (240 a second).
    const SAME_S: f64 = 0.002;
    let (a, b) = (times(first), times(other));
    if a.is_empty() || b.is_empty() {
        return;
    }
    let differs = a.iter().zip(&b).position(|(a, b)| (a - b).abs() > SAME_S);
    let message = match differs {
        Some(n) => {
            format!("segment {n} begins at {:.3} s, and at {:.3} s in {}", b[n], a[n], first.header.file)
        }
        None if a.len() != b.len() => {
            format!("there are {} segments, and {} in {}", b.len(), a.len(), first.header.file)
        }
        None => return,
    };
    log.add(rule::ALIGNED, Place::file(&other.header.file), message);
}
