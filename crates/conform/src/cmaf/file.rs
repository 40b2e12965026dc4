//! Checks of a file: its fragments one by one, and its index.

use crate::bmff::boxes::{BoxView, name};
use crate::bmff::fragment::Fragment;
use crate::bmff::header::Header;
use crate::bmff::index::{Index, Reference};
use crate::library::MediaFile;
use crate::log::{Log, Place};
use crate::rule::cmaf as rule;
use std::rc::Rc;

/// Checks a file; `context` is the header of its fragments where it has none itself.
pub(crate) fn check(uri: &str, file: &MediaFile, context: Option<&Rc<Header>>, log: &mut Log) {
    let header = file.header.as_ref().or(context);
    let mut before: Option<&Fragment> = None;
    for fragment in &file.fragments {
        check_fragment(uri, fragment, header, log);
        if let Some((last, this)) = before
            .and_then(|before| before.sequence)
            .zip(fragment.sequence)
            .filter(|(last, this)| this <= last)
        {
            let place = Place::of_box(uri, "moof/mfhd", fragment.offset);
            log.add(rule::SEQUENCE, place, format!("{this} follows {last}"));
        }
        before = Some(fragment);
    }
    if let Some(header) = header {
        for index in &file.indexes {
            check_index(uri, index, file, header, log);
        }
    }
}

/// Checks a `styp`, which nothing of its own segment may precede; `before` is the type of the box before it.
pub(crate) fn segment_type(uri: &str, view: &BoxView<'_>, before: Option<[u8; 4]>, log: &mut Log) {
    let wrong = match before {
        _ if view.body.len() < 8 || !view.body.len().is_multiple_of(4) => {
            "its brands are cut short".to_owned()
        }
        Some(before) if [b"moof", b"emsg", b"prft", b"styp"].contains(&&before) => {
            format!("`{}` is before it", name(before))
        }
        _ => return,
    };
    log.add(rule::STYP, Place::of_box(uri, "styp", view.offset), wrong);
}

fn check_fragment(uri: &str, fragment: &Fragment, header: Option<&Rc<Header>>, log: &mut Log) {
    let mut tell =
        |rule, path: &str, message: String| log.add(rule, Place::of_box(uri, path, fragment.offset), message);
    if fragment.mdat.is_none() {
        tell(rule::FRAGMENT, "moof", "no `mdat` follows".into());
    }
    let muxed = header.is_some_and(|header| header.tracks.len() > 1);
    if fragment.tracks != 1 && !muxed {
        tell(rule::FRAGMENT, "moof", format!("there are {} `traf`", fragment.tracks));
    }
    if fragment.header.has_base || !fragment.header.base_is_moof {
        let message = if fragment.header.has_base {
            "there is a base-data-offset"
        } else {
            "default-base-is-moof is not set"
        };
        tell(rule::BASE, "moof/traf/tfhd", message.into());
    }
    if fragment.decode_time.is_none() {
        tell(rule::TFDT, "moof/traf", "there is no `tfdt`".into());
    }
    // Without a header the defaults are not known.
    let timeless = if header.is_some() { fragment.timeless } else { 0 };
    if fragment.samples == 0 || timeless > 0 {
        let message = match timeless {
            0 => "there are no samples".into(),
            timeless => format!("{timeless} samples have no duration"),
        };
        tell(rule::TRUN, "moof/traf/trun", message);
    }
    if let Some((head, length)) = fragment.mdat {
        let first = fragment.moof_bytes + head;
        let offset = fragment.data_offset.map(i64::from);
        if offset.is_some_and(|offset| u64::try_from(offset) != Ok(first)) {
            let message =
                format!("the data offset is {}, the first sample is at {first}", offset.unwrap_or(0));
            tell(rule::MDAT, "moof/traf/trun", message);
        }
        let known = fragment.samples > 0 && header.is_some() && fragment.tracks == 1;
        if fragment.sample_bytes != length - head && known {
            let message =
                format!("the samples have {} bytes, the `mdat` {}", fragment.sample_bytes, length - head);
            tell(rule::MDAT, "moof/traf/trun", message);
        }
    }
    let Some(track) = header.and_then(|header| header.track()) else { return };
    if fragment.header.track_id != track.id && !muxed {
        let message = format!("track_ID is {}, the header's {}", fragment.header.track_id, track.id);
        tell(rule::TRACK_ID, "moof/traf/tfhd", message);
    }
}

fn check_index(uri: &str, index: &Index, file: &MediaFile, header: &Header, log: &mut Log) {
    let Some(track) = header.track() else { return };
    if header.tracks.len() > 1 && index.reference_id != track.id {
        return; // of another track than the one that is looked into
    }
    let mut tell = |rule, message: String| log.add(rule, Place::of_box(uri, "sidx", index.offset), message);
    if index.reference_id != track.id {
        tell(rule::INDEX, format!("reference_ID is {}, the track's ID {}", index.reference_id, track.id));
    }
    if index.timescale != track.timescale {
        tell(rule::INDEX, format!("the timescale is {}, the track's {}", index.timescale, track.timescale));
        return;
    }
    let edit = track.edits.first().map_or(0, |edit| edit.media_time.max(0));
    let first = file.fragments.iter().find(|fragment| fragment.offset >= index.end());
    if let Some(start) = first.and_then(Fragment::presentation_start) {
        // Indexes are written in the times of the media and in those after the edit.
        let edited = start.saturating_sub(edit).max(0);
        if ![Ok(start), Ok(edited)].contains(&i64::try_from(index.earliest)) {
            tell(
                rule::INDEX,
                format!("the earliest presentation time is {}, the first sample's {start}", index.earliest),
            );
        }
    }
    let mut at = index.end().saturating_add(index.first_offset);
    let mut tell = |rule, number: usize, message: String| {
        log.add(rule, Place::of_box(uri, &format!("sidx[{number}]"), index.offset), message);
    };
    let count = index.references.len();
    for (number, reference) in index.references.iter().enumerate().filter(|(_, r)| !r.to_index) {
        let end = at.saturating_add(u64::from(reference.bytes));
        if file.edges.binary_search(&at).is_err() || file.edges.binary_search(&end).is_err() {
            let message = format!("bytes {at} to {end} do not begin and end with a box");
            return tell(rule::INDEX_BYTES, number, message);
        }
        let inside = file.within(at, end);
        let edge = (number == 0 || number + 1 == count) && !track.edits.is_empty();
        if let Some((rule, message)) = wrong_reference(reference, inside, edge) {
            tell(rule, number, message);
        }
        at = end;
    }
    if file.fragments.last().is_some_and(|last| last.end() > at) && file.indexes.len() == 1 && count > 0 {
        tell(rule::INDEX_BYTES, count, format!("fragments after byte {at} are not in the index"));
    }
}

/// What is wrong with a reference, given the fragments that it covers; `edge` where an edit may cut it.
fn wrong_reference(
    reference: &Reference,
    inside: &[Fragment],
    edge: bool,
) -> Option<(&'static crate::Rule, String)> {
    let Some(first) = inside.first() else {
        return Some((rule::INDEX_BYTES, "there is no fragment in it".into()));
    };
    let real: u64 = inside.iter().map(|fragment| fragment.duration).sum();
    let said = u64::from(reference.duration);
    if said > real || (said < real && !edge) {
        return Some((rule::INDEX_DURATION, format!("the duration is {said}, the fragments' {real}")));
    }
    let claims = reference.starts_with_sap && matches!(reference.sap_type, 1 | 2);
    (claims && !first.sync).then(|| {
        (
            rule::INDEX_SAP,
            format!("it claims an access point of type {}, and its first sample is none", reference.sap_type),
        )
    })
}
